/* picker.h - selects a RayService from a list. */
#ifndef RAYDECK_PANES_PICKER_H
#define RAYDECK_PANES_PICKER_H

#include "backends/world/world.h"
#include "tui/draw/table.h"
#include "tui/panes/overlay.h"
#include "tui/term/input.h"

struct picker {
    struct overlay overlay;
    struct table_view table;
};
void picker_open(struct picker *p);
void picker_done(struct picker *p); /* a zeroed one is fine */
void picker_update(struct picker *p, const struct world *w, uint64_t wall_ms);
enum overlay_result picker_input(struct picker *p, const struct input *in);
void picker_draw(const struct picker *p, struct canvas *cv);
/* The selected one, borrowed from the world until its next change. False: none. */
bool picker_choice(const struct picker *p, const struct world *w, const char **ret_ns, const char **ret_name);

#endif
