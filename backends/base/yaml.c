/* yaml.c - Builds a tree out of libyaml's events, within limits. */
#include "backends/base/yaml.h"

#include "backends/base/mem.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

/* A node in the document. An alias is a copy with its own key and position, which shares text and items with its
 * anchor's node. */
struct held {
    struct yaml_node node;
    struct held *next; /* all nodes of the document */
    struct held *next_anchored;
    struct held *copies, *next_copy; /* the copies of a scalar */
    struct held *of;                 /* of a copy: the node whose content it shares */
    char *anchor;
    unsigned height; /* levels below it, itself included; 0 while it is being built */
    size_t cap;
    bool copy;
};

struct yaml {
    struct held *all;
    const struct yaml_node **roots;
    size_t count, cap;
};

/* A position in the text, which moves forward with the events. */
struct cursor {
    const char *at;
    size_t index; /* in characters, from the beginning of the part */
    struct yaml_place place;
};

/* The document while it is being built. */
struct build {
    yaml_parser_t parser;
    const char *name;
    const char *part, *end; /* what the parser reads */
    struct cursor part_begin, cursor;
    struct yaml *doc;
    struct held *anchored; /* nodes with an anchor, newest first */
    size_t anchors;
    struct held *open[YAML_DEPTH]; /* the lists and maps being built, the outermost first */
    char *key[YAML_DEPTH];         /* of a map: the key whose value comes next */
    struct yaml_place key_at[YAML_DEPTH];
    unsigned depth;
    size_t nodes, nodes_before; /* of this document, of those before it */
    struct yaml_place at;       /* position of the error */
    struct why *why;
};

static struct held *held_of(struct yaml_node *n)
{
    return (struct held *)(void *)n;
}

static void cursor_step(struct cursor *c, const char *end)
{
    const bool line_ends = *c->at++ == '\n';
    while (c->at < end && ((unsigned char)*c->at & 0xc0) == 0x80) c->at++;
    c->index++;
    c->place =
        line_ends ? (struct yaml_place){c->place.line + 1, 1} : (struct yaml_place){c->place.line, c->place.column + 1};
}

/* Where a mark is in the text that was given: libyaml's own lines and columns are those of a part, and it counts NEL,
 * LS and PS, at which no editor ends a line. */
static struct yaml_place mark_place(struct build *b, yaml_mark_t mark)
{
    struct cursor *c = &b->cursor;
    if (mark.index < c->index) *c = b->part_begin;
    while (c->index < mark.index && c->at < b->end) cursor_step(c, b->end);
    return c->place;
}

static enum err build_fail(struct build *b, enum err err, struct yaml_place at, const char *what)
{
    b->at = at;
    return why_set(b->why, err, "%s:%u:%u: %s", b->name, at.line, at.column, what);
}

static enum err refuse_at(struct build *b, struct yaml_place at, const char *what)
{
    return build_fail(b, ERR_PARSE, at, what);
}

/* Of encoding errors libyaml reports the offset in bytes, and no mark. */
static enum err refuse_parser(struct build *b)
{
    const yaml_parser_t *p = &b->parser;
    const char *what = p->problem ? p->problem : "malformed";

    if (p->error == YAML_MEMORY_ERROR) mem_exhausted();
    if (p->error != YAML_READER_ERROR) return refuse_at(b, mark_place(b, p->problem_mark), what);
    struct cursor c = b->part_begin;
    while (c.at < b->end && (size_t)(c.at - b->part) < p->problem_offset) cursor_step(&c, b->end);
    return refuse_at(b, c.place, what);
}

static struct held *node_new(struct build *b, enum yaml_kind kind, struct yaml_place at)
{
    struct held *h = mem_zero(1, sizeof *h);

    h->node.kind = kind;
    h->node.line = at.line;
    h->node.column = at.column;
    h->node.own = at;
    h->next = b->doc->all;
    b->doc->all = h;
    b->nodes++;
    return h;
}

static void node_free(struct held *h)
{
    free(h->node.key);
    free(h->anchor);
    if (!h->copy) {
        mem_free_secret(h->node.text); /* a kubeconfig's tokens are among them */
        free(h->node.items);
    }
    free(h);
}

