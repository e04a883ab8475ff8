/* monitor.c - runs neuron-monitor, and emits the records of each line. */
#include "backends/neuron/monitor.h"

#include "backends/base/mask.h"
#include "backends/base/mem.h"
#include "backends/base/url.h"
#include "backends/link/backoff.h"
#include "backends/link/process.h"
#include "backends/neuron/neuron_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct neuron {
    struct loop *loop;
    struct sink sink;
    char *source, *spec, *shown, *knode, *pod;
    struct process *process;
    struct alarm *again;   /* restarts the command */
    struct alarm *silence; /* fires when the command has printed nothing for MONITOR_SILENCE_MS */
    struct backoff backoff;
    struct neuron_sums sums;
    uint64_t started_ms, line;
    enum source_state state;
    enum err err;
    size_t cores, devices; /* of the last complete list emitted */
    uint64_t dropped, unread;
    bool listed;
    bool spread; /* its JSON is over many lines */
};

static void monitor_start(void *arg);

static void monitor_publish_state(struct neuron *be, enum source_state state, enum err err, const char *why)
{
    be->state = state;
    be->err = err;
    sink_put(&be->sink, change_source(be->source, WORLD_NEURON, state, err, why, be->shown));
}

static void table_emit(struct neuron *be, enum change_type type, enum table table)
{
    struct change *c = change_new(type, be->source, WORLD_NEURON);
    c->table = table;
    sink_put(&be->sink, c);
}

/* Emits a RELIST only when rows may have disappeared: at the start, and when a count changed. */
static void sample_emit(struct neuron *be, struct neuron_sample *s)
{
    static const enum table tables[] = {TABLE_MONITOR, TABLE_CORE, TABLE_DEVICE};
    bool relist = !be->listed || s->cores != be->cores || s->devices != be->devices;
    for (size_t i = 0; relist && i < ARRAY_LEN(tables); i++) table_emit(be, CHANGE_RELIST, tables[i]);
    sink_put(&be->sink, change_put(be->source, WORLD_NEURON, &s->monitor->record));
    s->monitor = NULL;
    for (size_t i = 0; i < s->cores; i++) {
        sink_put(&be->sink, change_put(be->source, WORLD_NEURON, &s->core[i]->record));
        s->core[i] = NULL;
    }
    for (size_t i = 0; i < s->devices; i++) {
        sink_put(&be->sink, change_put(be->source, WORLD_NEURON, &s->device[i]->record));
        s->device[i] = NULL;
    }
    for (size_t i = 0; relist && i < ARRAY_LEN(tables); i++) table_emit(be, CHANGE_RELISTED, tables[i]);
    if (s->dropped != be->dropped) {
        struct change *c = change_new(CHANGE_DROPPED, be->source, WORLD_NEURON);
        c->table = TABLE_CORE;
        c->number = s->dropped;
        sink_put(&be->sink, c);
    }
    if (s->unread != be->unread)
        sink_put(&be->sink,
                 change_unread(be->source, WORLD_NEURON, TABLE_MONITOR, s->unread, "a runtime that is not an object"));
    be->unread = s->unread;
    be->listed = true;
    be->cores = s->cores;
    be->devices = s->devices;
    be->dropped = s->dropped;
}

static void line_reject(struct neuron *be, enum err err, const char *what)
{
    char *why = be->spread ? mem_str("JSON over many lines; one object a line is expected (jq -c, or no formatter)")
                           : mem_printf("line %llu: %s", (unsigned long long)be->line, what);
    monitor_publish_state(be, be->listed ? SOURCE_LIVE : SOURCE_CONNECTING, err, why);
    free(why);
}

static void on_line(void *arg, char *text, size_t len)
{
    struct neuron *be = arg;
    be->line++;
    alarm_set(be->silence, MONITOR_SILENCE_MS, 0);
    if (!text) {
        char what[64];
        snprintf(what, sizeof what, "longer than %d MiB, and it has not ended", PROCESS_LINE_MAX / 1024 / 1024);
        line_reject(be, ERR_LIMIT, what);
        return;
    }
    if (!len) return;
    struct neuron_where where = {be->source, be->knode, be->pod};
    struct neuron_sample s = {0};
    struct why why = {0};
    /* How a formatter begins an object; neuron-monitor itself never does. */
    if (strcmp(text, "{") == 0 || strcmp(text, "[") == 0) be->spread = true;
    enum err e = neuron_parse(&where, text, len, &be->sums, &s, &why);
    if (e != ERR_OK) {
        line_reject(be, e, why.text);
        return;
    }
    be->spread = false;
    if (be->state != SOURCE_LIVE || be->err != ERR_OK) monitor_publish_state(be, SOURCE_LIVE, ERR_OK, NULL);
    sample_emit(be, &s);
    neuron_sample_done(&s);
    backoff_works(&be->backoff, loop_now_ms());
}

