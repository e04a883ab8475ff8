/*
 * prompt_router_test.c - which route a prompt takes, and what is spoken at its end: the ingresses of a world, and
 * servers that have models, have none, or do not answer.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_parse.h"
#include "backends/link/clock.h"
#include "backends/serve/serve_request.h"
#include "backends/session/conversation.h"
#include "backends/session/ingress_route.h"
#include "backends/session/prompt_router.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/tiny_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- ingresses -------------------------------------------------------------------------------------------------- */

#define INGRESS(spec, status)                                                                                          \
    "{\"metadata\":{\"uid\":\"u1\",\"namespace\":\"mistral\",\"name\":\"mistral\"},\"spec\":" spec                     \
    ",\"status\":{\"loadBalancer\":" status "}}"
#define REWRITTEN(to, spec, status)                                                                                    \
    "{\"metadata\":{\"uid\":\"u1\",\"namespace\":\"mistral\",\"name\":\"mistral\",\"annotations\":{"                   \
    "\"nginx.ingress.kubernetes.io/rewrite-target\":\"" to "\"}},\"spec\":" spec                                       \
    ",\"status\":{\"loadBalancer\":" status "}}"
#define RULE(host, path, type, service)                                                                                \
    "{\"rules\":[{" host "\"http\":{\"paths\":[{\"path\":\"" path "\",\"pathType\":\"" type                            \
    "\",\"backend\":{\"service\":{\"name\":\"" service "\",\"port\":{\"number\":8000}}}}]}}]}"
#define LB "{\"ingress\":[{\"hostname\":\"k8s-abc.elb.amazonaws.com\"}]}"
#define SVC "mistral-serve-svc"

/* "words base host", or "none". */
static void route_is(const char *json, const char *prefix, const char *want)
{
    struct world *world = world_new();
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "rs");
    struct record *ingress = NULL;
    struct serve_path path = {.words = NULL};
    cJSON *root = NULL;
    struct why why = {0};
    if (json_parse(json, strlen(json), &root, &why)) fail_msg("%s", why.text);
    assert_int_equal(kube_parse_object(TABLE_INGRESS, root, &ingress, &why), ERR_OK);
    struct change *c = change_put("ingresses", WORLD_CONSOLE, ingress);
    world_apply(world, c);
    change_free(c);
    record_set(&r->ns, "mistral");
    record_set(&r->name, "mistral");
    record_set(&r->route_prefix, prefix);
    bool found = ingress_route(world, r, &path);
    char *got = found ? mem_printf("%s %s %s", path.words, path.base, path.host ? path.host : "-") : mem_str("none");
    assert_false(path.proxied);
    assert_string_equal(got, want);
    free(got);
    serve_path_done(&path);
    record_free(&r->record);
    cJSON_Delete(root);
    world_free(world);
}

static void test_ingresses(void **state)
{
    (void)state;
    route_is(INGRESS(RULE("", "/", "Prefix", SVC), LB), "/", "ingress mistral http://k8s-abc.elb.amazonaws.com -");
    route_is(INGRESS(RULE("", "/", "Prefix", SVC), LB), "/llm",
             "ingress mistral http://k8s-abc.elb.amazonaws.com/llm -");
    route_is(INGRESS(RULE("\"host\":\"m.example.org\",", "/", "Prefix", SVC), "{\"ingress\":[{\"ip\":\"10.0.0.9\"}]}"),
             "/", "ingress mistral http://10.0.0.9 m.example.org");
    route_is(INGRESS(RULE("", "/", "Prefix", SVC), "{\"ingress\":[{\"ip\":\"fd00::9\"}]}"), NULL,
             "ingress mistral http://[fd00::9] -");
    /* the ALB's own pattern, and a prefix that holds Serve's */
    route_is(INGRESS(RULE("", "/*", "ImplementationSpecific", SVC), LB), "/",
             "ingress mistral http://k8s-abc.elb.amazonaws.com -");
    route_is(INGRESS(RULE("", "/llm", "Prefix", SVC), LB), "/llm/v2",
             "ingress mistral http://k8s-abc.elb.amazonaws.com/llm/v2 -");
    route_is(INGRESS(RULE("", "/llm", "Prefix", SVC), LB), "/", "none");
    route_is(INGRESS(RULE("", "/llm", "Prefix", SVC), LB), "/llm2", "none");
    /* the blueprint's: nginx takes its prefix away */
    route_is(REWRITTEN("/$1", RULE("", "/serve/(.*)", "ImplementationSpecific", SVC), LB), "/",
             "ingress mistral http://k8s-abc.elb.amazonaws.com/serve -");
    route_is(REWRITTEN("/$2", RULE("", "/serve(/|$)(.*)", "ImplementationSpecific", SVC), LB), "/",
             "ingress mistral http://k8s-abc.elb.amazonaws.com/serve -");
    route_is(REWRITTEN("/$1", RULE("", "/serve", "Prefix", SVC), LB), "/", "none");
    route_is(REWRITTEN("/", RULE("", "/serve", "Prefix", SVC), LB), "/", "none");
    route_is(REWRITTEN("/other", RULE("", "/", "Prefix", SVC), LB), "/", "none");
}

