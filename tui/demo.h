/*
 * demo.h - the simulated cluster of `raydeck demo`: raydeck-sim as a child, in a folder of its own under the temporary
 * files. The child ends when its standard input does, so that nothing is left behind however the console ends.
 */
#ifndef RAYDECK_DEMO_H
#define RAYDECK_DEMO_H

#include "backends/base/err.h"

#include <stdint.h>

struct demo;

/* Starts the simulator and waits until it serves (at most 20 s). seed and speed may be NULL. */
enum err demo_start(const char *seed, const char *speed, struct demo **ret, struct why *why);
const char *demo_config(const struct demo *d);  /* path of its config.yaml */
const char *demo_control(const struct demo *d); /* path of its control socket */
void demo_stop(struct demo *d);                 /* waits for the child; NULL is fine */

#endif
