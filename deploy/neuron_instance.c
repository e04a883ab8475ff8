/* neuron_instance.c - the instance type that a pod asks for; see neuron_instance.h. */
#include "deploy/neuron_instance.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <ctype.h>
#include <string.h>

static const struct neuron_cores families[] = {
    {4, 4, "inf1"}, {2, 2, "inf2"}, {2, 2, "trn1"}, {2, 2, "trn1n"}, {4, 8, "trn2"}, {4, 8, "trn2u"},
};
enum { LEAST_OF_ALL = 2, MOST_OF_ALL = 8 };

/* The family that a label's value names, a type ("inf2.48xlarge") or a pool of one's own ("neuron-inf2"). NULL: none.
 */
static const struct neuron_cores *family_in(const char *value)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        const char *at = strstr(value, families[i].family);
        const char *after = at ? at + strlen(families[i].family) : NULL;
        if (at && (at == value || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)*after))
            return &families[i];
    }
    return NULL;
}

/* One of several that may be: the bounds of all; the name of the first. */
static void cores_widen(struct neuron_cores *all, const char *value)
{
    const struct neuron_cores *one = value ? family_in(value) : NULL;
    if (!one) return;
    if (!all->family) {
        *all = *one;
        return;
    }
    if (one->least < all->least) all->least = one->least;
    if (one->most > all->most) all->most = one->most;
}

static void cores_of_terms(struct neuron_cores *all, const struct yaml_node *terms)
{
    for (size_t t = 0; terms && terms->kind == YAML_LIST && t < terms->count; t++) {
        const struct yaml_node *list = yaml_get(terms->items[t], "matchExpressions");
        for (size_t i = 0; list && list->kind == YAML_LIST && i < list->count; i++) {
            const struct yaml_node *values = yaml_get(list->items[i], "values");
            if (!values || values->kind != YAML_LIST || !text_eq(yaml_str(list->items[i], "operator"), "In")) continue;
            for (size_t v = 0; v < values->count; v++)
                if (values->items[v]->kind == YAML_SCALAR) cores_widen(all, values->items[v]->text);
        }
    }
}

struct neuron_cores neuron_cores_of_pod(const struct yaml_node *pod)
{
    static const char required[] = "requiredDuringSchedulingIgnoredDuringExecution";
    struct neuron_cores all = {0};
    const struct yaml_node *selector = yaml_get(pod, "nodeSelector");
    const struct yaml_node *affinity = yaml_get(yaml_get(pod, "affinity"), "nodeAffinity");
    for (size_t i = 0; selector && selector->kind == YAML_MAP && i < selector->count; i++)
        cores_widen(&all, yaml_str(selector, selector->items[i]->key));
    if (!all.family) cores_of_terms(&all, yaml_get(yaml_get(affinity, required), "nodeSelectorTerms"));
    return all.family ? all : (struct neuron_cores){LEAST_OF_ALL, MOST_OF_ALL, NULL};
}
