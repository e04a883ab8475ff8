/* screen.c - the panes together: focus, zoom, detail. */
#include "tui/panes/screen_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/doctor.h"
#include "tui/panes/cores.h"
#include "tui/panes/pane_tools.h"
#include "tui/panes/recovery_pane.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABS_NARROW = 72, COUNT_MS = 1000, COUNT_CROWD = 1000 };

struct screen *screen_new(void)
{
    struct screen *s = mem_zero(1, sizeof *s);
    for (int i = 0; i < LAYOUT_PANES; i++) {
        assert(pane_kinds[i]);
        s->panes[i] = mem_zero(1, pane_kinds[i]->state_size);
        s->panes[i]->ops = pane_kinds[i];
        pane_kinds[i]->init(s->panes[i]);
    }
    s->focus = s->before = LAYOUT_PODS;
    s->drag.held = s->drag.clicked = SPLIT_NONE;
    detail_init(&s->detail);
    screen_size(s, 24, 80);
    return s;
}

void screen_free(struct screen *s)
{
    if (!s) return;
    for (int i = 0; i < LAYOUT_PANES; i++) {
        s->panes[i]->ops->done(s->panes[i]);
        free(s->panes[i]);
    }
    detail_done(&s->detail);
    free(s);
}

void screen_size(struct screen *s, int rows, int cols)
{
    s->rows = rows;
    s->cols = cols;
}

bool screen_shows(const struct screen *s, enum layout_pane pane)
{
    if (layout_whole(pane)) return s->focus == pane;
    return pane != LAYOUT_RECOVERY || s->recovery;
}

/* With tabs, a head loss moves the focus to the recovery pane; what a person has zoomed or opened stays. */
static void follow_recovery(struct screen *s, const struct view *v)
{
    bool shown = recovery_pane_shown(v);
    if (shown && !s->recovery) {
        s->before = s->focus;
        if (s->layout.shape == LAYOUT_TABS && !s->opened && !s->zoomed && s->focus != LAYOUT_STAGE)
            s->focus = LAYOUT_RECOVERY;
    }
    if (!shown && s->focus == LAYOUT_RECOVERY) {
        s->focus = s->before == LAYOUT_RECOVERY ? LAYOUT_PODS : s->before;
        s->opened = false;
    }
    s->recovery = shown;
}

/* The pod of the selected row, so that the other panes show which rows are its. */
static void find_pod(struct selection *sel, const struct view *v)
{
    const struct row *row = world_find(v->world, sel->table, sel->key);
    const struct pod *pod = NULL;
    if (!row || sel->pod_uid[0]) return;
    if (sel->table == TABLE_CORE)
        pod = pod_of_core(v->world, v->focus, ROW(row, core));
    else if (sel->table == TABLE_EVENT)
        pod = pod_of_event(v->world, ROW(row, event));
    else if (sel->table == TABLE_REQUEST && ROW(row, request)->pod)
        pod = pod_named(v->world, v->focus->ns, ROW(row, request)->pod);
    if (pod) snprintf(sel->pod_uid, sizeof sel->pod_uid, "%.63s", pod->record.key);
}

static void collect_briefs(struct screen *s, const struct view *v)
{
    size_t at = 0;
    s->briefs[0] = '\0';
    s->brief_lines = 0;
    if (s->rows >= LAYOUT_ALL_ROWS && s->cols >= LAYOUT_ALL_COLS) return; /* all panes are shown */
    for (int i = 0; i < LAYOUT_PANES; i++) {
        char text[1024] = "";
        if (i == (int)s->focus || !screen_shows(s, (enum layout_pane)i)) continue;
        /* During an outage the pods' lines include their cores, and the ladder replaces the events. */
        if (i == LAYOUT_CORES && s->recovery && s->focus != LAYOUT_PODS) continue;
        if (i == LAYOUT_EVENTS && s->focus == LAYOUT_RECOVERY) continue;
        s->panes[i]->ops->brief(s->panes[i], v, text, sizeof text);
        size_t len = strlen(text);
        if (len == 0 || at + len + 2 > sizeof s->briefs) continue;
        memcpy(s->briefs + at, text, len);
        at += len;
        s->briefs[at++] = '\n';
        s->briefs[at] = '\0';
        s->brief_lines++;
        for (size_t k = 0; k < len; k++) s->brief_lines += text[k] == '\n';
    }
}

