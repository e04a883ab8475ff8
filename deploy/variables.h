/*
 * variables.h - substitutes $NAME and ${NAME} in a manifest, by an allow-list.
 *
 * Invariants: substitutes only names of variables.def and of --var; others are kept and reported. Substitutes in the
 * parsed tree: a value can change a string, never the structure, except a variable of type map or list
 * (variable_type.h), which replaces a string that consists of it. If that is empty (0 devices, {} or []), the entry (in
 * a block of lines, the line) is removed. A variable without a usable value is kept. In a Secret's data a value that is
 * a whole entry is encoded as base64, once. Values are secrets: they are wiped and never part of a message.
 *
 * Variables that a container sets itself (env, envFrom) are left to its shell in rayStartParams, command and args.
 * Secret values are substituted only in a Secret's data, also not elsewhere through an alias: such a use is "misplaced"
 * and kept.
 */
#ifndef RAYDECK_DEPLOY_VARIABLES_H
#define RAYDECK_DEPLOY_VARIABLES_H

#include "deploy/manifest.h"
#include "deploy/variable_type.h"

#include <stdbool.h>
#include <stdint.h>

enum { VARIABLES = 256, VARIABLE_USES = 10000, VARIABLE_NAME_MAX = 128, VARIABLE_VALUE_MAX = 64 * 1024 };

enum variable_state {
    VARIABLE_SET,     /* given by --var */
    VARIABLE_FOUND,   /* in the environment */
    VARIABLE_DEFAULT, /* the allow-list's default */
    VARIABLE_EMPTY,
    VARIABLE_UNSET,
    VARIABLE_BAD,    /* its value is invalid: "null", with control characters, or not of its type */
    VARIABLE_IGNORED /* not on the allow-list */
};
struct variable {
    char *name;
    char *value; /* NULL unless SET, FOUND or DEFAULT */
    enum variable_state state;
    enum variable_type type; /* text, if not on the allow-list */
    bool listed;             /* it is on the allow-list */
    bool derives;            /* another one's default derives from it */
    bool secret;
    const char *help; /* NULL unless it is on the allow-list */
    size_t uses;      /* in all manifests so far */
    size_t left;      /* uses left to a container */
};
struct variable_use {
    size_t variable; /* index; the list may grow */
    size_t object;   /* index in the manifest */
    const struct yaml_node *node;
    struct yaml_place at;
    bool encoded;   /* encoded as base64 */
    bool left;      /* set by the container */
    bool misplaced; /* a secret outside of a Secret */
};
struct variables {
    const char *(*environment)(const char *name);
    bool cpu; /* the defaults are those of K8s nodes without accelerators; set right after variables_init */
    struct variable *items;
    size_t count, cap;
    struct variable_use *uses; /* of the manifest applied last */
    size_t uses_count, uses_cap, uses_dropped;
    size_t misplaced; /* of the manifest last applied, dropped ones included; must be 0 to deploy */
};

const char *variable_state_word(enum variable_state state); /* "set", "found", "default", "empty", "unset" … */
bool variable_usable(const struct variable *v);

/* One of the allow-list, for those who ask which there are. */
struct variable_help {
    const char *name, *help;
    const char *words;     /* of its type (variable_type.h) */
    const char *otherwise; /* its default; NULL: none, or made of another's value: */
    const char *on_cpu;    /* its default with --cpu; NULL: the same */
    const char *of;        /* `factor` times that one's, at most `most` (0: no limit); NULL: of none */
    uint64_t factor, most;
    bool secret;
};
size_t variables_listed(void);
struct variable_help variable_help_of(size_t i); /* i < variables_listed() */

/* The value, safe and cut to size; "" for what may be a secret, or has none. Returns out. */
const char *variable_shown(const struct variables *v, const struct variable *var, char *out, size_t size);

/* environment NULL: none. */
void variables_init(struct variables *v, const char *(*environment)(const char *name));
void variables_done(struct variables *v);
/* What a whole reference ("$NAME", "${NAME}") stands for, else the text itself: borrowed until a variable is given.
 * NULL: it has no usable value, or may be a secret. */
const char *variables_resolve(struct variables *v, const char *text);
/* "NAME=VALUE"; adds NAME to the allow-list. ERR_USAGE; the message never contains the value. */
enum err variables_give(struct variables *v, const char *assignment, struct why *why);
/* Substitutes in m. ERR_LIMIT: the result would exceed twice MANIFEST_BYTES; m can then only be freed. */
enum err variables_apply(struct variables *v, struct manifest *m, struct why *why);

/* Masks the secret values in a text; true: there was one. Ignores values shorter than VARIABLE_HIDDEN_MIN, which may
 * occur in any text. */
enum { VARIABLE_HIDDEN_MIN = 4 };
bool variables_hide(const struct variables *v, char *text);

#endif
