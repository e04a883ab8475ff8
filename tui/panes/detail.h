/* detail.h - the selected row's detail: a few lines below the panes, or all of them when opened. */
#ifndef RAYDECK_PANES_DETAIL_H
#define RAYDECK_PANES_DETAIL_H

#include "backends/base/buf.h"
#include "tui/panes/pane.h"
#include "tui/panes/text_lines.h"

enum { DETAIL_MAX_BYTES = 256 * 1024 };
struct detail {
    struct buf text;
    struct text_lines lines; /* of text */
    struct text_view view;   /* of the opened one */
    char title[96];          /* the row's name */
};
void detail_init(struct detail *d);
void detail_done(struct detail *d);
void detail_update(struct detail *d, const struct pane *p, const struct view *v);
int detail_height(const struct detail *d, int cols);
void detail_draw(const struct detail *d, struct canvas *cv); /* its first lines, below the panes */

/* The opened one: it scrolls and is searched. */
void detail_open(struct detail *d);
void detail_opened_update(struct detail *d, int rows, int cols);
void detail_opened_draw(const struct detail *d, struct canvas *cv);
enum text_view_result detail_opened_input(struct detail *d, const struct input *in);

/* The detail of one row, for the panes that show it. */
void pod_detail(const struct view *v, const struct row *row, struct buf *out);
void core_detail(const struct view *v, const struct row *row, struct buf *out);
void event_detail(const struct view *v, const struct row *row, struct buf *out);
void request_detail(const struct row *row, struct buf *out);

#endif
