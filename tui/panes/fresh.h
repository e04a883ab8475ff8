/* fresh.h - formats a source's age for the strip and each pane's rule. Whole seconds from FRESH_SHOWN_MS on: a server
 * polled every 5 s normally has an age of up to that, and an idle screen must not send frames. Never colour alone. */
#ifndef RAYDECK_PANES_FRESH_H
#define RAYDECK_PANES_FRESH_H

#include "backends/world/world.h"
#include "tui/draw/role.h"

enum { FRESH_SHOWN_MS = 6000, FRESH_TEXT_MAX = 48 };

/* "", "4s", "STALE 14s", "DOWN", "DENIED", "absent", "off", "connecting". */
char *fresh_words(enum freshness f, struct known_u64 age_ms, char out[FRESH_TEXT_MAX]);
enum role fresh_role(enum freshness f);
/* Neither off nor live: the data may be outdated. */
bool fresh_is_old(enum freshness f);

/* The source of a pane: that of the world whose id is or ends with `word` ("kube/pods"), else the whole world. why is
 * "" when it is live, else the reason: "kube/pods DENIED: pods is forbidden", "kube/pods throttled: its watches end
 * early; again in 8 s". */
struct fresh {
    enum freshness state;
    struct known_u64 age_ms;
    bool throttled; /* live, but polled more slowly */
    char why[256];
};
struct fresh fresh_of(const struct world *w, enum world_kind kind, const char *word, uint64_t now_ms);

/* "no cluster? raydeck demo" where Kubernetes cannot be reached and nothing of it was ever seen; else NULL. */
const char *fresh_no_cluster(const struct world *w, uint64_t now_ms);

#endif
