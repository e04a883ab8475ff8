/* shape.c - which paths a JSON text has, to compare an answer's shape with a recorded one. */
#include "tests/support/shape.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"

// clang-format off
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATHS = 4096, PATH = 512 };

struct paths {
    char *items[PATHS];
    size_t count;
};

static const char *type_word(const cJSON *v)
{
    if (cJSON_IsString(v)) return "string";
    if (cJSON_IsNumber(v)) return "number";
    if (cJSON_IsBool(v)) return "bool";
    if (cJSON_IsNull(v)) return "null";
    return cJSON_IsArray(v) ? "array" : "object";
}

static bool free_keys(const char *name)
{
    static const char *const names[] = {
        "labels",   "annotations", "limits",       "requests",       "allocatedResources",
        "capacity", "allocatable", "nodeSelector", "rayStartParams", "selector"};
    for (size_t i = 0; name && i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

static void path_add(struct paths *p, const char *path, const cJSON *v)
{
    char *text = mem_printf("%s: %s", path, type_word(v));
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->items[i], text) != 0) continue;
        free(text);
        return;
    }
    assert_true(p->count < PATHS);
    p->items[p->count++] = text;
}

static void paths_walk(struct paths *p, const char *path, const cJSON *v)
{
    char below[PATH];
    path_add(p, path, v);
    bool any = cJSON_IsObject(v) && free_keys(v->string);
    JSON_EACH (item, v) {
        snprintf(below, sizeof below, cJSON_IsArray(v) ? "%s[]" : any ? "%s.*" : "%s.%s", path, item->string);
        paths_walk(p, below, item);
    }
}

static bool is_excepted(const char *path, const char *const *except)
{
    for (; except && *except; except++)
        if (strncmp(path, *except, strlen(*except)) == 0) return true;
    return false;
}

/* Prints what `a` has and `b` has not; the number of it. */
static unsigned only_in(const struct paths *a, const struct paths *b, const char *const *except, const char *words)
{
    unsigned missing = 0;
    for (size_t i = 0; i < a->count; i++) {
        bool found = is_excepted(a->items[i], except);
        for (size_t j = 0; j < b->count && !found; j++) found = strcmp(a->items[i], b->items[j]) == 0;
        if (found) continue;
        print_message("%s: %s\n", words, a->items[i]);
        missing++;
    }
    return missing;
}

static void paths_done(struct paths *p)
{
    for (size_t i = 0; i < p->count; i++) free(p->items[i]);
    free(p);
}

void shape_assert(const cJSON *recorded, const cJSON *ours, const char *const *except)
{
    struct paths *theirs = mem_zero(1, sizeof *theirs), *mine = mem_zero(1, sizeof *mine);
    paths_walk(theirs, "", recorded);
    paths_walk(mine, "", ours);
    unsigned wrong = only_in(theirs, mine, except, "only recorded");
    wrong += only_in(mine, theirs, except, "only simulated");
    paths_done(theirs);
    paths_done(mine);
    assert_int_equal(wrong, 0);
}
