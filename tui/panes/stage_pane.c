/* stage_pane.c - the stage as a pane that takes the whole screen while it has the focus. */
#include "tui/panes/pane_tools.h"
#include "tui/panes/stage.h"

static void stage_pane_init(struct pane *p)
{
    p->table = NULL;
}

static void stage_pane_done(struct pane *p)
{
    (void)p;
}

static void stage_pane_update(struct pane *p, const struct view *v)
{
    struct stage *s = (struct stage *)p;
    struct answer answers[ANSWERS];
    if (p->rows == 0) return;
    answers_of(v->world, v->focus, v->outage, v->previous, v->now_ms, v->wall_ms, answers);
    stage_badges_of(v, answers, s->badge);
    stage_clock_of(v, answers, &s->clock);
    stage_strip_of(v, stage_slots(p->cols), &s->strip);
}

static void stage_pane_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused)
{
    (void)v;
    (void)focused;
    stage_draw((const struct stage *)p, cv);
}

static int wanted_rows(const struct pane *p, const struct view *v, int cols)
{
    (void)p;
    (void)v;
    (void)cols;
    return 0;
}

static void stage_pane_nothing(const struct pane *p, const struct view *v, char *out, size_t size)
{
    (void)p;
    (void)v;
    if (size) *out = '\0';
}

static bool stage_pane_selected(const struct pane *p, struct selection *ret)
{
    (void)p;
    (void)ret;
    return false;
}

static void stage_pane_detail(const struct pane *p, const struct view *v, struct buf *out)
{
    (void)p;
    (void)v;
    (void)out;
}

static struct pane_request stage_pane_input(struct pane *p, const struct view *v, const struct input *in)
{
    (void)p;
    (void)v;
    return in->type == INPUT_KEY ? pane_no_key(in) : (struct pane_request){.type = REQUEST_NONE};
}

const struct pane_ops stage_pane_ops = {
    .name = "stage",
    .title = "Stage",
    .tab = "Stage",
    .letter = 'S',
    .state_size = sizeof(struct stage),
    .min_rows = 8,
    .sideways = true,
    .init = stage_pane_init,
    .done = stage_pane_done,
    .update = stage_pane_update,
    .draw = stage_pane_draw,
    .wanted_rows = wanted_rows,
    .status = stage_pane_nothing,
    .brief = stage_pane_nothing,
    .selected = stage_pane_selected,
    .detail = stage_pane_detail,
    .input = stage_pane_input,
};
