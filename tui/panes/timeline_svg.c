/* timeline_svg.c - the page of a timeline in SVG: colours, axis, labels, rungs, symbols. */
#include "tui/panes/timeline_svg.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/xml.h"
#include "tui/panes/timeline_draw_priv.h"
#include "tui/panes/timeline_svg_priv.h"

#include <stdio.h>
#include <string.h>

enum { TITLE_ROWS = 58, AXIS_ROWS = 24, GAP = 8, WORDS_MOST = 54, RUNG_ROWS = 16, FOOT_ROWS = 40 };

/* ---- colours -------------------------------------------------------------------------------------------------- */

#define LIGHT                                                                                                          \
    "svg{--page:#fff;--text:#1f2328;--dim:#59636e;--rule:#d1d9e0;--ok:#1a7f37;--warn:#9a6700;--bad:#cf222e;"           \
    "--spark:#0969da;--gone:#818b98}"
#define DARK                                                                                                           \
    "svg{--page:#0d1117;--text:#f0f6fc;--dim:#9198a1;--rule:#3d444d;--ok:#3fb950;--warn:#d29922;--bad:#f85149;"        \
    "--spark:#4493f8;--gone:#656c76}"

static void style_add(enum svg_theme theme, struct buf *out)
{
    buf_str(out, "<style>\n");
    buf_str(out, theme == SVG_DARK ? DARK : LIGHT);
    if (theme == SVG_AUTO) buf_str(out, "\n@media (prefers-color-scheme: dark){" DARK "}");
    buf_str(
        out,
        "\ntext{font:12px ui-monospace,Menlo,Consolas,monospace;fill:var(--text)}"
        "\n.title{font-size:15px;font-weight:bold}.dim{fill:var(--dim)}.page{fill:var(--page)}"
        "\n.ready,.answered{fill:var(--ok)}.starting{fill:url(#stripes)}.pending{fill:url(#dots)}"
        "\n.terminating{fill:url(#checks)}.failed,.failures,.zero{fill:var(--bad)}.slow{fill:var(--warn)}"
        "\n.unknown{fill:url(#hatch)}.waiting{fill:none;stroke:var(--text)}.gone{fill:var(--gone)}"
        "\n.died{stroke:var(--bad);stroke-width:2.5;fill:none}.GCS{fill:var(--ok)}.cores{fill:var(--spark)}"
        "\n.late{fill:var(--bad)}.line{fill:var(--dim)}.number{font-weight:bold}.bad{fill:var(--bad);font-weight:bold}"
        "\n.grid{stroke:var(--rule)}.t0{stroke:var(--bad);stroke-dasharray:4 3}.cursor{stroke:var(--text)}"
        "\n.normal{fill:var(--dim)}.warning{fill:var(--bad)}.rung{fill:var(--text)}.digit{fill:var(--page);"
        "font-weight:bold;text-anchor:middle}\n</style>\n");
}

static void patterns_add(struct buf *out)
{
    buf_str(out, "<defs>\n"
                 "<pattern id=\"stripes\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
                 "<path d=\"M-1 1l2-2M0 6l6-6M5 7l2-2\" stroke=\"var(--warn)\" stroke-width=\"2.5\"/></pattern>\n"
                 "<pattern id=\"dots\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
                 "<circle cx=\"2\" cy=\"2\" r=\"1\" fill=\"var(--warn)\"/></pattern>\n"
                 "<pattern id=\"checks\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
                 "<path d=\"M0 0h4v4h-4zM4 4h4v4h-4z\" fill=\"var(--warn)\"/></pattern>\n"
                 "<pattern id=\"hatch\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
                 "<path d=\"M-1 1l2-2M0 8l8-8M7 9l2-2\" stroke=\"var(--rule)\"/></pattern>\n</defs>\n");
}

/* ---- texts ---------------------------------------------------------------------------------------------------- */

static void text_add(struct buf *out, const char *class, double x, int y, const char *text)
{
    buf_printf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%d\">", class, x, y);
    xml_text(out, text);
    buf_str(out, "</text>\n");
}

static bool begins_group(const struct svg *v, size_t lane)
{
    return lane == 0 || strcmp(v->plan.lane[lane].group, v->plan.lane[lane - 1].group) != 0;
}

