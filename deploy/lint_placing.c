/* lint_placing.c - L38: replicas for which there is no room in any pod that the manifest allows. CPUs only: other
 * resources may come by ways that are not in the file. */
#include "deploy/lint_ray.h"

#include "deploy/quantity.h"

#include <stddef.h>

struct room {
    double pods;   /* that may run replicas, at most */
    double widest; /* CPUs of the pod that has most */
    bool bounded;  /* each pod's CPUs are in the file */
};

/* As KubeRay and `ray start` count a pod's CPUs: num-cpus, else the container's limit rounded up, else the node's. */
static bool group_cpus(const struct yaml_node *group, double *ret)
{
    const struct yaml_node *params = yaml_get(group, "rayStartParams");
    const char *limit = yaml_str(yaml_get(yaml_get(ray_container(group), "resources"), "limits"), "cpu");
    uint64_t milli;
    if (yaml_get(params, "num-cpus")) return ray_number(params, "num-cpus", ret);
    if (yaml_get(group, "resources") || !limit || quantity_parse(limit, &milli) || !milli) return false;
    *ret = (double)((milli + 999) / 1000);
    return true;
}

static void room_add(struct room *room, const struct yaml_node *group, double pods)
{
    double cpus = 0;
    const bool known = group_cpus(group, &cpus);
    if (known && cpus <= 0) return; /* no replica runs there */
    room->pods += pods;
    room->bounded = room->bounded && known;
    if (cpus > room->widest) room->widest = cpus;
}

static void lint_deployment(struct lint *l, const struct serve *s, const struct yaml_node *d, const struct room *room)
{
    const char *name = yaml_str(d, "name");
    const struct yaml_node *options = yaml_get(d, "ray_actor_options");
    const struct ray_pods n = serve_replicas(d);
    double each = 0, cpus = 0;
    if (ray_number(d, "max_replicas_per_node", &each) && each > 0 && n.least > each * room->pods)
        lint_say_as(l, RULE_L38, FINDING_WARNING, serve_place(l, s, yaml_get(d, "max_replicas_per_node")),
                    "deployment %s has %.0f replicas at least; max_replicas_per_node %.0f lets %.0f onto %.0f pods",
                    name ? name : "(no name)", n.least, each, each * room->pods, room->pods);
    else if (room->bounded && n.least > 0 && ray_number(options, "num_cpus", &cpus) && cpus > room->widest)
        lint_say_as(l, RULE_L38, FINDING_WARNING, serve_place(l, s, yaml_get(options, "num_cpus")),
                    "a replica of deployment %s needs %g CPUs, a pod has %g at most", name ? name : "(no name)", cpus,
                    room->widest);
}

void lint_placing(struct lint *l, const struct ray *r, const struct serve *s)
{
    struct room room = {.bounded = true};
    const struct yaml_node *app;
    if (!r->workers || !r->workers->count) return;
    room_add(&room, r->head, 1);
    for (size_t i = 0; i < r->workers->count; i++)
        room_add(&room, r->workers->items[i], ray_group_pods(r, r->workers->items[i]).most);
    for (size_t a = 0; room.pods > 0 && (app = serve_app(s, a)); a++) {
        const struct yaml_node *all = ray_list(app, "deployments");
        for (size_t i = 0; all && i < all->count; i++) lint_deployment(l, s, all->items[i], &room);
    }
}
