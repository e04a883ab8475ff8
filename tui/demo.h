/*
 * demo.h - the simulated cluster of `raydeck demo`: raydeck-sim as a child, in a directory of its own under the
 * temporary directory. The child exits when its stdin is closed, so nothing is left behind however the console exits.
 */
#ifndef RAYDECK_DEMO_H
#define RAYDECK_DEMO_H

#include "backends/base/err.h"

#include <stdbool.h>

struct demo;

struct demo_conf {
    const char *seed, *speed; /* NULL: the simulator's defaults */
    bool empty;               /* KubeRay and the K8s nodes, without a RayService */
    bool no_ft;               /* a RayService without GCS fault tolerance */
    bool openai;              /* the model serves the OpenAI API too, with streaming */
};
/* Starts the simulator and waits until it serves (at most 20 s). */
enum err demo_start(const struct demo_conf *conf, struct demo **ret, struct why *why);
const char *demo_config(const struct demo *d);  /* path of its config.yaml */
const char *demo_env(const struct demo *d);     /* path of the manifest variables for a deployment there */
const char *demo_control(const struct demo *d); /* path of its control socket */
void demo_stop(struct demo *d);                 /* waits for the child; NULL is fine */

#endif
