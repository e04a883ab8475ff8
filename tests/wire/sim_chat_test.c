/* sim_chat_test.c - the simulated model behind the OpenAI API, through the API server's proxy; what may be denied; a
 * reset. */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/sim.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/shape.h"
#include "tests/support/sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NAMESPACE "/api/v1/namespaces/mistral"
#define SERVE NAMESPACE "/services/mistral-serve-svc:serve/proxy"
#define CHAT SERVE "/v1/chat/completions"
#define ASKS(stream)                                                                                                   \
    "{\"model\":\"mistral-7b\",\"messages\":[{\"role\":\"user\",\"content\":\"first\"},{\"role\":\"assistant\","       \
    "\"content\":\"x\"},{\"role\":\"user\",\"content\":\"hello\"}],\"stream\":" stream                                 \
    ",\"stream_options\":{\"include_usage\":true}}"

enum { STREAM_MAX = 1024 * 1024 };

static int sim_setup(void **state)
{
    const struct sim_conf conf = {.seed = 5, .speed = 1, .no_redis = true, .openai = true};
    *state = sim_fixture_new(&conf);
    return 0;
}

static int sim_teardown(void **state)
{
    sim_fixture_free(*state);
    return 0;
}

/* ---- the OpenAI API ---------------------------------------------------------------------------------------------- */

struct stream {
    struct buf text;
    unsigned pieces;
    bool done;
    enum err err;
};

static bool on_piece(void *arg, const char *bytes, size_t len)
{
    struct stream *s = arg;
    s->pieces++;
    assert_int_equal(buf_add(&s->text, bytes, len), ERR_OK);
    return true;
}

static void on_end(void *arg, const struct http_answer *answer)
{
    struct stream *s = arg;
    s->done = true;
    s->err = answer->err;
    assert_int_equal(answer->status, 200);
    assert_int_equal(strncmp(answer->content_type, "text/event-stream", 17), 0);
}

static void stream_begin(struct sim_fixture *b, struct stream *s)
{
    char url[512];
    static const char body[] = ASKS("true");
    *s = (struct stream){0};
    buf_init(&s->text, STREAM_MAX);
    snprintf(url, sizeof url, "https://127.0.0.1:%u" CHAT, sim_port(b->sim));
    const struct http_ask ask = {.method = "POST",
                                 .url = url,
                                 .header = {{"Authorization", b->bearer}, {"Content-Type", "application/json"}},
                                 .body = body,
                                 .body_len = sizeof body - 1};
    const struct http_calls calls = {.bytes = on_piece, .done = on_end, .arg = s};
    http_send(b->http, &ask, &calls);
}

static void wait_for(struct sim_fixture *b, struct stream *s, bool first_only)
{
    uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (!s->done && !(first_only && s->pieces)) {
        if (loop_now_ms() > limit) fail_msg("the stream does not go on: %.500s", buf_text(&s->text));
        loop_step(b->loop, 20);
    }
}

static void a_stream_has_the_answer_in_pieces(void **state)
{
    struct sim_fixture *b = *state;
    struct stream s;
    struct buf said;
    stream_begin(b, &s);
    wait_for(b, &s, false);
    buf_init(&said, STREAM_MAX);
    unsigned chunks = 0;
    bool over = false, counted = false;
    for (char *line = s.text.data, *end; (end = strstr(line, "\n\n")); line = end + 2) {
        *end = '\0';
        assert_int_equal(strncmp(line, "data: ", 6), 0);
        assert_false(over);
        over = strcmp(line + 6, "[DONE]") == 0;
        if (over) continue;
        cJSON *chunk = cJSON_Parse(line + 6);
        assert_string_equal(json_str(chunk, "object"), "chat.completion.chunk");
        const cJSON *choice = cJSON_GetArrayItem(json_get(chunk, "choices"), 0);
        const char *text = json_str(json_get(choice, "delta"), "content");
        if (text) buf_str(&said, text);
        if (json_get(chunk, "usage")) {
            counted = true;
            assert_int_equal(json_u64(json_get(chunk, "usage"), "completion_tokens").value, chunks - 2);
        }
        chunks++;
        cJSON_Delete(chunk);
    }
    assert_true(over);
    assert_true(counted);
    assert_string_equal(buf_text(&said),
                        "Hello! I am a Mistral 7B model on two NeuronCores. What would you like to know?");
    assert_true(s.pieces > 5); /* as they come, not at once */
    buf_done(&said);
    buf_done(&s.text);
}