static void test_no_route(void **state)
{
    (void)state;
    route_is(INGRESS(RULE("", "/", "Prefix", SVC), "{}"), "/", "none"); /* no address yet */
    route_is(INGRESS(RULE("", "/", "Prefix", "mistral-head-svc"), LB), "/", "none");
    route_is(INGRESS(RULE("", "/", "Prefix", "mistral"), LB), "/",
             "none"); /* goes through the head, and dies with it */
    route_is(INGRESS(RULE("", "/infer", "Exact", SVC), LB), "/", "none");
    route_is(INGRESS(RULE("", "/[a-z]+/x", "ImplementationSpecific", SVC), LB), "/", "none");
    route_is(INGRESS(RULE("\"host\":\"*.example.org\",", "/", "Prefix", SVC), LB), "/", "none");
    route_is(INGRESS("{}", LB), "/", "none");
    route_is(INGRESS("{\"rules\":[{\"http\":{\"paths\":[{\"backend\":{\"resource\":{}}}]}},7,{\"http\":null}]}", LB),
             "/", "none");
}

static void test_tls(void **state)
{
    (void)state;
    /* the certificate's name is asked for, whatever the load balancer's own is */
    route_is(
        INGRESS(
            "{\"tls\":[{\"hosts\":[\"m.example.org\"]}],\"rules\":[{\"host\":\"m.example.org\",\"http\":{\"paths\":[{"
            "\"path\":\"/\",\"pathType\":\"Prefix\",\"backend\":{\"service\":{\"name\":\"" SVC
            "\",\"port\":{\"name\":\"serve\"}}}}]}}]}",
            LB),
        "/", "ingress mistral https://m.example.org -");
    route_is(INGRESS("{\"tls\":[{}],\"defaultBackend\":{\"service\":{\"name\":\"" SVC
                     "\",\"port\":{\"number\":8000}}}}",
                     LB),
             "/", "ingress mistral https://k8s-abc.elb.amazonaws.com -");
}

/* ---- kinds ------------------------------------------------------------------------------------------------------ */

struct fixture {
    struct loop *loop;
    struct tiny_server *server;
    struct conf conf;
    struct http_client *http;
    struct serve_open serve;
    struct world *world;
    struct sink sink;
    struct prompt_router *router;
    uint64_t prompts;
    unsigned reconciles;
    struct tiny_reply models, other;
    unsigned models_asked, done;
    struct request *last;
    char *keep;
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    struct fixture *s = arg;
    if (strncmp(request, "GET /v1/models ", 15) != 0) return s->other;
    s->models_asked++;
    return s->models;
}

static void on_change(void *owner, struct change *c)
{
    struct fixture *s = owner;
    c->at_ms = loop_now_ms();
    c->wall_ms = loop_wall_ms(s->loop);
    world_apply(s->world, c);
    change_free(c);
}

static void on_reconcile(void *arg, uint64_t after_ms)
{
    struct fixture *s = arg;
    (void)after_ms;
    s->reconciles++;
}

