/* pods.h - the state of the pods pane; shared by pods.c and pods_detail.c. */
#ifndef RAYDECK_PANES_PODS_H
#define RAYDECK_PANES_PODS_H

#include "tui/panes/fresh.h"
#include "tui/panes/pane_tools.h"

enum {
    PODS_ROLE,
    PODS_NAME,
    PODS_READY,
    PODS_STATUS,
    PODS_RESTARTS,
    PODS_AGE,
    PODS_NODE,
    PODS_IP,
    PODS_RAY,
    PODS_SERVE
};
enum { PODS_COLUMNS = PODS_SERVE + 1 };

struct pods {
    struct pane pane;
    struct table_view table;
    struct column columns[PODS_COLUMNS];
    char name_title[64];
    struct pane_due due;
};

/* The effect of losing the pod, then its facts. Lines of safe text. */
void pods_detail(const struct pane *p, const struct view *v, struct buf *out);

/* Whether it is shown: a pod of the service, or any Ray pod if no service is known. */
bool pods_shows(const struct view *v, const struct pod *pod);

#endif
