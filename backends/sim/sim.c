/* sim.c - creates and connects the parts of the simulated cluster. */
#include "backends/sim/sim.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/crowd.h"
#include "backends/sim/https.h"
#include "backends/sim/sim_files.h"
#include "backends/sim/sim_priv.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_BYTES = 24, DROP_EVERY_MS = 2000 };

/* ---- faults ------------------------------------------------------------------------------------------------------ */

static void drop_connections(void *arg)
{
    struct sim *s = arg;
    https_drop_all(s->https);
}

enum err sim_set_fault(struct sim *s, enum fault f, bool on, struct why *why)
{
    if (f == FAULT_REDIS_GONE) {
        enum err e = sim_worlds_set_redis_gone(s->worlds, on, why);
        if (e != ERR_OK) return e;
    }
    if (f == FAULT_DROP_CONNECTIONS && on) alarm_set(s->dropping, 0, DROP_EVERY_MS);
    if (f == FAULT_DROP_CONNECTIONS && !on) alarm_stop(s->dropping);
    s->faults[f] = on;
    api_fault_changed(s->api, f);
    kuberay_fault_changed(s->kuberay, f);
    s->faults[FAULT_WATCH_410] = false;
    return ERR_OK;
}

/* ---- start and end ----------------------------------------------------------------------------------------------- */

/* The guard removes the files, and the directory unless it existed before. */
static enum err make_dir(struct sim *s, const char *dir, struct why *why)
{
    static const char *const names[] = {"kubeconfig", "config.yaml", "env", "control", "neuron.sock"};
    char full[PATH_MAX];
    bool made = mkdir(dir, 0700) == 0;
    if (!made && errno != EEXIST) return why_set(why, ERR_IO, "%s: %s", dir, strerror(errno));
    if (!realpath(dir, full)) return why_set(why, ERR_IO, "%s: %s", dir, strerror(errno));
    s->dir = mem_str(full);
    enum err e = guard_start(&s->guard, why);
    if (e == ERR_OK && (made || s->conf.owns_dir)) e = guard_remove(s->guard, full);
    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(names); i++) {
        char *path = sim_file(full, names[i]);
        e = guard_remove(s->guard, path);
        free(path);
    }
    if (e != ERR_OK && made) rmdir(full);
    return e;
}

static char *own_program(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    return mem_strn(path, n > 0 ? (size_t)n : 0);
}

static void make_token(struct sim *s)
{
    unsigned char bytes[TOKEN_BYTES];
    gnutls_rnd(GNUTLS_RND_KEY, bytes, sizeof bytes);
    s->token = text_hex(bytes, sizeof bytes);
}

static void on_kuberay_notification(void *arg, enum kuberay_notification what, const struct sim_pod *pod)
{
    struct sim *s = arg;
    sim_worlds_notify(s->worlds, what, pod);
}

/* Without Redis the RayService names an address where nothing listens. */
static enum err start_cluster(struct sim *s, enum start start, struct why *why)
{
    const bool begun = start == START_AS_BEGUN;
    unsigned port = sim_worlds_redis_port(s->worlds);
    const struct kuberay_conf conf = {.faults = s->faults,
                                      .seed = s->conf.seed,
                                      .round = s->rounds,
                                      .ft = begun ? !s->conf.no_ft : start != START_NO_FT,
                                      .empty = begun ? s->conf.empty : start == START_EMPTY,
                                      .redis_port = port ? port : 1,
                                      .redis_user = sim_worlds_redis_user(s->worlds),
                                      .redis_password = sim_worlds_redis_password(s->worlds),
                                      .now_ms = loop_wall_ms(s->loop),
                                      .notify = on_kuberay_notification,
                                      .arg = s};
    s->kuberay = kuberay_new(s->loop, s->objects, s->sched, s->templates, &conf);
    if (s->conf.devices_known) kuberay_set_devices(s->kuberay, s->conf.devices);
    crowd_create(s->objects, s->conf.pods, s->conf.seed);
    return sim_worlds_boot(s->worlds, s->kuberay, s->dir, conf.now_ms, why);
}

static enum err make_cluster(struct sim *s, struct why *why)
{
    s->sched = sched_new(s->loop, s->conf.speed);
    const struct sim_worlds_conf worlds = {.dir = s->dir,
                                           .guard = s->guard,
                                           .faults = s->faults,
                                           .seed = s->conf.seed,
                                           .sched = s->sched,
                                           .no_redis = s->conf.no_redis,
                                           .redis_volatile = s->conf.redis_volatile};
    enum err e = sim_worlds_new(s->loop, &worlds, &s->worlds, why);
    if (e != ERR_OK) return e;
    s->templates = templates_new();
    s->objects = objects_new();
    return start_cluster(s, START_AS_BEGUN, why);
}

