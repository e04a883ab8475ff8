/* start_cause.c - the table of messages and their causes; see start_cause.h. */
#include "deploy/start_cause.h"

#include "backends/base/text.h"

#include <stdbool.h>
#include <stddef.h>

#define GATED "the model is gated: accept its licence on huggingface.co, and give a token that may read it"
#define TOKEN "Hugging Face refuses the token: give a valid HUGGING_FACE_HUB_TOKEN, whose account may read the model"
#define NO_MODEL "huggingface.co has no such model: correct its id; where it is private, give a token that may read it"
#define NO_REVISION "the model has no such revision on huggingface.co: correct it"
#define NO_MODEL_ID "this is neither a model's id nor a folder: correct it"
#define HUB_LIMITS                                                                                                     \
    "Hugging Face answers too many requests (429): wait, or give a HUGGING_FACE_HUB_TOKEN, whose limit is higher"
#define HUB_FAILS "Hugging Face itself fails (5xx): wait, and deploy again"
#define NO_HUB "the pod does not reach Hugging Face: check its DNS and its way out, or give the model as a folder"
#define NO_DEVICE                                                                                                      \
    "no Neuron device is there: request aws.amazon.com/neuron, on an inf2 or trn K8s node with its driver and device " \
    "plug-in"
#define NO_FREE_DEVICE                                                                                                 \
    "no K8s node has enough free Neuron devices: check that inf2 or trn nodes are up, and the device plug-in on them"
#define REDIS                                                                                                          \
    "the pod does not reach Redis: check its address, and that its security group or NetworkPolicy admits the pods "   \
    "on "                                                                                                              \
    "this port"
#define REDIS_NAME "the name of Redis does not resolve in the pod: correct its address"
#define REDIS_INFO                                                                                                     \
    "Redis answers, and refuses the first command of Ray (INFO): give its password, or a user that may run it"
#define REDIS_AUTH "Redis refuses the user or password: correct the Secret that the RayService names"
#define DENIED "the registry refuses the pull: give imagePullSecrets, or the K8s nodes' role the right to pull"
#define NO_IMAGE "the registry has no such image or tag: correct its name"
#define NO_IMAGE_NAME "this is no image's name: correct it"
#define NO_PLATFORM "the image is not made for the K8s node's CPU: give one that is, or nodes of its architecture"
#define REGISTRY_LIMITS "the registry answers too many pulls (429): wait, or give imagePullSecrets of an account"
#define REGISTRY_FAILS "the registry itself fails (5xx): wait, the kubelet pulls again"
#define SIGNATURE                                                                                                      \
    "the K8s node's policy refuses the image's signature: sign it as the policy says, or change the policy"
#define NO_REGISTRY "the K8s node does not reach the registry: check its name, the node's DNS and its way out"
#define SECRET                                                                                                         \
    "a Secret that the pod names is not there: create it in the pod's namespace, or correct its name; deploy creates " \
    "those of its own manifests"
#define SECRET_KEY "the Secret or ConfigMap lacks a key that the pod names: add the key, or correct its name"
#define CONFIG_MAP "a ConfigMap that the pod names is not there: create it in the pod's namespace, or correct its name"
#define MEMORY "the container used more memory than its limit: raise resources.limits.memory, or let the pod hold less"
#define NO_ROOM "no K8s node has so much CPU or memory free: lower the pod's requests, or add nodes"
#define TAINTED "the K8s nodes have taints that the pod does not tolerate: add its tolerations, or use other nodes"
#define NO_MATCH                                                                                                       \
    "no K8s node has the labels that the pod selects: correct its nodeSelector or affinity, or add such nodes"
#define CORDONED "the K8s nodes are cordoned: kubectl uncordon one, or add nodes"
#define PULL "the image cannot be pulled: check its name and tag, and the credentials of its registry"

/* In this order: the hub answers 401 for a model that does not exist too, huggingface_hub says of a refusal that it
 * cannot connect, and a pull that is refused is a failed one. */
