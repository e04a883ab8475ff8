/* lint_start.c - what keeps Ray from starting, L29 to L34: such a head never comes up, neither now nor after a loss.
 * Messages never contain the address: it may hold a password. */
#include "deploy/lint_ray.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/ray_address.h"
#include "deploy/ray_image.h"

#include <string.h>

enum { REDIS_PORT = 6379, GCS_PORT = 6379 /* of `ray start --head` without --port */ };

static const struct yaml_node *address_node(const struct ray *r)
{
    const struct yaml_node *at = ray_redis_address(r);
    return at && at->kind == YAML_SCALAR ? at : NULL;
}

static void lint_endpoint(struct lint *l, const struct yaml_node *at)
{
    switch (ray_address_endpoint(at->text)) {
    case ENDPOINT_SERVERLESS:
        lint_say(l, RULE_L31, at, "the Redis address is a serverless cache, which is always in cluster mode");
        break;
    case ENDPOINT_READER:
        lint_say(l, RULE_L31, at, "the Redis address is a reader endpoint: its replicas reject writes");
        break;
    case ENDPOINT_CLUSTER:
        lint_say_as(l, RULE_L31, FINDING_WARNING, (struct yaml_place){at->line, at->column},
                    "the Redis address is the endpoint of cluster mode: with more than one shard the head does not "
                    "start, with one its GCS crashes when the primary changes");
        break;
    default: break;
    }
}

/* A certificate authority that the head's container gets by env or by a volume. */
static bool has_authority(const struct yaml_node *head)
{
    static const char *const names[] = {"RAY_REDIS_CA_CERT", "RAY_REDIS_CA_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"};
    static const char *const places[] = {"/etc/ssl", "/etc/pki", "/usr/local/share/ca-certificates"};
    const struct yaml_node *mounts = ray_list(ray_container(head), "volumeMounts");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (ray_env(head, names[i])) return true;
    for (size_t i = 0; mounts && i < mounts->count; i++)
        for (size_t k = 0; k < ARRAY_LEN(places); k++)
            if (text_has(yaml_str(mounts->items[i], "mountPath"), places[k])) return true;
    return false;
}

static void lint_authority(struct lint *l, const struct ray *r, const struct yaml_node *at)
{
    if (strncmp(at->text, "rediss://", 9) != 0 || !ray_address_is_internal(at->text) || has_authority(r->head)) return;
    const bool open = ray_env_open(r->head);
    lint_say_as(l, RULE_L30, open ? FINDING_UNKNOWN : FINDING_WARNING, (struct yaml_place){at->line, at->column},
                open ? "envFrom may or may not have RAY_REDIS_CA_CERT, for a certificate that no public authority signs"
                     : "no public authority signs a certificate for this name, and the head has no RAY_REDIS_CA_CERT");
}

/* ---- L32, L33: Redis beside the head ---- */

static bool runs_redis(const struct yaml_node *container)
{
    static const char *const names[] = {"redis", "redis-stack-server", "redis-stack",   "valkey",
                                        "keydb", "dragonfly",          "redis-sentinel"};
    const char *image = yaml_str(container, "image");
    for (size_t i = 0; image && i < ARRAY_LEN(names); i++)
        if (image_is(image, names[i])) return true;
    return false;
}

static bool declares_port(const struct yaml_node *container, unsigned port)
{
    const struct yaml_node *ports = ray_list(container, "ports");
    double declared;
    for (size_t i = 0; ports && i < ports->count; i++)
        if (ray_number(ports->items[i], "containerPort", &declared) && declared > port - 0.5 && declared < port + 0.5)
            return true;
    return false;
}

/* True where nothing moves it from Redis' own port: no --port, no file of settings, no variable for it. */
static bool keeps_redis_port(const struct yaml_node *container)
{
    static const char *const lists[] = {"command", "args", "env"};
    if (ray_list(container, "ports") || ray_list(container, "envFrom")) return false; /* what they declare counts */
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const struct yaml_node *words = ray_list(container, lists[i]);
        for (size_t k = 0; words && k < words->count; k++) {
            const struct yaml_node *word = words->items[k];
            const char *text = word->kind == YAML_SCALAR ? word->text : yaml_str(word, "name");
            if (text_has(text, "port") || text_has(text, ".conf")) return false;
        }
    }
    return true;
}