static void router_update(struct fixture *s)
{
    const struct focus focus = focus_of(s->world, NULL, NULL);
    prompt_router_update(s->router, &focus, true);
}

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->world = world_new();
    s->sink = (struct sink){on_change, s};
    s->http = http_client_new(s->loop, &(struct http_client_conf){.proxy = NULL});
    s->serve.http = s->http;
    s->server = tiny_start(s->loop, server_answer, s);
    conf_init(&s->conf);
    s->conf.prompt = mem_str(tiny_url(s->server, ""));
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    prompt_router_free(s->router);
    http_client_free(s->http);
    world_free(s->world);
    if (s->server) tiny_stop(s->server);
    loop_free(s->loop);
    conf_done(&s->conf);
    if (s->last) record_free(&s->last->record);
    free(s->keep);
    free(s);
    return 0;
}

#define UNTIL(s, condition)                                                                                            \
    do {                                                                                                               \
        uint64_t end_ = loop_now_ms() + DEADLINE_MS;                                                                   \
        while (!(condition) && loop_now_ms() < end_) {                                                                 \
            loop_step((s)->loop, 20);                                                                                  \
            router_update(s);                                                                                          \
        }                                                                                                              \
        assert_true(condition);                                                                                        \
    } while (0)

static void on_done(void *arg, const struct request *r)
{
    struct fixture *s = arg;
    s->done++;
    if (s->last) record_free(&s->last->record);
    s->last = record_copy(&r->record);
}

static struct prompt_router *router_new(struct fixture *s, const struct serve_open *serve)
{
    const struct prompt_router_conf conf = {
        .loop = s->loop, .conf = &s->conf, .serve = serve, .world = s->world, .sink = &s->sink, .prompts = &s->prompts};
    return prompt_router_new(&conf, &(struct prompt_router_calls){on_reconcile, s});
}

static void open_router(struct fixture *s)
{
    s->router = router_new(s, &s->serve);
    router_update(s);
}

static void prompt_send(struct fixture *s)
{
    unsigned before = s->done;
    struct why why = {0};
    assert_int_equal(prompt_router_ask(s->router, &(struct prompt){.question = "hello"}, on_done, s, &why), ERR_OK);
    assert_int_equal(s->done, before);
    UNTIL(s, s->done == before + 1);
}

static void use_models(struct fixture *s)
{
    size_t len;
    char *models = fixture_read("tests/fixtures/serve/openai-models.json", &len);
    s->keep = mem_printf("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", len, models);
    s->models = (struct tiny_reply){.bytes = s->keep};
    free(models);
}

#define NOT_FOUND "HTTP/1.1 404 Not Found\r\nContent-Length: 22\r\n\r\n{\"detail\":\"Not Found\"}"
#define INFERRED "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[\"blue.\"]"
#define STREAMED                                                                                                       \
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"red.\"}}]}\n\n"         \
    "data: [DONE]\n\n"

static void test_openai_is_found(void **state)
{
    struct fixture *s = *state;
    const char *model = NULL;
    use_models(s);
    s->other = (struct tiny_reply){.bytes = STREAMED, .hang_up = true};
    open_router(s);
    assert_null(prompt_router_protocol(s->router, NULL));
    prompt_send(s); /* at once: it waits until what is spoken there is known */
    assert_string_equal(s->last->answer, "red.");
    assert_string_equal(s->last->target, "POST /v1/chat/completions");
    assert_string_equal(prompt_router_protocol(s->router, &model), "openai");
    assert_string_equal(model, "mistral-7b");
    assert_null(s->last->head); /* without Kubernetes nothing is known of a head */
    prompt_send(s);
    assert_int_equal(s->models_asked, 1);
    assert_non_null(strstr(tiny_last(s->server), "\"model\":\"mistral-7b\""));
}

static void test_infer_is_found(void **state)
{
    struct fixture *s = *state;
    s->models = (struct tiny_reply){.bytes = NOT_FOUND};
    s->other = (struct tiny_reply){.bytes = INFERRED};
    open_router(s);
    prompt_send(s);
    assert_string_equal(s->last->answer, "blue.");
    assert_string_equal(s->last->target, "GET /infer");
    assert_string_equal(prompt_router_protocol(s->router, NULL), "infer");
    prompt_send(s);
    assert_int_equal(s->models_asked, 1);
}

static void test_kind_is_said(void **state)
{
    struct fixture *s = *state;
    s->models = (struct tiny_reply){.bytes = NOT_FOUND};
    s->other = (struct tiny_reply){.bytes = INFERRED};
    s->conf.prompt_kind = mem_str("infer");
    open_router(s);
    prompt_send(s);
    assert_string_equal(s->last->answer, "blue.");
    assert_int_equal(s->models_asked, 0);
}