static const struct {
    const char *has, *too; /* too NULL: the first is enough */
    const char *cause;
} causes[] = {
    {"access gated repo", NULL, GATED},
    {"access a gated repo", NULL, GATED},
    {"GatedRepo", NULL, GATED},
    {"Repository Not Found", NULL, NO_MODEL},
    {"RepositoryNotFound", NULL, NO_MODEL},
    {"not a valid model identifier", NULL, NO_MODEL},
    {"RevisionNotFound", NULL, NO_REVISION},
    {"Revision Not Found", NULL, NO_REVISION},
    {"not a valid git identifier", NULL, NO_REVISION},
    {"HFValidationError", NULL, NO_MODEL_ID},
    {"Repo id must ", NULL, NO_MODEL_ID},
    {"401 Unauthorized", "huggingface", TOKEN},
    {"401 Client Error", "huggingface", TOKEN},
    {"403 Forbidden", "huggingface", TOKEN},
    {"403 Client Error", "huggingface", TOKEN},
    {"Invalid user token", NULL, TOKEN},
    {"429 Too Many Requests", "huggingface", HUB_LIMITS},
    {"429 Client Error", "huggingface", HUB_LIMITS},
    {"Server error '5", "huggingface", HUB_FAILS},
    {" Server Error: ", "huggingface", HUB_FAILS},
    {"We couldn't connect to 'http", NULL, NO_HUB},
    {"trying to locate the file", "on the Hub", NO_HUB},
    {"Insufficient aws.amazon.com/neuron", NULL, NO_FREE_DEVICE},
    {"/dev/neuron", NULL, NO_DEVICE},
    {"o neuron device", NULL, NO_DEVICE},
    {"nrt_init", NULL, NO_DEVICE},
    {"NRT init", NULL, NO_DEVICE},
    {"WRONGPASS", NULL, REDIS_AUTH},
    {"NOAUTH", NULL, REDIS_AUTH},
    {"Failed to get Redis cluster info", NULL, REDIS_INFO},
    {"Failed to resolve DNS", "Redis", REDIS_NAME},
    {"connect to Redis", NULL, REDIS},
    {"connection to Redis", NULL, REDIS},
    {"invalid reference format", NULL, NO_IMAGE_NAME},
    {"couldn't parse image", NULL, NO_IMAGE_NAME},
    {"no match for platform in manifest", NULL, NO_PLATFORM},
    {"pull", "429 Too Many Requests", REGISTRY_LIMITS},
    {"pull", "toomanyrequests", REGISTRY_LIMITS},
    {"pull", "500 Internal Server Error", REGISTRY_FAILS},
    {"pull", "502 Bad Gateway", REGISTRY_FAILS},
    {"pull", "503 Service Unavailable", REGISTRY_FAILS},
    {"pull", "504 Gateway Time", REGISTRY_FAILS},
    {"pull", "denied", DENIED},
    {"pull", "nauthorized", DENIED},
    {"pull", "no basic auth credentials", DENIED},
    {"pull", "403 Forbidden", DENIED},
    {"pull", "not found", NO_IMAGE},
    {"pull", "manifest unknown", NO_IMAGE},
    {"pull", "no such host", NO_REGISTRY},
    {"pull", "i/o timeout", NO_REGISTRY},
    {"pull", "connection refused", NO_REGISTRY},
    {"because the registry is unavailable", NULL, NO_REGISTRY},
    {"because the signature validation failed", NULL, SIGNATURE},
    {"Back-off pulling image", NULL, PULL},
    {"ailed to pull", NULL, PULL},
    {"couldn't find key", NULL, SECRET_KEY},
    {"references non-existent secret key", NULL, SECRET_KEY},
    {"secret \"", "not found", SECRET},
    {"configmap \"", "not found", CONFIG_MAP},
    {"OOMKilled", NULL, MEMORY},
    {"emory cgroup out of memory", NULL, MEMORY},
    {"Insufficient cpu", NULL, NO_ROOM},
    {"Insufficient memory", NULL, NO_ROOM},
    {"untolerated taint", NULL, TAINTED},
    {"didn't match Pod's node affinity/selector", NULL, NO_MATCH},
    {"were unschedulable", NULL, CORDONED},
};

const char *start_cause(const char *message)
{
    for (size_t i = 0; message && i < sizeof causes / sizeof *causes; i++) {
        const bool too = !causes[i].too || text_has(message, causes[i].too);
        if (too && text_has(message, causes[i].has)) return causes[i].cause;
    }
    return NULL;
}
