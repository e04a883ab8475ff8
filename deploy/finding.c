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
#define RULE(id, severity, title, why, fix, source, bad, good)                                                         \
    {#id, FINDING_##severity, title, why, fix, source, bad, good},
#include "deploy/rules.def"
#undef RULE
};

const struct rule *rule_get(enum rule_id id)
{
    assert(id < RULES);
    return &rules[id];
}

size_t rule_index(const struct rule *rule)
{
    return (size_t)(rule - rules);
}

const struct rule *rule_named(const char *id)
{
    for (size_t i = 0; i < RULES; i++)
        if (strcasecmp(rules[i].id, id) == 0) return &rules[i];
    return NULL;
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

static void finding_done(struct finding *item)
{
    free((char *)item->where.object);
    free((char *)item->where.file);
    free(item->message);
    free(item->ignored);
    mem_free_secret(item->edit.old);
    mem_free_secret(item->edit.text);
}

void findings_done(struct findings *f)
{
    for (size_t i = 0; i < f->count; i++) finding_done(&f->items[i]);
    for (size_t i = 0; i < f->ignored_count; i++) finding_done(&f->ignored[i]);
    for (size_t i = 0; i < f->files_count; i++) {
        free(f->files[i].name);
        free(f->files[i].failure);
    }
    free(f->items);
    free(f->ignored);
    free(f->files);
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

void findings_edit(struct findings *f, const struct finding_edit *edit)
{
    if (!f->count || f->dropped) return;
    struct finding_edit *own = &f->items[f->count - 1].edit;
    *own = *edit;
    own->old = mem_str(edit->old);
    own->text = mem_str(edit->text);
}

size_t findings_ignore(struct findings *f, size_t first, const struct rule *rule, unsigned line, const char *reason)
{
    size_t kept = first;
    for (size_t i = first; i < f->count; i++) {
        struct finding *item = &f->items[i];
        if (item->rule != rule || item->where.line != line) {
            f->items[kept++] = *item;
            continue;
        }
        f->of[item->severity]--;
        item->ignored = mask_text(reason, strlen(reason), TEXT_ONE_LINE, FINDING_TEXT_MAX);
        f->ignored = mem_grow(f->ignored, f->ignored_count + 1, sizeof *f->ignored);
        f->ignored[f->ignored_count++] = *item;
    }
    const size_t moved = f->count - kept;
    f->count = kept;
    return moved;
}

void finding_object_of(struct finding *item, const char *where)
{
    char *object =
        mem_printf("%s%s%s", item->where.object ? item->where.object : "", item->where.object ? ", of " : "of ", where);
    free((char *)item->where.object);
    item->where.object = safe_copy(object);
    free(object);
}

static struct finding_file *file_add(struct findings *f, const char *name)
{
    f->files = mem_grow(f->files, f->files_count + 1, sizeof *f->files);
    f->files[f->files_count] = (struct finding_file){.name = safe_copy(name)};
    return &f->files[f->files_count++];
}

void findings_checked(struct findings *f, const char *file, size_t objects)
{
    file_add(f, file)->objects = objects;
}

void findings_failed(struct findings *f, const char *file, const char *why)
{
    file_add(f, file)->failure = mask_text(why, strlen(why), TEXT_ONE_LINE, FINDING_TEXT_MAX);
    f->files_failed++;
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

static int by_file_name(const void *a, const void *b)
{
    return strcmp(((const struct finding_file *)a)->name, ((const struct finding_file *)b)->name);
}

void findings_sort(struct findings *f)
{
    if (f->count > 1) qsort(f->items, f->count, sizeof *f->items, by_place);
    if (f->files_count > 1) qsort(f->files, f->files_count, sizeof *f->files, by_file_name);
    if (f->ignored_count > 1) qsort(f->ignored, f->ignored_count, sizeof *f->ignored, by_place);
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

static bool nothing_was_checked(const struct findings *f)
{
    size_t objects = 0;
    for (size_t i = 0; i < f->files_count; i++) objects += f->files[i].objects;
    return f->files_count && !objects && !f->of[FINDING_ERROR] && !f->of[FINDING_WARNING];
}

void findings_totals(const struct findings *f, const char *between, struct buf *out)
{
    const size_t *of = f->of;
    if (nothing_was_checked(f))
        buf_str(out, "nothing was checked");
    else
        buf_printf(out, "%zu error%s%s%zu warning%s%s%zu info%s%s%zu unknown", of[FINDING_ERROR],
                   text_plural(of[FINDING_ERROR]), between, of[FINDING_WARNING], text_plural(of[FINDING_WARNING]),
                   between, of[FINDING_INFO], text_plural(of[FINDING_INFO]), between, of[FINDING_UNKNOWN]);
    if (f->files_failed)
        buf_printf(out, "%s%zu file%s not read", between, f->files_failed, text_plural(f->files_failed));
}

/* "ignored: 2 of L17 in m.yaml: reason", in the order of files and lines: each rule, file and reason once. */
static void text_ignored(const struct findings *f, struct buf *out)
{
    for (size_t i = 0; i < f->ignored_count; i++) {
        const struct finding *item = &f->ignored[i];
        size_t before = 0, same = 0;
        for (size_t j = 0; j < f->ignored_count; j++) {
            const struct finding *other = &f->ignored[j];
            if (other->rule != item->rule || strcmp(other->ignored, item->ignored) != 0 ||
                !text_unchanged(other->where.file, item->where.file))
                continue;
            same++;
            before += j < i;
        }
        if (before) continue;
        buf_printf(out, "ignored: %zu of %s in %s: %s\n", same, item->rule->id,
                   item->where.file ? item->where.file : "–", *item->ignored ? item->ignored : "no reason given");
    }
}

void findings_text(const struct findings *f, struct buf *out)
{
    for (size_t i = 0; i < f->count; i++) text_one(&f->items[i], out);
    if (f->dropped) buf_printf(out, "… and %zu more, not shown\n", f->dropped);
    text_ignored(f, out);
    findings_totals(f, ", ", out);
    buf_char(out, '\n');
}

static void add_text(cJSON *object, const char *name, const char *text)
{
    cJSON_AddItemToObject(object, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_place(cJSON *object, const char *name, unsigned value)
{
    cJSON_AddItemToObject(object, name, value ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

static void add_findings(cJSON *root, const char *name, const struct finding *items, size_t count)
{
    cJSON *list = cJSON_AddArrayToObject(root, name);
    for (size_t i = 0; i < count; i++) {
        const struct finding *item = &items[i];
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
        if (item->ignored) add_text(object, "reason", *item->ignored ? item->ignored : NULL);
        cJSON_AddItemToArray(list, object);
    }
}

cJSON *findings_json(const struct findings *f)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", 1);
    add_findings(root, "findings", f->items, f->count);
    cJSON_AddNumberToObject(root, "errors", (double)f->of[FINDING_ERROR]);
    cJSON_AddNumberToObject(root, "warnings", (double)f->of[FINDING_WARNING]);
    cJSON_AddNumberToObject(root, "infos", (double)f->of[FINDING_INFO]);
    cJSON_AddNumberToObject(root, "unknowns", (double)f->of[FINDING_UNKNOWN]);
    cJSON_AddNumberToObject(root, "dropped", (double)f->dropped);
    add_findings(root, "ignored", f->ignored, f->ignored_count);
    cJSON *files = cJSON_AddArrayToObject(root, "files");
    for (size_t i = 0; i < f->files_count; i++) {
        cJSON *file = cJSON_CreateObject();
        add_text(file, "file", f->files[i].name);
        cJSON_AddNumberToObject(file, "objects", (double)f->files[i].objects);
        add_text(file, "failure", f->files[i].failure);
        cJSON_AddItemToArray(files, file);
    }
    return root;
}
