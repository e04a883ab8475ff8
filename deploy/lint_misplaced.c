/* lint_misplaced.c - K3, beside the schema's own: annotations of the object in a pod template, and the custom
 * resource's fields in serveConfigV2, where Serve does not look for them. */
#include "deploy/lint_ray.h"
#include "deploy/schema_table.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { PLACE_MAX_LEN = 512 };

/* KubeRay reads them of the object only, and sets those of the pods itself. */
static void check_annotations(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    static const char *const names[] = {"ray.io/ft-enabled", "ray.io/external-storage-namespace",
                                        "ray.io/initializing-timeout", NULL};
    const struct yaml_node *all = yaml_get(yaml_get(yaml_get(group, "template"), "metadata"), "annotations");
    for (size_t i = 0; names[i]; i++) {
        const struct yaml_node *at = yaml_get(all, names[i]);
        if (at && !yaml_get(r->annotations, names[i]))
            lint_say(l, RULE_K3, at,
                     "%s: %s has no effect on a pod template; it belongs in metadata.annotations of the %s",
                     ray_group_name(r, group), names[i], l->o->kind);
    }
}

/* Serve's own fields are in snake_case. */
static bool is_camel_case(const char *name)
{
    bool upper = false;
    for (const char *p = name; *p; p++) {
        if (!isalpha((unsigned char)*p) && !isdigit((unsigned char)*p)) return false;
        upper = upper || (p > name && isupper((unsigned char)*p));
    }
    return upper;
}

static void check_serve_fields(struct lint *l, const struct serve *s)
{
    char place[PLACE_MAX_LEN];
    const struct schema_root *root = schema_root_of(l->o->api_version, l->o->kind);
    const struct schema_type *whole = root ? schema_type_at(root->type) : NULL;
    const struct schema_field *spec = whole ? schema_field_of(whole, "spec") : NULL;
    for (size_t i = 0; spec && i < s->root->count; i++) {
        const struct yaml_node *n = s->root->items[i];
        if (!is_camel_case(n->key) || !schema_find_below(schema_type_at(spec->type), n->key, place, sizeof place))
            continue;
        lint_say_as(l, RULE_K3, FINDING_WARNING, serve_place(l, s, n),
                    "serveConfigV2: %s is no field of Serve; it belongs in spec.%s", n->key, place);
    }
}

void lint_misplaced(struct lint *l, const struct ray *r, const struct serve *s)
{
    check_annotations(l, r, r->head);
    for (size_t i = 0; r->workers && i < r->workers->count; i++) check_annotations(l, r, r->workers->items[i]);
    if (s && s->root->kind == YAML_MAP) check_serve_fields(l, s);
}
