/* sources.c - keeps the state of each source, and computes its freshness. */
#include "backends/world/sources.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PODS_SOURCE "kube/pods"

static void slot_free(struct source_slot *slot)
{
    free((char *)slot->source.id);
    free((char *)slot->source.why);
    free((char *)slot->source.detail);
    free((char *)slot->source.unread_why);
    free((char *)slot->source.scope);
    free(slot);
}

void sources_done(struct sources *s)
{
    for (size_t i = 0; i < s->count; i++) slot_free(s->slot[i]);
    s->count = 0;
}

struct source_slot *sources_find(const struct sources *s, const char *id)
{
    for (size_t i = 0; id && i < s->count; i++)
        if (!strcmp(s->slot[i]->source.id, id)) return s->slot[i];
    return NULL;
}

static bool sources_make_room(struct sources *s)
{
    if (s->count < WORLD_SOURCES) return true;
    for (size_t i = 0; i < s->count; i++) {
        if (s->slot[i]->source.state != SOURCE_OFF || s->slot[i]->rows) continue;
        slot_free(s->slot[i]);
        memmove(&s->slot[i], &s->slot[i + 1], (s->count - i - 1) * sizeof s->slot[0]);
        s->count--;
        return true;
    }
    return false;
}

struct source_slot *sources_of(struct sources *s, const struct change *c)
{
    struct source_slot *slot = sources_find(s, c->source);
    if (slot || !c->source || !sources_make_room(s)) return slot;
    slot = mem_zero(1, sizeof *slot);
    slot->source.id = mem_str(c->source);
    slot->source.world = c->world;
    slot->source.state = SOURCE_LIVE;
    slot->source.since_ms = c->at_ms;
    s->slot[s->count++] = slot;
    s->generation++;
    return slot;
}

static void set_text(const char **field, const char *text)
{
    char *copy = mem_str(text);
    free((char *)*field);
    *field = copy;
}

/* What was listed was another namespace's. */
static void note_scope(struct source_slot *slot, const struct change *c)
{
    if (text_unchanged(slot->source.scope, c->key)) return;
    set_text(&slot->source.scope, c->key);
    memset(slot->listed, 0, sizeof slot->listed);
    slot->source.listed_ms = 0;
}

static void note_state(struct sources *s, struct source_slot *slot, const struct change *c)
{
    struct source *source = &slot->source;
    bool same = source->state == c->state && source->err == c->err && source->world == c->world &&
                text_unchanged(source->why, c->why) && text_unchanged(source->detail, c->detail) &&
                text_unchanged(source->scope, c->key);
    note_scope(slot, c);
    if (source->state != c->state) source->since_ms = c->at_ms;
    source->world = c->world;
    source->state = c->state;
    source->err = c->err;
    set_text(&source->why, c->why);
    set_text(&source->detail, c->detail);
    s->generation += !same;
}

static void note_response(struct source *source, const struct change *c)
{
    source->timed = true;
    if (c->number - 1 > SOURCE_PROMPT_MS) return;
    source->prompt_answer_ms[source->prompts % SOURCE_PROMPTS] = c->at_ms;
    source->prompts++;
}

void sources_note(struct sources *s, struct source_slot *slot, const struct change *c)
{
    struct source *source = &slot->source;
    if (c->type == CHANGE_SOURCE) note_state(s, slot, c);
    if (c->type == CHANGE_SOURCE && c->state != SOURCE_LIVE) return;
    if (c->at_ms > source->last_alive_ms) source->last_alive_ms = c->at_ms;
    if (c->type == CHANGE_ALIVE && c->number) note_response(source, c);
    if (c->type != CHANGE_ALIVE && c->at_ms > source->last_change_ms) source->last_change_ms = c->at_ms;
}

static void sum_unread(struct sources *s, struct source_slot *slot, const char *why)
{
    struct source *source = &slot->source;
    uint64_t sum = 0;
    for (int t = 0; t < TABLE_COUNT; t++) sum += slot->unread[t];
    if (sum == source->unread && (!why || text_unchanged(why, source->unread_why))) return;
    source->unread = sum;
    if (!sum || why) set_text(&source->unread_why, sum ? why : NULL);
    s->generation++;
}

bool sources_dropped(struct sources *s, struct source_slot *slot, const struct change *c)
{
    uint64_t *number = c->err ? &slot->unread[c->table] : &slot->reported_dropped[c->table];
    bool moved = *number != c->number;
    *number = c->number;
    if (c->err) sum_unread(s, slot, c->why);
    return moved;
}

void sources_nothing_dropped(struct sources *s, struct source_slot *slot)
{
    memset(slot->reported_dropped, 0, sizeof slot->reported_dropped);
    memset(slot->unread, 0, sizeof slot->unread);
    sum_unread(s, slot, NULL);
}

