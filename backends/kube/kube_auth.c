/* kube_auth.c - keeps a bearer token or client certificate valid: re-reads token files, re-runs exec plugins. */
#include "backends/kube/kube_auth.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/exec_credential.h"
#include "backends/link/backoff.h"

#include <stdlib.h>
#include <string.h>

enum {
    TOKEN_FILE_MS = 60 * 1000, /* a token file is re-read after that long */
    EXEC_EARLY_MS = 10 * 1000, /* renewed that long before they expire */
    EXEC_AGAIN_MS = 2 * 1000,  /* first delay after a failure or short-lived credentials, doubled up to: */
    EXEC_MOST_MS = 30 * 1000,
    EXEC_REFUSED_MS = 5 * 1000 /* credentials younger than this that are refused are not renewed: it would not help */
};

struct kube_auth {
    struct loop *loop;
    const struct kube_access *access;
    const struct kube_user *user; /* may be NULL */
    void (*changed)(void *arg, bool certificate);
    void *arg;
    char *header; /* secret */
    unsigned generation;
    uint64_t read_ms; /* when the token file was read; 0: never */
    struct exec_run *run;
    char *cert, *key;      /* from the plugin */
    struct known_u64 ends; /* expirationTimestamp */
    uint64_t given_ms;     /* when the plugin returned them; 0: never */
    uint64_t again_ms;     /* earliest time of the next run */
    struct backoff backoff;
    bool refused, has_failed;
    struct why failed;
};

static void set_header(struct kube_auth *a, char *header)
{
    if (a->header && header && strcmp(a->header, header) == 0) {
        mem_free_secret(header);
        return;
    }
    mem_free_secret(a->header);
    a->header = header;
    a->generation++;
}

static void set_basic(struct kube_auth *a)
{
    struct buf b64;
    char *pair = mem_printf("%s:%s", a->user->username, a->user->password ? a->user->password : "");
    buf_init(&b64, KUBE_TOKEN_MAX);
    if (text_base64_encode(pair, strlen(pair), &b64) == ERR_OK) set_header(a, mem_printf("Basic %s", buf_text(&b64)));
    if (b64.data) mem_wipe(b64.data, b64.len);
    buf_done(&b64);
    mem_free_secret(pair);
}

struct kube_auth *kube_auth_new(struct loop *l, const struct kube_access *access,
                                void (*changed)(void *arg, bool certificate), void *arg)
{
    struct kube_auth *a = mem_zero(1, sizeof *a);
    a->loop = l;
    a->access = access;
    a->user = access->choice.user;
    a->changed = changed;
    a->arg = arg;
    backoff_init(&a->backoff, EXEC_AGAIN_MS, EXEC_MOST_MS, loop_random(l));
    if (a->user && a->user->token)
        set_header(a, mem_printf("Bearer %s", a->user->token));
    else if (a->user && a->user->username)
        set_basic(a);
    return a;
}

void kube_auth_free(struct kube_auth *a)
{
    if (!a) return;
    exec_run_free(a->run);
    mem_free_secret(a->header);
    free(a->cert);
    mem_free_secret(a->key);
    free(a);
}

static void exec_delay(struct kube_auth *a)
{
    const uint64_t now = loop_now_ms();
    a->again_ms = now + backoff_next(&a->backoff, now);
}

/* The credentials are no longer valid: runs the plugin at once if they served for long, else with back-off. */
static void exec_expired(struct kube_auth *a)
{
    const bool served = backoff_is_healthy(&a->backoff, loop_now_ms());
    if (!a->backoff.works_since_ms) return;
    exec_delay(a);
    if (served) a->again_ms = 0;
}

/* By expirationTimestamp; only the server knows whether it accepts them. */
static bool exec_is_current(const struct kube_auth *a)
{
    return !a->ends.known || loop_wall_ms(a->loop) + EXEC_EARLY_MS < a->ends.value;
}

