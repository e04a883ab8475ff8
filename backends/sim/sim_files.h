/* sim_files.h - writes the files in the simulator's directory: kubeconfig, config.yaml and env. */
#ifndef RAYDECK_SIM_SIM_FILES_H
#define RAYDECK_SIM_SIM_FILES_H

#include "backends/base/err.h"

#include <stddef.h>

enum { SIM_FILES_NODES = 32 };

struct sim_files {
    const char *dir, *program;
    unsigned port;
    const char *token, *ca_pem;
    unsigned redis_port;
    const char *redis_password;
    const char *knodes[SIM_FILES_NODES]; /* with Neuron devices; ends with NULL */
};
enum err sim_files_write(const struct sim_files *f, struct why *why);
char *sim_file(const char *dir, const char *name); /* "dir/name"; caller frees */

#endif
