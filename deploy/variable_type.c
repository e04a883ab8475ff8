/* variable_type.c - checks the values of typed variables; see variable_type.h. */
#include "deploy/variable_type.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/quantity.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 63, SUBDOMAIN_MAX = 253, SERVICE_MAX = 47, MEMORY_MIN_MIB = 1 };

/* ---- names ---- */

static bool is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* A DNS label (RFC 1123): of len bytes. */
static bool is_label(const char *s, size_t len)
{
    if (!len || len > LABEL_MAX || !is_lower_alnum(s[0]) || !is_lower_alnum(s[len - 1])) return false;
    for (size_t i = 0; i < len; i++)
        if (!is_lower_alnum(s[i]) && s[i] != '-') return false;
    return true;
}

static bool is_namespace(const char *s)
{
    return is_label(s, strlen(s));
}

static bool is_service(const char *s)
{
    return strlen(s) <= SERVICE_MAX && is_label(s, strlen(s)) && !isdigit((unsigned char)s[0]);
}

static bool is_subdomain(const char *s)
{
    if (strlen(s) > SUBDOMAIN_MAX) return false;
    for (;; s++) {
        const size_t len = strcspn(s, ".");
        if (!is_label(s, len)) return false;
        s += len;
        if (!*s) return true;
    }
}

/* ---- words ---- */

static bool is_text(const char *s)
{
    (void)s;
    return true;
}

static bool is_word(const char *s)
{
    for (const char *c = s; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_.+-", *c)) return false;
    return isalnum((unsigned char)*s);
}

static bool is_host(const char *s)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    const size_t len = strlen(s);
    const char *colon = strchr(s, ':');
    if (!colon) return strspn(s, name) == len;
    return strchr(colon + 1, ':') &&
           strspn(s, "0123456789abcdefABCDEF:.") == len; /* IPv6; else it has a port behind it */
}

static bool is_scheme(const char *s)
{
    return strcmp(s, "redis") == 0 || strcmp(s, "rediss") == 0;
}

/* A registry's name, a path, a tag or a digest: none has white space, quotes or variables in it. */
static bool is_image(const char *s)
{
    return !s[strcspn(s, " \t\"'\\$<>|{}")] && s[0] != '-' && s[0] != ':';
}

static bool is_pull_policy(const char *s)
{
    return strcmp(s, "Always") == 0 || strcmp(s, "IfNotPresent") == 0 || strcmp(s, "Never") == 0;
}

/* "module.path:attribute"; without a colon the attribute is what follows the last dot. */
static bool is_import_path(const char *s)
{
    const char *colon = strchr(s, ':'), *split = colon ? colon : strrchr(s, '.');
    if (!split || split == s || !split[1] || (colon && strchr(colon + 1, ':'))) return false;
    for (const char *c = s; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '.' && c != colon) return false;
    return true;
}

/* ---- numbers ---- */

static bool is_whole(const char *s, uint64_t least, uint64_t most)
{
    uint64_t n;
    return text_u64(s, strlen(s), most, &n) == ERR_OK && n >= least && (s[0] != '0' || !s[1]);
}

static bool is_port(const char *s)
{
    return is_whole(s, 1, 65535);
}

static bool is_count(const char *s)
{
    return is_whole(s, 1, VARIABLE_COUNT_MAX);
}

static bool is_devices(const char *s)
{
    return is_whole(s, 0, VARIABLE_COUNT_MAX);
}

static bool is_number(const char *s)
{
    uint64_t milli;
    return isdigit((unsigned char)*s) && strspn(s, "0123456789.") == strlen(s) && quantity_parse(s, &milli) == ERR_OK;
}

static bool is_cpu(const char *s)
{
    uint64_t milli;
    return quantity_parse(s, &milli) == ERR_OK && milli > 0;
}

/* Fewer bytes than that are a unit that was forgotten. */
static bool is_memory(const char *s)
{
    uint64_t milli;
    return quantity_parse(s, &milli) == ERR_OK && milli >= MEMORY_MIN_MIB * QUANTITY_MIB;
}

/* ---- maps and lists ---- */