/* ---- freshness ----------------------------------------------------------------------------------------------- */

enum freshness source_freshness(const struct source *s, uint64_t now_ms, struct known_u64 *ret_age_ms)
{
    static const enum freshness by_state[] = {
        [SOURCE_OFF] = FRESH_OFF,   [SOURCE_CONNECTING] = FRESH_WAITING, [SOURCE_LIVE] = FRESH_LIVE,
        [SOURCE_DOWN] = FRESH_DOWN, [SOURCE_DENIED] = FRESH_DENIED,      [SOURCE_ABSENT] = FRESH_ABSENT,
    };
    uint64_t age = now_ms > s->last_alive_ms ? now_ms - s->last_alive_ms : 0;
    if (ret_age_ms) *ret_age_ms = s->last_alive_ms ? known_u64(age) : UNKNOWN_U64;
    if (s->state == SOURCE_LIVE && age > SOURCE_STALE_MS) return FRESH_STALE;
    return by_state[s->state];
}

bool source_is_throttled(const struct source *s)
{
    return s->state == SOURCE_LIVE && s->err == ERR_THROTTLED;
}

bool source_is_partial(const struct source *s)
{
    return s->state == SOURCE_LIVE && s->err == ERR_FORBIDDEN;
}

enum tri world_reads_ns(const struct world *w, const char *ns)
{
    const struct source *pods = world_source_named(w, PODS_SOURCE);
    if (!pods || !pods->scope) return TRI_UNKNOWN;
    return tri_of(text_eq(pods->scope, SCOPE_ALL) || text_eq(pods->scope, ns));
}

bool world_watches_all(const struct world *w)
{
    const struct source *pods = world_source_named(w, PODS_SOURCE);
    return pods && (text_eq(pods->scope, SCOPE_ALL) || source_is_partial(pods));
}

const struct source *world_throttled(const struct world *w, enum world_kind kind)
{
    for (size_t i = 0; i < world_sources(w); i++) {
        const struct source *s = world_source(w, i);
        if (s->world == kind && source_is_throttled(s)) return s;
    }
    return NULL;
}

static int freshness_severity(enum freshness f)
{
    static const int order[] = {
        [FRESH_OFF] = 0,   [FRESH_LIVE] = 1,   [FRESH_ABSENT] = 2, [FRESH_WAITING] = 3,
        [FRESH_STALE] = 4, [FRESH_DENIED] = 5, [FRESH_DOWN] = 6,
    };
    return order[f];
}

/* Is s denied while others of its world are not? */
static bool denied_alone(const struct world *w, const struct source *s)
{
    bool others = false;
    for (size_t i = 0; i < world_sources(w); i++) {
        const struct source *other = world_source(w, i);
        others = others || (other->world == s->world && other->state != SOURCE_OFF && other->state != SOURCE_DENIED);
    }
    return s->state == SOURCE_DENIED && others;
}

bool world_denied_words(const struct world *w, enum world_kind kind, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < world_sources(w); i++) {
        const struct source *s = world_source(w, i);
        const char *slash = strchr(s->id, '/');
        const bool partial = source_is_partial(s);
        if (s->world != kind || !(partial || denied_alone(w, s))) continue;
        int n = snprintf(out + at, size - at, "%s%s: %s%s%s", at ? ", " : "", slash ? slash + 1 : s->id,
                         partial              ? "namespace "
                         : s->err == ERR_AUTH ? "not authenticated"
                                              : "not permitted",
                         partial && s->scope ? s->scope : "", partial ? " only" : "");
        if (n < 0 || (size_t)n >= size - at) { /* whole words, or none */
            out[at] = '\0';
            break;
        }
        at += (size_t)n;
    }
    return at > 0;
}

enum freshness world_freshness(const struct world *w, enum world_kind kind, uint64_t now_ms,
                               struct known_u64 *ret_age_ms, const struct source **ret_source)
{
    enum freshness worst = FRESH_OFF;
    struct known_u64 oldest = UNKNOWN_U64;
    const struct source *who = NULL;
    for (size_t i = 0; i < world_sources(w); i++) {
        const struct source *s = world_source(w, i);
        struct known_u64 age;
        if (s->world != kind || denied_alone(w, s)) continue;
        enum freshness f = source_freshness(s, now_ms, &age);
        if (f == FRESH_OFF) continue;
        bool older = age.known && (!oldest.known || age.value > oldest.value);
        if (!who || freshness_severity(f) > freshness_severity(worst) || (f == worst && older)) {
            worst = f;
            who = s;
        }
        if (older) oldest = age;
    }
    if (ret_age_ms) *ret_age_ms = oldest;
    if (ret_source) *ret_source = who;
    return worst;
}
