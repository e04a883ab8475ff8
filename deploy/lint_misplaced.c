/* lint_misplaced.c - K3, beside the schema's own: annotations of the object in a pod template. */
#include "deploy/lint_ray.h"

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

void lint_misplaced(struct lint *l, const struct ray *r)
{
    check_annotations(l, r, r->head);
    for (size_t i = 0; r->workers && i < r->workers->count; i++) check_annotations(l, r, r->workers->items[i]);
}
