/* fresh.c - how fresh a source is, in a word and a role. */
#include "tui/panes/fresh.h"

#include <stdio.h>
#include <string.h>

char *fresh_words(enum freshness f, struct known_u64 age_ms, char out[FRESH_TEXT_MAX])
{
    static const char *const words[] = {
        [FRESH_OFF] = "off",   [FRESH_WAITING] = "connecting", [FRESH_LIVE] = "",        [FRESH_STALE] = "STALE",
        [FRESH_DOWN] = "DOWN", [FRESH_DENIED] = "DENIED",      [FRESH_ABSENT] = "absent"};
    bool aged = f == FRESH_LIVE || f == FRESH_STALE || f == FRESH_DOWN;
    if (aged && age_ms.known && age_ms.value >= FRESH_SHOWN_MS)
        snprintf(out, FRESH_TEXT_MAX, "%s%s%llus", words[f], words[f][0] ? " " : "",
                 (unsigned long long)(age_ms.value / 1000));
    else
        snprintf(out, FRESH_TEXT_MAX, "%s", words[f]);
    return out;
}

enum role fresh_role(enum freshness f)
{
    switch (f) {
    case FRESH_LIVE: return ROLE_STRIP;
    case FRESH_OFF:
    case FRESH_WAITING:
    case FRESH_ABSENT: return ROLE_DIM;
    case FRESH_STALE: return ROLE_STALE;
    case FRESH_DOWN:
    case FRESH_DENIED: return ROLE_BAD;
    }
    return ROLE_DIM;
}

bool fresh_is_old(enum freshness f)
{
    return f == FRESH_STALE || f == FRESH_DOWN || f == FRESH_DENIED || f == FRESH_ABSENT;
}

static const struct source *source_find(const struct world *w, enum world_kind kind, const char *word)
{
    for (size_t i = 0; word && i < world_sources(w); i++) {
        const struct source *s = world_source(w, i);
        const char *end = strrchr(s->id, '/');
        if (s->world == kind && (strcmp(s->id, word) == 0 || strcmp(end ? end + 1 : s->id, word) == 0)) return s;
    }
    return NULL;
}

struct fresh fresh_of(const struct world *w, enum world_kind kind, const char *word, uint64_t now_ms)
{
    struct fresh f = {.state = FRESH_OFF};
    const struct source *s = source_find(w, kind, word);
    if (s)
        f.state = source_freshness(s, now_ms, &f.age_ms);
    else
        f.state = world_freshness(w, kind, now_ms, &f.age_ms, &s);
    if (s && source_is_throttled(s) && f.state == FRESH_LIVE) {
        f.throttled = true;
        snprintf(f.why, sizeof f.why, "%s %s", s->id, s->why ? s->why : "throttled");
        return f;
    }
    if (!s || f.state == FRESH_LIVE) return f;
    char state[FRESH_TEXT_MAX];
    fresh_words(f.state, f.age_ms, state);
    snprintf(f.why, sizeof f.why, "%s %s%s%s", s->id, state, s->why && s->why[0] ? ": " : "", s->why ? s->why : "");
    return f;
}

const char *fresh_no_cluster(const struct world *w, uint64_t now_ms)
{
    const bool seen = world_first(w, TABLE_RAYSERVICE) || world_first(w, TABLE_POD) || world_first(w, TABLE_KNODE);
    return !seen && world_freshness(w, WORLD_KUBE, now_ms, NULL, NULL) == FRESH_DOWN ? "no cluster? raydeck demo"
                                                                                     : NULL;
}