static void label_add(const struct svg *v, size_t lane, int height)
{
    enum { GROUP_X = 12, NAME_X = 66, BASE = 4 };
    const struct timeline_lane *l = &v->plan.lane[lane];
    char words[TIMELINE_WORDS_MAX], cut[WORDS_MOST];
    const int y = v->y + height / 2 + BASE;
    if (begins_group(v, lane)) text_add(v->out, "dim", GROUP_X, y, l->group);
    text_add(v->out, "name", NAME_X, y, l->name);
    timeline_words(v->scene->timeline, l, v->scene->cursor_ms, 1000, words);
    text_safe_into(cut, sizeof cut, words, strlen(words));
    text_add(v->out, "name", SVG_WORDS, y, cut);
}

/* ---- the axis ------------------------------------------------------------------------------------------------- */

static void line_add(struct buf *out, const char *class, double x, int from, int to)
{
    buf_printf(out, "<path class=\"%s\" d=\"M%.1f %dV%d\"/>\n", class, x, from, to);
}

static void axis_add(const struct svg *v, int top, int bottom)
{
    struct timeline_tick tick[TIMELINE_TICKS];
    /* As many as fit beside each other: eleven columns of text each. */
    struct timeline_plan wide = v->plan;
    wide.plot = SVG_PLOT / 8;
    wide.col_ms = v->plan.col_ms * SVG_COLUMNS / (uint64_t)wide.plot;
    const size_t count = timeline_ticks(v->scene, &wide, tick);
    for (size_t i = 0; i < count; i++) {
        const double x = svg_x(v, tick[i].at_ms);
        line_add(v->out, "grid", x, top, bottom);
        if (x < SVG_LEFT + SVG_PLOT - 40) text_add(v->out, tick[i].t0 ? "bad" : "dim", x + 3, top + 10, tick[i].text);
    }
    if (has_outage(v->scene)) line_add(v->out, "t0", svg_x(v, v->scene->outage->t0_ms), top, bottom);
}

static void cursor_add(const struct svg *v, int top, int bottom)
{
    if (column_of(&v->plan, v->scene->cursor_ms) >= 0)
        line_add(v->out, "cursor", svg_x(v, v->scene->cursor_ms), top, bottom);
}

/* ---- rungs ---------------------------------------------------------------------------------------------------- */

enum { RUNG_RADIUS = 8, RUNG_APART = 17 };

/* Numbered on the axis from *free_x on, and listed in words from y on; returns the row after those. */
static int rungs_of_loss(const struct svg *v, const struct outage *o, int axis_y, int y, double *free_x)
{
    enum rung order[RUNG_COUNT];
    int number = 0;
    outage_rung_order(o, order);
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct outage_rung *rung = &o->rung[order[i]];
        char offset[TEXT_NUM_MAX], line[TIMELINE_WORDS_MAX * 2];
        const uint64_t at_ms = o->t0_ms + rung->after_ms;
        if (!rung->seen) continue;
        number++;
        snprintf(line, sizeof line, "%d  %s  %s%s%s", number, outage_offset(offset, rung->after_ms),
                 rung_words(order[i]), *rung->note ? ": " : "", rung->note);
        text_add(v->out, "name", 68, y, line);
        y += RUNG_ROWS;
        if (column_of(&v->plan, at_ms) < 0) continue;
        const double x = svg_x(v, at_ms) > *free_x ? svg_x(v, at_ms) : *free_x; /* none covers another */
        buf_printf(v->out, "<circle class=\"rung\" cx=\"%.1f\" cy=\"%d\" r=\"%d\"/>", x, axis_y, RUNG_RADIUS);
        buf_printf(v->out, "<text class=\"digit\" x=\"%.1f\" y=\"%d\">%d</text>\n", x, axis_y + 4, number);
        *free_x = x + RUNG_APART;
    }
    return y;
}

/* Of each loss that is shown; where there are several, each under its T0. */
static void rungs_add(const struct svg *v, int axis_y, int y)
{
    const bool titled = scene_losses(v->scene, &v->plan) > 1;
    char stamp[STAMP_TEXT_MAX], cause[OUTAGE_WORDS_MAX], line[TIMELINE_WORDS_MAX];
    double free_x = 0;
    size_t at = 0;
    for (const struct outage *o; (o = scene_loss(v->scene, &v->plan, &at));) {
        if (titled) {
            snprintf(line, sizeof line, "T0 %s, %.80s", stamp_clock(stamp, o->t0_wall_ms),
                     outage_cause_words(o, cause));
            text_add(v->out, "name", 68, y, line);
            y += RUNG_ROWS;
        }
        y = rungs_of_loss(v, o, axis_y, y, &free_x);
    }
}