static void add_item(struct held *parent, struct yaml_node *item)
{
    if (parent->node.count + 2 > parent->cap) {
        parent->cap = parent->cap ? parent->cap * 2 : 4;
        parent->node.items = mem_grow(parent->node.items, parent->cap, sizeof *parent->node.items);
    }
    parent->node.items[parent->node.count++] = item;
    parent->node.items[parent->node.count] = NULL;
}

/* Puts a node where the document is: the root, a list's next item, a map's value. */
static enum err build_place(struct build *b, struct held *h, struct yaml_place at)
{
    if (b->nodes > YAML_NODES || b->nodes_before + b->nodes > YAML_STREAM_NODES)
        return build_fail(b, ERR_LIMIT, at, "too many nodes");
    if (b->depth == 0) {
        b->doc->roots[b->doc->count - 1] = &h->node;
        return ERR_OK;
    }
    unsigned top = b->depth - 1;
    struct held *parent = b->open[top];
    if (parent->node.kind == YAML_MAP) {
        if (!b->key[top]) return refuse_at(b, at, "a key that is not a plain word or a string");
        h->node.key = b->key[top];
        h->node.line = b->key_at[top].line;
        h->node.column = b->key_at[top].column;
        b->key[top] = NULL;
    }
    add_item(parent, &h->node);
    return ERR_OK;
}

static enum err set_anchor(struct build *b, struct held *h, const yaml_char_t *anchor, struct yaml_place at)
{
    if (!anchor) return ERR_OK;
    if (++b->anchors > YAML_ANCHORS) return build_fail(b, ERR_LIMIT, at, "too many anchors");
    h->anchor = mem_str((const char *)anchor);
    h->next_anchored = b->anchored;
    b->anchored = h;
    return ERR_OK;
}

static enum err on_scalar(struct build *b, const yaml_event_t *e, struct yaml_place at)
{
    const char *text = (const char *)e->data.scalar.value;
    size_t len = e->data.scalar.length;
    unsigned top = b->depth - 1;

    if (memchr(text, '\0', len)) return refuse_at(b, at, "a NUL character in a string");
    if (b->depth > 0 && b->open[top]->node.kind == YAML_MAP && !b->key[top]) {
        if (++b->nodes > YAML_NODES) return build_fail(b, ERR_LIMIT, at, "too many nodes");
        b->key[top] = mem_strn(text, len);
        b->key_at[top] = at;
        return ERR_OK;
    }
    struct held *h = node_new(b, YAML_SCALAR, at);
    h->node.text = mem_strn(text, len);
    h->node.plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    h->node.literal = e->data.scalar.style == YAML_LITERAL_SCALAR_STYLE;
    h->height = 1;
    enum err err = set_anchor(b, h, e->data.scalar.anchor, at);
    return err ? err : build_place(b, h, at);
}

static enum err on_start(struct build *b, enum yaml_kind kind, const yaml_char_t *anchor, struct yaml_place at)
{
    struct held *h = node_new(b, kind, at);

    if (b->depth >= YAML_DEPTH) return build_fail(b, ERR_LIMIT, at, "nested too deep");
    enum err err = set_anchor(b, h, anchor, at);
    if (!err) err = build_place(b, h, at);
    if (err) return err;
    b->open[b->depth++] = h;
    return ERR_OK;
}

static int by_key(const void *a, const void *b)
{
    const struct yaml_node *const *x = a, *const *y = b;
    int order = strcmp((*x)->key, (*y)->key);

    if (order != 0) return order;
    if ((*x)->line != (*y)->line) return (*x)->line < (*y)->line ? -1 : 1;
    return (*x)->column < (*y)->column ? -1 : (*x)->column > (*y)->column;
}

static enum err check_keys(struct build *b, const struct held *map)
{
    enum err err = ERR_OK;
    size_t n = map->node.count;

    if (n < 2) return ERR_OK;
    const struct yaml_node **sorted = mem_zero(n, sizeof(const struct yaml_node *));
    memcpy(sorted, map->node.items, n * sizeof(const struct yaml_node *));
    qsort(sorted, n, sizeof *sorted, by_key);
    for (size_t i = 1; i < n && !err; i++) {
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0) continue;
        b->at = (struct yaml_place){sorted[i]->line, sorted[i]->column};
        err = why_set(b->why, ERR_PARSE, "%s:%u:%u: the key \"%s\" is there twice (first in line %u)", b->name,
                      sorted[i]->line, sorted[i]->column, sorted[i]->key, sorted[i - 1]->line);
    }
    free(sorted);
    return err;
}

