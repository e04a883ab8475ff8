/*
 * conf.h - what the person asked for: flags over environment over config.yaml. Plain data; conf.c reads config.yaml.
 *
 * NULL means "not said: find it". "none" means "without that world".
 */
#ifndef RAYDECK_CONF_H
#define RAYDECK_CONF_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { CONF_NEURONS = 64, CONF_CONTEXTS = 256 };

/* Per-context settings of config.yaml. */
struct conf_context {
    char *name;
    bool readonly;    /* may never be armed */
    bool development; /* dialogs take a plain y */
};
struct conf {
    char *config_path; /* read, or NULL */
    char *kubeconfig, *context, *ns, *service;
    char *redis, *redis_via, *redis_ns;
    char *redis_user, *redis_password; /* from the URL, the environment or config.yaml; wiped when freed */
    char *neuron[CONF_NEURONS];        /* commands or URLs, or one "none" */
    size_t neurons;
    char *prompt, *prompt_kind; /* a URL; infer or openai */
    char *theme, *color;        /* auto, always, never */
    bool ascii, slow, read_only, no_probe, demo, no_bell, no_title;
    char *grace; /* of a kill: seconds, or NULL: the pod's own */
    struct conf_context contexts[CONF_CONTEXTS];
    size_t context_count;
};

void conf_init(struct conf *c);
void conf_done(struct conf *c); /* frees and wipes */

/* Reads RAYDECK_* of the environment (getenv-like look-up), then the YAML bytes where a value is still NULL. Unknown
 * keys are errors that name file and line. */
enum err conf_from_env(struct conf *c, const char *(*get)(const char *name), struct why *why);
enum err conf_from_yaml(struct conf *c, const char *name, const char *bytes, size_t len, struct why *why);

const struct conf_context *conf_context_of(const struct conf *c, const char *context); /* NULL: nothing said */

#endif