static bool lint_sidecars_in(struct lint *l, const struct yaml_node *list, size_t first, unsigned gcs_port)
{
    for (size_t i = first; list && i < list->count; i++) {
        const struct yaml_node *c = list->items[i];
        const char *name = yaml_str(c, "name");
        if (!first && !text_eq(yaml_str(c, "restartPolicy"), "Always")) continue; /* it ends before Ray starts */
        if (!declares_port(c, gcs_port) && !(gcs_port == REDIS_PORT && runs_redis(c) && keeps_redis_port(c))) continue;
        lint_say(l, RULE_L32, c, "container %s listens on port %u in the head's pod, the GCS's own",
                 name ? name : "(no name)", gcs_port);
        return true;
    }
    return false;
}

/* Redis' own container keeps its data on a claim, which the next head's pod mounts again. */
static bool keeps_data(const struct yaml_node *pod)
{
    const struct yaml_node *volumes = ray_list(pod, "volumes"), *containers = ray_list(pod, "containers");
    for (size_t v = 0; volumes && v < volumes->count; v++) {
        const char *name = yaml_str(volumes->items[v], "name");
        if (!name || !yaml_get(volumes->items[v], "persistentVolumeClaim")) continue;
        for (size_t c = 1; containers && c < containers->count; c++) {
            const struct yaml_node *mounts = ray_list(containers->items[c], "volumeMounts");
            for (size_t i = 0; mounts && i < mounts->count; i++)
                if (text_eq(yaml_str(mounts->items[i], "name"), name)) return true;
        }
    }
    return false;
}

static void lint_ports(struct lint *l, const struct ray *r)
{
    double given = 0;
    const struct yaml_node *pod = ray_pod(r->head), *at = address_node(r);
    const struct yaml_node *params = yaml_get(r->head, "rayStartParams");
    if (yaml_get(params, "port") && !(ray_number(params, "port", &given) && given > 0 && given < 65536)) return;
    const unsigned gcs_port = given > 0 ? (unsigned)given : GCS_PORT;
    const bool taken = lint_sidecars_in(l, ray_list(pod, "containers"), 1, gcs_port) ||
                       lint_sidecars_in(l, ray_list(pod, "initContainers"), 0, gcs_port);
    if (!at || !ray_address_is_loopback(at->text)) return;
    if (!taken && ray_address_port(at->text) == gcs_port)
        lint_say(l, RULE_L32, at, "the Redis address is port %u of the head's own pod, where its GCS listens",
                 gcs_port);
    else if (!keeps_data(pod))
        lint_say(l, RULE_L33, at, "the Redis address is in the head's own pod");
}

/* ---- L34: what `ray start` compares ---- */

static void lint_same_ray(struct lint *l, const struct ray *r, const struct yaml_node *group)
{
    const struct yaml_node *container = ray_container(group);
    const char *head = yaml_str(ray_container(r->head), "image"), *worker = yaml_str(container, "image");
    char ours[RAY_VERSION_MAX], theirs[RAY_VERSION_MAX];
    if (!head || !worker || strchr(head, '$') || strchr(worker, '$')) return;
    if (image_ray_version(head, ours) && image_ray_version(worker, theirs) && strcmp(ours, theirs) != 0)
        lint_say(l, RULE_L34, yaml_get(container, "image"), "%s: the image is of Ray %s, the head's of %s",
                 ray_group_name(r, group), theirs, ours);
    else if (image_python(head, ours) && image_python(worker, theirs) && strcmp(ours, theirs) != 0)
        lint_say(l, RULE_L34, yaml_get(container, "image"), "%s: the image is of Python py%s, the head's of py%s",
                 ray_group_name(r, group), theirs, ours);
}

static void lint_address(struct lint *l, const struct ray *r)
{
    const struct yaml_node *at = address_node(r);
    size_t len = 0;
    const char *host = at ? ray_address_host(at->text, &len) : NULL;
    if (!host || ((!len || (len == 4 && memcmp(host, "null", 4) == 0)) && ray_address_has_own_scheme(at->text)))
        return; /* L1 has that */
    const char *refusal = ray_address_refusal(at->text);
    if (refusal) lint_say(l, RULE_L29, at, "Ray does not take the Redis address: %s", refusal);
    lint_endpoint(l, at);
    lint_authority(l, r, at);
}

void lint_start(struct lint *l, const struct ray *r)
{
    if (!r->head) return;
    lint_address(l, r);
    lint_ports(l, r);
    for (size_t i = 0; r->workers && i < r->workers->count; i++) lint_same_ray(l, r, r->workers->items[i]);
}
