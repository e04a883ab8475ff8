/*
 * forwards.h - the local ports of one context of the console, each kept by kube_ops.forward. They belong to its
 * session: free them before it is closed.
 */
#ifndef RAYDECK_FORWARDS_H
#define RAYDECK_FORWARDS_H

#include "backends/session/session.h"
#include "tui/draw/canvas.h"

#include <stddef.h>

enum { FORWARDS = 16, FORWARDS_WORDS_MAX = 48 };

struct forward_item {
    char *ns, *target; /* "service/NAME", "pod/NAME" */
    unsigned local, remote;
    enum forward_phase phase;
    struct why why; /* of its last end */
};
struct forwards;

/* changed: after a change of one's phase, from the loop; the item is borrowed for the call. */
struct forwards *forwards_new(void (*changed)(void *arg, const struct forward_item *item), void *arg);
void forwards_free(struct forwards *f); /* ends them; NULL is fine */

/* Begins one; one of the same local port that has failed gives way. ERR_CONFLICT: that port is in use by another one,
 * which is *ret_taken (may be NULL; borrowed). ERR_LIMIT, ERR_UNSUPPORTED. */
enum err forwards_begin(struct forwards *f, const struct session *s, const char *ns, const char *target, unsigned local,
                        unsigned remote, const struct forward_item **ret_taken, struct why *why);
bool forwards_end(struct forwards *f, unsigned local); /* false: there is none of that port */

size_t forwards_count(const struct forwards *f); /* NULL: 0 */
const struct forward_item *forwards_item(const struct forwards *f,
                                         size_t i); /* in order of their beginning; borrowed */
const char *forward_phase_word(enum forward_phase phase);

/* "localhost:7860 up +1": the one that is worst off; "": there is none. Returns its role. */
enum role forwards_words(const struct forwards *f, char *out, size_t size);

#endif
