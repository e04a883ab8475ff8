/*
 * demo.h - the simulated cluster of `raydeck demo`: raydeck-sim as a child, in a folder of its own under the temporary
 * files. The child ends when its standard input does, so that nothing is left behind however the console ends.
 */
#ifndef RAYDECK_DEMO_H
#define RAYDECK_DEMO_H

#include "backends/base/err.h"

#include <stdbool.h>

struct demo;

struct demo_conf {
    const char *seed, *speed; /* NULL: as the simulator has them */
    bool empty;               /* KubeRay and the K8s nodes, and no RayService yet */
    bool no_ft;               /* a RayService without GCS fault tolerance */
    bool openai;              /* the model speaks the OpenAI API too, and streams */
};
/* Starts the simulator and waits until it serves (at most 20 s). */
enum err demo_start(const struct demo_conf *conf, struct demo **ret, struct why *why);
const char *demo_config(const struct demo *d);  /* path of its config.yaml */
const char *demo_env(const struct demo *d);     /* path of the variables of a manifest that is deployed there */
const char *demo_control(const struct demo *d); /* path of its control socket */
void demo_stop(struct demo *d);                 /* waits for the child; NULL is fine */

#endif
