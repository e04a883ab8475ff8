/* cores_heat.c - the heat view of the NeuronCores: a cell a core, a line a K8s node or pod. */
#include "tui/panes/cores_heat.h"

#include "backends/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEAD = 2,
    GAP = 2,
    LABEL_LEAST = 4,
    TAIL = 14, /* "111/128   61%" */
    DEVICES_EVEN = 4,
    LEGEND_LEAST = 46
};

/* ---- what is in it ---- */

void heat_clear(struct heat *h)
{
    h->cells = h->places = 0;
}

void heat_done(struct heat *h)
{
    free(h->cell);
    free(h->place);
    *h = (struct heat){0};
}

void heat_place_add(struct heat *h, const char *name, const char *source)
{
    if (h->places == h->place_room) {
        h->place_room = h->place_room ? 2 * h->place_room : 16;
        h->place = mem_grow(h->place, h->place_room, sizeof *h->place);
    }
    struct heat_place *p = &h->place[h->places++];
    *p = (struct heat_place){.first = h->cells, .per_device = 1};
    snprintf(p->name, sizeof p->name, "%s", name);
    snprintf(p->source, sizeof p->source, "%s", source ? source : "");
}

void heat_freshen(struct heat *h, const struct world *w, uint64_t now_ms)
{
    for (size_t i = 0; i < h->places; i++) {
        struct heat_place *p = &h->place[i];
        const struct fresh f = fresh_of(w, WORLD_NEURON, p->source[0] ? p->source : NULL, now_ms);
        p->stale[0] = '\0';
        if (fresh_is_old(f.state)) fresh_words(f.state, f.age_ms, p->stale);
    }
}

void heat_cell_add(struct heat *h, const struct heat_cell *cell)
{
    if (h->places == 0) return;
    if (h->cells == h->cell_room) {
        h->cell_room = h->cell_room ? 2 * h->cell_room : 64;
        h->cell = mem_grow(h->cell, h->cell_room, sizeof *h->cell);
    }
    struct heat_place *p = &h->place[h->places - 1];
    h->cell[h->cells++] = *cell;
    p->count++;
    p->held += cell->load != HEAT_NO_RUNTIME && cell->load != HEAT_UNKNOWN;
    unsigned same = 1;
    for (size_t i = h->cells - 1; i > p->first && h->cell[i - 1].device == cell->device; i--) same++;
    if (same > p->per_device) p->per_device = same;
}

enum role heat_role(int load)
{
    if (load < 0) return ROLE_DIM;
    return load < 3 ? ROLE_HEAT_1 : load < 5 ? ROLE_HEAT_2 : load < 8 ? ROLE_HEAT_3 : ROLE_HEAT_4;
}

enum role load_role(double percent)
{
    return (enum role)(ROLE_LOAD_1 + (heat_role(percent < 0      ? 0
                                                : percent >= 100 ? 9
                                                                 : (int)(percent / 10)) -
                                      ROLE_HEAT_1));
}

/* ---- where everything stands ---- */

/* Whole devices a line, all lines alike: one core is above the other that has its index. */
struct heat_plan {
    int label, cols; /* of a core */
    unsigned per_device;
    bool gaps; /* between devices */
    size_t devices_a_line;
    int lines; /* of all places */
};

static size_t devices_of(const struct heat_place *p, unsigned per_device)
{
    return (p->count + per_device - 1) / per_device;
}

static int place_lines(const struct heat_plan *plan, const struct heat_place *p)
{
    return (int)((devices_of(p, plan->per_device) + plan->devices_a_line - 1) / plan->devices_a_line);
}

static int line_cols(size_t devices, unsigned per_device, int cell, bool gaps)
{
    return (int)devices * ((int)per_device * cell + gaps) - gaps;
}

