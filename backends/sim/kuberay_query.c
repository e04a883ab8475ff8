/* kuberay_query.c - read access to the simulated cluster, for the other parts of the simulator. */
#include "backends/sim/kuberay_priv.h"

#include <stdio.h>
#include <string.h>

const char *kuberay_cluster(const struct kuberay *k)
{
    return k->cluster;
}

const char *kuberay_storage_ns(const struct kuberay *k)
{
    return k->storage_ns;
}

bool kuberay_ft(const struct kuberay *k)
{
    return k->conf.ft;
}

bool kuberay_redis_here(const struct kuberay *k)
{
    char ours[2][64];
    const char *scheme = strstr(k->redis_address, "://"), *address = scheme ? scheme + 3 : k->redis_address;
    snprintf(ours[0], sizeof ours[0], "127.0.0.1:%u", k->conf.redis_port);
    snprintf(ours[1], sizeof ours[1], "localhost:%u", k->conf.redis_port);
    return strcmp(address, ours[0]) == 0 || strcmp(address, ours[1]) == 0;
}

const char *kuberay_group(const struct kuberay *k)
{
    return k->group;
}

unsigned kuberay_devices_each(const struct kuberay *k)
{
    return k->devices_each;
}

const struct serve_config *kuberay_serve(const struct kuberay *k)
{
    return &k->serve;
}

const struct sim_pod *kuberay_pod_at(const struct kuberay *k, size_t i)
{
    for (size_t j = 0; j < KUBERAY_PODS; j++)
        if (k->pods[j].used && i-- == 0) return &k->pods[j];
    return NULL;
}

const struct sim_pod *kuberay_pod(const struct kuberay *k, const char *name)
{
    const struct sim_pod *p;
    for (size_t i = 0; (p = kuberay_pod_at(k, i)); i++)
        if (strcmp(p->name, name) == 0) return p;
    return NULL;
}

const struct sim_pod *kuberay_head(const struct kuberay *k)
{
    return k->head;
}

const char *kuberay_knode(const struct kuberay *k, size_t i)
{
    return i <= KUBERAY_WORKERS ? k->knode[i] : NULL;
}

const char *kuberay_instance(const struct kuberay *k, size_t i)
{
    return i <= KUBERAY_WORKERS ? k->instance[i] : NULL;
}

bool kuberay_serve_running(const struct kuberay *k)
{
    return k->serve_runs;
}