/* The document, when all of the value is one of that kind; NULL: it is not. */
static struct yaml *flow_parse(const char *value, enum yaml_kind kind)
{
    struct yaml *y = NULL;
    /* "a: 1" is a map to YAML too, and a forgotten brace to people. */
    if (*value != (kind == YAML_MAP ? '{' : '[')) return NULL;
    if (yaml_parse_all(&(struct yaml_text){"", value, strlen(value), NULL, 0}, 1, &y, NULL, NULL)) return NULL;
    const struct yaml_node *root = yaml_root(y);
    if (root && root->kind == kind) return y;
    yaml_tree_free(y);
    return NULL;
}

static bool is_string(const struct yaml_node *n)
{
    return n->kind == YAML_SCALAR && !n->alias;
}

static bool is_labels(const char *s)
{
    struct yaml *y = flow_parse(s, YAML_MAP);
    const struct yaml_node *root = yaml_root(y);
    bool ok = root != NULL;
    for (size_t i = 0; ok && i < root->count; i++) ok = *root->items[i]->key && is_string(root->items[i]);
    yaml_tree_free(y);
    return ok;
}

static bool is_one_of(const char *text, const char *const *words)
{
    while (text && *words && strcmp(text, *words) != 0) words++;
    return text && *words;
}

/* As the API server's validation of tolerations. */
static bool is_toleration(const struct yaml_node *t)
{
    static const char *const fields[] = {"key", "operator", "value", "effect", "tolerationSeconds", NULL};
    static const char *const operators[] = {"", "Exists", "Equal", NULL};
    static const char *const effects[] = {"", "NoSchedule", "PreferNoSchedule", "NoExecute", NULL};
    if (t->kind != YAML_MAP) return false;
    for (size_t i = 0; i < t->count; i++)
        if (!is_one_of(t->items[i]->key, fields) || !is_string(t->items[i])) return false;
    const char *key = yaml_str(t, "key"), *value = yaml_str(t, "value"), *effect = yaml_str(t, "effect");
    const char *operator_ = yaml_str(t, "operator"), *seconds = yaml_str(t, "tolerationSeconds");
    const bool exists = text_eq(operator_, "Exists");
    if (operator_ && !is_one_of(operator_, operators)) return false;
    if (effect && !is_one_of(effect, effects)) return false;
    if ((!key || !*key) && !exists) return false;
    if (exists && value && *value) return false;
    const bool number =
        seconds && strspn(seconds + (*seconds == '-'), "0123456789") == strlen(seconds + (*seconds == '-'));
    return !seconds || (number && text_eq(effect, "NoExecute"));
}

static bool is_tolerations(const char *s)
{
    struct yaml *y = flow_parse(s, YAML_LIST);
    const struct yaml_node *root = yaml_root(y);
    bool ok = root != NULL;
    for (size_t i = 0; ok && i < root->count; i++) ok = is_toleration(root->items[i]);
    yaml_tree_free(y);
    return ok;
}

static bool is_affinity(const char *s)
{
    static const char *const fields[] = {"nodeAffinity", "podAffinity", "podAntiAffinity", NULL};
    struct yaml *y = flow_parse(s, YAML_MAP);
    const struct yaml_node *root = yaml_root(y);
    bool ok = root != NULL;
    for (size_t i = 0; ok && i < root->count; i++)
        ok = is_one_of(root->items[i]->key, fields) && root->items[i]->kind == YAML_MAP;
    yaml_tree_free(y);
    return ok;
}

/* ---- the types ---- */

