/* sim_fixture.c - see sim_fixture.h. */
#include "tests/support/sim_fixture.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/clock.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TURN_MS = 10 };

struct reply {
    bool done;
    long status;
    char *body;
};

struct sim_fixture *sim_fixture_new(const struct sim_conf *conf)
{
    struct sim_fixture *b = mem_zero(1, sizeof *b);
    struct sim_conf own = *conf;
    struct why why = {ERR_OK, ""};
    b->loop = loop_new();
    b->folder = run_folder();
    own.dir = b->folder;
    own.program = "/usr/bin/raydeck-sim";
    if (sim_new(b->loop, &own, &b->sim, &why) != ERR_OK) fail_msg("%s", why.text);
    const struct http_client_conf http = {.tls = {.ca_pem = sim_ca_pem(b->sim)}, .proxy = "", .user_agent = "test"};
    b->http = http_client_new(b->loop, &http);
    b->bearer = mem_printf("Bearer %s", sim_token(b->sim));
    return b;
}

void sim_fixture_free(struct sim_fixture *b)
{
    http_client_free(b->http);
    sim_free(b->sim);
    loop_free(b->loop);
    size_t left = run_entries(b->folder);
    run_remove(b->folder);
    free(b->bearer);
    free(b);
    assert_int_equal(left, 0);
}

static void on_answer(void *arg, const struct http_answer *answer)
{
    struct reply *r = arg;
    r->done = true;
    r->status = answer->status;
    r->body = mem_strn(answer->body, answer->body_len);
}

static struct reply request_send(struct sim_fixture *b, const char *method, const char *path, const char *type,
                                 const char *body)
{
    struct reply r = {0};
    char url[2048];
    snprintf(url, sizeof url, "https://127.0.0.1:%u%s", sim_port(b->sim), path);
    const struct http_ask question = {.method = method,
                                      .url = url,
                                      .header = {{"Authorization", b->bearer}, {type ? "Content-Type" : NULL, type}},
                                      .body = body,
                                      .body_len = body ? strlen(body) : 0,
                                      .timeout_ms = DEADLINE_MS};
    const struct http_calls calls = {.done = on_answer, .arg = &r};
    http_send(b->http, &question, &calls);
    while (!r.done) loop_step(b->loop, 50);
    return r;
}

cJSON *sim_fixture_ask(struct sim_fixture *b, const char *method, const char *path, const char *content_type,
                       const char *body, long status)
{
    struct reply r = request_send(b, method, path, content_type, body);
    cJSON *json = NULL;
    struct why why = {ERR_OK, ""};
    if (r.status != status) fail_msg("%s %s: status %ld, not %ld: %.400s", method, path, r.status, status, r.body);
    if (json_parse(r.body, strlen(r.body), &json, &why) != ERR_OK) fail_msg("%s in %.300s", why.text, r.body);
    free(r.body);
    return json;
}

cJSON *sim_fixture_get(struct sim_fixture *b, const char *path, long status)
{
    return sim_fixture_ask(b, "GET", path, NULL, NULL, status);
}

long sim_fixture_status(struct sim_fixture *b, const char *method, const char *path, const char *content_type,
                        const char *body)
{
    struct reply r = request_send(b, method, path, content_type, body);
    free(r.body);
    return r.status;
}

void sim_fixture_say(struct sim_fixture *b, const char *line)
{
    char out[SIM_ANSWER_MAX];
    sim_command(b->sim, line, out);
    if (strncmp(out, "ok", 2) != 0) fail_msg("%s: %s", line, out);
}

void sim_fixture_hold_clock(struct sim_fixture *b)
{
    struct clock *c = loop_clock(b->loop);
    clock_set(c, clock_now_ms(c), clock_wall_ms(c));
    b->holds_clock = true;
}

void sim_fixture_pass(struct sim_fixture *b)
{
    loop_step(b->loop, b->holds_clock ? 1 : 20);
    if (b->holds_clock) clock_advance(loop_clock(b->loop), TURN_MS);
}

cJSON *sim_fixture_wait(struct sim_fixture *b, const char *path, const char *text)
{
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    for (;;) {
        struct reply r = request_send(b, "GET", path, NULL, NULL);
        bool found = r.status == 200 && strstr(r.body, text);
        cJSON *json = found ? cJSON_Parse(r.body) : NULL;
        if (!found && loop_now_ms() > limit) fail_msg("%s has no '%s': %.3000s", path, text, r.body);
        free(r.body);
        if (found) return json;
        sim_fixture_pass(b);
    }
}

void sim_fixture_wait_gone(struct sim_fixture *b, const char *path)
{
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    for (;;) {
        struct reply r = request_send(b, "GET", path, NULL, NULL);
        long status = r.status;
        if (status != 404 && loop_now_ms() > limit) fail_msg("%s is still there: %.3000s", path, r.body);
        free(r.body);
        if (status == 404) return;
        sim_fixture_pass(b);
    }
}
