/* layout_split.c - see layout_split.h. */
#include "tui/panes/layout_split.h"

#include "backends/base/mem.h"
#include "tui/draw/canvas.h"

#include <stddef.h>

static bool rect_has(struct rect r, int row, int col)
{
    return row >= r.row && row < r.row + r.rows && col >= r.col && col < r.col + r.cols;
}

enum layout_split layout_split_at(const struct layout *l, int row, int col)
{
    const struct {
        struct rect where;
        enum layout_split split;
    } all[] = {
        {l->split[0], SPLIT_LINE},
        {l->split[1], l->three ? SPLIT_LINE_2 : SPLIT_LINE},
        {l->detail_rule, SPLIT_PODS},
        {l->rule[LAYOUT_RECOVERY], SPLIT_PODS},
        {l->rule[LAYOUT_CORES], SPLIT_MIDDLE},
        {l->rule[LAYOUT_GCS], SPLIT_MIDDLE},
        {l->rule[LAYOUT_REQUESTS], l->three ? SPLIT_MIDDLE : SPLIT_LOWER},
        {l->rule[LAYOUT_EVENTS], l->three ? SPLIT_REQUESTS : SPLIT_LOWER},
    };
    if (l->sizes.rows)
        for (size_t i = 0; i < ARRAY_LEN(all); i++)
            if (rect_has(all[i].where, row, col)) return all[i].split;
    return SPLIT_NONE;
}

/* The row or the column of it. */
static int split_place(const struct layout *l, enum layout_split split)
{
    switch (split) {
    case SPLIT_PODS: return l->rule[LAYOUT_PODS].row + l->sizes.band[LAYOUT_PODS_BAND] + 1;
    case SPLIT_MIDDLE: return l->rule[LAYOUT_CORES].row;
    case SPLIT_LOWER: return l->rule[LAYOUT_REQUESTS].row;
    case SPLIT_REQUESTS: return l->rule[LAYOUT_EVENTS].row;
    case SPLIT_LINE: return l->split[0].col;
    case SPLIT_LINE_2: return l->split[1].col;
    case SPLIT_NONE: break;
    }
    return 0;
}

static void rows_move(const struct layout *l, enum layout_band above, enum layout_band below, int by,
                      struct layout_sizes *s)
{
    by = clamp_int(by, l->least[above] - s->band[above], s->band[below] - l->least[below]);
    s->band[above] += by;
    s->band[below] -= by;
}

struct layout_sizes layout_split_to(const struct layout *l, enum layout_split split, int row, int col)
{
    struct layout_sizes s = l->sizes;
    const bool line = split == SPLIT_LINE || split == SPLIT_LINE_2;
    const int by = (line ? col : row) - split_place(l, split);
    const int before_last = l->three && split == SPLIT_LINE ? s.line[1] : s.cols;
    const int left = split == SPLIT_LINE_2 ? s.line[0] + 1 : 0;
    switch (split) {
    case SPLIT_PODS: rows_move(l, LAYOUT_PODS_BAND, LAYOUT_MIDDLE_BAND, by, &s); break;
    case SPLIT_MIDDLE:
        rows_move(l, LAYOUT_MIDDLE_BAND, l->three ? LAYOUT_LOWER_BAND : LAYOUT_UPPER_BAND, by, &s);
        break;
    case SPLIT_LOWER: rows_move(l, LAYOUT_UPPER_BAND, LAYOUT_LOWER_BAND, by, &s); break;
    case SPLIT_REQUESTS: /* its limits: layout_of */
        s.band[LAYOUT_UPPER_BAND] = clamp_int(s.band[LAYOUT_UPPER_BAND] + by, 1, s.rows);
        break;
    case SPLIT_LINE:
    case SPLIT_LINE_2:
        s.line[split - SPLIT_LINE] = clamp_int(col, left + LAYOUT_COLUMN_MIN, before_last - 1 - LAYOUT_COLUMN_MIN);
        break;
    case SPLIT_NONE: break;
    }
    return s;
}

static bool split_moved(const struct layout *l, enum layout_split split, int by, struct layout_sizes *ret)
{
    if (!l->sizes.rows || split == SPLIT_NONE) return false;
    const int place = split_place(l, split) + by;
    *ret = layout_split_to(l, split, place, place);
    return true;
}

/* By the rule below it; the lowest panes by the one above. */
bool layout_taller(const struct layout *l, enum layout_pane pane, int by, struct layout_sizes *ret)
{
    switch (pane) {
    case LAYOUT_PODS: return split_moved(l, SPLIT_PODS, by, ret);
    case LAYOUT_RECOVERY: return split_moved(l, SPLIT_MIDDLE, by, ret);
    case LAYOUT_CORES:
    case LAYOUT_GCS: return split_moved(l, l->three ? SPLIT_MIDDLE : SPLIT_LOWER, l->three ? -by : by, ret);
    case LAYOUT_REQUESTS: return split_moved(l, l->three ? SPLIT_REQUESTS : SPLIT_LOWER, l->three ? by : -by, ret);
    case LAYOUT_EVENTS: return split_moved(l, l->three ? SPLIT_REQUESTS : SPLIT_LOWER, -by, ret);
    default: return false;
    }
}

/* By the line on its right; the panes on the right by that on their left. */
bool layout_wider(const struct layout *l, enum layout_pane pane, int by, struct layout_sizes *ret)
{
    switch (pane) {
    case LAYOUT_CORES: return split_moved(l, SPLIT_LINE, by, ret);
    case LAYOUT_GCS: return split_moved(l, l->three ? SPLIT_LINE_2 : SPLIT_LINE, l->three ? by : -by, ret);
    case LAYOUT_REQUESTS: return split_moved(l, l->three ? SPLIT_LINE_2 : SPLIT_LINE, l->three ? -by : by, ret);
    case LAYOUT_EVENTS: return split_moved(l, l->three ? SPLIT_LINE_2 : SPLIT_LINE, -by, ret);
    default: return false;
    }
}