static void test_unknown_kind(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    s->conf.prompt_kind = mem_str("telepathy");
    open_router(s);
    assert_int_equal(prompt_router_ask(s->router, &(struct prompt){.question = "hello"}, on_done, s, &why),
                     ERR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "telepathy"));
}

/* One that refuses is said to refuse: nothing else is tried in its place. */
static void test_refused(void **state)
{
    struct fixture *s = *state;
    tiny_stop(s->server);
    s->server = NULL;
    open_router(s);
    prompt_send(s);
    assert_string_equal(s->last->phase, "failed");
    assert_string_equal(s->last->failure, "refused");
    assert_non_null(strstr(s->last->path, "direct 127.0.0.1:"));
}

/* Another application is deployed there: the prompt that fails says so, and the next one is asked as it should be. */
static void test_kind_changes(void **state)
{
    struct fixture *s = *state;
    s->models = (struct tiny_reply){.bytes = NOT_FOUND};
    s->other = (struct tiny_reply){.bytes = INFERRED};
    open_router(s);
    prompt_send(s);
    assert_string_equal(s->last->answer, "blue.");
    use_models(s);
    s->other = (struct tiny_reply){.bytes = NOT_FOUND};
    prompt_send(s);
    assert_string_equal(s->last->failure, "4xx");
    UNTIL(s, text_eq(prompt_router_protocol(s->router, NULL), "openai"));
    s->other = (struct tiny_reply){.bytes = STREAMED, .hang_up = true};
    prompt_send(s);
    assert_string_equal(s->last->answer, "red.");
}

static const struct kube_where *where_nowhere(const struct kube *be)
{
    static const struct kube_where where = {.context = "c"};
    (void)be;
    return &where;
}
static const struct kube_ops fake_kube = {.kind = "fake", .where = where_nowhere};

static void serve_says(struct fixture *s, const char *status)
{
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "rs");
    record_set(&r->ns, "mistral");
    record_set(&r->name, "mistral");
    struct deployment *d = RECORD_APPEND(r, deployments);
    record_set(&d->app, "mistral");
    record_set(&d->app_status, status);
    sink_put(&s->sink, change_put("kube/rayservices", WORLD_KUBE, &r->record));
}

/* While Serve starts, no path is there: that /v1/models is not says nothing yet. */
static void test_404_while_serve_starts(void **state)
{
    struct fixture *s = *state;
    s->models = (struct tiny_reply){.bytes = NOT_FOUND};
    s->other = (struct tiny_reply){.bytes = INFERRED};
    s->serve.kube = (struct kube *)(void *)s;
    s->serve.kube_ops = &fake_kube;
    open_router(s);
    serve_says(s, "DEPLOYING");
    prompt_send(s);
    assert_string_equal(s->last->target, "GET /infer");
    unsigned asked = s->models_asked;
    use_models(s);
    serve_says(s, "RUNNING");
    UNTIL(s, text_eq(prompt_router_protocol(s->router, NULL), "openai"));
    assert_true(s->models_asked > asked);
}

static bool route_is_called(const struct fixture *s, const char *words)
{
    const struct serve_path *route = prompt_router_route(s->router, NULL);
    return route && text_eq(route->words, words);
}

static void ingress_of_another_network(struct fixture *s)
{
    free(s->conf.prompt);
    s->conf.prompt = NULL;
    s->serve.kube = (struct kube *)(void *)s;
    s->serve.kube_ops = &fake_kube;
    open_router(s);
    serve_says(s, "RUNNING");
    struct ingress *in = record_new(TABLE_INGRESS, "in");
    record_set(&in->ns, "mistral");
    record_set(&in->name, "front");
    record_set(&in->address, "127.0.0.2"); /* nobody listens on port 80 there */
    struct route *route = RECORD_APPEND(in, routes);
    record_set(&route->service, SVC);
    record_set(&route->path, "/");
    record_set(&route->path_type, "Prefix");
    sink_put(&s->sink, change_put("ingresses", WORLD_CONSOLE, &in->record));
    router_update(s);
}