/* What a pane or the detail has had it keeps, so that nothing moves up as a row goes: until the size is another one,
 * the recovery comes or goes, or a person arranges the panes. */
static void rows_hold(struct screen *s, struct layout_ask *ask)
{
    struct held_rows *h = &s->held;
    const bool same = h->rows == ask->rows && h->cols == ask->cols && h->recovery == ask->recovery &&
                      h->focus == ask->focus && h->alone == ask->alone;
    if (!same)
        *h = (struct held_rows){
            .rows = ask->rows, .cols = ask->cols, .focus = ask->focus, .recovery = ask->recovery, .alone = ask->alone};
    for (int i = 0; i < LAYOUT_PANES; i++) {
        if (ask->wanted[i] > h->wanted[i]) h->wanted[i] = ask->wanted[i];
        ask->wanted[i] = h->wanted[i];
    }
    if (ask->detail_lines > h->detail_lines) h->detail_lines = ask->detail_lines;
    ask->detail_lines = h->detail_lines;
}

static void screen_arrange(struct screen *s, const struct view *v)
{
    struct layout_ask ask = {.rows = s->rows,
                             .cols = s->cols,
                             .recovery = s->recovery,
                             .focus = s->focus,
                             .alone = s->zoomed || s->opened,
                             .brief_lines = s->brief_lines,
                             .sizes = s->sizes};
    ask.detail_lines = detail_height(&s->detail, s->cols);
    for (int i = 0; i < LAYOUT_PANES; i++)
        ask.wanted[i] = s->panes[i]->ops->wanted_rows(s->panes[i], v, s->panes[i]->cols);
    rows_hold(s, &ask);
    s->ask = ask;
    s->layout = layout_of(&ask);
    for (int i = 0; i < LAYOUT_PANES; i++) {
        s->panes[i]->rows = s->layout.pane[i].rows;
        s->panes[i]->cols = s->layout.pane[i].rows ? s->layout.pane[i].cols : s->cols;
    }
}

/* Each second (stale data becomes unknown), and when the world changes; with many pods not on each change. */
static void count_findings(struct screen *s, const struct view *v, struct focus *counted)
{
    const uint64_t generation = world_generation_all(v->world);
    const bool second = v->now_ms >= s->counted_ms + COUNT_MS;
    const bool moved = generation != s->counted_generation && world_count(v->world, TABLE_POD) < COUNT_CROWD;
    if (!s->warnings.known || second || moved) {
        doctor_count(v->world, counted, v->now_ms, v->wall_ms);
        s->errors = counted->errors;
        s->warnings = counted->warnings;
        s->counted_generation = generation;
        s->counted_ms = v->now_ms;
    }
    counted->errors = s->errors;
    counted->warnings = s->warnings;
}

/* How long the names of another RayService were is no reason to cut what stands beside those of this one. */
static void follow_subject(struct screen *s, const struct view *v)
{
    const struct rayservice *of = v->focus->rayservice;
    char subject[sizeof s->subject];
    snprintf(subject, sizeof subject, "%s", of ? of->record.key : v->focus->ns ? v->focus->ns : "");
    if (strcmp(subject, s->subject) == 0) return;
    memcpy(s->subject, subject, sizeof subject);
    for (int i = 0; i < LAYOUT_PANES; i++)
        if (s->panes[i]->table) table_forget(s->panes[i]->table);
}

void screen_update(struct screen *s, const struct view *view)
{
    struct view v = *view;
    follow_recovery(s, &v);
    follow_subject(s, &v);
    v.selection = s->selects ? &s->selection : NULL;
    /* Twice: the wanted rows decide the layout, and the layout may change the panes' texts. */
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < LAYOUT_PANES; i++) s->panes[i]->ops->update(s->panes[i], &v);
        s->selects = s->panes[s->focus]->ops->selected(s->panes[s->focus], &s->selection);
        if (s->selects) find_pod(&s->selection, &v);
        v.selection = s->selects ? &s->selection : NULL;
        detail_update(&s->detail, s->panes[s->focus], &v);
        collect_briefs(s, &v);
        screen_arrange(s, &v);
    }
    if (s->opened && !s->detail.text.len) s->opened = false;
    if (s->opened) detail_opened_update(&s->detail, s->layout.pane[s->focus].rows, s->cols);
    struct focus counted = *v.focus;
    count_findings(s, &v, &counted);
    answers_of(v.world, &counted, v.outage, v.previous, v.now_ms, v.wall_ms, s->answers);
}

