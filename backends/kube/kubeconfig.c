/* kubeconfig.c - Merges kubeconfig files and chooses a context. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"
#include "backends/kube/kubeconfig_parse.h"

#include <stdlib.h>
#include <string.h>

void kubeconfig_init(struct kubeconfig *kc)
{
    memset(kc, 0, sizeof *kc);
}

static void exec_free(struct kube_exec *x)
{
    if (!x) return;
    for (size_t i = 0; x->args[i]; i++) free(x->args[i]);
    for (size_t i = 0; x->env[i]; i++) mem_free_secret(x->env[i]);
    free(x->command);
    free(x->api_version);
    free(x->install_hint);
    free(x);
}

static void user_done(struct kube_user *u)
{
    free(u->name);
    free(u->origin);
    free(u->cert_file);
    free(u->cert_data);
    free(u->key_file);
    mem_free_secret(u->key_data);
    mem_free_secret(u->token);
    free(u->token_file);
    free(u->username);
    mem_free_secret(u->password);
    free(u->as);
    free(u->unsupported);
    exec_free(u->exec);
}

static void cluster_done(struct kube_cluster *c)
{
    free(c->name);
    free(c->origin);
    free(c->server);
    free(c->ca_file);
    free(c->ca_data);
    free(c->proxy);
    free(c->tls_server_name);
}

static void context_done(struct kube_context *c)
{
    free(c->name);
    free(c->origin);
    free(c->cluster);
    free(c->user);
    free(c->ns);
}

void kubeconfig_done(struct kubeconfig *kc)
{
    for (size_t i = 0; i < kc->cluster_count; i++) cluster_done(&kc->clusters[i]);
    for (size_t i = 0; i < kc->user_count; i++) user_done(&kc->users[i]);
    for (size_t i = 0; i < kc->context_count; i++) context_done(&kc->contexts[i]);
    free(kc->clusters);
    free(kc->users);
    free(kc->contexts);
    free(kc->current);
    free(kc->paths);
    kubeconfig_init(kc);
}

static const struct kube_context *context_named(const struct kubeconfig *kc, const char *name)
{
    for (size_t i = 0; i < kc->context_count; i++)
        if (strcmp(kc->contexts[i].name, name) == 0) return &kc->contexts[i];
    return NULL;
}

static const struct kube_cluster *cluster_name(const struct kubeconfig *kc, const char *name)
{
    for (size_t i = 0; name && i < kc->cluster_count; i++)
        if (strcmp(kc->clusters[i].name, name) == 0) return &kc->clusters[i];
    return NULL;
}

static const struct kube_user *user_named(const struct kubeconfig *kc, const char *name)
{
    for (size_t i = 0; name && i < kc->user_count; i++)
        if (strcmp(kc->users[i].name, name) == 0) return &kc->users[i];
    return NULL;
}

/* "there are: a, b, c", for a mistyped name. */
static enum err no_context(const struct kubeconfig *kc, const char *name, struct why *why)
{
    struct buf names;
    const char *paths = kc->paths ? kc->paths : "the kubeconfig";
    enum err e;
    buf_init(&names, 300);
    for (size_t i = 0; i < kc->context_count; i++)
        if (buf_printf(&names, "%s%s", i ? ", " : "", kc->contexts[i].name) != ERR_OK) break;
    if (!kc->context_count)
        e = why_set(why, ERR_NOT_FOUND, "%s: there is no context in it", paths);
    else if (name)
        e = why_set(why, ERR_NOT_FOUND, "%s: no context %s; there are: %s", paths, name, buf_text(&names));
    else
        e = why_set(why, ERR_NOT_FOUND, "%s: no current-context; choose one with --context: %s", paths,
                    buf_text(&names));
    buf_done(&names);
    return e;
}

enum err kubeconfig_choose(const struct kubeconfig *kc, const char *context, struct kube_choice *ret, struct why *why)
{
    struct kube_choice c = {0};
    const char *name = context ? context : kc->current;
    if (name)
        c.context = context_named(kc, name);
    else if (kc->context_count == 1)
        c.context = &kc->contexts[0];
    if (!c.context) return no_context(kc, name, why);
    c.cluster = cluster_name(kc, c.context->cluster);
    if (!c.cluster)
        return why_set(why, ERR_NOT_FOUND, "%s: context %s names the cluster %s, which is not there", c.context->origin,
                       c.context->name, c.context->cluster ? c.context->cluster : "(none)");
    if (!c.cluster->server)
        return why_set(why, ERR_PARSE, "%s: cluster %s has no server", c.cluster->origin, c.cluster->name);
    if (!url_is_http(c.cluster->server))
        return why_set(why, ERR_PARSE, "%s: cluster %s: server is not an http(s) address", c.cluster->origin,
                       c.cluster->name);
    c.user = user_named(kc, c.context->user);
    if (!c.user && c.context->user)
        return why_set(why, ERR_NOT_FOUND, "%s: context %s names the user %s, which is not there", c.context->origin,
                       c.context->name, c.context->user);
    if (c.user && c.user->unsupported) return why_set(why, ERR_UNSUPPORTED, "%s", c.user->unsupported);
    *ret = c;
    return ERR_OK;
}
