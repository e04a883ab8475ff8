/* live_recording.c - one recorder, whose frames go to the file and to the flight recorder; see live_recording.h. */
#include "backends/recording/live_recording.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/blocking.h"
#include "backends/link/clock.h"
#include "backends/link/file.h"
#include "backends/recording/flight_ring.h"
#include "backends/recording/record_file.h"
#include "backends/recording/recordings_folder.h"

#include <stdlib.h>
#include <string.h>

enum { EARLY_MAX = 16 * 1024 * 1024, SAVE_MAX = FLIGHT_BYTES + 1024 * 1024, STEP_MS = 20 };

/* A loss of the head, with what is still to be written of it: a following loss does not replace that. */
struct loss {
    struct loss *next;
    char *path;
    uint64_t t0_ms;
    bool final;            /* its outage is over: it is recorded whole */
    bool named;            /* the file at path is this loss's */
    bool wanted;           /* it is to be saved, once the save in flight has ended */
    struct outage *outage; /* what it was; NULL: not known yet */
};
enum { LOSSES_KEPT = 8 };

struct live_recording {
    struct loop *loop;
    const struct clock *clock;
    struct live_conf conf; /* its texts are copies */
    struct recorder *recorder;
    struct flight_ring *flight; /* NULL: off */
    struct record_file *file;   /* NULL: none */
    struct buf early;           /* of the file, before its opening */
    bool opened;
    const struct world *world;
    struct alarm *turn;
    struct blocking_call *save; /* in flight */
    struct loss *losses;        /* the newest first; those that are to be saved, and the last LOSSES_KEPT */
    struct outage *last_final;  /* NULL: none */
};

static uint64_t live_now(const struct live_recording *r)
{
    return clock_now_ms(r->clock);
}

static void live_say(const struct live_recording *r, bool bad, const char *words)
{
    if (r->conf.say) r->conf.say(r->conf.arg, bad, words);
}

static void on_piece(void *arg, const struct frame_piece *piece)
{
    struct live_recording *r = arg;
    if (r->flight) flight_ring_piece(r->flight, piece);
    if (!r->file) return;
    if (r->opened)
        record_file_piece(r->file, piece);
    else
        buf_add(&r->early, piece->bytes, piece->len);
}

static void on_file_failed(void *arg, const char *why)
{
    live_say(arg, true, why);
}

static void on_turn(void *arg)
{
    struct live_recording *r = arg;
    alarm_set(r->turn, recorder_turn(r->recorder, r->world, live_now(r), clock_wall_ms(r->clock)), 0);
}

/* ---- life ------------------------------------------------------------------------------------------------------ */

static void loss_free(struct loss *loss)
{
    free(loss->path);
    free(loss->outage);
    free(loss);
}

static void live_free(struct live_recording *r)
{
    while (r->losses) {
        struct loss *loss = r->losses;
        r->losses = loss->next;
        loss_free(loss);
    }
    if (r->save) blocking_abandon(r->save);
    alarm_free(r->turn);
    record_file_free(r->file);
    recorder_free(r->recorder);
    flight_ring_free(r->flight);
    buf_done(&r->early);
    free(r->last_final);
    free((char *)r->conf.folder);
    free((char *)r->conf.opening.context);
    free((char *)r->conf.opening.ns);
    free((char *)r->conf.opening.service);
    free(r);
}

enum err live_open(struct loop *l, const struct live_conf *conf, struct live_recording **ret, struct why *why)
{
    struct live_recording *r = mem_zero(1, sizeof *r);
    const struct record_file_calls file_calls = {on_file_failed, r};
    const struct frame_calls calls = {on_piece, r};
    enum err err = conf->file ? record_file_open(l, conf->file, &file_calls, &r->file, why) : ERR_OK;
    if (err) {
        free(r);
        return err;
    }
    r->loop = l;
    r->clock = loop_clock(l);
    r->conf = *conf;
    r->conf.file = NULL;
    r->conf.folder = mem_str(conf->folder);
    r->conf.opening.context = mem_str(conf->opening.context);
    r->conf.opening.ns = mem_str(conf->opening.ns);
    r->conf.opening.service = mem_str(conf->opening.service);
    buf_init(&r->early, EARLY_MAX);
    if (conf->flight) r->flight = flight_ring_new();
    r->turn = clock_alarm_new(loop_clock(l), on_turn, r);
    r->recorder = recorder_new(&calls, &r->conf.redaction, live_now(r), clock_wall_ms(r->clock));
    *ret = r;
    return ERR_OK;
}

void live_change(struct live_recording *r, const struct change *c)
{
    recorder_change(r->recorder, c);
}

void live_world(struct live_recording *r, const struct world *w)
{
    r->world = w;
    if (w)
        alarm_set(r->turn, RECORDER_FLUSH_MS, 0);
    else
        alarm_stop(r->turn);
}

void live_anew(struct live_recording *r)
{
    live_world(r, NULL);
    recorder_anew(r->recorder, live_now(r), clock_wall_ms(r->clock));
}

static void text_set(const char **field, const char *text)
{
    char *copy = mem_str(text);
    free((char *)*field);
    *field = copy;
}

