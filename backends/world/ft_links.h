/*
 * ft_links.h - the connections that GCS fault tolerance is about, and whether each works now: users to workers, workers
 * to the head's GCS, the GCS to Redis. Pure; each is judged from observations, and unknown where there is none.
 *
 * Ray's own tables say ALIVE while there is no head: the GCS is up by its heartbeat in Redis, not by them.
 */
#ifndef RAYDECK_WORLD_FT_LINKS_H
#define RAYDECK_WORLD_FT_LINKS_H

#include "backends/world/answers.h"

enum ft_link { FT_LINK_REQUESTS, FT_LINK_GCS, FT_LINK_STATE, FT_LINKS };
enum { FT_LINKS_BEAT_MS = 15 * 1000 /* a heartbeat that is older proves nothing; it is stamped by the head's clock */ };

struct ft_link_state {
    enum verdict verdict; /* OK: it works; WARN: in part; NO: it does not */
    char why[ANSWER_TEXT_MAX];
};
struct ft_links {
    struct ft_link_state link[FT_LINKS];
    enum tri ft;                           /* GCS fault tolerance is on */
    char workers[40], head[40], redis[40]; /* "2 of 2 ready", "no pod"; "–" unknown */
};

/* now_ms and wall_ms as evidence_of takes them. */
struct ft_links ft_links_of(const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms);

const char *ft_link_word(enum verdict verdict); /* "works", "works in part", "does not work", "unknown" */

#endif
