/* pane_tools.c - what panes share: selection, mouse, requests. */
#include "tui/panes/pane_tools.h"

#include "tui/draw/table_layout.h"
#include "tui/draw/wrap.h"
#include "tui/panes/motion.h"

#include <stdio.h>
#include <string.h>

bool pane_due(struct pane_due *d, const struct pane *p, const struct view *v, uint64_t generation, uint64_t every_ms)
{
    const char *selected = v->selection ? v->selection->key : "";
    enum outage_state outage = v->outage->state;
    if (d->built && d->generation == generation && v->now_ms < d->until_ms && d->cols == p->cols &&
        d->outage == outage && strcmp(d->selected, selected) == 0)
        return false;
    d->built = true;
    d->generation = generation;
    d->until_ms = v->now_ms + every_ms - v->now_ms % (every_ms ? every_ms : 1);
    d->cols = p->cols;
    d->outage = outage;
    snprintf(d->selected, sizeof d->selected, "%s", selected);
    return true;
}

struct pane_request pane_no_key(const struct input *in)
{
    return (struct pane_request){.type = in->type == INPUT_KEY ? REQUEST_NO_KEY : REQUEST_NONE};
}

/* A click on a row selects it, a click on the selected row opens it, and a click on a head sorts. */
static struct pane_request table_mouse(struct pane *p, int rows, const struct input *in)
{
    const bool hit =
        in->mouse == MOUSE_PRESS && table_click(p->table, in->row, in->col, rows, p->cols) == TABLE_HIT_SELECTED;
    return (struct pane_request){.type = hit ? REQUEST_OPEN : REQUEST_NONE};
}

struct pane_request pane_table_input(struct pane *p, int rows, const struct input *in)
{
    const struct pane_request none = {.type = REQUEST_NONE};
    const int page = rows > 1 ? rows - 1 : 1, by = motion_by(in, page);
    if (by) return table_move(p->table, by, page), none;
    if (in->type == INPUT_MOUSE) return table_mouse(p, rows, in);
    if (in->type != INPUT_KEY) return none;
    if (in->key != KEYP_ENTER) return pane_no_key(in);
    return (struct pane_request){.type = table_selected(p->table) ? REQUEST_OPEN : REQUEST_NONE};
}

struct selection pane_selection(const struct pane *p, const char *key)
{
    struct selection at = {.table = p->ops->rows_of};
    snprintf(at.key, sizeof at.key, "%s", key);
    if (at.table == TABLE_POD) snprintf(at.pod_uid, sizeof at.pod_uid, "%.63s", key);
    return at;
}

bool pane_table_selected(const struct pane *p, struct selection *ret)
{
    const char *key = table_selected(p->table);
    if (!key) return false;
    *ret = pane_selection(p, key);
    return true;
}

const struct table_row *pane_row_at(const struct table_view *t, int rows, int line, bool *ret_selected)
{
    int page = table_page(t, rows);
    size_t index = table_top(t, page) + (size_t)line - 1;
    if (line < 1 || line > page || index >= t->shown_count) return NULL;
    if (ret_selected) *ret_selected = index == t->selected_at;
    return &t->rows[t->shown[index]];
}

char *age_since(char out[TEXT_NUM_MAX], struct known_u64 stamp_ms, uint64_t wall_ms)
{
    if (!stamp_ms.known) {
        snprintf(out, TEXT_NUM_MAX, "–");
        return out;
    }
    return text_duration(out, wall_ms > stamp_ms.value ? wall_ms - stamp_ms.value : 0);
}

const char *pod_short(const char *name, const char *cluster)
{
    if (!name) return "–";
    size_t len = cluster ? strlen(cluster) : 0;
    if (len && strncmp(name, cluster, len) == 0 && name[len] == '-' && name[len + 1]) return name + len + 1;
    return name;
}

const char *pod_suffix(const char *name)
{
    if (!name) return "–";
    const char *dash = strrchr(name, '-');
    return dash && dash[1] ? dash + 1 : name;
}

const char *or_dash(const char *text)
{
    return text && text[0] ? text : "–";
}

char *count_text(char out[TEXT_NUM_MAX], struct known_u64 n)
{
    if (n.known)
        snprintf(out, TEXT_NUM_MAX, "%llu", (unsigned long long)n.value);
    else
        snprintf(out, TEXT_NUM_MAX, "–");
    return out;
}

void pane_say(struct canvas *cv, int row, enum role role, const char *text)
{
    struct canvas inside = canvas_sub(cv, 0, 2, cv->rows, cv->cols - 2);
    wrap_draw(&inside, row, 0, role, text, 0);
}

void pane_stale(struct canvas *cv)
{
    for (int row = 0; row < cv->rows; row++)
        for (int col = 0; col < cv->cols; col++)
            if (canvas_cell(cv, row, col)->cp != ' ') canvas_role(cv, row, col, 1, ROLE_STALE);
}

char *event_words(const struct event *e, char *out, size_t size)
{
    char times[32] = "";
    if (e->count.known && e->count.value > 1)
        snprintf(times, sizeof times, " ×%llu", (unsigned long long)e->count.value);
    snprintf(out, size, "%s%s%s%s", or_dash(e->reason), times, e->message ? "  " : "", e->message ? e->message : "");
    return out;
}

int pane_node_length(const char *name)
{
    size_t len = name ? strlen(name) : 0, first = name ? strcspn(name, ".") : 0;
    if (name && strncmp(name, "ip-", 3) == 0) len = first;
    return name ? (int)(len < 128 ? len : 128) : 8;
}