static struct heat_plan plan_of(const struct heat *h, int cols)
{
    struct heat_plan plan = {.label = LABEL_LEAST, .cols = 1, .per_device = 1, .gaps = true};
    size_t most = 1;
    for (size_t i = 0; i < h->places; i++) {
        const int width = (int)text_width(h->place[i].name);
        if (width > plan.label) plan.label = width;
        if (h->place[i].per_device > plan.per_device) plan.per_device = h->place[i].per_device;
    }
    for (size_t i = 0; i < h->places; i++) {
        const size_t devices = devices_of(&h->place[i], plan.per_device);
        if (devices > most) most = devices;
    }
    const int room = cols - LEAD - plan.label - GAP - TAIL;
    if (line_cols(most, plan.per_device, 2, true) <= room)
        plan.cols = 2;
    else if (line_cols(most, plan.per_device, 1, true) > room && line_cols(most, plan.per_device, 1, false) <= room)
        plan.gaps = false;
    plan.devices_a_line = most;
    while (plan.devices_a_line > 1 && line_cols(plan.devices_a_line, plan.per_device, plan.cols, plan.gaps) > room)
        plan.devices_a_line--;
    if (plan.devices_a_line < most && plan.devices_a_line > DEVICES_EVEN)
        plan.devices_a_line -= plan.devices_a_line % DEVICES_EVEN;
    for (size_t i = 0; i < h->places; i++) plan.lines += place_lines(&plan, &h->place[i]);
    return plan;
}

int heat_lines(const struct heat *h, int cols)
{
    return plan_of(h, cols).lines;
}

/* The line of a core within its place, and its column. */
static void cell_at(const struct heat_plan *plan, size_t core, int *ret_line, int *ret_col)
{
    const size_t device = core / plan->per_device, in_line = device % plan->devices_a_line;
    *ret_line = (int)(device / plan->devices_a_line);
    *ret_col = LEAD + plan->label + GAP + line_cols(in_line + 1, plan->per_device, plan->cols, plan->gaps) -
               (int)(plan->per_device - core % plan->per_device) * plan->cols;
}

/* The first line that is drawn: what is selected stays in sight. */
static int top_of(const struct heat *h, const struct heat_plan *plan, int rows, size_t selected_row)
{
    int at = 0, line, col;
    if (plan->lines <= rows) return 0;
    for (size_t i = 0; i < h->places; i++) {
        const struct heat_place *p = &h->place[i];
        for (size_t k = 0; k < p->count; k++) {
            if (h->cell[p->first + k].row != selected_row) continue;
            cell_at(plan, k, &line, &col);
            const int top = at + line - rows / 2, last = plan->lines - rows;
            return top < 0 ? 0 : top > last ? last : top;
        }
        at += place_lines(plan, p);
    }
    return 0;
}

/* ---- drawing ---- */

static void cell_draw(struct canvas *cv, int row, int col, int cols, const struct heat_cell *cell, bool stale,
                      bool selected)
{
    const uint32_t cp = cell->load >= 0                 ? (uint32_t)('0' + cell->load)
                        : cell->load == HEAT_NO_RUNTIME ? (cv->ascii ? '.' : 0xB7)
                                                        : (cv->ascii ? '-' : 0x2013);
    const enum role role = selected ? ROLE_SELECTED : stale ? ROLE_STALE : heat_role(cell->load);
    canvas_fill(cv, row, col, 1, cell->load >= 0 || selected ? cols : 1, role, ' ');
    canvas_fill(cv, row, col, 1, 1, role, cp);
}

/* "24/32   61%": held, and the mean of what is known of them. */
static void tail_draw(struct canvas *cv, int row, const struct heat *h, const struct heat_place *p)
{
    double sum = 0;
    size_t known = 0;
    for (size_t k = 0; k < p->count; k++) {
        const struct heat_cell *cell = &h->cell[p->first + k];
        if (cell->load < 0) continue;
        sum += cell->percent;
        known++;
    }
    char text[48];
    if (p->stale[0])
        snprintf(text, sizeof text, "%.24s", p->stale);
    else if (known)
        snprintf(text, sizeof text, "%zu/%zu %4.0f%%", p->held, p->count, sum / (double)known);
    else
        snprintf(text, sizeof text, "%zu/%zu    %s", p->held, p->count, glyph(cv->ascii, GLYPH_UNKNOWN));
    canvas_field(cv, row, cv->cols - TAIL + 1, -(TAIL - 1), p->stale[0] ? ROLE_STALE : ROLE_TEXT, text);
}