void screen_tabs(const struct screen *s, char out[SCREEN_TABS_MAX], int at[LAYOUT_PANES], int width[LAYOUT_PANES])
{
    size_t len = 0;
    bool narrow = s->cols < TABS_NARROW;
    out[0] = '\0';
    for (int i = 0; i < LAYOUT_PANES; i++) {
        const struct pane_ops *ops = s->panes[i]->ops;
        at[i] = width[i] = 0;
        if (!screen_shows(s, (enum layout_pane)i)) continue;
        bool open = i == (int)s->focus;
        const char *gap = len ? narrow ? " " : "  " : "";
        char word[48];
        if (open)
            snprintf(word, sizeof word, "[%c %s]", ops->letter, ops->tab);
        else if (narrow)
            snprintf(word, sizeof word, "%c", ops->letter);
        else
            snprintf(word, sizeof word, "%c %s", ops->letter, ops->tab);
        int wrote = snprintf(out + len, SCREEN_TABS_MAX - len, "%s%s", gap, word);
        if (wrote < 0 || (size_t)wrote >= SCREEN_TABS_MAX - len) return;
        at[i] = (int)(len + strlen(gap));
        width[i] = (int)strlen(word);
        len += (size_t)wrote;
    }
}

bool screen_focus(struct screen *s, char letter)
{
    for (int i = 0; i < LAYOUT_PANES; i++)
        if (s->panes[i]->ops->letter == letter &&
            (layout_whole((enum layout_pane)i) || screen_shows(s, (enum layout_pane)i))) {
            if (!layout_whole(s->focus)) s->left = s->focus;
            const bool on_stage = s->focus == LAYOUT_STAGE || (s->staged && layout_whole(s->focus));
            s->staged = on_stage && i != LAYOUT_STAGE && layout_whole((enum layout_pane)i);
            s->focus = (enum layout_pane)i;
            s->opened = s->typing = false;
            return true;
        }
    return false;
}

void screen_next(struct screen *s, int by)
{
    int i = (int)s->focus;
    do {
        i = (i + (by < 0 ? LAYOUT_PANES - 1 : 1)) % LAYOUT_PANES;
    } while (!screen_shows(s, (enum layout_pane)i));
    s->focus = (enum layout_pane)i;
    s->opened = s->typing = s->staged = false;
}

void screen_zoom(struct screen *s)
{
    s->zoomed = !s->zoomed;
}

bool screen_is_whole(const struct screen *s)
{
    return layout_whole(s->focus);
}

struct screen_layout screen_layout(const struct screen *s)
{
    const enum layout_pane focus = layout_whole(s->focus)        ? s->left
                                   : s->focus == LAYOUT_RECOVERY ? s->before
                                                                 : s->focus;
    return (struct screen_layout){s->panes[focus]->ops->letter, s->zoomed,
                                  ((const struct cores *)s->panes[LAYOUT_CORES])->view, s->sizes};
}

/* At once: another key or movement may come before the next frame. */
void screen_sizes_set(struct screen *s, const struct layout_sizes *sizes)
{
    s->sizes = s->ask.sizes = *sizes;
    s->layout = layout_of(&s->ask);
    if (sizes->rows) s->sizes = s->ask.sizes = s->layout.sizes;
}

bool screen_taller(struct screen *s, int rows)
{
    struct layout_sizes sizes;
    if (s->zoomed || s->opened || !layout_taller(&s->layout, s->focus, rows, &sizes)) return false;
    screen_sizes_set(s, &sizes);
    return true;
}

bool screen_wider(struct screen *s, int cols)
{
    struct layout_sizes sizes;
    if (s->zoomed || s->opened || !layout_wider(&s->layout, s->focus, cols, &sizes)) return false;
    screen_sizes_set(s, &sizes);
    return true;
}

void screen_sizes_reset(struct screen *s)
{
    screen_sizes_set(s, &(struct layout_sizes){0});
    s->held = (struct held_rows){0}; /* what panes of other widths wanted */
}

