/*
 * equivalent.h - the command of kubectl, redis-cli, curl or neuron-monitor that shows what a row shows: for every row
 * of every pane, so that it can be checked without raydeck. Each word is quoted for a shell; a password is in none.
 * Pure.
 */
#ifndef RAYDECK_EQUIVALENT_H
#define RAYDECK_EQUIVALENT_H

#include "backends/conf.h"
#include "backends/session/session.h"
#include "tui/panes/pane.h"

enum { EQUIVALENT_MAX = 32 * 1024 };

/* Everything is borrowed for the call; NULL: not known, or kubectl's own default. */
struct equivalent_from {
    const struct world *world;
    const struct focus *focus;
    const struct conf *conf;
    const char *kubeconfig, *context;
    bool all_namespaces; /* are read */
    struct session_routes routes;
    const char *linted; /* the manifest whose findings are shown */
};
/* selected NULL: no row, then the command is the pane's own. Appends to out; false: there is none. */
bool equivalent_of(const struct equivalent_from *from, const struct pane_ops *pane, const struct selection *selected,
                   struct buf *out);

/* Of several rows: one command of the pods of a namespace, else a line a row, none twice. ERR_LIMIT: they are longer
 * than out may be; ERR_NOT_FOUND: there is none. out is then undefined. */
enum err equivalent_of_rows(const struct equivalent_from *from, const struct pane_ops *pane,
                            const struct selection *selected, size_t count, struct buf *out);

#endif