static void monitor_restart_later(struct neuron *be, enum err err, const char *what)
{
    process_free(be->process);
    be->process = NULL;
    alarm_stop(be->silence);
    uint32_t ms = backoff_next(&be->backoff, loop_now_ms());
    char *why = mem_printf("%s; again in %u s", what, (unsigned)((ms + 999) / 1000));
    monitor_publish_state(be, SOURCE_DOWN, err, why);
    free(why);
    alarm_set(be->again, ms, 0);
}

static void on_ended(void *arg, enum err err, const char *why)
{
    struct neuron *be = arg;
    if (err == ERR_NOT_FOUND) {
        char *text = mem_printf("no such command%s%s", why && *why ? ": " : "", why ? why : "");
        monitor_restart_later(be, err, text);
        free(text);
    } else if (err == ERR_OK) {
        monitor_restart_later(be, ERR_CHILD, "the command ended");
    } else {
        char *text = mem_printf("the command ended: %s", why && *why ? why : err_word(err));
        monitor_restart_later(be, err, text);
        free(text);
    }
}

static void on_silence(void *arg)
{
    struct neuron *be = arg;
    const size_t unfinished = process_unfinished(be->process);
    char *text = unfinished
                     ? mem_printf("line %llu has not ended in %d s (%zu bytes so far); the command was stopped",
                                  (unsigned long long)be->line + 1, MONITOR_SILENCE_MS / 1000, unfinished)
                     : mem_printf("the command has said nothing for %d s and was stopped", MONITOR_SILENCE_MS / 1000);
    monitor_restart_later(be, ERR_TIMEOUT, text);
    free(text);
}

static void monitor_start(void *arg)
{
    struct neuron *be = arg;
    const struct process_calls calls = {.line = on_line, .ended = on_ended, .arg = be};
    be->started_ms = loop_now_ms();
    be->line = 0;
    be->listed = false;
    alarm_set(be->silence, MONITOR_SILENCE_MS, 0);
    be->process = process_shell(be->loop, be->spec, 0, &calls);
    if (!be->process) monitor_restart_later(be, ERR_CHILD, "the command could not be started");
}

/* ---- the backend ---------------------------------------------------------------------------------------------- */

static bool monitor_takes(const char *spec)
{
    return spec && *spec && !url_is_http(spec);
}

static enum err monitor_open(struct loop *l, const struct neuron_open *conf, const struct sink *sink,
                             struct neuron **ret_be, struct why *why)
{
    if (!monitor_takes(conf->spec)) return why_set(why, ERR_USAGE, "%s: a command was expected", conf->source);
    struct neuron *be = mem_zero(1, sizeof *be);
    be->loop = l;
    be->sink = *sink;
    be->source = mem_str(conf->source);
    be->spec = mem_str(conf->spec);
    be->shown = mask_text(conf->spec, strlen(conf->spec), TEXT_ONE_LINE, NEURON_TEXT_MAX);
    be->knode = mem_str(conf->knode);
    be->pod = mem_str(conf->pod);
    be->again = alarm_new(l, monitor_start, be);
    be->silence = alarm_new(l, on_silence, be);
    backoff_init(&be->backoff, MONITOR_FIRST_MS, BACKOFF_LINK_MOST_MS, loop_random(l));
    monitor_publish_state(be, SOURCE_CONNECTING, ERR_OK, NULL);
    alarm_set(be->again, MONITOR_START_MS, 0);
    *ret_be = be;
    return ERR_OK;
}

static void monitor_close(struct neuron *be)
{
    if (!be) return;
    process_free(be->process);
    alarm_free(be->again);
    alarm_free(be->silence);
    free(be->source);
    mem_free_secret(be->spec);
    free(be->shown);
    free(be->knode);
    free(be->pod);
    free(be);
}

const struct neuron_ops monitor_ops = {
    .kind = "monitor",
    .takes = monitor_takes,
    .open = monitor_open,
    .close = monitor_close,
};
