/* kube_access.c - loads kubeconfig files or the service account, and reads keys and certificates. */
#include "backends/kube/kube_access.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"
#include "backends/link/file.h"
#include "backends/link/pem.h"

#include <stdlib.h>
#include <string.h>

static enum err add_file(struct kube_access *a, const char *path, struct why *why)
{
    struct buf b;
    buf_init(&b, KUBECONFIG_MAX);
    enum err e = file_read(path, &b, why);
    if (e == ERR_OK) e = kubeconfig_parse(&a->files, path, buf_text(&b), b.len, why);
    buf_wipe(&b);
    return e;
}

/* KUBECONFIG: skips files that do not exist, as kubectl does. */
static enum err add_list(struct kube_access *a, const char *list, struct why *why)
{
    for (const char *at = list; *at;) {
        size_t len = strcspn(at, ":");
        char *path = mem_strn(at, len);
        enum err e = len ? add_file(a, path, why) : ERR_OK;
        free(path);
        if (e != ERR_OK && e != ERR_NOT_FOUND) return e;
        at += len + (at[len] == ':');
    }
    if (!a->files.paths) return why_set(why, ERR_NOT_FOUND, "KUBECONFIG: none of its files exists (%s)", list);
    return ERR_OK;
}

static char *in_cluster_server(const char *host, const char *port)
{
    uint64_t number = 0;

    return text_u64(port, strlen(port), UINT16_MAX, &number) ? NULL : url_build("https", host, (unsigned)number, NULL);
}

/* Builds a kubeconfig from the pod's service account. */
static enum err add_account(struct kube_access *a, const struct kube_places *places, struct why *why)
{
    const char *host = places->env("KUBERNETES_SERVICE_HOST"), *port = places->env("KUBERNETES_SERVICE_PORT");
    struct kubeconfig *kc = &a->files;
    char *path = mem_printf("%s/token", places->account), *token = NULL;
    struct buf ns;
    enum err e = ERR_NOT_FOUND;
    buf_init(&ns, 1024);
    if (!host || !port || kube_token_read(path, &token, NULL) != ERR_OK) goto out;
    kc->clusters = mem_zero(1, sizeof *kc->clusters);
    kc->users = mem_zero(1, sizeof *kc->users);
    kc->contexts = mem_zero(1, sizeof *kc->contexts);
    kc->cluster_count = kc->user_count = kc->context_count = 1;
    kc->clusters[0] = (struct kube_cluster){.name = mem_str("in-cluster"),
                                            .origin = mem_str(places->account),
                                            .server = in_cluster_server(host, port),
                                            .ca_file = mem_printf("%s/ca.crt", places->account)};
    kc->users[0] = (struct kube_user){
        .name = mem_str("service account"), .origin = mem_str(places->account), .token_file = mem_str(path)};
    kc->contexts[0] = (struct kube_context){.name = mem_str("in-cluster"),
                                            .origin = mem_str(places->account),
                                            .cluster = mem_str("in-cluster"),
                                            .user = mem_str("service account")};
    free(path);
    path = mem_printf("%s/namespace", places->account);
    if (file_read(path, &ns, NULL) == ERR_OK && ns.len)
        kc->contexts[0].ns = mem_strn(buf_text(&ns), strcspn(buf_text(&ns), " \r\n\t"));
    kc->paths = mem_str("in-cluster");
    e = ERR_OK;
out:
    if (e != ERR_OK)
        why_set(why, e,
                "no kubeconfig: neither --kubeconfig nor KUBECONFIG nor ~/.kube/config, and not running in a pod");
    buf_done(&ns);
    mem_free_secret(token);
    free(path);
    return e;
}

static enum err add_default(struct kube_access *a, const struct kube_places *places, struct why *why)
{
    const char *list = places->env("KUBECONFIG"), *home = places->env("HOME");
    if (list && *list) return add_list(a, list, why);
    if (home && *home) {
        char *path = mem_printf("%s/.kube/config", home);
        enum err e = add_file(a, path, why);
        free(path);
        if (e != ERR_NOT_FOUND) return e;
    }
    return add_account(a, places, why);
}

/* PEM from the …-data field, else from the file. */
static enum err pem_of(const char *data, const char *file, const char *origin, char **ret, struct why *why)
{
    struct buf b;
    if (data || !file) {
        *ret = mem_str(data);
        return ERR_OK;
    }
    buf_init(&b, KUBE_PEM_MAX);
    enum err e = file_read(file, &b, why);
    if (e == ERR_OK)
        *ret = mem_strn(buf_text(&b), b.len);
    else
        why_prefix(why, origin);
    buf_wipe(&b);
    return e;
}

static enum err read_pems(struct kube_access *a, struct why *why)
{
    const struct kube_cluster *c = a->choice.cluster;
    const struct kube_user *u = a->choice.user;
    enum err e = ERR_OK;
    if (!c->insecure) e = pem_of(c->ca_data, c->ca_file, c->origin, &a->ca_pem, why);
    if (e == ERR_OK && u) e = pem_of(u->cert_data, u->cert_file, u->origin, &a->cert_pem, why);
    if (e == ERR_OK && u) e = pem_of(u->key_data, u->key_file, u->origin, &a->key_pem, why);
    if (e == ERR_OK && !a->cert_pem != !a->key_pem)
        e = why_set(why, ERR_PARSE, "%s: user %s has a client certificate without its key, or the other way round",
                    u->origin, u->name);
    if (e == ERR_OK && (e = pem_key_check(a->key_pem, why)) != ERR_OK) {
        char *user = mem_printf("%s: user %s", u->origin, u->name);
        why_prefix(why, user);
        free(user);
    }
    return e;
}

enum err kube_access_load(const struct kube_open *conf, const struct kube_places *places, struct kube_access **ret,
                          struct why *why)
{
    struct kube_access *a = mem_zero(1, sizeof *a);
    enum err e;
    kubeconfig_init(&a->files);
    e = conf->kubeconfig ? add_file(a, conf->kubeconfig, why) : add_default(a, places, why);
    if (e == ERR_OK) e = kubeconfig_choose(&a->files, conf->context, &a->choice, why);
    if (e == ERR_OK) e = read_pems(a, why);
    if (e != ERR_OK) goto out;
    a->server = url_without_slash(a->choice.cluster->server);
    a->where = text_safe(a->files.paths, strlen(a->files.paths), TEXT_ONE_LINE, 1024);
    a->shown = url_without_secrets(a->server);
    *ret = a;
    a = NULL;
out:
    kube_access_free(a);
    return e;
}

void kube_access_free(struct kube_access *a)
{
    if (!a) return;
    kubeconfig_done(&a->files);
    free(a->server);
    free(a->ca_pem);
    free(a->cert_pem);
    mem_free_secret(a->key_pem);
    free(a->where);
    free(a->shown);
    free(a);
}

enum err kube_token_parse(const char *text, const char *path, char **ret, struct why *why)
{
    text += strspn(text, " \t\r\n");
    const size_t len = strcspn(text, " \t\r\n");
    if (!len) return why_set(why, ERR_PARSE, "%s: no token in it", path);
    *ret = mem_strn(text, len);
    return ERR_OK;
}

enum err kube_token_read(const char *path, char **ret, struct why *why)
{
    struct buf b;
    buf_init(&b, KUBE_TOKEN_MAX);
    enum err e = file_read(path, &b, why);
    if (e == ERR_OK) e = kube_token_parse(buf_text(&b), path, ret, why);
    buf_wipe(&b);
    return e;
}
