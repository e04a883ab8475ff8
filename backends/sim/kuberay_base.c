/* kuberay_base.c - objects that exist without a RayService: namespaces, KubeRay's operator and CRDs, the scheduler's
 * lease. */
#include "backends/base/mem.h"
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>

static void put_object(struct kuberay *k, enum sim_kind kind, const char *text, const char *name, const char *created)
{
    char uid[RNG_UUID];
    rng_uuid(&k->rng, uid);
    const struct template_value values[] = {{"NAME", name}, {"UID", uid}, {"CREATED", created}, {NULL, NULL}};
    objects_put(k->objects, kind, template_text(text, values));
}

static void put_namespaces(struct kuberay *k, const char *created)
{
    const char *const names[] = {"default", "kube-system", "kuberay-operator", k->ns};
    for (size_t i = 0; i < ARRAY_LEN(names) - (k->conf.empty ? 1 : 0); i++)
        put_object(
            k, SIM_NAMESPACE,
            "{'kind':'Namespace','apiVersion':'v1','metadata':{'name':'${NAME}','uid':'${UID}','creationTimestamp':"
            "'${CREATED}','labels':{'kubernetes.io/metadata.name':'${NAME}'}},'spec':{'finalizers':['kubernetes']},"
            "'status':{'phase':'Active'}}",
            names[i], created);
}

static void operator_itself(struct kuberay *k, const char *created)
{
    put_object(
        k, SIM_DEPLOYMENT,
        "{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'name':'kuberay-operator','namespace':"
        "'kuberay-operator','uid':'${UID}','generation':1,'creationTimestamp':'${CREATED}','labels':{"
        "'app.kubernetes.io/instance':'kuberay-operator','app.kubernetes.io/managed-by':'Helm',"
        "'app.kubernetes.io/name':'kuberay-operator','app.kubernetes.io/version':'1.7.0',"
        "'helm.sh/chart':'kuberay-operator-1.7.0'}},'spec':{'replicas':1,'selector':{'matchLabels':{"
        "'app.kubernetes.io/component':'kuberay-operator','app.kubernetes.io/instance':'kuberay-operator',"
        "'app.kubernetes.io/name':'kuberay-operator'}},'template':{'metadata':{'labels':{"
        "'app.kubernetes.io/component':'kuberay-operator','app.kubernetes.io/instance':'kuberay-operator',"
        "'app.kubernetes.io/name':'kuberay-operator'}},'spec':{'containers':[{'name':'kuberay-operator',"
        "'image':'quay.io/kuberay/operator:v1.7.0','command':['/manager'],'args':['--enable-leader-election=true'],"
        "'ports':[{'name':'http','containerPort':8080,'protocol':'TCP'}],'resources':{'limits':{'cpu':'100m',"
        "'memory':'512Mi'}},'imagePullPolicy':'IfNotPresent'}],'restartPolicy':'Always',"
        "'serviceAccountName':'kuberay-operator'}},'strategy':{'type':'Recreate'},'revisionHistoryLimit':10,"
        "'progressDeadlineSeconds':600},'status':{'observedGeneration':1,'replicas':1,'updatedReplicas':1,"
        "'readyReplicas':1,'availableReplicas':1,'conditions':[{'type':'Available','status':'True','lastUpdateTime':"
        "'${CREATED}','lastTransitionTime':'${CREATED}','reason':'MinimumReplicasAvailable','message':"
        "'Deployment has minimum availability.'}]}}",
        "kuberay-operator", created);
}

/* A CRD without its schema. */
static void put_crd(struct kuberay *k, const char *plural, const char *kind, const char *created)
{
    char name[64], text[1536], singular[32];
    snprintf(name, sizeof name, "%s.ray.io", plural);
    snprintf(singular, sizeof singular, "%.*s", (int)(sizeof singular - 2), kind);
    for (char *c = singular; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c + 'a' - 'A');
    snprintf(text, sizeof text,
             "{'kind':'CustomResourceDefinition','apiVersion':'apiextensions.k8s.io/v1','metadata':{'name':'${NAME}',"
             "'uid':'${UID}','generation':1,'creationTimestamp':'${CREATED}','annotations':{"
             "'controller-gen.kubebuilder.io/version':'v0.16.5'}},'spec':{'group':'ray.io','names':{'plural':'%s',"
             "'singular':'%s','kind':'%s','listKind':'%sList','categories':['all']},'scope':'Namespaced','versions':[{"
             "'name':'v1','served':true,'storage':true}]},'status':{'conditions':[{'type':'Established','status':"
             "'True','lastTransitionTime':'${CREATED}','reason':'InitialNamesAccepted','message':"
             "'the initial names have been accepted'}],'storedVersions':['v1']}}",
             plural, singular, kind, kind);
    put_object(k, SIM_CRD, text, name, created);
}

void base_objects(struct kuberay *k, uint64_t since_ms)
{
    char created[STAMP_TEXT_MAX];
    stamp_iso(created, since_ms);
    put_namespaces(k, created);
    operator_itself(k, created);
    put_crd(k, "rayclusters", "RayCluster", created);
    put_crd(k, "rayservices", "RayService", created);
    put_object(
        k, SIM_LEASE,
        "{'kind':'Lease','apiVersion':'coordination.k8s.io/v1','metadata':{'name':'${NAME}','namespace':'kube-system',"
        "'uid':'${UID}','creationTimestamp':'${CREATED}'},'spec':{'holderIdentity':'scheduler-0','leaseDurationSeconds'"
        ":15,'leaseTransitions':1}}",
        "kube-scheduler", created);
}
