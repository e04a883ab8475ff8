/* kube_auth.c - keeps a bearer token or client certificate valid: re-reads token files off the loop, re-runs exec
 * plugins. */
#include "backends/kube/kube_auth.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/exec_credential.h"
#include "backends/link/backoff.h"
#include "backends/link/file_job.h"

#include <stdlib.h>
#include <string.h>

enum {
    TOKEN_FILE_MS = 60 * 1000, /* a token file is re-read after that long */
    TOKEN_HANG_MS = 10 * 1000, /* requests wait so long for a token file's reading, then fail until it ends */
    EXEC_EARLY_MS = 10 * 1000, /* renewed that long before they expire */
    /* First delay after a failure, of a token file too, or short-lived credentials, doubled up to the second. */
    EXEC_AGAIN_MS = 2 * 1000,
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
    uint64_t read_ms;      /* when the token file was read; 0: never */
    uint64_t job_began_ms; /* when its reading in flight began */
    struct file_job *job;  /* at most one: the thread of one that hangs cannot be ended */
    struct alarm *hangs;   /* fires TOKEN_HANG_MS after that */
    bool hung;             /* it has */
    struct exec_run *run;
    char *cert, *key;      /* from the plugin */
    struct known_u64 ends; /* expirationTimestamp */
    uint64_t given_ms;     /* when the plugin returned them; 0: never */
    uint64_t retry_due_ms; /* earliest time of the next run */
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
    buf_wipe(&b64);
    mem_free_secret(pair);
}

/* The requests that wait for the token file fail. */
static void on_hang(void *arg)
{
    struct kube_auth *a = arg;
    a->hung = true;
    a->changed(a->arg, false);
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
    a->hangs = alarm_new(l, on_hang, a);
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
    file_job_cancel(a->job);
    alarm_free(a->hangs);
    mem_free_secret(a->header);
    free(a->cert);
    mem_free_secret(a->key);
    free(a);
}

static void renewal_delay(struct kube_auth *a)
{
    const uint64_t now = loop_now_ms();
    a->retry_due_ms = now + backoff_next(&a->backoff, now);
}

/* The credentials are no longer valid: runs the plugin at once if they served for long, else with back-off. */
static void exec_expired(struct kube_auth *a)
{
    const bool served = backoff_is_healthy(&a->backoff, loop_now_ms());
    if (!a->backoff.works_since_ms) return;
    renewal_delay(a);
    if (served) a->retry_due_ms = 0;
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
        renewal_delay(a);
        why_set(&a->failed, ERR_AUTH, "%s", why);
        a->changed(a->arg, false);
        return;
    }
    certificate = answer->cert && !text_unchanged(answer->cert, a->cert);
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
        renewal_delay(a);
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
    if (loop_now_ms() < a->retry_due_ms) {
        if (!a->has_failed) return AUTH_READY; /* sends the last ones: the server decides */
        why_set(why, a->failed.code, "%s", a->failed.text);
        return AUTH_FAILED;
    }
    char *info = exec_info(a->user->exec, a->access->choice.cluster, a->access->ca_pem);
    a->run = exec_run_start(a->loop, a->user->exec, info, on_exec, a);
    free(info);
    return AUTH_WAITING;
}

static void on_token(void *arg, enum err err, const char *text, size_t len, const char *why)
{
    struct kube_auth *a = arg;
    char *token = NULL;
    struct why parsed = {0};
    (void)len;
    a->job = NULL;
    alarm_stop(a->hangs);
    if (!err && (err = kube_token_parse(text, a->user->token_file, &token, &parsed))) why = parsed.text;
    a->refused = false;
    a->has_failed = err != ERR_OK;
    if (err) {
        renewal_delay(a);
        why_set(&a->failed, ERR_AUTH, "%s", why);
    } else {
        set_header(a, mem_printf("Bearer %s", token));
        mem_free_secret(token);
        a->read_ms = loop_now_ms();
        backoff_works(&a->backoff, a->read_ms);
    }
    a->changed(a->arg, false);
}

static void token_read(struct kube_auth *a)
{
    if (a->job) return;
    a->job_began_ms = loop_now_ms();
    a->hung = false;
    a->job = file_job_read(a->loop, a->user->token_file, KUBE_TOKEN_MAX, on_token, a);
    alarm_set(a->hangs, TOKEN_HANG_MS, 0);
}

static enum auth_state check_file(struct kube_auth *a, struct why *why)
{
    const uint64_t now = loop_now_ms();
    const bool fresh = a->read_ms && now - a->read_ms < TOKEN_FILE_MS;
    if (!fresh && !(a->has_failed && now < a->retry_due_ms)) token_read(a);
    /* the last token read may still be valid, as the kubeconfig's own where none can be read: the server decides */
    if (a->header && !a->refused && (a->read_ms || a->has_failed)) return AUTH_READY;
    if (a->job && !a->hung) return AUTH_WAITING;
    if (a->job)
        why_set(why, ERR_AUTH, "%s: not read for %u s: its file system hangs", a->user->token_file,
                (unsigned)((now - a->job_began_ms) / 1000));
    else
        why_set(why, a->failed.code, "%s", a->failed.text);
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
        token_read(a);
        a->refused = true;
        return true;
    }
    if (!a->user->exec || a->user->token || loop_now_ms() - a->given_ms < EXEC_REFUSED_MS) return false;
    exec_expired(a);
    if (loop_now_ms() < a->retry_due_ms) return false;
    a->refused = true;
    return true;
}