static void content_share(struct yaml_node *to, const struct yaml_node *from)
{
    to->kind = from->kind;
    to->plain = from->plain;
    to->literal = from->literal;
    to->text = from->text;
    to->items = from->items;
    to->count = from->count;
}

static const struct yaml_node *map_get(const struct yaml_node *map, const char *key)
{
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->items[i]->key, key) == 0) return map->items[i];
    return NULL;
}

static void copy_init(struct held *copy, struct held *of)
{
    if (of->copy) of = of->of;
    copy->copy = true;
    copy->of = of;
    copy->next_copy = of->copies;
    of->copies = copy;
    copy->height = of->height;
    copy->node.alias = true;
    copy->node.own = of->node.own;
    content_share(&copy->node, &of->node);
}

/* Adds what `from` has and the map lacks, as aliases that stand where the merge key does. */
static enum err map_merge_one(struct build *b, struct held *map, const struct yaml_node *from,
                              const struct yaml_node *merge)
{
    const struct yaml_place at = {merge->line, merge->column};
    if (from->kind != YAML_MAP) return refuse_at(b, at, "a merge key (<<) whose value is no map and no list of maps");
    for (size_t i = 0; i < from->count; i++) {
        struct yaml_node *item = from->items[i];
        if (map_get(&map->node, item->key)) continue;
        struct held *h = node_new(b, item->kind, at);
        copy_init(h, held_of(item));
        h->node.key = mem_str(item->key);
        if (b->nodes > YAML_NODES) return build_fail(b, ERR_LIMIT, at, "too many nodes");
        add_item(map, &h->node);
    }
    return ERR_OK;
}

/* YAML 1.1's merge type: the map's own keys win, then the first map of a list. */
static enum err map_merge(struct build *b, struct held *map)
{
    enum err err = ERR_OK;
    struct yaml_node *merge = (struct yaml_node *)(uintptr_t)map_get(&map->node, "<<");
    if (!merge) return ERR_OK;
    yaml_drop(&map->node, merge);
    if (merge->kind != YAML_LIST) return map_merge_one(b, map, merge, merge);
    for (size_t i = 0; i < merge->count && !err; i++) err = map_merge_one(b, map, merge->items[i], merge);
    return err;
}

static enum err on_end(struct build *b)
{
    struct held *h = b->open[--b->depth];
    unsigned highest = 0;

    for (size_t i = 0; i < h->node.count; i++) {
        unsigned height = held_of(h->node.items[i])->height;
        if (height > highest) highest = height;
    }
    h->height = highest + 1;
    if (h->node.kind != YAML_MAP) return ERR_OK;
    const enum err err = check_keys(b, h);
    return err ? err : map_merge(b, h);
}

static enum err on_alias(struct build *b, const yaml_event_t *e, struct yaml_place at)
{
    const char *name = (const char *)e->data.alias.anchor;
    struct held *target = b->anchored;

    /* Newest first: an anchor may be redefined. */
    while (target && strcmp(target->anchor, name) != 0) target = target->next_anchored;
    if (!target) {
        /* Without its name: it may be the beginning of an unquoted password. */
        return refuse_at(b, at, "an alias that is not defined; a value that begins with * has to be quoted");
    }
    if (target->height == 0) return refuse_at(b, at, "an alias to what it is part of");
    if (b->depth + target->height > YAML_DEPTH + 1) return build_fail(b, ERR_LIMIT, at, "nested too deep");

    struct held *h = node_new(b, target->node.kind, at);
    copy_init(h, target);
    return build_place(b, h, at);
}

static enum err on_document(struct build *b, size_t max, struct yaml_place at)
{
    struct yaml *doc = b->doc;

    if (doc->count == max) return build_fail(b, ERR_LIMIT, at, "too many documents");
    if (doc->count == doc->cap) {
        doc->cap = doc->cap ? doc->cap * 2 : 4;
        doc->roots = mem_grow(doc->roots, doc->cap, sizeof *doc->roots);
    }
    doc->roots[doc->count++] = NULL;
    b->nodes_before += b->nodes;
    b->nodes = 0;
    b->anchored = NULL; /* anchors are per document */
    b->anchors = 0;
    return ERR_OK;
}

