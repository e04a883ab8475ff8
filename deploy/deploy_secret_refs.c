/* deploy_secret_refs.c - the Secrets that a RayService's pods cannot start without: each must be in the manifest or in
 * the namespace already. Otherwise pods would wait for one after everything was applied. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/deploy_priv.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32 };

static void secret_note(struct deploy *d, const cJSON *ref, const char *name)
{
    if (!name || !*name || json_bool(ref, "optional") == TRI_YES) return;
    for (size_t i = 0; i < d->secrets; i++)
        if (strcmp(d->secret[i], name) == 0) return;
    if (d->secrets < DEPLOY_SECRETS) d->secret[d->secrets++] = mem_str(name);
}

/* valueFrom.secretKeyRef, envFrom.secretRef, volumes.secret; and gcsFaultToleranceOptions alike. */
static void refs_walk(struct deploy *d, const cJSON *node, unsigned depth)
{
    if (depth == DEPTH_MAX) return;
    JSON_EACH (item, node) {
        const bool ref = text_eq(item->string, "secretKeyRef") || text_eq(item->string, "secretRef");
        if (ref) secret_note(d, item, json_str(item, "name"));
        if (text_eq(item->string, "secret")) secret_note(d, item, json_str(item, "secretName"));
        refs_walk(d, item, depth + 1);
    }
}

void deploy_secret_refs(struct deploy *d)
{
    const struct item *service = deploy_service_item(d);
    deploy_forget_secrets(d);
    if (service) refs_walk(d, json_get(service->object, "spec"), 0);
    size_t kept = 0;
    for (size_t i = 0; i < d->secrets; i++) {
        bool here = false;
        for (size_t j = 0; j < d->count && !here; j++)
            here = strcmp(d->items[j].kind->kind, "Secret") == 0 &&
                   strcmp(kobject_name(d->items[j].object), d->secret[i]) == 0;
        if (here)
            free(d->secret[i]);
        else
            d->secret[kept++] = d->secret[i];
    }
    d->secrets = kept;
}

void deploy_forget_secrets(struct deploy *d)
{
    for (size_t i = 0; i < d->secrets; i++) free(d->secret[i]);
    d->secrets = 0;
}
