/* template.c - instantiates the templates of cluster.json. */
#include "backends/sim/template.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TEMPLATE_STRING_MAX = 1024 * 1024 };

struct templates {
    cJSON *root;
};

/* The assembler includes cluster.json; make runs in the project's top directory. */
__asm__(".pushsection .rodata\n"
        ".global raydeck_sim_cluster, raydeck_sim_cluster_end\n"
        "raydeck_sim_cluster:\n"
        ".incbin \"backends/sim/cluster.json\"\n"
        "raydeck_sim_cluster_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char raydeck_sim_cluster[], raydeck_sim_cluster_end[];

struct templates *templates_new(void)
{
    struct templates *t = mem_zero(1, sizeof *t);
    struct why why;
    enum err e =
        json_parse(raydeck_sim_cluster, (size_t)(raydeck_sim_cluster_end - raydeck_sim_cluster), &t->root, &why);
    assert(e == ERR_OK);
    (void)e;
    return t;
}

void templates_free(struct templates *t)
{
    if (!t) return;
    cJSON_Delete(t->root);
    free(t);
}

static const char *value_of(const struct template_value *values, const char *name, size_t len)
{
    for (; values && values->name; values++)
        if (strlen(values->name) == len && memcmp(values->name, name, len) == 0) return values->value;
    return NULL;
}

/* Substitutes ${NAMES}; NULL: there is none. Leaves "${RAY_...:-x}", which is for the shell. */
static char *text_filled(const char *text, const struct template_value *values)
{
    if (!text || !strstr(text, "${")) return NULL;
    struct buf out;
    buf_init(&out, TEMPLATE_STRING_MAX);
    while (*text) {
        const char *start = strstr(text, "${"), *end = start ? strchr(start, '}') : NULL;
        if (!end) {
            buf_str(&out, text);
            break;
        }
        size_t len = (size_t)(end - start) - 2;
        const char *value = value_of(values, start + 2, len);
        assert(value || memchr(start, ':', len + 2));
        buf_add(&out, text, (size_t)(start - text));
        if (value)
            buf_str(&out, value);
        else
            buf_add(&out, start, len + 3);
        text = end + 1;
    }
    return buf_take(&out);
}

/* cJSON frees strings with its own allocator, hence the exchange of nodes. */
static void swap_text(char **place, char *text)
{
    cJSON *holder = cJSON_CreateString(text);
    char *old = *place;
    assert(holder);
    *place = holder->valuestring;
    holder->valuestring = old;
    cJSON_Delete(holder);
    free(text);
}

static void item_fill(cJSON *item, const struct template_value *values)
{
    for (; item; item = item->next) {
        char *text = cJSON_IsString(item) ? text_filled(item->valuestring, values) : NULL;
        if (text) swap_text(&item->valuestring, text);
        text = text_filled(item->string, values);
        if (text) swap_text(&item->string, text);
        item_fill(item->child, values);
    }
}

cJSON *template_make(const struct templates *t, const char *name, const struct template_value *values)
{
    const cJSON *found = json_get(t->root, name);
    assert(found);
    cJSON *copy = cJSON_Duplicate(found, 1);
    assert(copy);
    item_fill(copy->child, values);
    return copy;
}

cJSON *template_text(const char *text, const struct template_value *values)
{
    char *json = mem_str(text);
    for (char *c = json; *c; c++)
        if (*c == '\'') *c = '"';
    cJSON *made = NULL;
    struct why why;
    enum err e = json_parse(json, strlen(json), &made, &why);
    assert(e == ERR_OK);
    (void)e;
    free(json);
    if (cJSON_IsString(made)) {
        char *whole = text_filled(made->valuestring, values);
        if (whole) swap_text(&made->valuestring, whole);
    }
    item_fill(made->child, values);
    return made;
}
