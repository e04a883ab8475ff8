/* lint_pane.c - the pane of a manifest's findings. */
#include "tui/panes/lint_pane.h"

#include "tui/panes/chrome.h"
#include "tui/panes/findings_view.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>
#include <string.h>

struct lint_pane {
    struct findings_view view;
    uint64_t generation; /* of what the table shows; 0: nothing */
};

static const struct linted *linted_of(const struct view *v)
{
    return v->chrome ? v->chrome->linted : NULL;
}

static void lint_init(struct pane *p)
{
    findings_view_init((struct findings_view *)p, true);
}

static void lint_done(struct pane *p)
{
    findings_view_done((struct findings_view *)p);
}

static void lint_update(struct pane *p, const struct view *v)
{
    struct lint_pane *s = (struct lint_pane *)p;
    const struct linted *linted = linted_of(v);
    if (!linted || linted->generation == s->generation) return;
    s->generation = linted->generation;
    findings_view_fill(&s->view, &linted->found);
}

static void lint_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    const bool looked = linted_of(v) != NULL;
    findings_view_draw((const struct findings_view *)p, cv, focused, looked ? ROLE_OK : ROLE_DIM,
                       looked ? "every rule holds in this manifest"
                              : "no manifest was looked at yet: :lint [FILE]; without one, what x d would take");
}

static int wanted_rows(const struct pane *p, const struct view *v, int cols)
{
    (void)v;
    (void)cols;
    return findings_view_rows((const struct findings_view *)p);
}

static void lint_status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    const struct linted *linted = linted_of(v);
    char text[FINDINGS_STATUS_MAX];
    (void)p;
    if (!linted) return;
    findings_view_status(&linted->found, text);
    const char *slash = strrchr(linted->file, '/');
    snprintf(out, size, "%.48s · %s", slash ? slash + 1 : linted->file, text);
}

/* It is hidden while another pane has the focus. */
static void lint_brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    (void)p;
    (void)v;
    (void)out;
    (void)size;
}

static void lint_detail(const struct pane *p, const struct view *v, struct buf *out)
{
    const struct linted *linted = linted_of(v);
    if (linted) findings_view_detail((const struct findings_view *)p, &linted->found, out);
}

const struct pane_ops lint_pane_ops = {
    .name = "lint",
    .title = "Lint",
    .tab = "Lint",
    .letter = '7',
    .rows_of = TABLE_RAYSERVICE, /* a finding is no row of the world: no RayService has its key */
    .state_size = sizeof(struct lint_pane),
    .min_rows = 2,
    .init = lint_init,
    .done = lint_done,
    .update = lint_update,
    .draw = lint_draw,
    .wanted_rows = wanted_rows,
    .status = lint_status,
    .brief = lint_brief,
    .selected = pane_table_selected,
    .detail = lint_detail,
    .input = findings_view_input,
};
