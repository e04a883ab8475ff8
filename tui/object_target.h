/*
 * object_target.h - which object of the API server a row or a palette line ("pod NAME", "rayservice/NAME") means. Pure.
 */
#ifndef RAYDECK_OBJECT_TARGET_H
#define RAYDECK_OBJECT_TARGET_H

#include "backends/base/err.h"
#include "tui/panes/pane.h"

struct object_kind {
    const char *kind, *root, *plural, *brief; /* brief: kubectl's short name, or NULL */
    bool namespaced;
};
struct object_target {
    const struct object_kind *kind; /* NULL: none */
    char *ns, *name, *uid;          /* uid NULL: whichever has the name. Owned */
};

const struct object_kind *object_kind_named(const char *word, size_t len); /* kind, plural or short name; NULL: none */

/* What the row stands for; of one that is no object, its pod. ERR_NOT_FOUND: it belongs to none. */
enum err object_target_of_row(const struct world *w, const struct selection *s, struct object_target *ret,
                              struct why *why);
/* What a line names. A RayService or RayCluster without a name is that of the focus; ns is where an object without one
 * is looked for. */
enum err object_target_of_line(const struct view *v, const char *line, const char *ns, struct object_target *ret,
                               struct why *why);
void object_target_done(struct object_target *t);

char *object_target_path(const struct object_target *t);                    /* of the API server; caller frees */
char *object_target_words(const struct object_target *t);                   /* "Pod mistral/head"; caller frees */
char *object_target_events(const struct object_target *t, const char *uid); /* the list of its events; caller frees */

#endif
