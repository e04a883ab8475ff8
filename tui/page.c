/* page.c - see page.h. */
#include "tui/page.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/panes/explain.h"
#include "tui/panes/losses.h"
#include "tui/panes/nodes_view.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PAGE_ROWS = 60 };

const struct pane_ops *page_pane(const char *name)
{
    for (size_t i = 0; pane_kinds[i]; i++) {
        const struct pane_ops *ops = pane_kinds[i];
        if (strcasecmp(ops->name, name) == 0 || strcasecmp(ops->tab, name) == 0 || (name[0] == ops->letter && !name[1]))
            return ops;
    }
    return NULL;
}

/* ---- overlays --------------------------------------------------------------------------------------------------- */

enum overlay_page { NOT_AN_OVERLAY, PAGE_NODES, PAGE_LOSSES, PAGE_EXPLAIN };

/* One of them is open. */
struct overlays {
    struct overlay_stack stack;
    struct nodes_view nodes;
    struct losses losses;
    struct explain explain;
};

/* A view knows the loss before the last one too. */
static void losses_of(struct losses *l, const struct view *v)
{
    struct view before = *v;
    if (v->previous) {
        before.outage = v->previous;
        losses_record(l, &before);
    }
    losses_record(l, v);
}

/* 1 where none is given; 0: there is no such page. */
static size_t explain_page(const char *name)
{
    uint64_t page = 1;
    const char *number = name + strlen("explain");
    number += strspn(number, " ");
    if (*number && text_u64(number, strlen(number), explain_pages(), &page)) return 0;
    return (size_t)page;
}

static enum overlay_page overlay_page_of(const char *name)
{
    const size_t len = strlen("explain");
    if (text_eq(name, "nodes")) return PAGE_NODES;
    if (text_eq(name, "losses")) return PAGE_LOSSES;
    const bool explain = strncmp(name, "explain", len) == 0 && (!name[len] || name[len] == ' ');
    return explain && explain_page(name) ? PAGE_EXPLAIN : NOT_AN_OVERLAY;
}

/* NULL: the name is none's. */
static struct overlay *overlay_open(struct overlays *o, const char *name, const struct view *v)
{
    switch (overlay_page_of(name)) {
    case PAGE_NODES: nodes_view_open(&o->nodes); return &o->nodes.overlay;
    case PAGE_LOSSES:
        losses_of(&o->losses, v);
        losses_open(&o->losses);
        return &o->losses.overlay;
    case PAGE_EXPLAIN: explain_open(&o->explain, explain_page(name) - 1); return &o->explain.overlay;
    case NOT_AN_OVERLAY: break;
    }
    return NULL;
}

void page_overlay_draw(const char *name, const struct view *v, struct canvas *cv)
{
    struct overlays *o = mem_zero(1, sizeof *o);
    struct overlay *top = overlay_open(o, name, v);
    if (top) {
        overlay_push(&o->stack, top, NULL);
        overlays_update(&o->stack, v, cv->rows, cv->cols);
        overlays_draw(&o->stack, v, cv);
        overlay_pop(&o->stack);
    }
    free(o);
}

/* ---- panes ------------------------------------------------------------------------------------------------------- */

enum err page_check(const char *name, struct why *why)
{
    if (overlay_page_of(name) || text_eq(name, "heat") || page_pane(name)) return ERR_OK;
    struct buf names;
    buf_init(&names, 1024);
    for (size_t i = 0; pane_kinds[i]; i++) buf_printf(&names, "%s, ", pane_kinds[i]->name);
    why_set(why, ERR_USAGE, "%s: no such page: %sheat, nodes, losses or explain [1-%zu]", name, buf_text(&names),
            explain_pages());
    buf_done(&names);
    return ERR_USAGE;
}

enum err page_focus(const char *name, struct screen *screen, const struct view *v, struct why *why)
{
    const struct pane_ops *ops = page_pane(name);
    const bool heat = text_eq(name, "heat");
    if (!ops && !heat) return ERR_OK;
    if (heat) ops = &cores_pane_ops;
    if (!screen_focus(screen, ops->letter))
        return why_set(why, ERR_NOT_FOUND, "%s: not shown at that moment", ops->name);
    screen_update(screen, v);
    if (heat) screen_heat(screen);
    if (!screen_opened(screen)) screen_zoom(screen);
    return ERR_OK;
}

/* ---- as text ------------------------------------------------------------------------------------------------------
 */

/* Without the empty lines around it. */
static void canvas_print(const struct canvas *cv, struct buf *out)
{
    char *text = canvas_dump(cv, false);
    const char *from = text + strspn(text, "\n");
    size_t len = strlen(from);
    while (len && from[len - 1] == '\n') len--;
    buf_printf(out, "%.*s\n", (int)len, from);
    free(text);
}

static enum err pane_print(const char *name, const struct view *v, struct buf *out, struct why *why)
{
    struct screen *screen = screen_new();
    screen_size(screen, PAGE_ROWS, PAGE_COLS);
    screen_update(screen, v);
    const enum err err = page_focus(name, screen, v, why);
    if (!err) {
        struct canvas cv;
        screen_update(screen, v);
        const struct pane *p = screen_pane(screen);
        canvas_init(&cv, p->rows, p->cols);
        canvas_clear(&cv, ROLE_TEXT);
        p->ops->draw(p, v, &cv, false);
        canvas_print(&cv, out);
        canvas_done(&cv);
    }
    screen_free(screen);
    return err;
}

enum err page_text(const char *name, const struct view *v, struct buf *out, struct why *why)
{
    const enum err err = page_check(name, why);
    if (err) return err;
    if (!overlay_page_of(name)) return pane_print(name, v, out, why);
    if (overlay_page_of(name) == PAGE_NODES) {
        nodes_view_text(v, out);
        return ERR_OK;
    }
    struct canvas cv;
    canvas_init(&cv, PAGE_ROWS, PAGE_COLS);
    canvas_clear(&cv, ROLE_TEXT);
    page_overlay_draw(name, v, &cv);
    canvas_print(&cv, out);
    canvas_done(&cv);
    return ERR_OK;
}
