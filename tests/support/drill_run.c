/* drill_run.c - see drill_run.h. */
#include "tests/support/drill_run.h"

#include "tests/support/run.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DRILL_MS = 600 * 1000, ARGS = 48 };

struct drill_run drill_run_start(const char *folder, const char *name, const char *const *sim,
                                 const char *const *options)
{
    return drill_run_on(sim_run_start(sim), folder, name, options);
}

struct drill_run drill_run_on(struct sim_run *sim, const char *folder, const char *name, const char *const *options)
{
    struct drill_run r = {.status = -1, .sim = sim};

    r.report = mem_printf("%s/%s.json", folder, name);
    const char *argv[ARGS] = {run_raydeck(), "--config",  sim_run_config(r.sim),
                              "drill",       "--context", "raydeck-sim",
                              "-n",          "mistral",   "-s",
                              "mistral",     "--yes",     "--report",
                              r.report};
    size_t n = 0;
    while (argv[n]) n++;
    for (size_t i = 0; options && options[i]; i++) {
        assert_true(n + 1 < ARGS);
        argv[n++] = options[i];
    }
    char *state = mem_printf("XDG_STATE_HOME=%s", folder);
    const char *const env[] = {state, NULL};
    r.pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 100, .cols = 160});
    free(state);
    return r;
}

void drill_run_all(struct drill_run *run, size_t count)
{
    const uint64_t limit_ms = loop_now_ms() + DRILL_MS;
    size_t ended = 0;

    while (ended < count && loop_now_ms() < limit_ms) {
        ended = 0;
        for (size_t i = 0; i < count; i++) {
            struct drill_run *r = &run[i];
            if (r->status < 0) r->status = pty_wait_exit(r->pty, 50);
            ended += r->status >= 0;
            if (!r->interrupt || !pty_wait_for(r->pty, "accepted", 0)) continue;
            pty_send(r->pty, "\003");
            r->interrupt = false;
        }
    }
}

cJSON *drill_run_report(const struct drill_run *r)
{
    struct buf file;
    cJSON *json = NULL;
    struct why why = {0};

    buf_init(&file, 1 << 20);
    if (file_read(r->report, &file, &why) || json_parse(buf_text(&file), file.len, &json, &why)) {
        char *screen = pty_screen(r->pty);
        fail_msg("%s (status %d)\n%s", why.text, r->status, screen);
    }
    buf_done(&file);
    return json;
}

const cJSON *drill_run_criterion(const cJSON *report, const char *id)
{
    JSON_EACH (c, json_get(report, "criteria"))
        if (strcmp(json_str(c, "id"), id) == 0) return c;
    fail_msg("no criterion %s", id);
    return NULL;
}

void drill_run_close(struct drill_run *r)
{
    pty_stop(r->pty);
    sim_run_stop(r->sim);
    free(r->report);
}