/* loss NULL: of none. */
static void opening_add(const struct live_recording *r, const struct loss *loss, struct buf *out)
{
    struct recorder_opening o = r->conf.opening;
    char *text[] = {mem_str(o.context), mem_str(o.ns), mem_str(o.service)};
    const struct recorder_redaction *redaction = &r->conf.redaction;
    for (size_t i = 0; redaction->text && i < ARRAY_LEN(text); i++)
        if (text[i]) redaction->text(redaction->arg, text[i], strlen(text[i]));
    o.context = text[0];
    o.ns = text[1];
    o.service = text[2];
    o.redacted = redaction->text != NULL;
    if (loss && !o.redacted) o.loss = loss->outage;
    recorder_opening(&o, live_now(r), clock_wall_ms(r->clock), out);
    for (size_t i = 0; i < ARRAY_LEN(text); i++) free(text[i]);
}

void live_opening(struct live_recording *r, const char *context, const char *ns, const char *service)
{
    text_set(&r->conf.opening.context, context);
    text_set(&r->conf.opening.ns, ns);
    text_set(&r->conf.opening.service, service);
    if (!r->file || r->opened) return;
    struct buf head;
    buf_init(&head, EARLY_MAX);
    opening_add(r, NULL, &head);
    record_file_bytes(r->file, head.data, head.len);
    record_file_bytes(r->file, buf_text(&r->early), r->early.len);
    buf_done(&head);
    buf_done(&r->early);
    r->opened = true;
}

/* ---- saving ---------------------------------------------------------------------------------------------------- */

/* NEW: nothing may be there. UNIQUE: under a name that is free. AGAIN: what was saved there before is replaced. */
enum save_how { SAVE_NEW, SAVE_UNIQUE, SAVE_AGAIN };
struct save {
    char *path, *folder; /* folder: to prune; NULL: a path given by the user */
    struct buf bytes;
    enum save_how how;
    uint64_t loss_t0_ms;
    bool of_loss;
    bool quiet; /* only a failure is reported */
    enum err err;
    struct why why;
};

static void save_run(void *data)
{
    struct save *s = data;
    if (s->folder) s->err = file_make_dirs(s->path, &s->why);
    if (!s->err && s->how == SAVE_UNIQUE)
        s->err = file_write_unique(&s->path, s->bytes.data, s->bytes.len, &s->why);
    else if (!s->err)
        s->err = (s->how == SAVE_NEW ? file_write_new : file_write)(s->path, s->bytes.data, s->bytes.len, &s->why);
    if (!s->err && s->folder) recordings_prune(s->folder);
}

static void save_free(void *data)
{
    struct save *s = data;
    buf_done(&s->bytes);
    free(s->path);
    free(s->folder);
    free(s);
}

static struct loss *loss_find(const struct live_recording *r, uint64_t t0_ms)
{
    struct loss *loss = r->losses;
    while (loss && loss->t0_ms != t0_ms) loss = loss->next;
    return loss;
}

static void losses_save(struct live_recording *r);

/* The name that the loss has got is where it is saved again. */
static void loss_name(struct live_recording *r, struct save *s)
{
    struct loss *loss = s->of_loss ? loss_find(r, s->loss_t0_ms) : NULL;
    if (s->err || !loss) return;
    free(loss->path);
    loss->path = mem_str(s->path);
    loss->named = true;
}

static void save_done(void *arg, void *data)
{
    struct live_recording *r = arg;
    struct save *s = data;
    char size[TEXT_NUM_MAX];
    r->save = NULL;
    char *words = s->err ? mem_printf("not saved: %s", s->why.text)
                         : mem_printf("saved, %s: %s", text_bytes(size, known_u64(s->bytes.len)), s->path);
    loss_name(r, s);
    if (s->err || !s->quiet) live_say(r, s->err != ERR_OK, words);
    free(words);
    losses_save(r);
}

/* loss NULL: it is of none. */
static void save_start(struct live_recording *r, const char *path, enum save_how how, const struct loss *loss)
{
    static const struct blocking_ops ops = {save_run, save_done, save_free};
    struct save *s = mem_zero(1, sizeof *s);
    recorder_cut(r->recorder);
    s->path = mem_str(path);
    s->folder = how == SAVE_NEW ? NULL : mem_str(r->conf.folder);
    s->how = how;
    s->of_loss = loss != NULL;
    s->loss_t0_ms = loss ? loss->t0_ms : 0;
    s->quiet = loss && !loss->final;
    buf_init(&s->bytes, SAVE_MAX);
    opening_add(r, loss, &s->bytes);
    flight_ring_save(r->flight, &s->bytes);
    if (blocking_start(r->loop, &ops, s, r, &r->save)) {
        r->save = NULL;
        live_say(r, true, "not saved: no thread to write on");
    }
}

void live_save(struct live_recording *r, const char *path)
{
    if (!r->flight || r->save || (!path && !r->conf.folder)) {
        live_say(r, true,
                 !r->flight ? "the flight recorder is off (--no-recorder)"
                 : r->save  ? "a recording is being saved"
                            : "not saved: neither XDG_STATE_HOME nor HOME is set");
        return;
    }
    char *own = path ? mem_str(path)
                     : recordings_path(r->conf.folder, "saved", clock_wall_ms(r->clock), r->conf.opening.service);
    save_start(r, own, path ? SAVE_NEW : SAVE_UNIQUE, NULL);
    free(own);
}