static void a_stream_breaks_off_when_its_worker_dies(void **state)
{
    struct sim_fixture *b = *state;
    struct stream s;
    char line[128];
    stream_begin(b, &s);
    wait_for(b, &s, true);
    const struct sim_pod *p;
    for (size_t i = 0; (p = kuberay_pod_at(sim_kuberay(b->sim), i)); i++) {
        if (p->head) continue;
        snprintf(line, sizeof line, "kill-worker %s", p->name);
        sim_fixture_say(b, line);
    }
    sim_fixture_say(b, "advance 1");
    wait_for(b, &s, false);
    assert_null(strstr(buf_text(&s.text), "[DONE]"));
    buf_done(&s.text);
}

static void a_whole_answer_and_refusals(void **state)
{
    struct sim_fixture *b = *state;
    cJSON *answer = sim_fixture_ask(b, "POST", CHAT, "application/json", ASKS("false"), 200);
    const cJSON *choice = cJSON_GetArrayItem(json_get(answer, "choices"), 0);
    assert_string_equal(json_str(json_get(choice, "message"), "content"),
                        "Hello! I am a Mistral 7B model on two NeuronCores. What would you like to know?");
    assert_int_equal(json_u64(json_get(answer, "usage"), "completion_tokens").value, 16);
    cJSON_Delete(answer);
    answer = sim_fixture_get(b, SERVE "/v1/models", 200);
    assert_string_equal(json_str(cJSON_GetArrayItem(json_get(answer, "data"), 0), "id"), "mistral-7b");
    cJSON_Delete(answer);
    answer = sim_fixture_ask(b, "POST", CHAT, "application/json",
                             "{\"model\":\"other\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", 404);
    assert_string_equal(json_str(answer, "message"), "The model `other` does not exist.");
    cJSON_Delete(answer);
    cJSON_Delete(sim_fixture_ask(b, "POST", CHAT, "application/json", "{\"model\":", 400));
    cJSON_Delete(sim_fixture_ask(b, "POST", CHAT, "application/json", "{\"model\":\"mistral-7b\"}", 400));
    cJSON_Delete(sim_fixture_get(b, CHAT, 405));
    sim_fixture_say(b, "openai off");
    cJSON_Delete(sim_fixture_get(b, SERVE "/v1/models", 404));
}

/* ---- denials ----------------------------------------------------------------------------------------------------- */

static cJSON *access_review(struct sim_fixture *b, const char *verb, const char *resource)
{
    char body[512];
    snprintf(body, sizeof body,
             "{\"kind\":\"SelfSubjectAccessReview\",\"apiVersion\":\"authorization.k8s.io/v1\",\"spec\":{"
             "\"resourceAttributes\":{\"namespace\":\"mistral\",\"verb\":\"%s\",\"resource\":\"%s\"}}}",
             verb, resource);
    return sim_fixture_ask(b, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "application/json",
                           body, 201);
}

static void what_is_denied_is_refused_as_recorded(void **state)
{
    struct sim_fixture *b = *state;
    cJSON *answer = access_review(b, "delete", "pods");
    assert_int_equal(json_bool(json_get(answer, "status"), "allowed"), TRI_YES);
    cJSON_Delete(answer);
    sim_fixture_say(b, "deny delete pods");
    sim_fixture_say(b, "deny list secrets");
    sim_fixture_say(b, "deny get services/proxy");
    sim_fixture_say(b, "deny patch rayservices");
    answer = access_review(b, "delete", "pods");
    assert_int_equal(json_bool(json_get(answer, "status"), "allowed"), TRI_NO);
    cJSON_Delete(answer);
    answer = access_review(b, "list", "pods");
    assert_int_equal(json_bool(json_get(answer, "status"), "allowed"), TRI_YES);
    cJSON_Delete(answer);
    answer = sim_fixture_ask(b, "DELETE", NAMESPACE "/pods/x", NULL, NULL, 403);
    assert_string_equal(json_str(answer, "message"),
                        "pods \"x\" is forbidden: User \"system:serviceaccount:mistral:viewer\" cannot delete resource "
                        "\"pods\" in API group \"\" in the namespace \"mistral\"");
    cJSON_Delete(answer);
    answer = sim_fixture_get(b, NAMESPACE "/secrets", 403);
    assert_string_equal(json_str(answer, "message"),
                        "secrets is forbidden: User \"system:serviceaccount:mistral:viewer\" cannot list resource "
                        "\"secrets\" in API group \"\" in the namespace \"mistral\"");
    cJSON_Delete(answer);
    answer = sim_fixture_get(b, NAMESPACE "/services/x:dashboard/proxy/", 403);
    assert_string_equal(json_str(answer, "message"),
                        "services \"x:dashboard\" is forbidden: User \"system:serviceaccount:mistral:viewer\" cannot "
                        "get resource \"services/proxy\" in API group \"\" in the namespace \"mistral\"");
    assert_string_equal(json_str(json_get(answer, "details"), "name"), "x:dashboard");
    cJSON_Delete(answer);
    answer = sim_fixture_ask(b, "PATCH", "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral?fieldManager=raydeck",
                             "application/apply-patch+yaml", "{}", 403);
    assert_non_null(strstr(json_str(answer, "message"), "rayservices.ray.io \"mistral\" is forbidden"));
    cJSON_Delete(answer);
    sim_fixture_say(b, "allow");
    cJSON_Delete(sim_fixture_get(b, NAMESPACE "/secrets", 200));
}

