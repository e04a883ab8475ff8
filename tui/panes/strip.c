/* strip.c - the strip at the top: context, sources, recovery. */
#include "tui/panes/strip.h"

#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/world/request_kind.h"
#include "tui/panes/chrome.h"
#include "tui/panes/fresh.h"
#include "tui/panes/recovery_pane.h"
#include "tui/panes/screen.h"

#include <stdio.h>
#include <string.h>

enum { PIECES = 16, PIECE_MAX = 96, STRIP_NAME_MAX = 254, CLOCK_COLS = 110 };

/* The right end of the strip, as pieces from the left, each with its role. */
struct pieces {
    struct {
        char text[PIECE_MAX];
        enum role role;
    } piece[PIECES];
    int count, width;
};

static void piece_add(struct pieces *p, enum role role, const char *text)
{
    if (p->count == PIECES || !text[0]) return;
    snprintf(p->piece[p->count].text, PIECE_MAX, "%s", text);
    p->piece[p->count++].role = role;
    p->width += (int)text_width(text) + 1;
}

bool screen_timed(const struct view *v)
{
    if ((v->armed && v->chrome && v->chrome->armed_left_ms) || v->outage->state == OUTAGE_RUNNING) return true;
    WORLD_EACH (row, v->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        if (r->kind && r->phase && strcmp(r->kind, REQUEST_PROMPT) == 0 && strcmp(r->phase, "waiting") == 0)
            return true;
    }
    return false;
}

static void add_guard(struct pieces *p, const struct view *v)
{
    const struct chrome *c = v->chrome;
    char text[PIECE_MAX];
    if (c && c->others) piece_add(p, c->others_role, c->others);
    if (c && c->redacted) piece_add(p, ROLE_ARMED, "REDACTED");
    if (c && c->forwards) piece_add(p, c->forwards_role, c->forwards);
    if (v->demo) piece_add(p, ROLE_DEMO, "DEMO");
    if (c && c->replay) {
        piece_add(p, ROLE_DEMO, c->replay);
        return;
    }
    if (v->armed && c && c->armed_left_ms) {
        const unsigned long long s = (c->armed_left_ms + 999) / 1000;
        snprintf(text, sizeof text, "ARMED %llum%02llus left", s / 60, s % 60); /* 14:58 would read as a time of day */
        piece_add(p, ROLE_ARMED, text);
    } else if (v->armed && !v->demo) {
        piece_add(p, ROLE_ARMED, "ARMED");
    } else if (!v->armed) {
        piece_add(p, ROLE_STRIP, "READ-ONLY");
    }
    if (c && c->insecure) piece_add(p, ROLE_BAD, "TLS NOT VERIFIED");
}

static void add_worlds(struct pieces *p, const struct view *v, bool shorter)
{
    static const char *const names[][2] = {[WORLD_KUBE] = {"kube", "k"},
                                           [WORLD_REDIS] = {"redis", "r"},
                                           [WORLD_NEURON] = {"neuron", "n"},
                                           [WORLD_SERVE] = {"serve", "s"}};
    for (enum world_kind kind = WORLD_KUBE; kind <= WORLD_SERVE; kind++) {
        char text[PIECE_MAX], words[FRESH_TEXT_MAX];
        struct known_u64 age = UNKNOWN_U64;
        const struct source *worst = NULL;
        enum freshness f = world_freshness(v->world, kind, v->now_ms, &age, &worst);
        /* The Serve API runs on the head and is lost with it; the probes show whether requests are answered. */
        if (kind == WORLD_SERVE && recovery_pane_shown(v)) {
            struct fresh probes = fresh_of(v->world, WORLD_SERVE, "probe", v->now_ms);
            f = probes.state;
            age = probes.age_ms;
        }
        fresh_words(f, age, words);
        const bool throttled = f == FRESH_LIVE && world_throttled(v->world, kind);
        if (throttled) snprintf(words, sizeof words, "throttled");
        char denied[PIECE_MAX / 2];
        const bool partly = f == FRESH_LIVE && world_denied_words(v->world, kind, denied, sizeof denied);
        if (partly) snprintf(words, sizeof words, "%.*s", FRESH_TEXT_MAX - 1, shorter ? "part denied" : denied);
        unsigned long long unread = world_unread_of(v->world, kind);
        int len = snprintf(text, sizeof text, "%s%s%s", names[kind][shorter], words[0] ? " " : "", words);
        if (unread) snprintf(text + len, sizeof text - (size_t)len, " %llu unread", unread);
        piece_add(p, throttled || partly || (unread && f == FRESH_LIVE) ? ROLE_STALE : fresh_role(f), text);
    }
}

/* Of one width on one screen, so that nothing beside it moves as an outage begins: a narrow one has no seconds, a wide
 * one leaves their room. */
static void add_clock(struct pieces *p, const struct view *v, int cols)
{
    char clock[STAMP_TEXT_MAX], wide[STAMP_TEXT_MAX + 8];
    const bool replay = v->chrome && v->chrome->replay, narrow = cols < CLOCK_COLS && !replay;
    if (!narrow && (replay || screen_timed(v))) {
        piece_add(p, ROLE_STRIP, stamp_clock(clock, v->wall_ms));
        return;
    }
    snprintf(wide, sizeof wide, "%s%s", narrow ? "" : "   ", stamp_minutes(clock, v->wall_ms));
    piece_add(p, ROLE_STRIP, wide);
}

static void crumbs_text(const struct view *v, int level, char *out, size_t size)
{
    const char *context = v->chrome && v->chrome->context ? v->chrome->context : "no context";
    const char *ns = v->focus->ns, *service = v->focus->service;
    char full[2 * STRIP_NAME_MAX];
    if (v->focus->rayservice) {
        ns = v->focus->rayservice->ns;
        service = v->focus->rayservice->name;
    }
    if (!service) service = "no RayService";
    if (world_watches_all(v->world)) { /* then a name alone names nothing */
        if (ns) snprintf(full, sizeof full, "%.*s/%.*s", STRIP_NAME_MAX, ns, STRIP_NAME_MAX - 2, service);
        service = ns ? full : service;
        ns = "all";
    }
    if (!ns) ns = "–"; /* the kubeconfig's, which was not read yet */
    if (level == 0)
        snprintf(out, size, "%s › %s › %s%s", context, ns, v->focus->rayservice ? "RayService " : "", service);
    else if (level == 1)
        snprintf(out, size, "%s›%s›%s", context, ns, service);
    else
        snprintf(out, size, "%s›%s", ns, service);
}

void strip_draw(const struct view *v, struct canvas *cv)
{
    char left[640];
    struct pieces p;
    bool wide = false;
    canvas_fill(cv, 0, 0, 1, cv->cols, ROLE_STRIP, ' ');
    for (int step = 0; step < 5; step++) {
        p = (struct pieces){0};
        add_guard(&p, v);
        add_worlds(&p, v, step >= 2 && step != 3);
        add_clock(&p, v, cv->cols);
        crumbs_text(v, step == 0 ? 0 : step < 3 ? 1 : 2, left, sizeof left);
        wide = (int)text_width(left) + 2 + p.width + 1 <= cv->cols;
        if (wide) break;
    }
    int col = cv->cols - p.width;
    if (col < 1) col = 1;
    if (col > 3) canvas_field(cv, 0, 1, wide ? (int)text_width(left) : col - 2, ROLE_STRIP, left);
    for (int i = 0; i < p.count; i++) col = canvas_text(cv, 0, col, p.piece[i].role, p.piece[i].text) + 1;
}
