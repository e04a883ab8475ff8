/* row_index.c - secondary indexes of the world's tables: the indexed fields, and the chained hash table of each. */
#include "backends/world/row_index.h"

#include "backends/base/hash.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 64 };

/* ---- the fields ---- */

#define FIELD(type, field)                                                                                             \
    static const char *type##_##field(const struct record *r)                                                          \
    {                                                                                                                  \
        return ((const struct type *)(const void *)r)->field;                                                          \
    }
FIELD(pod, name)
FIELD(pod, ip)
FIELD(pod, node)
FIELD(pod, cluster)
FIELD(knode, name)
FIELD(raynode, pod)
FIELD(raynode, id)
FIELD(raynode, address)
FIELD(actor, ray_node)

FIELD(pod, ns)
FIELD(raynode, ns)
FIELD(actor, ns)

/* The cluster of a head pod; NULL for other pods, which are thousands. */
static const char *pod_head_cluster(const struct record *r)
{
    const struct pod *p = (const void *)r;
    return p->role && strcmp(p->role, "head") == 0 ? p->cluster : NULL;
}

/* providerID is "aws:///us-west-2a/i-0abc…": its last part is the instance. */
static const char *knode_instance(const struct record *r)
{
    const char *id = ((const struct knode *)(const void *)r)->provider_id, *slash = id ? strrchr(id, '/') : NULL;
    return slash ? slash + 1 : id;
}

static const struct {
    enum table table;
    const char *(*value)(const struct record *r);
    const char *(*ns)(const struct record *r); /* NULL: the kind has no namespace */
} indexes[WORLD_INDEXES] = {
    [POD_BY_NAME] = {TABLE_POD, pod_name, pod_ns},
    [POD_BY_IP] = {TABLE_POD, pod_ip, pod_ns},
    [POD_BY_NODE] = {TABLE_POD, pod_node, pod_ns},
    [POD_BY_CLUSTER] = {TABLE_POD, pod_cluster, pod_ns},
    [HEAD_BY_CLUSTER] = {TABLE_POD, pod_head_cluster, pod_ns},
    [KNODE_BY_NAME] = {TABLE_KNODE, knode_name, NULL},
    [KNODE_BY_INSTANCE] = {TABLE_KNODE, knode_instance, NULL},
    [RAYNODE_BY_POD] = {TABLE_RAYNODE, raynode_pod, raynode_ns},
    [RAYNODE_BY_ID] = {TABLE_RAYNODE, raynode_id, raynode_ns},
    [RAYNODE_BY_ADDRESS] = {TABLE_RAYNODE, raynode_address, raynode_ns},
    [ACTOR_BY_NODE] = {TABLE_ACTOR, actor_ray_node, actor_ns},
};

enum world_index row_index_first(enum table table, size_t *ret_count)
{
    size_t first = 0, count = 0;
    for (size_t i = WORLD_INDEXES; i-- > 0;) {
        if (indexes[i].table != table) continue;
        first = i;
        count++;
    }
    *ret_count = count;
    return (enum world_index)first;
}

enum table row_index_table(enum world_index which)
{
    return indexes[which].table;
}

const char *row_index_value(enum world_index which, const struct record *r)
{
    return indexes[which].value(r);
}

/* ---- the table ---- */

static uint64_t hash_of(const char *text)
{
    const uint64_t hash = hash_text(0, text);
    return hash ^ (hash >> 32);
}

static struct index_slot *slot_of(const struct row_index *x, uint64_t hash)
{
    return &x->slot[hash & (x->slots - 1)];
}

/* Inserts it in order of arrival: a new row at the end. */
static void link_insert(struct index_slot *slot, struct index_link *link)
{
    struct index_link *after = slot->last;
    while (after && after->row->order > link->row->order) after = after->prev;
    link->prev = after;
    link->next = after ? after->next : slot->first;
    if (link->next)
        link->next->prev = link;
    else
        slot->last = link;
    if (after)
        after->next = link;
    else
        slot->first = link;
}

/* Splits each slot's chain in two, keeping its order. */
static void index_grow(struct row_index *x)
{
    struct row_index bigger = {.slots = x->slots ? 2 * x->slots : (size_t)SLOTS_FIRST, .count = x->count};
    bigger.slot = mem_zero(bigger.slots, sizeof *bigger.slot);
    for (size_t i = 0; i < x->slots; i++)
        for (struct index_link *l = x->slot[i].first, *next; l; l = next) {
            next = l->next;
            link_insert(slot_of(&bigger, l->hash), l);
        }
    free(x->slot);
    *x = bigger;
}

void row_index_add(struct row_index *x, enum world_index which, const struct row *row, struct index_link *link)
{
    const char *value = row_index_value(which, row->record);
    if (!value) return;
    if (x->count >= x->slots) index_grow(x);
    link->row = row;
    link->hash = hash_of(value);
    link_insert(slot_of(x, link->hash), link);
    x->count++;
}

void row_index_remove(struct row_index *x, struct index_link *link)
{
    if (!link->row) return;
    struct index_slot *slot = slot_of(x, link->hash);
    if (link->prev)
        link->prev->next = link->next;
    else
        slot->first = link->next;
    if (link->next)
        link->next->prev = link->prev;
    else
        slot->last = link->prev;
    *link = (struct index_link){.row = NULL};
    x->count--;
}

void row_index_done(struct row_index *x)
{
    free(x->slot);
    *x = (struct row_index){.slot = NULL};
}

static bool is_in(enum world_index which, const char *ns, const struct record *r)
{
    return !ns || !indexes[which].ns || text_eq(indexes[which].ns(r), ns);
}

static const struct index_link *same_value(enum world_index which, const struct index_link *l, uint64_t hash,
                                           const char *ns, const char *value)
{
    while (l && (l->hash != hash || strcmp(row_index_value(which, l->row->record), value) != 0 ||
                 !is_in(which, ns, l->row->record)))
        l = l->next;
    return l;
}

const struct index_link *row_index_find(const struct row_index *x, enum world_index which, const char *ns,
                                        const char *value)
{
    if (!value || !x->slots) return NULL;
    uint64_t hash = hash_of(value);
    return same_value(which, slot_of(x, hash)->first, hash, ns, value);
}

const struct index_link *row_index_next(enum world_index which, const char *ns, const struct index_link *link)
{
    return same_value(which, link->next, link->hash, ns, row_index_value(which, link->row->record));
}
