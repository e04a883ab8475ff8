/*
 * deploy_redis_dev.c - the Redis for development: its password, the variables of its endpoint, and the wait for it.
 *
 * The password is generated once, into a Secret that is only ever created: a later run reads it from there. It is in
 * no log, and in no request but that of its Secrets.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/deploy_priv.h"
#include "deploy/reason.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { PASSWORD_BYTES = 32, PASSWORD_MAX = 1024 };
static const char *const set_by_us[] = {"EXT_REDIS_ENDPOINT", "REDIS_PORT", "REDIS_SCHEME", "REDIS_PASSWORD"};

/* ---- the endpoint ---- */

/* The namespace of the RayService, before variables are put in. */
static const char *redis_ns(const struct deploy *d)
{
    const struct manifest *m = d->conf.manifest;
    const char *ns = NULL;
    for (size_t i = 0; i < m->count && !ns; i++)
        if (text_eq(m->objects[i].kind, "RayService") && m->objects[i].ns)
            ns = variables_resolve(d->conf.variables, m->objects[i].ns);
    if (ns) return ns;
    return d->conf.ns ? d->conf.ns : d->conf.context_ns ? d->conf.context_ns : "default";
}

static enum err variable_give(struct variables *v, const char *name, const char *value, struct why *why)
{
    char *assignment = mem_printf("%s=%s", name, value);
    const enum err err = variables_give(v, assignment, why);
    mem_free_secret(assignment);
    return err;
}

static enum err endpoint_give(struct deploy *d, const char *password, struct why *why)
{
    struct variables *v = d->conf.variables;
    /* Short of the cluster's domain, which need not be cluster.local. */
    char *host = mem_printf(REDIS_DEV ".%s.svc", redis_ns(d));
    enum err err = variable_give(v, set_by_us[0], host, why);
    if (!err) err = variable_give(v, set_by_us[1], "6379", why);
    if (!err) err = variable_give(v, set_by_us[2], "redis", why);
    if (!err) err = variable_give(v, set_by_us[3], password, why);
    free(host);
    return err;
}

static void password_take(struct deploy *d, const char *password)
{
    struct why why = {0};
    if (endpoint_give(d, password, &why))
        step_fail(&d->engine, why.code, "%s", why.text);
    else
        step_next(&d->engine);
}

/* ---- the password ---- */

static void password_generate(struct deploy *d)
{
    unsigned char random[PASSWORD_BYTES];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
        step_fail(&d->engine, ERR_IO, "getrandom: no random bytes for the password of secret/" REDIS_DEV);
        return;
    }
    mem_free_secret(d->redis_password);
    d->redis_password = text_hex(random, sizeof random);
    mem_wipe(random, sizeof random);
    step_log(&d->engine, TONE_PLAIN, "secret/" REDIS_DEV ": new, with a generated password");
    password_take(d, d->redis_password);
}

static void password_read(struct deploy *d, const cJSON *secret)
{
    const char *data = json_str(json_get(secret, "data"), "password");
    struct buf plain;
    buf_init(&plain, PASSWORD_MAX);
    const bool good = data && text_base64_decode(data, strlen(data), &plain) == ERR_OK && plain.len &&
                      strlen(buf_text(&plain)) == plain.len && !strpbrk(buf_text(&plain), " \t\r\n\"'\\$`");
    if (!good) {
        step_fail(&d->engine, ERR_PARSE,
                  "secret/" REDIS_DEV " in namespace %s has no usable password under the key password: delete the "
                  "Secret, and deploy makes a new one",
                  redis_ns(d));
    } else {
        step_log(&d->engine, TONE_PLAIN, "secret/" REDIS_DEV " exists: its password is used");
        password_take(d, buf_text(&plain));
    }
    buf_wipe(&plain);
}

static void on_secret(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    if (a->err == ERR_NOT_FOUND)
        password_generate(d);
    else if (a->err)
        step_fail(&d->engine, a->err, "secret/" REDIS_DEV " in namespace %s: %s", redis_ns(d), a->why);
    else
        password_read(d, a->object);
}

