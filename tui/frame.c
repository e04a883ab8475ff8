/* frame.c - see frame.h. */
#include "tui/frame.h"

#include "tui/panes/screen.h"

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

/* What acts on the selected row. */
static bool is_of_row(int id)
{
    return id == CMD_OPEN || id == CMD_COPY || id == CMD_YAML || id == CMD_DESCRIBE;
}

size_t frame_keys(const struct pane *pane, int rows, bool (*may)(void *arg, enum command_id id), void *arg,
                  struct footer_key ret[FRAME_KEYS])
{
    size_t count = 0;
    const bool table = pane->table != NULL, stage = pane->ops == &stage_pane_ops;
    for (int id = 0; id < CMD_COUNT && count < FRAME_KEYS; id++) {
        if (!commands[id].footer || (commands[id].where == TABLE && !table)) continue;
        if (stage && is_of_row(id)) continue;
        if (id == CMD_STAGE && table && rows < STAGE_OFFER_ROWS) continue; /* without a table: the way back */
        command_first_key((enum command_id)id, ret[count].key);
        ret[count].word = commands[id].footer;
        ret[count].kept = commands[id].where == ANY && !commands[id].needs;
        ret[count++].enabled = may(arg, (enum command_id)id);
    }
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
    if (session_replays(p->session)) return (needs & ~(unsigned)NEED_REPLAY) == 0;
    if (needs & NEED_REPLAY) return false;
    if (needs & NEED_PROMPT && session_may_ask(p->session, NULL, NULL)) return false;
    return p->demo || !(needs & (NEED_ARMED | NEED_ARMABLE));
}

void frame_draw(const struct session *s, const struct frame_conf *conf, struct canvas *cv)
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
    chrome.key_count = frame_keys(screen_pane(screen), cv->rows, pictured_may, &pictured, keys);
    screen_size(screen, cv->rows, cv->cols);
    screen_update(screen, &view);
    screen_draw(screen, &view, cv);
    screen_free(screen);
}
