/* conflict_parse.c - see conflict_parse.h. */
#include "deploy/conflict_parse.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/text.h"

#include <string.h>

static void conflict_add(struct conflicts *all, const cJSON *cause)
{
    const char *message = json_str(cause, "message"), *field = json_str(cause, "field");
    if (all->count == CONFLICTS) {
        all->beyond++;
        return;
    }
    struct conflict *c = &all->item[all->count++];
    const char *name = message ? strstr(message, "conflict with \"") : NULL;
    *c = (struct conflict){0};
    if (name) {
        name += strlen("conflict with \"");
        text_safe_into(c->manager, sizeof c->manager, name, strcspn(name, "\""));
    }
    if (field) text_safe_into(c->field, sizeof c->field, field, strlen(field));
}

enum err conflict_parse(const char *bytes, size_t len, struct conflicts *ret)
{
    cJSON *status = NULL;
    struct conflicts all = {0};
    if (json_parse_shown(bytes, len, &status, NULL) != ERR_OK) return ERR_NOT_FOUND;
    JSON_EACH (cause, json_path(status, "details.causes"))
        if (text_eq(json_str(cause, "reason"), "FieldManagerConflict")) conflict_add(&all, cause);
    cJSON_Delete(status);
    if (!all.count) return ERR_NOT_FOUND;
    *ret = all;
    return ERR_OK;
}

bool conflicts_may_be_forced(const struct conflicts *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->item[i].field, GROUPS_FIELD) != 0 && strcmp(c->item[i].manager, OWN_MANAGER) != 0) return false;
    return c->count > 0 && c->beyond == 0;
}

static bool has_one(const struct conflicts *c, const struct conflict *one)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->item[i].manager, one->manager) == 0 && strcmp(c->item[i].field, one->field) == 0) return true;
    return false;
}

bool conflicts_are_within(const struct conflicts *c, const struct conflicts *shown)
{
    for (size_t i = 0; i < c->count; i++)
        if (!has_one(shown, &c->item[i])) return false;
    return c->beyond == 0;
}

static bool named_before(const struct conflicts *c, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(c->item[j].manager, c->item[i].manager) == 0) return true;
    return false;
}

void conflicts_words(const struct conflicts *c, struct why *why)
{
    struct buf b;
    buf_init(&b, (size_t)64 * 1024);
    for (size_t i = 0; i < c->count; i++) {
        if (named_before(c, i)) continue;
        const char *manager = c->item[i].manager;
        buf_printf(&b, "%s%s: ", i ? "; by " : "owned by ", *manager ? manager : "another manager");
        bool first = true;
        for (size_t j = i; j < c->count; j++) {
            if (strcmp(c->item[j].manager, manager) != 0) continue;
            buf_printf(&b, "%s%s", first ? "" : ", ", c->item[j].field);
            first = false;
        }
    }
    if (c->beyond) buf_printf(&b, " and %zu more", c->beyond);
    why_set(why, ERR_CONFLICT, "%s", buf_text(&b));
    buf_done(&b);
}
