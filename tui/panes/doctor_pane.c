/* doctor_pane.c - the pane of the HA rules on the running service, evaluated again while it has the focus. It takes the
 * whole screen then, and is hidden otherwise. */
#include "deploy/doctor.h"
#include "tui/panes/chrome.h"
#include "tui/panes/findings_view.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>

struct doctor_pane {
    struct findings_view view;
    struct pane_due due;
    struct findings found;
};

static void doctor_init(struct pane *p)
{
    struct doctor_pane *s = (struct doctor_pane *)p;
    findings_view_init(&s->view, false);
    findings_init(&s->found);
}

static void doctor_done(struct pane *p)
{
    struct doctor_pane *s = (struct doctor_pane *)p;
    findings_view_done(&s->view);
    findings_done(&s->found);
}

/* Evaluates the rules only while it has the focus. */
static void doctor_update(struct pane *p, const struct view *v)
{
    struct doctor_pane *s = (struct doctor_pane *)p;
    const struct chrome *c = v->chrome;
    const struct doctor_ask ask = {.now_ms = v->now_ms,
                                   .wall_ms = v->wall_ms,
                                   .may_delete = c ? c->may_delete : TRI_UNKNOWN,
                                   .may_why = c ? c->may_why : NULL,
                                   .aws = c ? c->aws : NULL};
    if (p->rows == 0 || !pane_due(&s->due, p, v, world_generation_all(v->world), 1000)) return;
    findings_done(&s->found);
    findings_init(&s->found);
    doctor_of(v->world, v->focus, &ask, &s->found);
    findings_view_fill(&s->view, &s->found);
}

static void doctor_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    (void)v;
    findings_view_draw((const struct findings_view *)p, cv, focused, ROLE_OK, "every rule that was checked holds");
}

static int wanted_rows(const struct pane *p, const struct view *v, int cols)
{
    (void)v;
    (void)cols;
    return findings_view_rows((const struct findings_view *)p);
}

static void doctor_status(const struct pane *p, const struct view *v, char *out, size_t size)
{
    char text[FINDINGS_STATUS_MAX];
    (void)v;
    findings_view_status(&((const struct doctor_pane *)p)->found, text);
    snprintf(out, size, "%s", text);
}

static void doctor_brief(const struct pane *p, const struct view *v, char *out, size_t size)
{
    char text[FINDINGS_STATUS_MAX];
    doctor_status(p, v, text, sizeof text);
    snprintf(out, size, "  Doctor  %s", text);
}

static void doctor_detail(const struct pane *p, const struct view *v, struct buf *out)
{
    const struct doctor_pane *s = (const struct doctor_pane *)p;
    (void)v;
    findings_view_detail(&s->view, &s->found, out);
}

const struct pane_ops doctor_pane_ops = {
    .name = "doctor",
    .title = "Doctor",
    .tab = "Doctor",
    .letter = '6',
    .rows_of = TABLE_RAYSERVICE, /* a finding is no row of the world: no RayService has its key */
    .state_size = sizeof(struct doctor_pane),
    .min_rows = 2,
    .init = doctor_init,
    .done = doctor_done,
    .update = doctor_update,
    .draw = doctor_draw,
    .wanted_rows = wanted_rows,
    .status = doctor_status,
    .brief = doctor_brief,
    .selected = pane_table_selected,
    .detail = doctor_detail,
    .input = findings_view_input,
};
