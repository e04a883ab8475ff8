/* app_replay.c - plays a recording in the console: speed, pause, step, seek. Sets the loop's clock to the recording's
 * time. */
#include "tui/app_priv.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/session/replayer.h"
#include "tui/replay_at.h"
#include "tui/replay_losses.h"

#include <stdlib.h>

enum { FRAME_MS = 100, SPEED_SLOWEST = -2, SPEED_FASTEST = 6, STEP_MS = 100, SPEED_WORDS_MAX = 24 };

struct app_replay {
    struct recording *recording; /* the command line's */
    struct replayer *replayer;
    struct alarm *alarm;         /* on the system clock */
    uint64_t played_ms;          /* system clock: time of the last advance */
    uint64_t part_us;            /* fraction of a millisecond not yet played */
    int speed;                   /* a power of two */
    bool paused, jumps;          /* jumps: what happens meanwhile happened long ago */
    struct replay_losses losses; /* found when they are first asked for */
    bool losses_found;
    uint64_t shown_ms; /* T0 of the loss that it was brought to; 0: it was sought otherwise since */
};

static uint64_t replay_end(const struct app_replay *r)
{
    return recording_about(r->recording)->end_ms;
}

static bool replay_is_over(const struct app_replay *r)
{
    return replayer_now(r->replayer) >= replay_end(r);
}

static void replay_to(struct app *app, uint64_t at_ms)
{
    struct app_replay *r = app->replay;
    const struct recording_about *a = recording_about(r->recording);
    if (at_ms < a->begin_ms) at_ms = a->begin_ms;
    replayer_to(r->replayer, at_ms < a->end_ms ? at_ms : a->end_ms);
    r->played_ms = loop_now_ms();
    r->part_us = 0;
    app->dirty = true;
    app_redraw(app);
}

/* Passes by what it does not show: no bell, and no message of a loss in between. */
static void replay_jump(struct app *app, uint64_t at_ms)
{
    app->replay->jumps = true;
    replay_to(app, at_ms);
    app->replay->jumps = false;
    context_phase_follow(app->at);
}

bool app_replay_jumps(const struct app *app)
{
    return app->replay && app->replay->jumps;
}

static void on_played(void *arg)
{
    struct app *app = arg;
    struct app_replay *r = app->replay;
    const uint64_t now = loop_now_ms(), passed = now - r->played_ms;
    r->played_ms = now;
    if (r->paused || replay_is_over(r)) return;
    const uint64_t us = r->part_us + (passed * 1000 << SPEED_FASTEST >> (SPEED_FASTEST - r->speed));
    const uint64_t to = replayer_now(r->replayer) + us / 1000;
    replay_to(app, to);
    r->part_us = us % 1000;
}

/* --speed, as the nearest power of two below it. */
static int speed_of(const char *text)
{
    const double wanted = text ? strtod(text, NULL) : 1;
    int speed = SPEED_SLOWEST;
    for (double power = 0.5; speed < SPEED_FASTEST && power <= wanted; power *= 2) speed++;
    return speed;
}

void app_replay_open(struct app *app)
{
    const struct cli *cli = app->cli;
    if (!cli->replay) return;
    struct app_replay *r = app->replay = mem_zero(1, sizeof *r);
    r->recording = cli->replay;
    r->replayer = replayer_new(app->loop, r->recording, app->at->session);
    r->speed = speed_of(cli->speed);
    r->alarm = alarm_new(app->loop, on_played, app);
    r->jumps = true;
    replayer_to(r->replayer, cli->replay_at_ms);
    r->jumps = false;
    context_phase_follow(app->at);
    r->played_ms = loop_now_ms();
    alarm_set(r->alarm, FRAME_MS, FRAME_MS);
    app_say(app, false, ", pauses · . next change · J K next, previous head loss · [ ] 10 s · < > speed · :seek TIME");
}

void app_replay_close(struct app *app)
{
    struct app_replay *r = app->replay;
    if (!r) return;
    alarm_free(r->alarm);
    replay_losses_done(&r->losses);
    replayer_free(r->replayer);
    free(r);
    app->replay = NULL;
}

static const char *speed_words(int speed, char out[SPEED_WORDS_MAX])
{
    if (speed < 0)
        snprintf(out, SPEED_WORDS_MAX, "×1/%d", 1 << -speed);
    else
        snprintf(out, SPEED_WORDS_MAX, "×%d", 1 << speed);
    return out;
}

void app_replay_words(const struct app *app, char *out, size_t size)
{
    const struct app_replay *r = app->replay;
    char speed[SPEED_WORDS_MAX];
    *out = '\0';
    if (!r) return;
    if (replay_is_over(r))
        snprintf(out, size, "REPLAY at its end");
    else if (r->paused)
        snprintf(out, size, "REPLAY paused");
    else
        snprintf(out, size, "REPLAY %s", speed_words(r->speed, speed));
}

