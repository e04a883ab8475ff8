/* frame.c - see frame.h. */
#include "tui/frame.h"

#include "tui/needs.h"
#include "tui/object_target.h"
#include "tui/page.h"

enum { STAGE_OFFER_ROWS = 50 /* a screen for an audience */ };

struct view frame_view(const struct session *s, const struct focus *focus, struct outage *ret_outage)
{
    const struct recovery *recovery = session_recovery(s);
    const uint64_t now_ms = clock_now_ms(session_clock(s)), wall_ms = clock_wall_ms(session_clock(s));
    outage_of(recovery, session_world(s), focus, now_ms, wall_ms, ret_outage);
    return (struct view){.world = session_world(s),
                         .outage = ret_outage,
                         .previous = outage_previous(recovery),
                         .past = outage_past(recovery),
                         .focus = focus,
                         .timeline = session_timeline(s),
                         .now_ms = now_ms,
                         .wall_ms = wall_ms};
}

/* Where a key of the footer is pressed. */
struct place {
    const struct pane *pane;
    bool row, object; /* one is selected; it is an object of Kubernetes */
    bool opened;      /* its detail is */
    bool goes_back;   /* q goes back first */
    bool tall;
};

static struct place place_of(const struct screen *screen, const struct world *w, int rows)
{
    struct selection selection;
    struct object_target target;
    struct place p = {.pane = screen_pane(screen),
                      .row = screen_selection(screen, &selection),
                      .opened = screen_detail_opened(screen),
                      .goes_back = screen_opened(screen),
                      .tall = rows >= STAGE_OFFER_ROWS};
    if (p.row && object_target_of_row(w, &selection, &target, NULL) == ERR_OK) {
        p.object = true;
        object_target_done(&target);
    }
    return p;
}

/* Does the command do something there? */
static bool works_at(const struct place *p, enum command_id id)
{
    const bool table = p->pane->table != NULL, stage = p->pane->ops == &stage_pane_ops;
    switch (id) {
    case CMD_OPEN: return p->row && !p->opened && !stage;
    case CMD_FILTER: return p->opened || table;
    case CMD_COPY: return p->row && !stage;
    case CMD_YAML:
    case CMD_DESCRIBE: return p->object && !stage;
    case CMD_STAGE: return !table || p->tall; /* without a table: the way back */
    case CMD_QUIT: return !p->opened;         /* there Esc is the way out */
    default: return commands[id].where < TABLE || (table && !p->opened);
    }
}

static const char *word_at(const struct place *p, enum command_id id)
{
    if (id == CMD_FILTER && p->opened) return "search";
    if (id == CMD_QUIT && p->goes_back) return "back";
    return commands[id].footer;
}

struct keys_wanted {
    const struct place *place;
    bool replay;
    bool (*may)(void *arg, enum command_id id);
    void *arg;
};

/* Of the commands that only a replay has, or of the others. */
static size_t keys_add(const struct keys_wanted *w, bool of_replay, struct footer_key *ret, size_t count)
{
    for (int id = 0; id < CMD_COUNT && count < FRAME_KEYS - 1; id++) {
        const unsigned needs = commands[id].needs;
        if (((needs & NEED_REPLAY) != 0) != of_replay || needs_exclude(needs, w->replay)) continue;
        if (!commands[id].footer || !works_at(w->place, (enum command_id)id)) continue;
        command_first_key((enum command_id)id, ret[count].key);
        ret[count].word = word_at(w->place, (enum command_id)id);
        ret[count].kept = commands[id].where == ANY && !needs;
        ret[count++].enabled = w->may(w->arg, (enum command_id)id);
    }
    return count;
}

size_t frame_keys(const struct screen *screen, const struct world *w, int rows, bool replay,
                  bool (*may)(void *arg, enum command_id id), void *arg, struct footer_key ret[FRAME_KEYS])
{
    const struct place place = place_of(screen, w, rows);
    const struct keys_wanted wanted = {&place, replay, may, arg};
    size_t count = keys_add(&wanted, true, ret, 0);
    count = keys_add(&wanted, false, ret, count);
    if (place.opened) ret[count++] = (struct footer_key){"Esc", "back", true, true};
    return count;
}

void frame_chrome(const struct session *s, struct chrome *ret)
{
    const struct kube_where *where = session_where(s);
    ret->insecure = where && where->insecure;
    ret->may_delete = session_may_delete_pods(s, &ret->may_why);
}

/* A picture takes no key; those that would change the cluster are shown where the console would allow them: in a demo.
 */
struct pictured {
    const struct session *session;
    bool demo;
};

static bool pictured_may(void *arg, enum command_id id)
{
    const struct pictured *p = arg;
    const unsigned needs = commands[id].needs;
    if (needs_check(&(struct needs_given){.session = p->session, .demo = p->demo}, needs, NULL)) return false;
    return p->demo || !(needs & (NEED_ARMED | NEED_ARMABLE));
}

enum err frame_draw(const struct session *s, const struct frame_conf *conf, struct canvas *cv, struct why *why)
{
    struct outage outage;
    const struct focus focus = session_focus(s);
    struct pictured pictured = {s, conf->demo};
    struct footer_key keys[FRAME_KEYS];
    struct chrome chrome = {.context = conf->context,
                            .replay = session_replays(s) ? "REPLAY" : NULL,
                            .redacted = conf->redacted,
                            .keys = keys};
    struct view view = frame_view(s, &focus, &outage);
    struct screen *screen = screen_new();
    frame_chrome(s, &chrome);
    view.demo = view.armed = conf->demo;
    view.read_only = !conf->demo;
    view.sim_speed = conf->sim_speed;
    view.chrome = &chrome;
    screen_size(screen, cv->rows, cv->cols);
    screen_update(screen, &view);
    const enum err err = conf->page ? page_focus(conf->page, screen, &view, why) : ERR_OK;
    if (!err) {
        screen_update(screen, &view);
        chrome.key_count = frame_keys(screen, view.world, cv->rows, session_replays(s), pictured_may, &pictured, keys);
        screen_draw(screen, &view, cv);
        if (conf->page) page_overlay_draw(conf->page, &view, cv);
    }
    screen_free(screen);
    return err;
}
