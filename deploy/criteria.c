/* criteria.c - the table of criteria, and the limits set over its defaults; see criteria.h. */
#include "deploy/criteria.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"
#include "backends/world/request_kind.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MAX 1e6

static const struct criterion criteria[CRITERIA] = {
#define CRITERION(name, id, kind, compare, unit, limit, needs, what, why, measured)                                    \
    {id, CRITERION_##kind, CRITERION_##compare, CRITERION_##unit, limit, CRITERION_NEEDS_##needs, what, why, measured},
#include "deploy/criteria.def"
#undef CRITERION
};

const struct criterion *criterion_get(enum criterion_id id)
{
    return &criteria[id];
}

void criteria_init(struct criteria *c)
{
    for (int i = 0; i < CRITERIA; i++) c->limit[i] = criteria[i].limit;
}

/* ---- limits as they are written ---------------------------------------------------------------------------------- */

static const struct {
    enum criterion_unit unit;
    const char *suffix;
    double factor;
} suffixes[] = {
    {CRITERION_COUNT, "", 1},    {CRITERION_PERCENT, "%", 1},  {CRITERION_SECONDS, "ms", 0.001},
    {CRITERION_SECONDS, "s", 1}, {CRITERION_SECONDS, "m", 60},
};

static const char *unit_words(enum criterion_unit unit)
{
    switch (unit) {
    case CRITERION_COUNT: return "a whole number";
    case CRITERION_PERCENT: return "a percentage, as 0.1%";
    case CRITERION_SECONDS: return "a duration, as 5s, 250ms or 2m";
    }
    return "";
}

/* Digits with at most one point, and nothing of what strtod takes besides. */
static const char *number_end(const char *text)
{
    const char *end = text + strspn(text, "0123456789");

    if (*end == '.') end += 1 + strspn(end + 1, "0123456789");
    return end == text || *text == '.' ? NULL : end;
}

static enum err limit_parse(const struct criterion *c, const char *text, double *ret, struct why *why)
{
    const char *end = number_end(text), *suffix = end ? end + strspn(end, " ") : NULL;

    for (size_t i = 0; end && i < ARRAY_LEN(suffixes); i++) {
        if (suffixes[i].unit != c->unit || strcmp(suffix, suffixes[i].suffix) != 0) continue;
        const double value = strtod(text, NULL) * suffixes[i].factor;
        const bool whole = c->unit != CRITERION_COUNT || value == floor(value);
        if (!whole || value > (c->unit == CRITERION_PERCENT ? 100 : LIMIT_MAX)) break;
        *ret = value;
        return ERR_OK;
    }
    char shown[CRITERION_TEXT_MAX];
    text_safe_into(shown, sizeof shown, text, strlen(text));
    return why_set(why, ERR_USAGE, "%s: \"%s\" is no limit: give %s", c->id, shown, unit_words(c->unit));
}

static enum err criterion_find(const char *id, size_t len, enum criterion_id *ret, struct why *why)
{
    char known[512] = "";

    for (int i = 0; i < CRITERIA; i++) {
        if (strlen(criteria[i].id) == len && memcmp(criteria[i].id, id, len) == 0) {
            *ret = (enum criterion_id)i;
            return ERR_OK;
        }
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", criteria[i].id);
    }
    char shown[CRITERION_TEXT_MAX];
    text_safe_into(shown, sizeof shown, id, len);
    return why_set(why, ERR_USAGE, "there is no criterion \"%s\"; there are %s", shown, known);
}

enum err criteria_set(struct criteria *c, const char *assignment, struct why *why)
{
    const char *equals = strchr(assignment, '=');
    enum criterion_id id;
    enum err err;

    if (!equals) return why_set(why, ERR_USAGE, "a limit is set as CRITERION=LIMIT, as in failed=0.1%%");
    err = criterion_find(assignment, (size_t)(equals - assignment), &id, why);
    return err ? err : limit_parse(&criteria[id], equals + 1, &c->limit[id], why);
}

static enum err criterion_read(struct criteria *c, const char *name, const struct yaml_node *node, struct why *why)
{
    enum criterion_id id;
    struct why own = {0};
    enum err err = criterion_find(node->key, strlen(node->key), &id, &own);

    if (!err && node->kind != YAML_SCALAR) err = why_set(&own, ERR_USAGE, "%s: a limit is one value", node->key);
    if (!err) err = limit_parse(&criteria[id], node->text, &c->limit[id], &own);
    return err ? why_set(why, err, "%s:%u:%u: %s", name, node->line, node->column, own.text) : ERR_OK;
}

enum err criteria_read(struct criteria *c, const char *name, const char *bytes, size_t len, struct why *why)
{
    struct criteria next = *c;
    struct yaml *yaml = NULL;
    enum err err = yaml_parse(name, bytes, len, &yaml, why);
    const struct yaml_node *root = err ? NULL : yaml_root(yaml);

    if (!err && (!root || root->kind != YAML_MAP))
        err = why_set(why, ERR_USAGE, "%s: it is no map of criteria to limits", name);
    for (size_t i = 0; !err && i < root->count; i++) err = criterion_read(&next, name, root->items[i], why);
    if (!err) *c = next;
    yaml_tree_free(yaml);
    return err;
}

/* ---- their words ------------------------------------------------------------------------------------------------- */

char *criterion_value(enum criterion_id id, double value, char out[CRITERION_TEXT_MAX])
{
    char seconds[TEXT_NUM_MAX];

    switch (criteria[id].unit) {
    case CRITERION_COUNT: snprintf(out, CRITERION_TEXT_MAX, "%.0f", value); break;
    case CRITERION_PERCENT:
        snprintf(out, CRITERION_TEXT_MAX, value > 0 && value < 0.01 ? "< 0.01 %%" : "%.3g %%", value);
        break;
    case CRITERION_SECONDS:
        snprintf(out, CRITERION_TEXT_MAX, "%s", text_latency(seconds, known_u64((uint64_t)(value * 1e6 + 0.5))));
        break;
    }
    return out;
}

char *criterion_limit(enum criterion_id id, double limit, char out[CRITERION_TEXT_MAX])
{
    char value[CRITERION_TEXT_MAX];

    snprintf(out, CRITERION_TEXT_MAX, "%s %.20s", criteria[id].compare == CRITERION_AT_MOST ? "at most" : "at least",
             criterion_value(id, limit, value));
    return out;
}

/* The API server's proxy is no way that a user takes. */
char *criterion_measured(enum criterion_id id, const char *route, char out[CRITERION_MEASURED_MAX])
{
    static const char place[] = "{route}";
    const char *text = criterion_get(id)->measured, *at = strstr(text, place);
    const bool proxied = text_eq(route, REQUEST_PATH_PROXY);

    if (at)
        snprintf(out, CRITERION_MEASURED_MAX, "%.*sthe %s%s%s%s%s", (int)(at - text), text,
                 proxied ? route : "users' route", proxied || !*route ? "" : " (", proxied ? "" : route,
                 proxied || !*route ? "" : ")", at + sizeof place - 1);
    else
        snprintf(out, CRITERION_MEASURED_MAX, "%s", text);
    return out;
}
