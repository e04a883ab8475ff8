/* kuberay_operator.c - KubeRay itself is stopped for a while. As recorded: no pod is created and no status of
 * RayService or RayCluster changes meanwhile; when it runs again it creates what is missing at once. */
#include "backends/sim/kuberay_priv.h"

static bool worker_exists(const struct kuberay *k, unsigned index)
{
    for (size_t i = 0; i < KUBERAY_PODS; i++)
        if (k->pods[i].used && !k->pods[i].head && k->pods[i].index == index) return true;
    return false;
}

void operator_resumes(struct kuberay *k)
{
    if (!k->raycluster || k->deleting) return;
    if (!k->head) pod_create_replacement(k, true, 0);
    for (unsigned i = 0; i < k->wanted; i++)
        if (!worker_exists(k, i)) pod_create_replacement(k, false, i);
    const bool ready = k->head && k->head->stage == POD_READY;
    raycluster_update_status(k, ready ? "HeadPodRunningAndReady" : "Unknown", "");
    rayservice_update_status(k, k->serve_runs ? APP_RUNNING : APP_GONE);
}
