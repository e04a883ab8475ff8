/*
 * variables.h - $NAME and ${NAME} in a manifest, put in by an allow-list.
 *
 * Invariants: only names of variables.def and those given by hand are put in; all others stay as they are and are
 * reported. Values go into the parsed tree: a value can change a string, never the structure, but for a variable whose
 * type is a map or a list (variable_type.h), which takes the place of the string that is all variable. Of none (0
 * devices, {} or []) the entry is left out, in a text of lines the line. What has no usable value stays as it is
 * written. In the data of a Secret a value that is all of its entry is put in as base64, once. Values
 * are secrets: they are wiped, and none gets into a message.
 *
 * What a container sets itself (env, envFrom) is left to its shell, where that reads it: in rayStartParams, command and
 * args. A secret value goes into the data of a Secret and nowhere else, also not by an alias: what would put one
 * elsewhere is misplaced, and stays as it is written.
 */
#ifndef RAYDECK_DEPLOY_VARIABLES_H
#define RAYDECK_DEPLOY_VARIABLES_H

#include "deploy/manifest.h"
#include "deploy/variable_type.h"

#include <stdbool.h>
#include <stdint.h>

enum { VARIABLES = 256, VARIABLE_USES = 10000, VARIABLE_NAME_MAX = 128, VARIABLE_VALUE_MAX = 64 * 1024 };

enum variable_state {
    VARIABLE_SET,     /* given by hand */
    VARIABLE_FOUND,   /* in the environment */
    VARIABLE_DEFAULT, /* the allow-list's own value */
    VARIABLE_EMPTY,
    VARIABLE_UNSET,
    VARIABLE_BAD,    /* its value is invalid: "null", with control characters, or not of its type */
    VARIABLE_IGNORED /* not on the allow-list */
};
struct variable {
    char *name;
    char *value; /* NULL unless SET, FOUND or DEFAULT */
    enum variable_state state;
    enum variable_type type; /* of what is not on the allow-list: a text */
    bool listed;             /* it is on the allow-list */
    bool derives;            /* another one's default is made of it */
    bool secret;
    const char *help; /* NULL unless it is on the allow-list */
    size_t uses;      /* in all manifests so far */
    size_t left;      /* of those, how many are a container's own */
};
struct variable_use {
    size_t variable; /* an index: the list may grow */
    size_t object;   /* index in the manifest */
    const struct yaml_node *node;
    struct yaml_place at;
    bool encoded;   /* base64 was made of it */
    bool left;      /* the container sets it itself */
    bool misplaced; /* a secret, where there is no Secret */
};
struct variables {
    const char *(*environment)(const char *name);
    struct variable *items;
    size_t count, cap;
    struct variable_use *uses; /* of the manifest applied last */
    size_t uses_count, uses_cap, uses_dropped;
    size_t misplaced; /* of the manifest applied last, those dropped among them: what is to be sent must have none */
};

const char *variable_state_word(enum variable_state state); /* "set", "found", "default", "empty", "unset" … */
bool variable_usable(const struct variable *v);

/* One of the allow-list, for those who ask which there are. */
struct variable_help {
    const char *name, *help;
    const char *words;     /* of its type (variable_type.h) */
    const char *otherwise; /* its default; NULL: none, or made of another's value: */
    const char *of;        /* `factor` times that one's, at most `most` (0: no limit); NULL: of none */
    uint64_t factor, most;
    bool secret;
};
size_t variables_listed(void);
struct variable_help variable_help_of(size_t i); /* i < variables_listed() */

/* The value, safe and cut to size; "" for what may be a secret, or has none. Returns out. */
const char *variable_shown(const struct variables *v, const struct variable *var, char *out, size_t size);

/* environment may be NULL: there is none. */
void variables_init(struct variables *v, const char *(*environment)(const char *name));
void variables_done(struct variables *v);
/* "NAME=VALUE", which puts NAME on the allow-list. ERR_USAGE; the message never holds the value. */
enum err variables_give(struct variables *v, const char *assignment, struct why *why);
/* Puts the values into m. ERR_LIMIT where they would more than double the largest manifest there may be; m is then of
 * no use but to be freed. */
enum err variables_apply(struct variables *v, struct manifest *m, struct why *why);

/* Overwrites the secret values in a text; true where there was one. A value of less than VARIABLE_HIDDEN_MIN characters
 * would blank half of any text, and is let be. */
enum { VARIABLE_HIDDEN_MIN = 4 };
bool variables_hide(const struct variables *v, char *text);

#endif