/* ---- the page ------------------------------------------------------------------------------------------------- */

static int lanes_height(const struct svg *v)
{
    int height = 0;
    for (size_t i = 0; i < v->plan.lanes; i++)
        height += svg_lane_height(v, &v->plan.lane[i]) + (i && begins_group(v, i) ? GAP : 0);
    return height;
}

/* Left of where watching began, on the first lane. */
static void unwatched_add(const struct svg *v, int y)
{
    enum { WIDTH = 76, BASE = 14 };
    if (v->plan.unwatched && v->plan.lanes)
        text_add(v->out, "dim", svg_x(v, timeline_began_ms(v->scene->timeline)) - WIDTH, y + BASE, TIMELINE_UNWATCHED);
}

static void lanes_add(struct svg *v)
{
    for (size_t i = 0; i < v->plan.lanes; i++) {
        const int height = svg_lane_height(v, &v->plan.lane[i]);
        if (i && begins_group(v, i)) v->y += GAP;
        label_add(v, i, height);
        svg_lane(v, &v->plan.lane[i]);
        v->y += height;
    }
}

static void symbols_add(struct buf *out, int y)
{
    static const char *const symbols[][2] = {
        {"ready", "ready"},   {"starting", "not ready"}, {"pending", "pending"}, {"terminating", "terminating"},
        {"failed", "failed"}, {"unknown", "unknown"},
    };
    int x = SVG_LEFT;
    for (size_t i = 0; i < ARRAY_LEN(symbols); i++) {
        buf_printf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"18\" height=\"12\"/>", symbols[i][0], x, y - 10);
        if (i + 1 == ARRAY_LEN(symbols)) text_add(out, "dim", x + 6, y, "?");
        text_add(out, "dim", x + 24, y, symbols[i][1]);
        x += 124;
    }
}

/* The lines of rungs_add. */
static size_t rungs_lines(const struct svg *v)
{
    const bool titled = scene_losses(v->scene, &v->plan) > 1;
    size_t count = 0, at = 0;
    for (const struct outage *o; (o = scene_loss(v->scene, &v->plan, &at));) {
        count += titled;
        for (int i = 0; i < RUNG_COUNT; i++) count += o->rung[i].seen;
    }
    return count;
}

void timeline_svg(const struct timeline_scene *s, const char *title, enum svg_theme theme, struct buf *out)
{
    struct svg v = {.scene = s, .out = out};
    char caption[TIMELINE_WORDS_MAX], from[STAMP_TEXT_MAX];
    timeline_plan_exact(s, SVG_COLUMNS, &v.plan);
    const bool ladder = has_outage(s);
    const int top = TITLE_ROWS, lanes = top + AXIS_ROWS + (ladder ? AXIS_ROWS : 0), bottom = lanes + lanes_height(&v);
    const int rungs = (int)rungs_lines(&v) * RUNG_ROWS, height = bottom + FOOT_ROWS + rungs + (rungs ? GAP : 0);
    buf_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n",
        SVG_WIDTH, height, SVG_WIDTH, height);
    buf_str(out, "<title>");
    xml_text(out, title);
    buf_str(out, "</title>\n");
    style_add(theme, out);
    patterns_add(out);
    buf_printf(out, "<rect class=\"page\" width=\"%d\" height=\"%d\"/>\n", SVG_WIDTH, height);
    text_add(out, "title", 12, 22, title);
    timeline_caption(s, caption);
    char line[2 * TIMELINE_WORDS_MAX];
    snprintf(line, sizeof line, "from %s · %s", stamp_iso(from, timeline_wall_ms(s->timeline, v.plan.from_ms)),
             caption);
    text_add(out, "dim", 12, 42, line);
    text_add(out, "dim", SVG_WORDS, top + 10, "at the cursor");
    axis_add(&v, top, bottom);
    v.y = lanes;
    unwatched_add(&v, lanes);
    lanes_add(&v);
    cursor_add(&v, top + AXIS_ROWS / 2 + 2, bottom);
    if (ladder) rungs_add(&v, top + AXIS_ROWS + 6, bottom + GAP + RUNG_ROWS);
    symbols_add(out, height - 14);
    buf_str(out, "</svg>\n");
}
