/* fresh.h - how the age of what is known is worded: on the strip and on the rule of each pane. Whole seconds, and only
 * from FRESH_SAID_MS on: a server that is asked every 5 s has an age of up to that when all is well, and a quiet
 * screen sends nothing. Never colour alone. */
#ifndef RAYDECK_PANES_FRESH_H
#define RAYDECK_PANES_FRESH_H

#include "backends/world/world.h"
#include "tui/draw/role.h"

enum { FRESH_SAID_MS = 6000, FRESH_TEXT_MAX = 48 };

/* "", "4s", "STALE 14s", "DOWN", "DENIED", "absent", "off", "connecting". */
char *fresh_words(enum freshness f, struct known_u64 age_ms, char out[FRESH_TEXT_MAX]);
enum role fresh_role(enum freshness f);
/* Neither off nor live: what is drawn may not be so any more. */
bool fresh_is_old(enum freshness f);

/* What a pane is drawn from: the source of the world with that word at the end of its id ("kube/pods"), else the whole
 * world. why is "" when all is well, else a sentence for a person: "kube/pods DENIED: pods is forbidden",
 * "kube/pods throttled: its watches end early; again in 8 s". */
struct fresh {
    enum freshness state;
    struct known_u64 age_ms;
    bool throttled; /* live, and asked less than it would be */
    char why[256];
};
struct fresh fresh_of(const struct world *w, enum world_kind kind, const char *word, uint64_t now_ms);

#endif