/* An ingress that does not answer from here is left out, with a word; one that was asked for by name is not. */
static void test_ingress_of_another_network(void **state)
{
    struct fixture *s = *state;
    ingress_of_another_network(s);
    assert_true(route_is_called(s, "ingress front"));
    UNTIL(s, route_is_called(s, "API server proxy (ingress front: no answer from here)"));
    assert_true(s->reconciles > 0);
    s->conf.prompt = mem_str("ingress");
    router_update(s);
    assert_true(route_is_called(s, "ingress front"));
}

/* It may have been closed for a while: after PROMPT_ROUTER_UNREACHABLE_MS it is tried again. */
static void test_a_closed_ingress_is_tried_again(void **state)
{
    struct fixture *s = *state;
    ingress_of_another_network(s);
    UNTIL(s, route_is_called(s, "API server proxy (ingress front: no answer from here)"));
    clock_advance(loop_clock(s->loop), PROMPT_ROUTER_UNREACHABLE_MS);
    router_update(s);
    assert_true(route_is_called(s, "ingress front"));
}

/* Two RayServices of one world: each has its own route and its own prompts, and the world tells them apart. */
static void test_each_rayservice_has_its_own(void **state)
{
    struct fixture *s = *state;
    const struct serve_open kube = {.http = s->http, .kube = (struct kube *)(void *)s, .kube_ops = &fake_kube};
    s->models = (struct tiny_reply){.bytes = NULL};
    open_router(s);
    free(s->conf.prompt);
    s->conf.prompt = mem_str("proxy");
    serve_says(s, "DEPLOYING");
    struct prompt_router *other = router_new(s, &kube);
    const struct focus focus = focus_of(s->world, "mistral", "mistral");
    prompt_router_update(other, &focus, false);
    assert_string_equal(prompt_router_route(other, NULL)->words, "API server proxy");
    assert_non_null(strstr(prompt_router_route(s->router, NULL)->words, "direct "));
    const struct prompt prompt = {.question = "hello"};
    assert_int_equal(prompt_router_ask(s->router, &prompt, on_done, s, NULL), ERR_OK);
    assert_int_equal(prompt_router_ask(other, &prompt, on_done, s, NULL), ERR_OK);
    assert_int_equal(world_count(s->world, TABLE_REQUEST), 2);
    assert_int_equal(prompt_router_in_flight(s->router), 1);
    assert_int_equal(prompt_router_cancel(other), 1);
    assert_int_equal(s->done, 1);
    assert_int_equal(prompt_router_in_flight(s->router), 1);
    assert_int_equal(prompt_router_ask(other, &prompt, on_done, s, NULL), ERR_OK);
    prompt_router_free(other); /* what waits is told its end */
    assert_int_equal(s->done, 2);
    assert_string_equal(s->last->phase, "cancelled");
}

static void test_no_route_is_an_error(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    free(s->conf.prompt);
    s->conf.prompt = NULL;
    open_router(s);
    assert_null(prompt_router_route(s->router, &why));
    assert_int_equal(why.code, ERR_UNSUPPORTED);
    const struct prompt prompt = {.question = "hello"};
    assert_int_equal(prompt_router_ask(s->router, &prompt, on_done, s, &why), ERR_UNSUPPORTED);
    assert_int_equal(prompt_router_ask(s->router, &(struct prompt){.question = " "}, on_done, s, &why), ERR_USAGE);
    assert_int_equal(s->done, 0);
}

/* ---- conversations ---------------------------------------------------------------------------------------------- */

static void ask_in(struct fixture *s, const char *talk, const char *question)
{
    unsigned before = s->done;
    const struct prompt prompt = {.question = question, .conversation = talk};
    assert_int_equal(prompt_router_ask(s->router, &prompt, on_done, s, NULL), ERR_OK);
    UNTIL(s, s->done == before + 1);
}

static bool last_has(const struct fixture *s, const char *content)
{
    char *piece = mem_printf("\"content\":\"%s\"", content);
    bool has = strstr(tiny_last(s->server), piece) != NULL;
    free(piece);
    return has;
}