/* ---- reset ------------------------------------------------------------------------------------------------------- */

static void a_reset_brings_back_the_start(void **state)
{
    struct sim_fixture *b = *state;
    char before[KUBERAY_NAME], line[128];
    snprintf(before, sizeof before, "%s", kuberay_cluster(sim_kuberay(b->sim)));
    sim_fixture_say(b, "deny list pods");
    snprintf(line, sizeof line, NAMESPACE "/pods/%s?gracePeriodSeconds=0", kuberay_head(sim_kuberay(b->sim))->name);
    cJSON_Delete(sim_fixture_ask(b, "DELETE", line, NULL, NULL, 200));
    cJSON_Delete(
        sim_fixture_ask(b, "DELETE", "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral", NULL, NULL, 200));
    sim_fixture_say(b, "advance 5");
    sim_fixture_say(b, "reset");
    assert_string_not_equal(kuberay_cluster(sim_kuberay(b->sim)), before);
    cJSON *pods = sim_fixture_get(b, NAMESPACE "/pods", 200);
    assert_int_equal(cJSON_GetArraySize(json_get(pods, "items")), 3);
    JSON_EACH (p, json_get(pods, "items")) assert_string_equal(json_str(json_get(p, "status"), "phase"), "Running");
    cJSON_Delete(pods);
    cJSON *service = sim_fixture_get(b, "/apis/ray.io/v1/namespaces/mistral/rayservices/mistral", 200);
    assert_string_equal(json_str(json_get(service, "status"), "serviceStatus"), "Running");
    assert_null(json_str(json_get(service, "metadata"), "deletionTimestamp"));
    cJSON_Delete(service);
    /* Nothing of before goes on. */
    sim_fixture_say(b, "advance 120");
    pods = sim_fixture_get(b, NAMESPACE "/pods", 200);
    assert_int_equal(cJSON_GetArraySize(json_get(pods, "items")), 3);
    cJSON_Delete(pods);
    cJSON *answer = sim_fixture_get(b, SERVE "/infer?sentence=hello", 200);
    cJSON_Delete(answer);
    sim_fixture_say(b, "reset");
    sim_fixture_say(b, "reset");
}

static void a_reset_to_another_start(void **state)
{
    struct sim_fixture *b = *state;
    sim_fixture_say(b, "reset empty");
    cJSON *pods = sim_fixture_get(b, NAMESPACE "/pods", 200);
    assert_int_equal(cJSON_GetArraySize(json_get(pods, "items")), 0);
    cJSON_Delete(pods);
    sim_fixture_say(b, "reset no-ft");
    assert_false(kuberay_ft(sim_kuberay(b->sim)));
    assert_non_null(kuberay_head(sim_kuberay(b->sim)));
    sim_fixture_say(b, "reset running");
    assert_true(kuberay_ft(sim_kuberay(b->sim)));
    sim_fixture_say(b, "reset empty");
    sim_fixture_say(b, "reset"); /* as it was begun */
    assert_non_null(kuberay_head(sim_kuberay(b->sim)));
    char out[SIM_ANSWER_MAX];
    sim_command(b->sim, "reset nowhere", out);
    assert_int_equal(strncmp(out, "error: ", 7), 0);
    assert_non_null(kuberay_head(sim_kuberay(b->sim)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stream_has_the_answer_in_pieces, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_stream_breaks_off_when_its_worker_dies, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_whole_answer_and_refusals, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(what_is_denied_is_refused_as_recorded, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_reset_brings_back_the_start, sim_setup, sim_teardown),
        cmocka_unit_test_setup_teardown(a_reset_to_another_start, sim_setup, sim_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