static void on_exec(void *arg, enum err err, struct exec_answer *answer, const char *why)
{
    struct kube_auth *a = arg;
    bool certificate = false;
    a->run = NULL;
    if (err != ERR_OK) {
        a->has_failed = true;
        exec_delay(a);
        why_set(&a->failed, ERR_AUTH, "%s", why);
        a->changed(a->arg, false);
        return;
    }
    certificate = answer->cert && !text_same(answer->cert, a->cert);
    if (answer->cert) {
        free(a->cert);
        mem_free_secret(a->key);
        a->cert = answer->cert;
        a->key = answer->key;
        answer->cert = answer->key = NULL;
    }
    if (answer->token) set_header(a, mem_printf("Bearer %s", answer->token));
    a->generation++;
    a->ends = answer->ends;
    a->given_ms = loop_now_ms();
    a->has_failed = a->refused = false;
    if (exec_is_current(a))
        backoff_works(&a->backoff, a->given_ms);
    else
        exec_delay(a);
    a->changed(a->arg, certificate);
}

static bool exec_is_good(const struct kube_auth *a)
{
    if (!a->given_ms || a->refused) return false;
    /* expired when returned (a stale cache, a wrong clock): tries them, and lets the server refuse */
    if (loop_now_ms() - a->given_ms < EXEC_REFUSED_MS) return true;
    return exec_is_current(a);
}

static enum auth_state check_exec(struct kube_auth *a, struct why *why)
{
    if (exec_is_good(a)) return AUTH_READY;
    if (a->run) return AUTH_WAITING;
    exec_expired(a);
    if (loop_now_ms() < a->again_ms) {
        if (!a->has_failed) return AUTH_READY; /* sends the last ones: the server decides */
        why_set(why, a->failed.code, "%s", a->failed.text);
        return AUTH_FAILED;
    }
    char *info = exec_info(a->user->exec, a->access->choice.cluster, a->access->ca_pem);
    a->run = exec_run_start(a->loop, a->user->exec, info, on_exec, a);
    free(info);
    return AUTH_WAITING;
}

static enum auth_state check_file(struct kube_auth *a, struct why *why)
{
    char *token = NULL;
    uint64_t now = loop_now_ms();
    struct why w = {0};
    if (a->read_ms && now - a->read_ms < TOKEN_FILE_MS) return AUTH_READY;
    if (kube_token_read(a->user->token_file, &token, &w) == ERR_OK) {
        set_header(a, mem_printf("Bearer %s", token));
        mem_free_secret(token);
        a->read_ms = now;
        return AUTH_READY;
    }
    /* the last token read may still be valid: the server decides */
    if (a->header) return AUTH_READY;
    why_set(why, ERR_AUTH, "%s", w.text);
    return AUTH_FAILED;
}

enum auth_state kube_auth_check(struct kube_auth *a, struct why *why)
{
    if (!a->user) return AUTH_READY;
    if (a->user->token_file) return check_file(a, why);
    if (a->user->exec && !a->user->token) return check_exec(a, why);
    return AUTH_READY;
}

const char *kube_auth_header(const struct kube_auth *a)
{
    return a->header;
}

const char *kube_auth_cert(const struct kube_auth *a)
{
    return a->cert ? a->cert : a->access->cert_pem;
}

const char *kube_auth_key(const struct kube_auth *a)
{
    return a->cert ? a->key : a->access->key_pem;
}

unsigned kube_auth_generation(const struct kube_auth *a)
{
    return a->generation;
}

bool kube_auth_refused(struct kube_auth *a, unsigned generation)
{
    if (generation != a->generation) return true;
    if (!a->user) return false;
    if (a->user->token_file) {
        a->read_ms = 0;
        check_file(a, NULL);
        return a->generation != generation;
    }
    if (!a->user->exec || a->user->token || loop_now_ms() - a->given_ms < EXEC_REFUSED_MS) return false;
    exec_expired(a);
    if (loop_now_ms() < a->again_ms) return false;
    a->refused = true;
    return true;
}