static void place_draw(const struct heat *h, const struct heat_plan *plan, const struct heat_place *p, int from,
                       const struct heat_look *look, struct canvas *cv)
{
    const enum role role = p->stale[0] ? ROLE_STALE : ROLE_TEXT;
    if (from >= 0) {
        canvas_field(cv, from, LEAD, plan->label, role, p->name);
        tail_draw(cv, from, h, p);
    }
    for (size_t k = 0; k < p->count; k++) {
        const struct heat_cell *cell = &h->cell[p->first + k];
        int line, col;
        cell_at(plan, k, &line, &col);
        if (from + line < 0 || (look->hidden && look->hidden[cell->row])) continue;
        cell_draw(cv, from + line, col, plan->cols, cell, p->stale[0],
                  look->focused && cell->row == look->selected_row);
    }
}

/* The index of each eighth core over its column. */
static void head_draw(const struct heat *h, const struct heat_plan *plan, struct canvas *cv)
{
    int until = 0, line, col;
    canvas_field(cv, 0, LEAD, plan->label, ROLE_HEADER, "POD");
    const size_t cores = plan->devices_a_line * plan->per_device;
    for (size_t k = 0; h->cells && k < cores; k += 8) {
        char text[24];
        cell_at(plan, k, &line, &col);
        if (k % plan->per_device || col < until) continue;
        snprintf(text, sizeof text, "%zu", k);
        until = canvas_text(cv, 0, col, ROLE_HEADER, text) + 1;
    }
    canvas_field(cv, 0, cv->cols - TAIL + 1, -(TAIL - 1), ROLE_HEADER, "HELD  MEAN");
}

void heat_legend_draw(struct canvas *cv, int row)
{
    int col = LEAD;
    col = canvas_text(cv, row, col, ROLE_DIM, "load ");
    for (int load = 0; load < 10; load++) {
        canvas_fill(cv, row, col, 1, 1, heat_role(load), (uint32_t)('0' + load));
        col++;
    }
    if (cv->cols < LEGEND_LEAST) return;
    col = canvas_text(cv, row, col, ROLE_DIM, " tenths   ");
    col = canvas_text(cv, row, col, ROLE_DIM, glyph(cv->ascii, GLYPH_DOT));
    col = canvas_text(cv, row, col, ROLE_DIM, " no runtime   ");
    col = canvas_text(cv, row, col, ROLE_DIM, glyph(cv->ascii, GLYPH_UNKNOWN));
    (void)canvas_text(cv, row, col, ROLE_DIM, " unknown");
}

void heat_draw(const struct heat *h, const struct heat_look *look, struct canvas *cv)
{
    const struct heat_plan plan = plan_of(h, cv->cols);
    const int rows = cv->rows - 2; /* without head and legend */
    if (rows < 1) return;
    struct canvas body = canvas_sub(cv, 1, 0, rows, cv->cols);
    const int top = top_of(h, &plan, rows, look->selected_row);
    int at = -top;
    head_draw(h, &plan, cv);
    for (size_t i = 0; i < h->places; i++) {
        place_draw(h, &plan, &h->place[i], at, look, &body);
        at += place_lines(&plan, &h->place[i]);
    }
    const int legend = plan.lines < rows ? 1 + plan.lines : cv->rows - 1;
    char more[64] = "";
    if (plan.lines > rows) snprintf(more, sizeof more, "lines %d–%d of %d", top + 1, top + rows, plan.lines);
    const int width = (int)text_width(more);
    struct canvas left = canvas_sub(cv, legend, 0, 1, cv->cols - width - 2);
    heat_legend_draw(&left, 0);
    canvas_text(cv, cv->rows - 1, cv->cols - width - 1, ROLE_WARN, more);
}

size_t heat_row_at(const struct heat *h, int rows, int cols, size_t selected_row, int row, int col)
{
    const struct heat_plan plan = plan_of(h, cols);
    int at = 1 - top_of(h, &plan, rows - 2, selected_row), line, from;
    if (row < 1) return SIZE_MAX;
    for (size_t i = 0; i < h->places; i++) {
        const struct heat_place *p = &h->place[i];
        for (size_t k = 0; k < p->count; k++) {
            cell_at(&plan, k, &line, &from);
            if (at + line == row && col >= from && col < from + plan.cols) return h->cell[p->first + k].row;
        }
        at += place_lines(&plan, p);
    }
    return SIZE_MAX;
}
