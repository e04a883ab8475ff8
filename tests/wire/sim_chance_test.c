/* sim_chance_test.c - Whatever is done to the simulated cluster, in whatever order: it comes to rest, and serves again
 * when asked to. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/rng.h"
#include "tests/support/fixture.h"
#include "tests/support/sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NAMESPACE "/api/v1/namespaces/mistral"
#define SERVICE "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral"
#define AS "?fieldManager=raydeck&force=true"

enum { STEPS = 120, RUNS = 3 };

/* The answer does not matter; that there is one does. */
static void send_twice(struct sim_fixture *b, const char *method, const char *path, const char *body)
{
    long status = sim_fixture_status(b, method, path, body ? "application/apply-patch+yaml" : NULL, body);
    if (status < 200 || status > 499) fail_msg("%s %s: %ld", method, path, status);
}

static void apply_all(struct sim_fixture *b, bool good)
{
    cJSON *service = fixture_json("tests/fixtures/sim/rayservice-applied.json");
    if (!good)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(cJSON_GetObjectItem(service, "metadata"), "annotations"),
                                "ray.io/ft-enabled", "");
    send_twice(b, "PATCH", NAMESPACE AS,
               "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"mistral\"}}");
    char *text = cJSON_PrintUnformatted(service);
    send_twice(b, "PATCH", SERVICE AS, text);
    cJSON_free(text);
    cJSON_Delete(service);
}

static void kill_one(struct sim_fixture *b, struct rng *r)
{
    char path[256];
    const struct sim_pod *p = kuberay_pod_at(sim_kuberay(b->sim), rng_below(r, 4));
    if (!p) return;
    snprintf(path, sizeof path, NAMESPACE "/pods/%s%s", p->name, rng_below(r, 2) ? "?gracePeriodSeconds=0" : "");
    send_twice(b, "DELETE", path, NULL);
}

static void one_step(struct sim_fixture *b, struct rng *r)
{
    char line[64];
    switch (rng_below(r, 9)) {
    case 0: apply_all(b, rng_below(r, 4) > 0); break;
    case 1: kill_one(b, r); break;
    case 2: send_twice(b, "DELETE", SERVICE, NULL); break;
    case 3:
        snprintf(line, sizeof line, "devices %u", rng_below(r, 2) ? 6U : 0U);
        sim_fixture_say(b, line);
        break;
    case 4:
        if (rng_below(r, 3) == 0) send_twice(b, "DELETE", NAMESPACE, NULL);
        break;
    case 5:
        if (rng_below(r, 4) == 0) sim_fixture_say(b, "reset");
        break;
    case 6: sim_fixture_say(b, "fault watch-410"); break;
    default: snprintf(line, sizeof line, "advance %u", (unsigned)rng_below(r, 40)); sim_fixture_say(b, line);
    }
}

static void any_order_is_survived(void **state)
{
    (void)state;
    for (uint64_t run = 1; run <= RUNS; run++) {
        const struct sim_conf conf = {.seed = run, .speed = 1, .no_redis = true, .empty = run % 2, .no_ft = run == 2};
        struct sim_fixture *b = sim_fixture_new(&conf);
        struct rng r;
        rng_init(&r, run);
        for (int i = 0; i < STEPS; i++) one_step(b, &r);
        sim_fixture_say(b, "devices 6");
        sim_fixture_say(b, "reset");
        sim_fixture_say(b, "devices 6");
        if (conf.empty) apply_all(b, true);
        sim_fixture_say(b, "advance 300");
        cJSON *live = sim_fixture_get(b, SERVICE, 200);
        assert_string_equal(json_str(json_get(live, "status"), "serviceStatus"), "Running");
        cJSON_Delete(live);
        /* And down to nothing. */
        send_twice(b, "DELETE", SERVICE, NULL);
        sim_fixture_say(b, "advance 300");
        send_twice(b, "DELETE", NAMESPACE, NULL);
        sim_fixture_say(b, "advance 300");
        cJSON_Delete(sim_fixture_get(b, NAMESPACE, 404));
        cJSON *pods = sim_fixture_get(b, "/api/v1/pods", 200);
        assert_int_equal(cJSON_GetArraySize(json_get(pods, "items")), 0);
        cJSON_Delete(pods);
        sim_fixture_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_order_is_survived)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
