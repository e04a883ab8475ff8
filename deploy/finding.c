/* finding.c - the list of findings and its two forms; see finding.h. */
#include "deploy/finding.h"

#include "backends/base/mask.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rule rules[RULES] = {
#define RULE(id, severity, title, why, fix, source) {#id, FINDING_##severity, title, why, fix, source},
#include "deploy/rules.def"
#undef RULE
};

const struct rule *rule_get(enum rule_id id)
{
    assert(id < RULES);
    return &rules[id];
}

const char *finding_severity_word(enum finding_severity severity)
{
    static const char *const words[FINDING_SEVERITIES] = {"error", "warning", "info", "unknown"};
    return words[severity];
}

void findings_init(struct findings *f)
{
    *f = (struct findings){0};
}

void findings_done(struct findings *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free((char *)f->items[i].where.object);
        free((char *)f->items[i].where.file);
        free(f->items[i].message);
    }
    free(f->items);
    *f = (struct findings){0};
}

static char *safe_copy(const char *text)
{
    return text ? text_safe(text, strlen(text), TEXT_ONE_LINE, FINDING_TEXT_MAX) : NULL;
}

void findings_add(struct findings *f, enum rule_id id, enum finding_severity severity,
                  const struct finding_where *where, const char *fmt, ...)
{
    f->of[severity]++;
    if (f->count == FINDINGS) {
        f->dropped++;
        return;
    }
    if (f->count == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 16;
        f->items = mem_grow(f->items, f->cap, sizeof *f->items);
    }
    char text[2 * FINDING_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    struct finding *item = &f->items[f->count++];
    *item = (struct finding){.rule = rule_get(id), .severity = severity, .why = rule_get(id)->why};
    if (where) {
        item->where = *where;
        item->where.object = safe_copy(where->object);
        item->where.file = safe_copy(where->file);
    }
    item->message = mask_text(text, strlen(text), TEXT_ONE_LINE, FINDING_TEXT_MAX);
}

void findings_explain(struct findings *f, const char *why)
{
    if (f->count && !f->dropped) f->items[f->count - 1].why = why;
}

static int by_number(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int order = strcmp(x->where.file ? x->where.file : "", y->where.file ? y->where.file : "");
    if (!order) order = by_number(x->where.document, y->where.document);
    if (!order) order = by_number(x->where.line, y->where.line);
    if (!order) order = by_number(x->where.column, y->where.column);
    if (!order) order = by_number((size_t)(x->rule - rules), (size_t)(y->rule - rules));
    return order ? order : strcmp(x->message, y->message);
}

void findings_sort(struct findings *f)
{
    if (f->count > 1) qsort(f->items, f->count, sizeof *f->items, by_place);
}

static void text_one(const struct finding *item, struct buf *out)
{
    const struct finding_where *at = &item->where;
    if (at->file) buf_str(out, at->file);
    if (at->file && at->line) buf_printf(out, ":%u:%u", at->line, at->column);
    buf_printf(out, "%s%s %s %s\n", at->file ? ": " : "", finding_severity_word(item->severity), item->rule->id,
               item->message);
    if (at->object && at->document)
        buf_printf(out, "    in    %s (document %u)\n", at->object, at->document);
    else if (at->object)
        buf_printf(out, "    in    %s\n", at->object);
    buf_printf(out, "    why   %s\n    fix   %s\n", item->why, item->rule->fix);
}

void findings_text(const struct findings *f, struct buf *out)
{
    for (size_t i = 0; i < f->count; i++) text_one(&f->items[i], out);
    if (f->dropped) buf_printf(out, "… and %zu more, not shown\n", f->dropped);
    buf_printf(out, "%zu errors, %zu warnings, %zu infos, %zu unknown\n", f->of[FINDING_ERROR], f->of[FINDING_WARNING],
               f->of[FINDING_INFO], f->of[FINDING_UNKNOWN]);
}

static void add_text(cJSON *object, const char *name, const char *text)
{
    cJSON_AddItemToObject(object, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_place(cJSON *object, const char *name, unsigned value)
{
    cJSON_AddItemToObject(object, name, value ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

cJSON *findings_json(const struct findings *f)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", 1);
    cJSON *list = cJSON_AddArrayToObject(root, "findings");
    for (size_t i = 0; i < f->count; i++) {
        const struct finding *item = &f->items[i];
        cJSON *object = cJSON_CreateObject();
        add_text(object, "id", item->rule->id);
        add_text(object, "severity", finding_severity_word(item->severity));
        add_text(object, "title", item->rule->title);
        add_text(object, "where", item->where.object);
        add_text(object, "file", item->where.file);
        add_place(object, "document", item->where.document);
        add_place(object, "line", item->where.line);
        add_place(object, "column", item->where.column);
        add_text(object, "message", item->message);
        add_text(object, "why", item->why);
        add_text(object, "fix", item->rule->fix);
        add_text(object, "source", item->rule->source);
        cJSON_AddItemToArray(list, object);
    }
    cJSON_AddNumberToObject(root, "errors", (double)f->of[FINDING_ERROR]);
    cJSON_AddNumberToObject(root, "warnings", (double)f->of[FINDING_WARNING]);
    cJSON_AddNumberToObject(root, "infos", (double)f->of[FINDING_INFO]);
    cJSON_AddNumberToObject(root, "unknowns", (double)f->of[FINDING_UNKNOWN]);
    cJSON_AddNumberToObject(root, "dropped", (double)f->dropped);
    return root;
}
