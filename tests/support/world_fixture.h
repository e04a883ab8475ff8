/*
 * world_fixture.h - the worlds of the screens, built by changes as the backends put them: the Mistral cluster of the
 * README on a calm day, its head killed six seconds ago, and what can be wrong with it. The clocks stand still until
 * fixture_wait.
 */
#ifndef RAYDECK_TESTS_WORLD_FIXTURE_H
#define RAYDECK_TESTS_WORLD_FIXTURE_H

#include "backends/world/recovery.h"
#include "backends/world/timeline.h"
#include "tui/panes/chrome.h"
#include "tui/panes/pane.h"

struct fixture {
    struct world *world;
    struct recovery recovery;
    struct outage outage; /* as of the last fixture_view */
    struct timeline *timeline;
    struct focus focus;
    uint64_t now_ms, wall_ms;
    struct chrome chrome;
    uint64_t next_request, next_way;
};

void fixture_empty(struct fixture *f); /* every source is there, and nothing in it */
void fixture_calm(struct fixture *f);  /* fixture_empty and the cluster */
void fixture_done(struct fixture *f);
struct view fixture_view(struct fixture *f);

void fixture_apply(struct fixture *f, struct change *c /* takes */);
void fixture_put(struct fixture *f, const char *source, enum world_kind world, void *record /* takes */);
void fixture_wait(struct fixture *f, uint64_t ms);  /* with a proof of life of every live source at the end */
void fixture_sleep(struct fixture *f, uint64_t ms); /* without one */

/* What happens to it. */
void fixture_kill_head(struct fixture *f);  /* our delete, and the six seconds that follow */
void fixture_redis_down(struct fixture *f); /* refused since 14 s */
void fixture_neuron_off(struct fixture *f); /* before fixture_calm's monitors: use on fixture_empty */
void fixture_pods_forbidden(struct fixture *f);
void fixture_hostile(struct fixture *f); /* names that are long, wide, combining, or control the terminal */
void fixture_many_pods(struct fixture *f, size_t count);
void fixture_crowd(struct fixture *f, size_t count); /* pods of another cluster */
void fixture_pod_pending(struct fixture *f);         /* a third worker that no node has room for */
void fixture_probe(struct fixture *f, const char *phase, uint64_t latency_us);
void fixture_way(struct fixture *f, const char *phase); /* a probe of the users' way */
void fixture_prompt(struct fixture *f, const char *phase, uint64_t ago_ms, uint64_t latency_us, const char *answer);

#endif
