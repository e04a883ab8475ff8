/* variables_priv.h - internals of the substitution; for deploy/variables*.c only. */
#ifndef RAYDECK_DEPLOY_VARIABLES_PRIV_H
#define RAYDECK_DEPLOY_VARIABLES_PRIV_H

#include "backends/base/known.h"
#include "deploy/variables.h"

/* The variable of that name, made when it is met first. NULL where there are too many. */
struct variable *variable_get(struct variables *v, const char *name);
size_t variable_name_len(const char *s); /* bytes of the name that s begins with; 0: none */

/* By its name where that is on the list, by what it looks like, and by being another one's: whatever it is called. */
bool variable_is_secret(const struct variables *v, const struct variable *var);

/* The scope of a string in an object. */
struct variable_scope {
    bool in_secret;                    /* in the data or stringData of a Secret */
    bool in_data;                      /* in its data, which is base64 */
    bool shell;                        /* in rayStartParams, command or args, which a shell of the container expands */
    bool head;                         /* in headGroupSpec */
    bool ray;                          /* in headGroupSpec or workerGroupSpecs */
    bool in_list;                      /* directly in a list of containers */
    const struct yaml_node *container; /* the shell's container; NULL: none */
    const struct yaml_node *options;   /* gcsFaultToleranceOptions of the enclosing cluster; NULL: none */
};

/* The scope of an object's root, and of what is in `node`, which is in a scope. */
struct variable_scope variable_scope_root(void);
struct variable_scope variable_scope_in(const struct variable_scope *up, const struct yaml_node *node, bool of_secret);

/* Whether the container sets that variable. Unknown: it has envFrom a Secret or ConfigMap that the manifest lacks. */
enum tri variable_scope_sets(const struct variable_scope *at, const struct manifest *m, const char *name);

#endif