/* The turns of a conversation go along on the wire; single prompts, and other conversations, do not. */
static void test_talk(void **state)
{
    struct fixture *s = *state;
    use_models(s);
    s->other = (struct tiny_reply){.bytes = STREAMED, .hang_up = true};
    open_router(s);
    ask_in(s, "chat-0", "first");
    assert_int_equal(s->last->earlier.value, 0);
    prompt_send(s); /* alone */
    assert_false(last_has(s, "first"));
    ask_in(s, "chat-0", "second");
    assert_true(last_has(s, "first") && last_has(s, "red.") && last_has(s, "second"));
    assert_false(last_has(s, "hello"));
    assert_int_equal(s->last->earlier.value, 1);
    s->other = (struct tiny_reply){.bytes = NOT_FOUND};
    ask_in(s, "chat-0", "refused");
    s->other = (struct tiny_reply){.bytes = STREAMED, .hang_up = true};
    ask_in(s, "chat-0", "third");
    assert_true(last_has(s, "first") && last_has(s, "second"));
    assert_false(last_has(s, "refused")); /* it was not answered */
    ask_in(s, "chat-1", "anew");
    assert_false(last_has(s, "first"));
    assert_int_equal(s->last->earlier.value, 0);
}

/* Beyond so many bytes the oldest turns are left out, and that is told. */
static void test_talk_is_bounded(void **state)
{
    struct fixture *s = *state;
    use_models(s);
    s->other = (struct tiny_reply){.bytes = STREAMED, .hang_up = true};
    open_router(s);
    char *question = mem_alloc(CONVERSATION_BYTES_MAX / 2);
    memset(question, 'q', CONVERSATION_BYTES_MAX / 2);
    question[CONVERSATION_BYTES_MAX / 2 - 6] = '\0';
    question[0] = 'a';
    ask_in(s, "chat-0", question);
    question[0] = 'b';
    ask_in(s, "chat-0", question);
    ask_in(s, "chat-0", "short");
    assert_int_equal(s->last->earlier.value, 2);
    assert_int_equal(s->last->dropped.value, 0);
    ask_in(s, "chat-0", "last");
    assert_int_equal(s->last->earlier.value, 2);
    assert_int_equal(s->last->dropped.value, 1);
    assert_null(strstr(tiny_last(s->server), "\"aqqq"));
    assert_non_null(strstr(tiny_last(s->server), "\"bqqq"));
    free(question);
}

/* What is not sent yet can be stopped, and what was waiting ends with the router. */
static void test_stopped_while_looking(void **state)
{
    struct fixture *s = *state;
    struct why why = {0};
    s->models = (struct tiny_reply){.bytes = NULL};
    open_router(s);
    for (int i = 0; i < 3; i++)
        assert_int_equal(prompt_router_ask(s->router, &(struct prompt){.question = "hello"}, on_done, s, &why), ERR_OK);
    UNTIL(s, s->models_asked == 1);
    WORLD_EACH (row, s->world, TABLE_REQUEST) assert_string_equal(ROW(row, request)->phase, "waiting");
    assert_int_equal(prompt_router_cancel(s->router), 3);
    assert_int_equal(prompt_router_cancel(s->router), 0);
    assert_int_equal(s->done, 3);
    assert_string_equal(s->last->phase, "cancelled");
    assert_false(s->last->sent.known);
    for (int i = 0; i < PROMPT_ROUTER_IN_FLIGHT; i++)
        assert_int_equal(prompt_router_ask(s->router, &(struct prompt){.question = "hello"}, NULL, NULL, &why), ERR_OK);
    assert_int_equal(prompt_router_ask(s->router, &(struct prompt){.question = "hello"}, NULL, NULL, &why), ERR_LIMIT);
}

int main(void)
{
#define IN_FIXTURE(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ingresses),
        cmocka_unit_test(test_no_route),
        cmocka_unit_test(test_tls),
        IN_FIXTURE(test_openai_is_found),
        IN_FIXTURE(test_infer_is_found),
        IN_FIXTURE(test_kind_is_said),
        IN_FIXTURE(test_unknown_kind),
        IN_FIXTURE(test_refused),
        IN_FIXTURE(test_stopped_while_looking),
        IN_FIXTURE(test_kind_changes),
        IN_FIXTURE(test_404_while_serve_starts),
        IN_FIXTURE(test_ingress_of_another_network),
        IN_FIXTURE(test_a_closed_ingress_is_tried_again),
        IN_FIXTURE(test_each_rayservice_has_its_own),
        IN_FIXTURE(test_no_route_is_an_error),
        IN_FIXTURE(test_talk),
        IN_FIXTURE(test_talk_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
