/* sim_line.h - sends one line to the control socket of the demo's simulator and reads the response. */
#ifndef RAYDECK_SIM_LINE_H
#define RAYDECK_SIM_LINE_H

#include "backends/link/loop.h"

enum { SIM_LINE_MAX = 4096, SIM_LINE_LIMIT_MS = 10000 };

struct sim_line;
/* done, once: ERR_OK when the simulator answered "ok"; else why. It may free the line. */
struct sim_line *sim_line_say(struct loop *l, const char *path, const char *line,
                              void (*done)(void *arg, enum err err, const char *why), void *arg);
void sim_line_free(struct sim_line *s); /* no callback after it; NULL is fine */

#endif