static enum err on_event(struct build *b, const yaml_event_t *e, size_t max)
{
    const struct yaml_place at = mark_place(b, e->start_mark);
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT: return on_document(b, max, at);
    case YAML_SCALAR_EVENT: return on_scalar(b, e, at);
    case YAML_SEQUENCE_START_EVENT: return on_start(b, YAML_LIST, e->data.sequence_start.anchor, at);
    case YAML_MAPPING_START_EVENT: return on_start(b, YAML_MAP, e->data.mapping_start.anchor, at);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return on_end(b);
    case YAML_ALIAS_EVENT: return on_alias(b, e, at);
    default: return ERR_OK;
    }
}

/* Up to the end of the stream, or of the first document. */
static enum err parse_events(struct build *b, size_t max, bool first_only)
{
    enum err err = ERR_OK;
    bool end = false;

    while (!err && !end) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b->parser, &event)) return refuse_parser(b);
        err = on_event(b, &event, max);
        end = event.type == YAML_STREAM_END_EVENT || (first_only && event.type == YAML_DOCUMENT_END_EVENT);
        yaml_event_delete(&event);
    }
    return err;
}

static enum err part_parse(struct build *b, size_t len, size_t max, bool first_only)
{
    b->end = b->part + len;
    if (!yaml_parser_initialize(&b->parser)) mem_exhausted();
    yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b->parser, (const unsigned char *)b->part, len);
    b->depth = 0;
    b->cursor = b->part_begin;
    const enum err err = parse_events(b, max, first_only);
    yaml_parser_delete(&b->parser);
    /* The next part begins where this one ends. */
    while (!err && b->cursor.at < b->end) cursor_step(&b->cursor, b->end);
    return err;
}

/* A byte order mark is no character of the text: libyaml keeps it where the encoding is set to UTF-8. */
static size_t bom_len(const char *bytes, size_t len)
{
    static const char bom[] = "\xef\xbb\xbf";
    const size_t n = sizeof bom - 1;
    return len >= n && memcmp(bytes, bom, n) == 0 ? n : 0;
}

static enum err build_run(struct build *b, const struct yaml_text *text, size_t max, bool first_only, struct yaml **ret)
{
    const char *const end = text->bytes + text->len;
    enum err err = ERR_OK;
    b->name = text->name;
    b->part = text->bytes + bom_len(text->bytes, text->len);
    b->cursor = (struct cursor){.at = b->part, .place = {1, 1}};
    b->doc = mem_zero(1, sizeof *b->doc);
    for (size_t i = 0; i <= text->cuts_count && !err; i++) {
        const char *const next = i < text->cuts_count ? text->bytes + text->cuts[i] : end;
        b->part_begin = (struct cursor){.at = b->part, .place = b->cursor.place};
        err = part_parse(b, (size_t)(next - b->part), max, first_only);
        b->part = next;
    }
    for (unsigned i = 0; i < YAML_DEPTH; i++) free(b->key[i]);
    if (err) {
        yaml_tree_free(b->doc);
        return err;
    }
    *ret = b->doc;
    return ERR_OK;
}

enum err yaml_parse(const char *name, const char *bytes, size_t len, struct yaml **ret, struct why *why)
{
    struct build b = {.why = why};
    return build_run(&b, &(struct yaml_text){name, bytes, len, NULL, 0}, 1, true, ret);
}

enum err yaml_parse_all(const struct yaml_text *text, size_t max, struct yaml **ret, struct yaml_place *ret_at,
                        struct why *why)
{
    struct build b = {.why = why};
    enum err err = build_run(&b, text, max, false, ret);
    if (err && ret_at) *ret_at = b.at;
    return err;
}

size_t yaml_documents(const struct yaml *y)
{
    return y->count;
}

const struct yaml_node *yaml_document(const struct yaml *y, size_t index)
{
    return index < y->count ? y->roots[index] : NULL;
}

static struct held *held_to_change(const struct yaml_node *node)
{
    assert(!node->alias);
    return (struct held *)(uintptr_t)node;
}

