/* sim_commands.c - the commands of the control socket. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/sim_priv.h"

#include <stdio.h>
#include <string.h>

static void command_fault(struct sim *s, const char *word, char *out, size_t size)
{
    enum fault f;
    struct why why = {ERR_OK, ""};
    if (!fault_find(word, &f)) {
        size_t at = (size_t)snprintf(out, size, "error: no such fault; there are:");
        for (int i = 0; i < FAULT_COUNT && at < size; i++)
            at += (size_t)snprintf(out + at, size - at, " %s", fault_info((enum fault)i)->word);
    } else if (sim_set_fault(s, f, true, &why) != ERR_OK) {
        snprintf(out, size, "error: %s", why.text);
    } else {
        snprintf(out, size, "ok");
    }
}

static void command_clear(struct sim *s, const char *word, char *out, size_t size)
{
    struct why why = {ERR_OK, ""};
    (void)word;
    snprintf(out, size, "ok");
    for (int i = 0; i < FAULT_COUNT; i++)
        if (s->faults[i] && sim_set_fault(s, (enum fault)i, false, &why) != ERR_OK)
            snprintf(out, size, "error: %s", why.text);
}

static void command_advance(struct sim *s, const char *word, char *out, size_t size)
{
    uint64_t seconds;
    if (text_u64(word, strlen(word), 24 * 3600, &seconds) != ERR_OK) {
        snprintf(out, size, "error: advance SECONDS");
        return;
    }
    sched_advance(s->sched, seconds * 1000);
    snprintf(out, size, "ok");
}

static const char *stage_word(enum pod_stage stage)
{
    static const char *const words[] = {"new", "bound", "creating", "started", "ready", "failed"};
    return words[stage];
}

static void command_state(struct sim *s, const char *word, char *out, size_t size)
{
    const struct sim_pod *p;
    (void)word;
    size_t at = (size_t)snprintf(out, size, "ok serve=%s watches=%zu redis=%u",
                                 kuberay_serve_running(s->kuberay) ? "running" : "down", api_watches(s->api),
                                 sim_worlds_redis_port(s->worlds));
    for (size_t i = 0; (p = kuberay_pod_at(s->kuberay, i)) && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, " %s=%s%s", p->name, stage_word(p->stage),
                               p->deleting ? ",deleting" : "");
    for (int i = 0; i < FAULT_COUNT && at < size; i++)
        if (s->faults[i]) at += (size_t)snprintf(out + at, size - at, " fault=%s", fault_info((enum fault)i)->word);
}

static void command_kill_worker(struct sim *s, const char *name, char *out, size_t size)
{
    const struct sim_pod *p = kuberay_pod(s->kuberay, name);
    if (!p || p->head) {
        snprintf(out, size, "error: no worker pod of that name");
        return;
    }
    kuberay_delete_pod(s->kuberay, name, 0);
    snprintf(out, size, "ok");
}

static void command_kill_gcs(struct sim *s, const char *word, char *out, size_t size)
{
    const unsigned pid = kuberay_kill_gcs(s->kuberay);
    (void)word;
    if (pid)
        snprintf(out, size, "ok %u", pid);
    else
        snprintf(out, size, "error: no gcs_server runs");
}

static void command_reset(struct sim *s, const char *word, char *out, size_t size)
{
    static const char *const words[] = {
        [START_AS_BEGUN] = "", [START_RUNNING] = "running", [START_EMPTY] = "empty", [START_NO_FT] = "no-ft"};
    struct why why = {ERR_OK, ""};
    size_t start = 0;
    while (start < ARRAY_LEN(words) && strcmp(words[start], word) != 0) start++;
    if (start == ARRAY_LEN(words))
        snprintf(out, size, "error: reset, or reset running, empty or no-ft");
    else if (sim_reset(s, (enum start)start, &why) != ERR_OK)
        snprintf(out, size, "error: %s", why.text);
    else
        snprintf(out, size, "ok");
}

static void command_devices(struct sim *s, const char *word, char *out, size_t size)
{
    uint64_t devices;
    if (text_u64(word, strlen(word), 16, &devices) != ERR_OK) {
        snprintf(out, size, "error: devices NUMBER, of each K8s node; at most 16");
        return;
    }
    kuberay_set_devices(s->kuberay, (unsigned)devices);
    snprintf(out, size, "ok");
}

static void command_speed(struct sim *s, const char *word, char *out, size_t size)
{
    uint64_t speed;
    if (text_u64(word, strlen(word), 100, &speed) != ERR_OK || speed == 0) {
        snprintf(out, size, "error: speed NUMBER, from 1 to 100");
        return;
    }
    sched_set_speed(s->sched, (double)speed);
    snprintf(out, size, "ok");
}

static void command_deny(struct sim *s, const char *words, char *out, size_t size)
{
    char verb[16];
    size_t len = strcspn(words, " ");
    const char *resource = words + len + (words[len] == ' ');
    if (!len || len >= sizeof verb || !*resource || strlen(resource) > 60) {
        snprintf(out, size, "error: deny VERB RESOURCE, as: deny delete pods");
        return;
    }
    snprintf(verb, sizeof verb, "%.*s", (int)len, words);
    snprintf(out, size, api_deny(s->api, verb, resource) ? "ok" : "error: no more denials");
}

static void command_allow(struct sim *s, const char *word, char *out, size_t size)
{
    (void)word;
    api_allow(s->api);
    snprintf(out, size, "ok");
}

static void command_openai(struct sim *s, const char *word, char *out, size_t size)
{
    bool on = strcmp(word, "on") == 0;
    if (!on && strcmp(word, "off") != 0) {
        snprintf(out, size, "error: openai on, or openai off");
        return;
    }
    api_set_openai(s->api, on);
    snprintf(out, size, "ok");
}

static void command_quit(struct sim *s, const char *word, char *out, size_t size)
{
    (void)word;
    snprintf(out, size, "ok");
    if (s->conf.quit) s->conf.quit(s->conf.arg);
}

void sim_answer(void *sim, const char *line, char *out, size_t size)
{
    static const struct {
        const char *name;
        void (*say)(struct sim *s, const char *word, char *out, size_t size);
    } commands[] = {{"fault", command_fault},
                    {"clear", command_clear},
                    {"advance", command_advance},
                    {"state", command_state},
                    {"kill-worker", command_kill_worker},
                    {"kill-gcs", command_kill_gcs},
                    {"devices", command_devices},
                    {"deny", command_deny},
                    {"allow", command_allow},
                    {"openai", command_openai},
                    {"speed", command_speed},
                    {"reset", command_reset},
                    {"quit", command_quit}};
    const char *space = strchr(line, ' '), *word = space ? space + 1 : "";
    size_t len = space ? (size_t)(space - line) : strlen(line);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strlen(commands[i].name) != len || memcmp(line, commands[i].name, len) != 0) continue;
        commands[i].say(sim, word, out, size);
        return;
    }
    snprintf(out, size,
             "error: commands are fault NAME, clear, advance SECONDS, state, kill-worker NAME, kill-gcs, devices "
             "NUMBER, deny VERB RESOURCE, allow, openai on|off, speed NUMBER, reset [running|empty|no-ft], quit");
}
void sim_command(struct sim *s, const char *line, char *out)
{
    sim_answer(s, line, out, SIM_ANSWER_MAX);
}
