/* start_cause.c - the table of messages and their causes; see start_cause.h. */
#include "deploy/start_cause.h"

#include "backends/base/text.h"

#include <stdbool.h>
#include <stddef.h>

#define GATED "the model is gated: accept its licence on huggingface.co, and give a token that may read it"
#define TOKEN "Hugging Face refuses the token: give a valid HUGGING_FACE_HUB_TOKEN, whose account may read the model"
#define NO_MODEL "huggingface.co has no such model: correct its id; where it is private, give a token that may read it"
#define NO_DEVICE                                                                                                      \
    "no Neuron device is there: request aws.amazon.com/neuron, on an inf2 or trn K8s node with its driver and device " \
    "plug-in"
#define NO_FREE_DEVICE                                                                                                 \
    "no K8s node has enough free Neuron devices: check that inf2 or trn nodes are up, and the device plug-in on them"
#define REDIS                                                                                                          \
    "the pod does not reach Redis: check its address, and that its security group or NetworkPolicy admits the pods "   \
    "on "                                                                                                              \
    "this port"
#define REDIS_AUTH "Redis refuses the user or password: correct the Secret that the RayService names"
#define DENIED "the registry refuses the pull: give imagePullSecrets, or the K8s nodes' role the right to pull"
#define NO_IMAGE "the registry has no such image or tag: correct its name"
#define NO_REGISTRY "the K8s node does not reach the registry: check its name, the node's DNS and its way out"
#define PULL "the image cannot be pulled: check its name and tag, and the credentials of its registry"

/* In this order: the hub answers 401 for a model that does not exist too, and a pull that is refused is a failed one.
 */
static const struct {
    const char *has, *too; /* too NULL: the first is enough */
    const char *cause;
} causes[] = {
    {"gated repo", NULL, GATED},
    {"GatedRepo", NULL, GATED},
    {"Repository Not Found", NULL, NO_MODEL},
    {"RepositoryNotFound", NULL, NO_MODEL},
    {"not a valid model identifier", NULL, NO_MODEL},
    {"401", "huggingface", TOKEN},
    {"403", "huggingface", TOKEN},
    {"Invalid user token", NULL, TOKEN},
    {"Insufficient aws.amazon.com/neuron", NULL, NO_FREE_DEVICE},
    {"/dev/neuron", NULL, NO_DEVICE},
    {"o neuron device", NULL, NO_DEVICE},
    {"nrt_init", NULL, NO_DEVICE},
    {"NRT init", NULL, NO_DEVICE},
    {"WRONGPASS", NULL, REDIS_AUTH},
    {"NOAUTH", NULL, REDIS_AUTH},
    {"connect to Redis", NULL, REDIS},
    {"connection to Redis", NULL, REDIS},
    {"pull", "denied", DENIED},
    {"pull", "nauthorized", DENIED},
    {"pull", "no basic auth credentials", DENIED},
    {"pull", "403 Forbidden", DENIED},
    {"pull", "not found", NO_IMAGE},
    {"pull", "manifest unknown", NO_IMAGE},
    {"pull", "no such host", NO_REGISTRY},
    {"pull", "i/o timeout", NO_REGISTRY},
    {"pull", "connection refused", NO_REGISTRY},
    {"Back-off pulling image", NULL, PULL},
    {"ailed to pull", NULL, PULL},
    {"couldn't parse image", NULL, NO_IMAGE},
};

const char *start_cause(const char *message)
{
    for (size_t i = 0; message && i < sizeof causes / sizeof *causes; i++) {
        const bool too = !causes[i].too || text_has(message, causes[i].too);
        if (too && text_has(message, causes[i].has)) return causes[i].cause;
    }
    return NULL;
}