/* The copies share the node's content, but have their own key and positions. */
static void copies_update(struct held *h)
{
    for (struct held *c = h->copies; c; c = c->next_copy) content_share(&c->node, &h->node);
}

static void scalar_set(const struct yaml_node *scalar, const char *text, bool string)
{
    struct held *h = held_to_change(scalar);

    assert(scalar->kind == YAML_SCALAR);
    char *old = h->node.text;
    h->node.text = mem_str(text);
    if (string) h->node.plain = false;
    copies_update(h);
    mem_free_secret(old);
}

void yaml_set_text(const struct yaml_node *scalar, const char *text)
{
    scalar_set(scalar, text, false);
}

void yaml_set_string(const struct yaml_node *scalar, const char *text)
{
    scalar_set(scalar, text, true);
}

void yaml_replace(struct yaml *y, const struct yaml_node *scalar, struct yaml *with)
{
    struct held *h = held_to_change(scalar);

    assert(scalar->kind == YAML_SCALAR && with->count == 1 && with->roots[0]);
    struct held *root = (struct held *)(uintptr_t)with->roots[0];
    char *old = h->node.text;
    h->node.kind = root->node.kind;
    h->node.plain = root->node.plain;
    h->node.literal = root->node.literal;
    h->node.text = root->node.text;
    h->node.items = root->node.items;
    h->node.count = root->node.count;
    h->cap = root->cap;
    root->node.text = NULL;
    root->node.items = NULL;
    copies_update(h);
    mem_free_secret(old);
    /* Its nodes, the emptied root among them, are kept by this document from now on, and stand where the scalar stood.
     */
    struct held **last = &with->all;
    for (; *last; last = &(*last)->next) {
        (*last)->node.line = scalar->own.line;
        (*last)->node.column = scalar->own.column;
        (*last)->node.own = scalar->own;
    }
    *last = y->all;
    y->all = with->all;
    with->all = NULL;
    yaml_tree_free(with);
}

void yaml_drop(const struct yaml_node *parent, const struct yaml_node *item)
{
    struct held *h = held_to_change(parent);
    size_t at = 0;

    while (at < h->node.count && h->node.items[at] != item) at++;
    assert(at < h->node.count);
    for (; at < h->node.count; at++) h->node.items[at] = h->node.items[at + 1]; /* the NULL at the end too */
    h->node.count--;
    copies_update(h);
}

void yaml_add(struct yaml *y, const struct yaml_node *map, const char *key, const char *text)
{
    struct held *to = held_to_change(map), *h = mem_zero(1, sizeof *h);

    assert(map->kind == YAML_MAP && !map_get(map, key));
    h->node = (struct yaml_node){.kind = YAML_SCALAR, .line = map->line, .column = map->column, .own = map->own};
    h->node.text = mem_str(text);
    h->node.key = mem_str(key);
    h->height = 1;
    h->next = y->all;
    y->all = h;
    add_item(to, &h->node);
    copies_update(to);
}

void yaml_tree_free(struct yaml *y)
{
    if (!y) return;
    while (y->all) {
        struct held *h = y->all;
        y->all = h->next;
        node_free(h);
    }
    free(y->roots);
    free(y);
}

const struct yaml_node *yaml_root(const struct yaml *y)
{
    return y ? yaml_document(y, 0) : NULL;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    if (!map || map->kind != YAML_MAP) return NULL;
    return map_get(map, key);
}

const char *yaml_str(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = yaml_get(map, key);

    if (!n || n->kind != YAML_SCALAR) return NULL;
    if (n->plain && (!*n->text || strcmp(n->text, "~") == 0 || strcasecmp(n->text, "null") == 0)) return NULL;
    return n->text;
}

bool yaml_bool(const struct yaml_node *map, const char *key, bool otherwise)
{
    const char *text = yaml_str(map, key);

    if (!text) return otherwise;
    if (strcasecmp(text, "true") == 0 || strcasecmp(text, "yes") == 0 || strcasecmp(text, "on") == 0) return true;
    if (strcasecmp(text, "false") == 0 || strcasecmp(text, "no") == 0 || strcasecmp(text, "off") == 0) return false;
    return otherwise;
}
