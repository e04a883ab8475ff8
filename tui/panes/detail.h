/* detail.h - the selected row's detail: a few lines below the panes, or all of them when opened. */
#ifndef RAYDECK_PANES_DETAIL_H
#define RAYDECK_PANES_DETAIL_H

#include "backends/base/buf.h"
#include "tui/panes/pane.h"

enum { DETAIL_MAX_BYTES = 256 * 1024 };
struct detail {
    struct buf text;
    int top;        /* first line shown when opened */
    char title[96]; /* the row's name */
};
void detail_init(struct detail *d);
void detail_done(struct detail *d);
void detail_update(struct detail *d, const struct pane *p, const struct view *v);
int detail_height(const struct detail *d, int cols);
void detail_draw(const struct detail *d, struct canvas *cv, int skip);
void detail_scroll(struct detail *d, int by, int rows, int cols); /* scrolls the opened detail */

/* The detail of one row, for the panes that show it. */
void pod_detail(const struct view *v, const struct row *row, struct buf *out);
void core_detail(const struct view *v, const struct row *row, struct buf *out);
void event_detail(const struct row *row, struct buf *out);
void request_detail(const struct row *row, struct buf *out);

#endif