void app_replay_pause(struct app *app)
{
    struct app_replay *r = app->replay;
    r->paused = !r->paused;
    replay_to(app, replayer_now(r->replayer));
}

/* Whether a step stops at this change. */
static uint64_t replay_generation(const struct app *app)
{
    static const enum table tables[] = {TABLE_RAYSERVICE, TABLE_RAYCLUSTER, TABLE_POD,   TABLE_EVENT,
                                        TABLE_SLICE,      TABLE_RAYNODE,    TABLE_ACTOR, TABLE_SERVEAPP};
    uint64_t sum = 0;
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) sum += world_generation(session_world(app->at->session), tables[i]);
    return sum;
}

void app_replay_step(struct app *app)
{
    struct app_replay *r = app->replay;
    const uint64_t before = replay_generation(app);
    r->paused = true;
    while (replay_generation(app) == before && !replay_is_over(r))
        replayer_to(r->replayer, replayer_now(r->replayer) + STEP_MS);
    replay_to(app, replayer_now(r->replayer));
}

void app_replay_by(struct app *app, int64_t ms)
{
    const uint64_t now = replayer_now(app->replay->replayer), back = ms < 0 ? (uint64_t)-ms : 0;
    app->replay->shown_ms = 0;
    replay_jump(app, ms < 0 ? (now > back ? now - back : 0) : now + (uint64_t)ms);
}

/* The strip shows the speed only while it plays. */
void app_replay_speed(struct app *app, int by)
{
    struct app_replay *r = app->replay;
    char words[SPEED_WORDS_MAX];
    r->speed += by;
    if (r->speed < SPEED_SLOWEST) r->speed = SPEED_SLOWEST;
    if (r->speed > SPEED_FASTEST) r->speed = SPEED_FASTEST;
    replay_to(app, replayer_now(r->replayer));
    if (!r->paused && !replay_is_over(r)) return;
    app_say(app, false, "%s: it goes on at %s%s", r->paused ? "paused" : "at its end", speed_words(r->speed, words),
            r->speed == SPEED_SLOWEST   ? ", the slowest"
            : r->speed == SPEED_FASTEST ? ", the fastest"
                                        : "");
}

void app_replay_seek(struct app *app, const char *time)
{
    uint64_t at_ms;
    struct why why = {0};
    app->replay->shown_ms = 0;
    if (replay_at_parse("seek", *time ? time : NULL, recording_about(app->replay->recording), &at_ms, &why))
        app_say(app, true, "%s", why.text);
    else
        replay_jump(app, at_ms);
}

/* ---- head losses ------------------------------------------------------------------------------------------------ */

static const struct replay_losses *losses_of(struct app *app)
{
    struct app_replay *r = app->replay;
    if (r->losses_found) return &r->losses;
    const uint64_t now_ms = replayer_now(r->replayer);
    replay_losses_find(app->at->conf, r->recording, &r->losses);
    r->losses_found = r->jumps = true;
    replayer_restart(r->replayer);
    replay_jump(app, now_ms);
    return &r->losses;
}

static void no_loss_say(struct app *app, const struct replay_losses *losses, bool next)
{
    char stamp[STAMP_TEXT_MAX];
    if (!losses->count)
        app_say(app, true, "no head is lost in this recording");
    else if (next)
        app_say(app, true, "no head is lost after this: the last loss is that of %s",
                stamp_iso(stamp, losses->item[losses->count - 1].wall_ms));
    else
        app_say(app, true, "no head is lost before this: the first loss is that of %s",
                stamp_iso(stamp, losses->item[0].wall_ms));
}

/* One sees it happen: also from a higher speed it goes on at ×1. */
void app_replay_loss(struct app *app, bool next)
{
    struct app_replay *r = app->replay;
    const struct replay_losses *losses = losses_of(app);
    const uint64_t now_ms = replayer_now(r->replayer);
    const struct replay_loss *loss =
        next ? replay_losses_next(losses, now_ms, r->shown_ms) : replay_losses_previous(losses, now_ms, r->shown_ms);
    char stamp[STAMP_TEXT_MAX];
    if (!loss) {
        no_loss_say(app, losses, next);
        return;
    }
    r->shown_ms = loss->at_ms;
    if (r->speed > 0) r->speed = 0;
    app_say(app, false, "head loss %zu of %zu, at %s: %s", (size_t)(loss - losses->item) + 1, losses->count,
            stamp_iso(stamp, loss->wall_ms), loss->cause);
    replay_jump(app, replay_loss_landing(loss, recording_about(r->recording)->begin_ms));
}
