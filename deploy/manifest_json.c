/* manifest_json.c - an object of a manifest as JSON, as kubectl would send it; see manifest.h. */
#include "deploy/manifest.h"

#include "backends/base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0) return true;
    return false;
}

/* 0x1f, 0o17, 017. */
static bool whole_of(const char *digits, double *ret)
{
    int base = digits[0] != '0'                                        ? 0
               : digits[1] == 'x'                                      ? 16
               : digits[1] == 'o' || isdigit((unsigned char)digits[1]) ? 8
                                                                       : 0;
    const char *from = digits + (isdigit((unsigned char)digits[1]) ? 1 : 2);
    char *end = NULL;
    if (!base || !isxdigit((unsigned char)*from)) return false;
    errno = 0;
    unsigned long long whole = strtoull(from, &end, base);
    if (*end) return false;
    *ret = errno ? HUGE_VAL : (double)whole;
    return true;
}

/* Whole numbers in decimal, 0x, 0o and a leading 0; decimal fractions. Beyond 2^53 a number would change: it stays the
 * text it is, and the API server says so. */
static bool number_of(const char *text, double *ret)
{
    const double exact = 9007199254740992.0;
    const char *digits = text + (*text == '-' || *text == '+');
    char *end = NULL;
    if (!isdigit((unsigned char)*digits) && *digits != '.') return false;
    if (whole_of(digits, ret)) {
        if (*text == '-') *ret = -*ret;
        return *ret<exact && * ret> - exact;
    }
    if (strspn(digits, "0123456789.eE+-") != strlen(digits)) return false;
    double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value) || fabs(value) >= exact) return false;
    *ret = value;
    return true;
}

/* The words and numbers of YAML 1.1, as kubectl's own parser takes them. */
static enum manifest_value word_value(const char *text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", NULL};
    if (is_one_of(text, nulls)) return MANIFEST_NULL;
    if (is_one_of(text, trues)) return MANIFEST_TRUE;
    return is_one_of(text, falses) ? MANIFEST_FALSE : MANIFEST_STRING;
}

enum manifest_value manifest_value_of(const struct yaml_node *scalar, double *ret)
{
    enum manifest_value value = scalar->plain ? word_value(scalar->text) : MANIFEST_STRING;
    return value == MANIFEST_STRING && scalar->plain && number_of(scalar->text, ret) ? MANIFEST_NUMBER : value;
}

static cJSON *scalar_json(const struct yaml_node *n)
{
    double number = 0;
    switch (manifest_value_of(n, &number)) {
    case MANIFEST_NULL: return cJSON_CreateNull();
    case MANIFEST_TRUE: return cJSON_CreateTrue();
    case MANIFEST_FALSE: return cJSON_CreateFalse();
    case MANIFEST_NUMBER: return cJSON_CreateNumber(number);
    case MANIFEST_STRING: break;
    }
    return cJSON_CreateString(n->text);
}

/* What the object may still take: an alias is written out at each of its places. */
struct budget {
    size_t values, bytes;
};

static bool budget_spend(struct budget *b, const struct yaml_node *n)
{
    size_t bytes = (n->text ? strlen(n->text) : 0) + (n->key ? strlen(n->key) : 0);
    if (b->values == 0 || b->bytes < bytes) return false;
    b->values--;
    b->bytes -= bytes;
    return true;
}

static cJSON *node_json(const struct yaml_node *n, struct budget *left)
{
    if (!budget_spend(left, n)) return NULL;
    if (n->kind == YAML_SCALAR) return scalar_json(n);
    cJSON *all = n->kind == YAML_MAP ? cJSON_CreateObject() : cJSON_CreateArray();
    for (size_t i = 0; i < n->count; i++) {
        cJSON *item = node_json(n->items[i], left);
        if (!item) {
            cJSON_Delete(all);
            return NULL;
        }
        if (n->kind == YAML_MAP)
            cJSON_AddItemToObject(all, n->items[i]->key, item);
        else
            cJSON_AddItemToArray(all, item);
    }
    return all;
}

enum err manifest_object_json(const struct manifest_object *o, cJSON **ret, struct why *why)
{
    struct budget left = {MANIFEST_OBJECT_VALUES, 2 * (size_t)MANIFEST_BYTES};
    char text[512];
    cJSON *json = node_json(o->root, &left);
    if (!json)
        return why_set(why, ERR_LIMIT, "%s: more than %d values or %d MiB", manifest_object_text(o, text, sizeof text),
                       MANIFEST_OBJECT_VALUES, 2 * MANIFEST_BYTES / 1024 / 1024);
    *ret = json;
    return ERR_OK;
}