/* Starts the save of the oldest loss that waits for one, unless one is in flight. */
static void losses_save(struct live_recording *r)
{
    struct loss *next = NULL;
    if (r->save) return;
    for (struct loss *loss = r->losses; loss; loss = loss->next)
        if (loss->wanted) next = loss;
    if (!next) return;
    next->wanted = false;
    save_start(r, next->path, next->named ? SAVE_AGAIN : SAVE_UNIQUE, next);
}

static void loss_save(struct live_recording *r, struct loss *loss)
{
    loss->wanted = true;
    losses_save(r);
}

static void loss_is(struct loss *loss, const struct outage *outage)
{
    if (!loss->outage) loss->outage = mem_zero(1, sizeof *loss->outage);
    *loss->outage = *outage;
}

static struct loss *loss_add(struct live_recording *r, const struct recovery *recovery, const char *service)
{
    struct loss *loss = mem_zero(1, sizeof *loss), **at;
    size_t kept = 1;
    loss->path = recordings_path(r->conf.folder, "loss", recovery->t0_wall_ms, service);
    loss->t0_ms = recovery->t0_ms;
    if (r->last_final && r->last_final->t0_ms == loss->t0_ms) loss_is(loss, r->last_final);
    /* The one before goes on in this one's file: what is known of it by now is kept in its own. */
    if (r->losses && !r->losses->final) loss_save(r, r->losses);
    loss->next = r->losses;
    r->losses = loss;
    for (at = &loss->next; *at;) {
        struct loss *old = *at;
        if (old->wanted || kept++ < LOSSES_KEPT) {
            at = &old->next;
            continue;
        }
        *at = old->next;
        loss_free(old);
    }
    return loss;
}

void live_loss(struct live_recording *r, const struct outage *outage)
{
    if (outage->state != OUTAGE_OVER || !outage->final || !outage->head_lost) return;
    if (r->last_final && r->last_final->t0_ms == outage->t0_ms) return;
    if (!r->last_final) r->last_final = mem_zero(1, sizeof *r->last_final);
    *r->last_final = *outage;
    struct loss *loss = loss_find(r, outage->t0_ms);
    if (!loss) return;
    loss_is(loss, outage);
    if (loss->final) loss_save(r, loss); /* it was saved without */
}

void live_look(struct live_recording *r, const struct recovery *recovery, const char *service)
{
    if (!r->flight || !r->conf.saves_losses || !r->conf.folder || recovery->outage == OUTAGE_NONE ||
        !recovery->head_lost)
        return;
    struct loss *loss = loss_find(r, recovery->t0_ms);
    if (!loss) {
        loss = loss_add(r, recovery, service);
        loss_save(r, loss);
    }
    const bool final = recovery->outage == OUTAGE_OVER && live_now(r) >= recovery->t0_ms + OUTAGE_SECONDS * 1000 + 1000;
    if (!final || loss->final) return;
    loss->final = true;
    loss_save(r, loss);
}

/* The last one is recorded up to now; those before it up to the next. */
static bool loss_is_open(const struct live_recording *r)
{
    return r->losses && !r->losses->final;
}

static bool losses_wait(const struct live_recording *r)
{
    for (const struct loss *loss = r->losses; loss; loss = loss->next)
        if (loss->wanted) return true;
    return false;
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

enum err live_close(struct live_recording *r, uint64_t *ret_bytes, struct why *why)
{
    if (!r) return ERR_OK;
    const uint64_t until_ms = loop_now_ms() + LIVE_END_MS;
    const bool reported = r->file && record_file_failed(r->file);
    enum err err = ERR_OK;
    alarm_stop(r->turn);
    recorder_cut(r->recorder);
    if (r->file && !r->opened) live_opening(r, r->conf.opening.context, r->conf.opening.ns, r->conf.opening.service);
    if (loss_is_open(r)) loss_save(r, r->losses);
    while (((r->file && !record_file_is_done(r->file)) || r->save || losses_wait(r)) && loop_now_ms() < until_ms)
        loop_step(r->loop, STEP_MS);
    if (r->file && record_file_failed(r->file))
        err = reported ? ERR_IO : why_set(why, ERR_IO, "the recording is not whole");
    else if (r->file && !record_file_is_done(r->file))
        err = why_set(why, ERR_IO, "the recording's last seconds could not be written in %d s", LIVE_END_MS / 1000);
    if (ret_bytes) *ret_bytes = r->file ? record_file_bytes_written(r->file) : 0;
    live_free(r);
    return err;
}

const struct recorder *live_recorder(const struct live_recording *r)
{
    return r->recorder;
}

bool live_is_busy(const struct live_recording *r)
{
    return r->file || r->save || losses_wait(r) || loss_is_open(r);
}

bool live_file_failed(const struct live_recording *r)
{
    return r->file && record_file_failed(r->file);
}