void screen_layout_set(struct screen *s, const struct screen_layout *layout)
{
    ((struct cores *)s->panes[LAYOUT_CORES])->view = layout->cores;
    s->sizes = layout->sizes;
    for (int i = LAYOUT_PODS; i <= LAYOUT_EVENTS; i++) {
        if (s->panes[i]->ops->letter != layout->pane) continue;
        s->left = (enum layout_pane)i;
        if (layout_whole(s->focus) || s->focus == LAYOUT_RECOVERY || s->opened || s->typing) continue;
        s->focus = (enum layout_pane)i;
        s->zoomed = layout->zoomed;
    }
}

/* Another view is not chosen blindly: what is not in sight comes into it first. */
void screen_heat(struct screen *s)
{
    if (s->layout.pane[LAYOUT_CORES].rows == 0 || s->opened)
        (void)screen_focus(s, cores_pane_ops.letter);
    else
        cores_view_next(s->panes[LAYOUT_CORES]);
}

bool screen_open(struct screen *s)
{
    struct selection unused;
    if (!s->panes[s->focus]->ops->selected(s->panes[s->focus], &unused)) return false;
    s->opened = true;
    detail_open(&s->detail);
    return true;
}

bool screen_back(struct screen *s)
{
    struct table_view *t = s->panes[s->focus]->table;
    if (s->opened && text_view_back(&s->detail.view)) return true;
    bool *closes[] = {&s->typing, &s->opened, &s->zoomed};
    for (size_t i = 0; i < ARRAY_LEN(closes); i++)
        if (*closes[i]) {
            *closes[i] = false;
            if (i == 0) table_filter(t, "");
            return true;
        }
    if (t && table_marks(t, NULL)) {
        table_marks_clear(t);
        return true;
    }
    if (t && t->filter[0]) {
        table_filter(t, "");
        return true;
    }
    if (!layout_whole(s->focus)) return false;
    s->focus = s->staged ? LAYOUT_STAGE : screen_shows(s, s->left) ? s->left : LAYOUT_PODS;
    s->staged = false;
    return true;
}

bool screen_filter(struct screen *s)
{
    struct table_view *t = s->panes[s->focus]->table;
    char text[TABLE_FILTER_MAX + 1];
    if (s->opened) text_view_find(&s->detail.view);
    if (!t || s->opened) return s->opened;
    snprintf(text, sizeof text, "%s%s", t->filter_inverts ? "!" : "", t->filter);
    textbox_set(&s->filter, text);
    return s->typing = true;
}

struct table_view *screen_table(const struct screen *s)
{
    return s->opened ? NULL : s->panes[s->focus]->table;
}

struct table_view *screen_rows(const struct screen *s)
{
    const bool heat = s->focus == LAYOUT_CORES && cores_heat((const struct cores *)s->panes[LAYOUT_CORES]);
    return heat ? NULL : screen_table(s);
}

size_t screen_marks(const struct screen *s)
{
    const struct table_view *t = screen_table(s);
    return t ? table_marks(t, NULL) : 0;
}

bool screen_mark_next(const struct screen *s, const struct view *view, size_t *at, struct selection *ret)
{
    const struct table_view *t = screen_table(s);
    const char *key = t ? table_mark_next(t, at) : NULL;
    if (!key) return false;
    *ret = pane_selection(s->panes[s->focus], key);
    find_pod(ret, view);
    return true;
}

bool screen_typing(const struct screen *s)
{
    return s->typing || (s->opened && text_view_typing(&s->detail.view));
}

const struct pane *screen_pane(const struct screen *s)
{
    return s->panes[s->focus];
}

bool screen_selection(const struct screen *s, struct selection *ret)
{
    const struct pane *p = s->panes[s->focus];
    /* Keys may have moved it since the last update, which alone finds the pod of another table's row. */
    if (!p->ops->selected(p, ret)) return false;
    if (s->selects && s->selection.table == ret->table && strcmp(s->selection.key, ret->key) == 0) *ret = s->selection;
    return true;
}

const char *screen_detail(const struct screen *s)
{
    return buf_text(&s->detail.text);
}

bool screen_detail_opened(const struct screen *s)
{
    return s->opened;
}

bool screen_opened(const struct screen *s)
{
    return s->opened || s->zoomed || layout_whole(s->focus);
}
