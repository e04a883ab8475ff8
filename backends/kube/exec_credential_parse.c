/* exec_credential_parse.c - parses and builds ExecCredential objects. */
#include "backends/kube/exec_credential_parse.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_fields.h"
#include "backends/link/pem.h"

#include <stdlib.h>
#include <string.h>

void exec_answer_done(struct exec_answer *a)
{
    mem_free_secret(a->token);
    free(a->cert);
    mem_free_secret(a->key);
    *a = (struct exec_answer){0};
}

/* Rejects control characters: a token must not inject HTTP headers. */
static bool is_token(const char *s)
{
    for (; *s; s++)
        if (*s <= ' ' || *s > '~') return false;
    return true;
}

static enum err answer_of(const struct kube_exec *exec, const cJSON *root, struct exec_answer *a, struct why *why)
{
    const cJSON *status = json_get(root, "status");
    const char *token = json_str(status, "token"), *cert = json_str(status, "clientCertificateData"),
               *key = json_str(status, "clientKeyData");
    if (!text_eq(json_str(root, "kind"), "ExecCredential"))
        return why_set(why, ERR_PARSE, "%s: its output is not an ExecCredential", exec->command);
    if (!text_eq(json_str(root, "apiVersion"), exec->api_version))
        return why_set(why, ERR_PARSE, "%s: its output has another apiVersion than %s", exec->command,
                       exec->api_version);
    if (token && !is_token(token)) return why_set(why, ERR_PARSE, "%s: status.token is not a token", exec->command);
    if ((cert && *cert) != (key && *key))
        return why_set(why, ERR_PARSE, "%s: clientCertificateData and clientKeyData must be given together",
                       exec->command);
    if (pem_key_check(key, why) != ERR_OK) {
        why_prefix(why, exec->command);
        return ERR_UNSUPPORTED;
    }
    if (!(token && *token) && !(cert && *cert))
        return why_set(why, ERR_PARSE, "%s: its output has neither a token nor a certificate", exec->command);
    a->ends = json_stamp(status, "expirationTimestamp");
    a->token = token && *token ? mem_str(token) : NULL;
    a->cert = cert && *cert ? mem_str(cert) : NULL;
    a->key = key && *key ? mem_str(key) : NULL;
    return ERR_OK;
}

enum err exec_answer_parse(const struct kube_exec *exec, const char *bytes, size_t len, struct exec_answer *ret,
                           struct why *why)
{
    cJSON *root = NULL;
    struct exec_answer a = {0};
    enum err e = json_parse(bytes, len, &root, NULL);
    if (e != ERR_OK) return why_set(why, ERR_PARSE, "%s: its output (%zu bytes) is not JSON", exec->command, len);
    e = answer_of(exec, root, &a, why);
    json_wipe(root);
    if (e == ERR_OK) *ret = a;
    return e;
}

char *exec_info(const struct kube_exec *exec, const struct kube_cluster *cluster, const char *ca_pem)
{
    cJSON *root = cJSON_CreateObject(), *spec = cJSON_AddObjectToObject(root, "spec");
    cJSON_AddStringToObject(root, "kind", "ExecCredential");
    cJSON_AddStringToObject(root, "apiVersion", exec->api_version);
    cJSON_AddBoolToObject(spec, "interactive", false);
    if (exec->cluster_info) {
        cJSON *c = cJSON_AddObjectToObject(spec, "cluster");
        cJSON_AddStringToObject(c, "server", cluster->server);
        if (cluster->tls_server_name) cJSON_AddStringToObject(c, "tls-server-name", cluster->tls_server_name);
        if (cluster->insecure) cJSON_AddBoolToObject(c, "insecure-skip-tls-verify", true);
        if (cluster->proxy) cJSON_AddStringToObject(c, "proxy-url", cluster->proxy);
        if (ca_pem) {
            struct buf b64;
            buf_init(&b64, EXEC_ANSWER_MAX);
            if (text_base64_encode(ca_pem, strlen(ca_pem), &b64) == ERR_OK)
                cJSON_AddStringToObject(c, "certificate-authority-data", buf_text(&b64));
            buf_done(&b64);
        }
    }
    char *json = cJSON_PrintUnformatted(root);
    char *line = mem_printf("KUBERNETES_EXEC_INFO=%s", json ? json : "{}");
    cJSON_free(json);
    cJSON_Delete(root);
    return line;
}