/* Another endpoint or password by hand contradicts this Redis. */
static const char *given_by_hand(const struct variables *v)
{
    for (size_t i = 0; i < v->count; i++)
        for (size_t n = 0; n < ARRAY_LEN(set_by_us); n++)
            if (v->items[i].state == VARIABLE_SET && strcmp(v->items[i].name, set_by_us[n]) == 0) return set_by_us[n];
    return NULL;
}

void deploy_redis_dev(struct deploy *d)
{
    const char *by_hand = given_by_hand(d->conf.variables);
    if (by_hand) {
        step_fail(&d->engine, ERR_USAGE, "--var %s: the Redis for development has an endpoint and password of its own",
                  by_hand);
        return;
    }
    step_wait_text(&d->engine, "reading secret/" REDIS_DEV);
    object_get(&d->engine.cluster, kobject_kind_named("v1", "Secret"), redis_ns(d), REDIS_DEV, on_secret, d);
}

cJSON *deploy_redis_dev_secret(const struct deploy *d)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "apiVersion", "v1");
    cJSON_AddStringToObject(o, "kind", "Secret");
    cJSON *meta = cJSON_AddObjectToObject(o, "metadata");
    cJSON_AddStringToObject(meta, "name", REDIS_DEV);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(meta, "labels"), "app.kubernetes.io/name", REDIS_DEV);
    cJSON_AddStringToObject(o, "type", "Opaque");
    struct buf encoded;
    buf_init(&encoded, PASSWORD_MAX);
    (void)text_base64_encode(d->redis_password, strlen(d->redis_password), &encoded);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(o, "data"), "password", buf_text(&encoded));
    buf_wipe(&encoded);
    return o;
}

/* ---- until it is ready ---- */

static bool is_ready(const cJSON *set)
{
    const struct known_u64 generation = json_u64(json_get(set, "metadata"), "generation");
    const cJSON *status = json_get(set, "status");
    const struct known_u64 seen = json_u64(status, "observedGeneration"), ready = json_u64(status, "readyReplicas");
    const char *now = json_str(status, "currentRevision"), *next = json_str(status, "updateRevision");
    if (generation.known && (!seen.known || seen.value < generation.value)) return false;
    return ready.known && ready.value && (!next || text_eq(now, next));
}

static void redis_waits(struct deploy *d)
{
    char reason[STEP_TEXT_MAX] = "";
    if (d->conf.world)
        WORLD_EACH (row, d->conf.world, TABLE_POD) {
            const struct pod *p = ROW(row, pod);
            if (!row->gone_ms && text_eq(p->ns, d->ns) && text_eq(p->name, REDIS_DEV "-0"))
                (void)reason_of_pod(d->conf.world, p, reason, sizeof reason);
        }
    step_wait_text(&d->engine, "statefulset.apps/" REDIS_DEV " is not ready%s%s", reason[0] ? ": " : "", reason);
}

static void on_set(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    if (a->err && a->err != ERR_NOT_FOUND) {
        step_unread(&d->engine, a->why);
    } else if (!a->err && is_ready(a->object)) {
        d->redis_ready = true;
        step_log(&d->engine, TONE_PLAIN, "statefulset.apps/" REDIS_DEV " is ready");
        step_later(&d->engine, d->redis_then, 0);
    } else {
        redis_waits(d);
        step_unmet(&d->engine);
    }
}

static void set_read(void *arg)
{
    struct deploy *d = arg;
    object_get(&d->engine.cluster, kobject_kind_named("apps/v1", "StatefulSet"), d->ns, REDIS_DEV, on_set, d);
}

static void redis_late(void *arg)
{
    struct deploy *d = arg;
    deploy_apply_failed(d, "what needs Redis", ERR_TIMEOUT, step_waits_for(&d->engine), false);
}

void deploy_redis_dev_wait(struct deploy *d, void (*then)(void *arg))
{
    d->redis_then = then;
    redis_waits(d);
    step_poll(&d->engine, &(struct step_poll){.read = set_read,
                                              .every_ms = d->conf.poll_ms,
                                              .limit_ms = d->conf.redis_ready_ms,
                                              .late = redis_late});
}
