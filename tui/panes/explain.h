/*
 * explain.h - what GCS fault tolerance is, page by page, as a speaker shows it: the same diagram of users, workers,
 * head and Redis on each, with every arrow as the live state has it (ft_links.h).
 */
#ifndef RAYDECK_PANES_EXPLAIN_H
#define RAYDECK_PANES_EXPLAIN_H

#include "backends/world/ft_links.h"
#include "tui/panes/overlay.h"
#include "tui/panes/text_view.h"

struct explain {
    struct overlay overlay;
    size_t page;
    struct text_view text; /* of all pages; those that are not shown are hidden */
    struct ft_links links; /* as of the last update */
};

size_t explain_pages(void);
void explain_open(struct explain *e, size_t page); /* of 0 …; one that there is not: the last */

#endif