static const struct {
    const char *words;
    bool (*fits)(const char *value);
    enum variable_form form;
} types[] = {
    [VARIABLE_TEXT] = {"a text of one line that is not null", is_text, VARIABLE_FORM_TEXT},
    [VARIABLE_WORD] = {"a word of letters, digits, _ . + and -", is_word, VARIABLE_FORM_TEXT},
    [VARIABLE_HOST] = {"a host name or an address, without a port", is_host, VARIABLE_FORM_TEXT},
    [VARIABLE_PORT] = {"a port from 1 to 65535", is_port, VARIABLE_FORM_NUMBER},
    [VARIABLE_SCHEME] = {"redis or rediss", is_scheme, VARIABLE_FORM_TEXT},
    [VARIABLE_NAMESPACE] = {"a namespace's name: at most 63 of a-z, 0-9 and -, a letter or a digit at both ends",
                            is_namespace, VARIABLE_FORM_TEXT},
    [VARIABLE_SERVICE] = {"a name of at most 47 of a-z, 0-9 and -, that begins with a letter and does not end with -",
                          is_service, VARIABLE_FORM_TEXT},
    [VARIABLE_SUBDOMAIN] = {"a name of a-z, 0-9, - and .", is_subdomain, VARIABLE_FORM_TEXT},
    [VARIABLE_SCHEDULER] = {"a scheduler's name, of a-z, 0-9, - and .", is_subdomain, VARIABLE_FORM_TEXT},
    [VARIABLE_IMAGE] = {"an image's name, as registry/name:tag", is_image, VARIABLE_FORM_TEXT},
    [VARIABLE_PULL_POLICY] = {"Always, IfNotPresent or Never", is_pull_policy, VARIABLE_FORM_TEXT},
    [VARIABLE_IMPORT_PATH] = {"a Python module and its attribute, as module:attribute", is_import_path,
                              VARIABLE_FORM_TEXT},
    [VARIABLE_CPU] = {"a quantity of CPU above 0, as 2, 0.5 or 500m", is_cpu, VARIABLE_FORM_NUMBER},
    [VARIABLE_MEMORY] = {"a quantity of memory of at least 1Mi, as 20G or 16Gi", is_memory, VARIABLE_FORM_NUMBER},
    [VARIABLE_COUNT] = {"a whole number from 1 to 10000", is_count, VARIABLE_FORM_NUMBER},
    [VARIABLE_DEVICES] = {"a whole number from 0 to 10000", is_devices, VARIABLE_FORM_NUMBER},
    [VARIABLE_NUMBER] = {"a decimal number, as 10 or 0.5", is_number, VARIABLE_FORM_NUMBER},
    [VARIABLE_LABELS] = {"a map of labels, as {disk: ssd}, or {} for none", is_labels, VARIABLE_FORM_TREE},
    [VARIABLE_TOLERATIONS] = {"a list of tolerations, as [{key: gpu, operator: Exists}], or [] for none",
                              is_tolerations, VARIABLE_FORM_TREE},
    [VARIABLE_AFFINITY] = {"a map of nodeAffinity, podAffinity and podAntiAffinity, or {} for none", is_affinity,
                           VARIABLE_FORM_TREE},
};

enum variable_form variable_type_form(enum variable_type type)
{
    return types[type].form;
}

const char *variable_type_words(enum variable_type type)
{
    return types[type].words;
}

bool variable_type_fits(enum variable_type type, const char *value)
{
    return types[type].fits(value);
}

static enum yaml_kind kind_of(enum variable_type type)
{
    return type == VARIABLE_TOLERATIONS ? YAML_LIST : YAML_MAP;
}

bool variable_type_is_none(enum variable_type type, const char *value)
{
    if (type == VARIABLE_DEVICES) return strcmp(value, "0") == 0;
    if (type == VARIABLE_SCHEDULER) return strcmp(value, "default-scheduler") == 0;
    if (types[type].form != VARIABLE_FORM_TREE) return false;
    struct yaml *y = flow_parse(value, kind_of(type));
    const bool none = y && yaml_root(y)->count == 0;
    yaml_tree_free(y);
    return none;
}

/* "true" and "1" are what a label is called. */
static void strings_set(const struct yaml_node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *n = node->items[i];
        const bool number = n->key && strcmp(n->key, "tolerationSeconds") == 0;
        if (n->kind == YAML_MAP) strings_set(n);
        if (is_string(n) && !number) yaml_set_string(n, n->text);
    }
}

struct yaml *variable_type_tree(enum variable_type type, const char *value)
{
    struct yaml *y = flow_parse(value, kind_of(type));
    if (type != VARIABLE_AFFINITY) strings_set(yaml_root(y));
    return y;
}
