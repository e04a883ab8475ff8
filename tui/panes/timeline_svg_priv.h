/* timeline_svg_priv.h - shared by timeline_svg.c and timeline_svg_lane.c alone. */
#ifndef RAYDECK_PANES_TIMELINE_SVG_PRIV_H
#define RAYDECK_PANES_TIMELINE_SVG_PRIV_H

#include "tui/panes/timeline_svg.h"

enum { SVG_LEFT = 150, SVG_PLOT = 720, SVG_WORDS = 884, SVG_WIDTH = 1240, SVG_COLUMNS = 360, SVG_LINES = 6 };

struct svg {
    const struct timeline_scene *scene;
    struct timeline_plan plan; /* of SVG_COLUMNS columns: the lanes and the time */
    struct buf *out;
    int y, height; /* of the lane that is drawn */
};
double svg_x(const struct svg *v, uint64_t at_ms); /* within the plot */
int svg_lane_height(const struct svg *v, const struct timeline_lane *lane);
void svg_lane(struct svg *v, const struct timeline_lane *lane);

#endif
