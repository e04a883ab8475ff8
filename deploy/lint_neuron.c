/* lint_neuron.c - L24: aws.amazon.com/neuron counts devices, Ray's neuron_cores counts cores. */
#include "deploy/lint_ray.h"

#include "backends/base/text.h"
#include "deploy/neuron_instance.h"

#include <stdlib.h>
#include <string.h>

struct neuron_room {
    double least, most; /* cores of the pods there are at least, at most */
    bool hidden;        /* from the autoscaler */
    const struct yaml_node *at;
    double devices, pods;
    double widest; /* cores of the pod that has most */
    struct neuron_cores a_device;
};

/* Devices or cores that a worker's pod asks for. */
static const struct yaml_node *cores_requested(const struct yaml_node *group, const char *resource, double *ret)
{
    static const char *const where[] = {"limits", "requests"};
    const struct yaml_node *all = yaml_get(ray_container(group), "resources");
    for (size_t i = 0; i < 2; i++) {
        const struct yaml_node *part = yaml_get(all, where[i]);
        if (ray_number(part, resource, ret)) return yaml_get(part, resource);
    }
    return NULL;
}

/* What the group declares to Ray: its resources, or rayStartParams.resources, a JSON object in a string that is quoted
 * once or twice. */
static bool cores_declared(const struct yaml_node *group, double *ret)
{
    static const char name[] = "neuron_cores";
    const char *text = yaml_str(yaml_get(group, "rayStartParams"), "resources"), *at = text ? strstr(text, name) : NULL;
    if (ray_number(yaml_get(group, "resources"), name, ret) && *ret > 0) return true;
    if (!at) return false;
    at += strlen(name);
    at += strspn(at, "\\\"': ");
    char *end = NULL;
    *ret = strtod(at, &end);
    return end != at && *ret > 0;
}

static void room_add(struct neuron_room *room, const struct ray *r, const struct yaml_node *group)
{
    double devices = 0, cores = 0, declared = 0;
    const struct yaml_node *at = cores_requested(group, "aws.amazon.com/neuron", &devices);
    if (!at) at = cores_requested(group, "aws.amazon.com/neurondevice", &devices);
    const struct yaml_node *core_at = cores_requested(group, "aws.amazon.com/neuroncore", &cores);
    const struct neuron_cores a_device = neuron_cores_of_pod(ray_pod(group));
    const bool told = cores_declared(group, &declared);
    const struct ray_pods pods = ray_group_pods(r, group);
    if (!at && !core_at) return;
    /* KubeRay tells Ray of neuroncore, not of neuron (its customAcceleratorToRayResourceMap). */
    if (!core_at && !told) room->hidden = true;
    const double least = core_at ? cores : told ? declared : devices * a_device.least;
    const double most = core_at ? cores : told ? declared : devices * a_device.most;
    room->least += pods.least * least;
    room->most += pods.most * most;
    if (most > room->widest) room->widest = most;
    if (room->at) return;
    room->at = at ? at : core_at;
    room->devices = devices;
    room->pods = pods.least;
    room->a_device = a_device;
}

static void demand_add(const struct yaml_node *d, double *least, double *most, double *one)
{
    double cores = 0;
    const struct yaml_node *resources = yaml_get(yaml_get(d, "ray_actor_options"), "resources");
    if (!ray_number(resources, "neuron_cores", &cores)) return;
    struct ray_pods n = serve_replicas(d);
    *least += n.least * cores;
    *most += n.most * cores;
    if (cores > *one) *one = cores;
}

void lint_neuron(struct lint *l, const struct ray *r, const struct serve *s)
{
    struct neuron_room room = {.at = NULL};
    double least = 0, most = 0, one = 0; /* cores that all replicas need, and a single one */
    const struct yaml_node *app;
    for (size_t i = 0; r->workers && i < r->workers->count; i++) room_add(&room, r, r->workers->items[i]);
    for (size_t a = 0; (app = serve_app(s, a)); a++) {
        const struct yaml_node *all = ray_list(app, "deployments");
        for (size_t i = 0; all && i < all->count; i++) demand_add(all->items[i], &least, &most, &one);
    }
    if (!room.at) return; /* another way to the cores is not in the file */
    if (one > room.widest)
        lint_say(l, RULE_L24, room.at, "a replica needs %.0f NeuronCores, a worker pod has %.0f at most", one,
                 room.widest);
    else if (least > room.most)
        lint_say(l, RULE_L24, room.at, "replicas need %.0f NeuronCores, all worker pods together have at most %.0f",
                 least, room.most);
    else if (most > room.most)
        lint_say(l, RULE_L24, room.at, "replicas may need %.0f NeuronCores, all worker pods together have at most %.0f",
                 most, room.most);
    else if (r->autoscales && most > room.least && room.hidden && room.devices > 0)
        lint_say_as(l, RULE_L24, room.a_device.least == room.a_device.most ? FINDING_WARNING : FINDING_UNKNOWN,
                    (struct yaml_place){room.at->line, room.at->column},
                    "aws.amazon.com/neuron %.0f counts devices, %.0f cores a pod on %s: replicas may need %.0f, the "
                    "minimum of pods has %.0f, and the autoscaler does not see neuron_cores",
                    room.devices, room.devices * room.a_device.least,
                    room.a_device.family ? room.a_device.family : "inf2", most, room.least);
}
