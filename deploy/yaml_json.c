#include "deploy/yaml_json.h"

#include "backends/base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Beyond 2^53 a JSON number in a double is another number. */
#define EXACT_MAX 9007199254740992.0

static bool one_of(const char *text, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (strcmp(text, words[i]) == 0) return true;
    return false;
}

/* The digits after a sign and a prefix, in that base, all of them; false where it is no such number. */
static bool whole_number(const char *text, double *ret)
{
    const char *digits = text + (*text == '-' || *text == '+');
    int base = 10;
    if (digits[0] == '0' && digits[1]) {
        base = digits[1] == 'x' ? 16 : digits[1] == 'b' ? 2 : 8;
        digits += base == 8 ? 1 + (digits[1] == 'o') : 2;
    }
    char *end;
    if (!strchr("0123456789abcdefABCDEF", *digits) || !*digits) return false;
    errno = 0;
    unsigned long long value = strtoull(digits, &end, base);
    if (*end || errno || (double)value > EXACT_MAX) return false;
    *ret = *text == '-' ? -(double)value : (double)value;
    return true;
}

static bool float_number(const char *text, double *ret)
{
    if (strspn(text, "+-0123456789.eE") != strlen(text) || !strpbrk(text, "0123456789")) return false;
    const char *first = text + strspn(text, "+-");
    if (*first == 'e' || *first == 'E') return false;
    char *end;
    double value = strtod(text, &end);
    if (*end || !isfinite(value)) return false;
    if (!strpbrk(text, ".eE") && fabs(value) > EXACT_MAX) return false;
    *ret = value;
    return true;
}

static cJSON *scalar(const struct yaml_node *node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", "no",  "No",  "NO",
                                         "n",     "N",     "off",   "Off", "OFF", NULL};
    double number;
    if (!node->plain) return cJSON_CreateString(node->text);
    if (one_of(node->text, nulls)) return cJSON_CreateNull();
    if (one_of(node->text, trues)) return cJSON_CreateTrue();
    if (one_of(node->text, falses)) return cJSON_CreateFalse();
    if (whole_number(node->text, &number) || float_number(node->text, &number)) return cJSON_CreateNumber(number);
    return cJSON_CreateString(node->text);
}

/* NULL: too many values. Depth is bounded by yaml.h. */
static cJSON *convert(const struct yaml_node *node, size_t *left)
{
    if (*left == 0) return NULL;
    --*left;
    if (node->kind == YAML_SCALAR) return scalar(node);
    cJSON *all = node->kind == YAML_LIST ? cJSON_CreateArray() : cJSON_CreateObject();
    for (size_t i = 0; i < node->count; i++) {
        cJSON *item = convert(node->items[i], left);
        if (!item) {
            cJSON_Delete(all);
            return NULL;
        }
        if (node->kind == YAML_LIST)
            cJSON_AddItemToArray(all, item);
        else
            cJSON_AddItemToObject(all, node->items[i]->key, item);
    }
    return all;
}

enum err yaml_json(const struct yaml_node *node, cJSON **ret, struct why *why)
{
    size_t left = YAML_JSON_VALUES;
    if (!node) return why_set(why, ERR_PARSE, "an empty document");
    cJSON *all = convert(node, &left);
    if (!all)
        return why_set(why, ERR_LIMIT, "%u:%u: more than %d values, aliases counted where they stand", node->line,
                       node->column, YAML_JSON_VALUES);
    *ret = all;
    return ERR_OK;
}