enum err sim_reset(struct sim *s, enum start start, struct why *why)
{
    for (int i = 0; i < FAULT_COUNT; i++) {
        enum err e = s->faults[i] ? sim_set_fault(s, (enum fault)i, false, why) : ERR_OK;
        if (e != ERR_OK) return e;
    }
    api_allow(s->api);
    api_set_openai(s->api, s->conf.openai);
    sched_clear(s->sched);
    sched_set_speed(s->sched, s->conf.speed > 0 ? s->conf.speed : 1);
    sim_worlds_reset(s->worlds);
    kuberay_free(s->kuberay);
    objects_clear(s->objects);
    s->rounds++;
    enum err e = start_cluster(s, start, why);
    api_set_kuberay(s->api, s->kuberay);
    return e;
}

static char *applications_json(void *arg)
{
    struct sim *s = arg;
    return sim_worlds_applications(s->worlds);
}

static void on_prompt(void *arg, const char *pod, uint64_t ms)
{
    struct sim *s = arg;
    sim_worlds_prompt(s->worlds, pod, ms);
}

static enum err make_server(struct sim *s, struct why *why)
{
    const struct api_conf api = {.objects = s->objects,
                                 .kuberay = s->kuberay,
                                 .templates = s->templates,
                                 .token = s->token,
                                 .faults = s->faults,
                                 .seed = s->conf.seed,
                                 .openai = s->conf.openai,
                                 .bookmark_ms = s->conf.bookmark_ms,
                                 .applications = applications_json,
                                 .prompt = on_prompt,
                                 .requested = s->conf.requested,
                                 .requested_arg = s->conf.arg,
                                 .arg = s};
    s->api = api_new(s->loop, &api);
    enum err e = pki_make(&s->pki, why);
    if (e != ERR_OK) return e;
    const struct https_conf conf = {.address = "127.0.0.1",
                                    .cert_pem = s->pki.cert_pem,
                                    .key_pem = s->pki.key_pem,
                                    .handle = api_handle,
                                    .arg = s->api};
    return https_new(s->loop, &conf, &s->https, why);
}

static enum err make_files(struct sim *s, struct why *why)
{
    unsigned redis_port = sim_worlds_redis_port(s->worlds);
    struct sim_files files = {.dir = s->dir,
                              .program = s->program,
                              .port = https_port(s->https),
                              .token = s->token,
                              .ca_pem = s->pki.ca_pem,
                              .redis_port = redis_port ? redis_port : 1,
                              .redis_password = sim_worlds_redis_password(s->worlds)};
    for (size_t i = 0; i < KUBERAY_WORKERS; i++) files.knodes[i] = kuberay_knode(s->kuberay, i);
    return sim_files_write(&files, why);
}

enum err sim_new(struct loop *l, const struct sim_conf *conf, struct sim **ret, struct why *why)
{
    struct sim *s = mem_zero(1, sizeof *s);
    s->loop = l;
    s->conf = *conf;
    s->program = conf->program ? mem_str(conf->program) : own_program();
    s->dropping = alarm_new(l, drop_connections, s);
    enum err e = make_dir(s, conf->dir, why);
    s->conf.dir = s->conf.program = NULL;
    if (e == ERR_OK) {
        make_token(s);
        e = make_cluster(s, why);
    }
    if (e == ERR_OK) e = make_server(s, why);
    if (e == ERR_OK) e = make_files(s, why);
    if (e == ERR_OK) {
        char *path = sim_file(s->dir, "control");
        e = control_new(l, path, sim_answer, s, &s->control, why);
        free(path);
    }
    if (e != ERR_OK) {
        sim_free(s);
        return e;
    }
    *ret = s;
    return ERR_OK;
}

void sim_free(struct sim *s)
{
    if (!s) return;
    control_free(s->control);
    alarm_free(s->dropping);
    https_free(s->https);
    api_free(s->api);
    sim_worlds_free(s->worlds);
    sched_free(s->sched);
    kuberay_free(s->kuberay);
    objects_free(s->objects);
    templates_free(s->templates);
    pki_done(&s->pki);
    guard_free(s->guard);
    free(s->dir);
    free(s->program);
    mem_free_secret(s->token);
    free(s);
}

struct kuberay *sim_kuberay(const struct sim *s)
{
    return s->kuberay;
}

unsigned sim_port(const struct sim *s)
{
    return https_port(s->https);
}

const char *sim_token(const struct sim *s)
{
    return s->token;
}

const char *sim_ca_pem(const struct sim *s)
{
    return s->pki.ca_pem;
}
