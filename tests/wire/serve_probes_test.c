/* serve_probes_test.c - what is probed of a RayService, and that two of one world have probes of their own. */
#include "backends/session/serve_probes.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/prober.h"
#include "backends/serve/serve_status.h"
#include "backends/world/answers.h"
#include "backends/world/request_kind.h"
#include "tests/support/deadline.h"
#include "tests/support/tiny_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SERVICES = 2 };

#define OK(length, body) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n\r\n" body
#define HEALTHY OK("7", "success")
#define PAGE OK("6", "<html>")
#define PAGE_FAILS "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
#define STATUS OK("19", "{\"applications\":{}}")

/* A world, a server, and an API server's proxy that sends to it what it is given. */
struct fixture {
    struct loop *loop;
    struct world *world;
    struct sink sink;
    struct conf conf;
    struct tiny_server *server;
    struct http_client *http;
    struct serve_open serve;
    struct serve_probes *service[SERVICES];
    uint64_t probes;
    struct prober_share share;
    bool silent; /* the workers and the dashboard do not answer */
    unsigned statuses, pages;
    bool page_fails;
    char last_status[256];
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    struct fixture *x = arg;
    const bool status = strstr(request, ":dashboard/proxy/api/serve/applications/ ") != NULL;
    if (status) {
        x->statuses++;
        snprintf(x->last_status, sizeof x->last_status, "%.*s", (int)strcspn(request, "\r"), request);
    }
    if (strstr(request, "/namespaces/ml/services/a-chat:7860/proxy/ ")) {
        x->pages++;
        return (struct tiny_reply){.bytes = x->page_fails ? PAGE_FAILS : PAGE};
    }
    if (x->silent) return (struct tiny_reply){.bytes = NULL};
    return (struct tiny_reply){.bytes = status ? STATUS : HEALTHY};
}

static const struct kube_where *where_here(const struct kube *be)
{
    static const struct kube_where here = {.context = "c"};
    (void)be;
    return &here;
}

static struct http_request *kube_proxied(struct kube *be, const char *path, const struct http_ask *ask,
                                         const struct http_calls *calls)
{
    struct fixture *x = (struct fixture *)(void *)be;
    struct http_ask sent = *ask;
    sent.url = tiny_url(x->server, path);
    return http_send(x->http, &sent, calls);
}
static const struct kube_ops fake_kube = {.kind = "fake", .where = where_here, .proxy = kube_proxied};

static void on_change(void *owner, struct change *c)
{
    struct fixture *x = owner;
    c->at_ms = loop_now_ms();
    c->wall_ms = loop_wall_ms(x->loop);
    world_apply(x->world, c);
    change_free(c);
}

static int fixture_open(void **state)
{
    struct fixture *x = mem_zero(1, sizeof *x);
    x->loop = loop_new();
    x->world = world_new();
    x->sink = (struct sink){on_change, x};
    x->http = http_client_new(x->loop, &(struct http_client_conf){.proxy = NULL});
    x->server = tiny_start(x->loop, server_answer, x);
    x->serve = (struct serve_open){x->http, &fake_kube, (struct kube *)(void *)x};
    conf_init(&x->conf);
    *state = x;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *x = *state;
    for (int i = 0; i < SERVICES; i++) serve_probes_free(x->service[i]);
    http_client_free(x->http);
    tiny_stop(x->server);
    world_free(x->world);
    loop_free(x->loop);
    conf_done(&x->conf);
    free(x);
    return 0;
}

#define UNTIL(x, condition) ASSERT_UNTIL((x)->loop, condition)

static void put_worker(struct fixture *x, const char *cluster, const char *name)
{
    struct pod *p = record_new(TABLE_POD, name);
    record_set(&p->ns, "ml");
    record_set(&p->name, name);
    record_set(&p->role, "worker");
    record_set(&p->cluster, cluster);
    record_set(&p->phase, "Running");
    sink_put(&x->sink, change_put("kube/pods", WORLD_KUBE, &p->record));
}

/* A RayService with one worker, named NAME and NAME-w. */
static void put_service(struct fixture *x, const char *name)
{
    char *uid = mem_printf("uid-%s", name), *cluster = mem_printf("%s-c", name), *worker = mem_printf("%s-w", name);
    struct rayservice *r = record_new(TABLE_RAYSERVICE, uid);
    record_set(&r->ns, "ml");
    record_set(&r->name, name);
    record_set(&r->active_cluster, cluster);
    sink_put(&x->sink, change_put("kube/rayservices", WORLD_KUBE, &r->record));
    struct raycluster *c = record_new(TABLE_RAYCLUSTER, cluster);
    record_set(&c->ns, "ml");
    record_set(&c->name, cluster);
    record_set(&c->service, name);
    sink_put(&x->sink, change_put("kube/rayclusters", WORLD_KUBE, &c->record));
    put_worker(x, cluster, worker);
    free(uid);
    free(cluster);
    free(worker);
}

static struct serve_probes *probes_open(struct fixture *x, int i)
{
    const struct serve_probes_conf conf = {.loop = x->loop,
                                           .conf = &x->conf,
                                           .serve = &x->serve,
                                           .sink = &x->sink,
                                           .probes = &x->probes,
                                           .share = &x->share};
    x->service[i] = serve_probes_new(&conf);
    return x->service[i];
}

static void probes_close(struct fixture *x, int i)
{
    serve_probes_free(x->service[i]);
    x->service[i] = NULL;
}

static void probes_update(struct fixture *x, int i, const char *name)
{
    const struct focus f = focus_of(x->world, "ml", name);
    serve_probes_update(x->service[i], x->world, &f);
}

/* Requests of that kind in that phase; pod NULL: any. */
static size_t requests_count(const struct fixture *x, const char *kind, const char *pod, const char *phase)
{
    size_t n = 0;
    WORLD_EACH (row, x->world, TABLE_REQUEST) {
        const struct request *r = ROW(row, request);
        n += text_eq(r->kind, kind) && (!pod || text_eq(r->pod, pod)) && text_eq(r->phase, phase);
    }
    return n;
}

static enum source_state state_of(const struct fixture *x, const char *source)
{
    const struct source *s = world_source_named(x->world, source);
    assert_non_null(s);
    return s->state;
}

/* As recorded of KubeRay 1.7: until a service is active there is its cluster's head service alone. */
static void the_dashboard_is_the_clusters(void **state)
{
    struct fixture *x = *state;
    put_service(x, "a");
    (void)probes_open(x, 0);
    probes_update(x, 0, "a");
    UNTIL(x, x->statuses == 1);
    assert_non_null(strstr(x->last_status, "/namespaces/ml/services/a-c-head-svc:dashboard/proxy/"));
    struct raycluster *c = record_new(TABLE_RAYCLUSTER, "a-c");
    record_set(&c->ns, "ml");
    record_set(&c->name, "a-c");
    record_set(&c->service, "a");
    record_set(&c->head_service, "of-the-status-head-svc");
    sink_put(&x->sink, change_put("kube/rayclusters", WORLD_KUBE, &c->record));
    probes_update(x, 0, "a");
    UNTIL(x, x->statuses == 2);
    assert_non_null(strstr(x->last_status, "/services/of-the-status-head-svc:dashboard/"));

    struct rayservice *r = record_new(TABLE_RAYSERVICE, "uid-a"); /* a first deployment, whose cluster is not read */
    record_set(&r->ns, "ml");
    record_set(&r->name, "a");
    record_set(&r->pending_cluster, "a-new");
    sink_put(&x->sink, change_put("kube/rayservices", WORLD_KUBE, &r->record));
    sink_put(&x->sink, change_gone("kube/rayclusters", WORLD_KUBE, TABLE_RAYCLUSTER, "a-c"));
    probes_update(x, 0, "a");
    UNTIL(x, x->statuses == 3);
    assert_non_null(strstr(x->last_status, "/services/a-new-head-svc:dashboard/"));
}

static void workers_route_and_dashboard_are_probed(void **state)
{
    struct fixture *x = *state;
    const struct serve_path route = {.words = (char *)(uintptr_t) "API server proxy",
                                     .base =
                                         (char *)(uintptr_t) "/api/v1/namespaces/ml/services/a-serve-svc:serve/proxy",
                                     .proxied = true};
    put_service(x, "a");
    struct serve_probes *p = probes_open(x, 0);
    assert_true(serve_probes_are_settled(p)); /* nothing is known that could be probed */
    probes_update(x, 0, "a");
    serve_probes_set_route(p, &route);
    assert_false(serve_probes_are_settled(p));
    UNTIL(x, serve_probes_are_settled(p));
    assert_true(requests_count(x, "probe", "a-w", "ok") >= 1);
    assert_true(requests_count(x, "way", NULL, "ok") >= 1);
    assert_string_equal(
        x->last_status,
        "GET /api/v1/namespaces/ml/services/a-c-head-svc:dashboard/proxy/api/serve/applications/ HTTP/1.1");
    assert_non_null(world_find(x->world, TABLE_SERVEAPP, "uid-a"));
    serve_probes_set_route(p, NULL);
    assert_int_equal(state_of(x, PROBER_ROUTE_SOURCE), SOURCE_OFF);
    assert_int_equal(state_of(x, PROBER_SOURCE), SOURCE_LIVE);
}

static void page_put(struct fixture *x, bool there)
{
    struct slice *s = record_new(TABLE_SLICE, "a-chat-slice");
    record_set(&s->ns, "ml");
    record_set(&s->service, "a-chat");
    for (int i = 0; there && i < 2; i++) RECORD_APPEND(s, endpoints)->ready = tri_of(i == 0);
    sink_put(&x->sink, change_put("kube/endpointslices", WORLD_KUBE, &s->record));
}

static void a_chat_page_is_probed_where_there_is_one(void **state)
{
    struct fixture *x = *state;
    put_service(x, "a");
    struct serve_probes *p = probes_open(x, 0);
    probes_update(x, 0, "a");
    UNTIL(x, serve_probes_are_settled(p));
    assert_int_equal(x->pages, 0);
    assert_null(world_source_named(x->world, PROBER_PAGE_SOURCE));
    page_put(x, true);
    probes_update(x, 0, "a");
    UNTIL(x, state_of(x, PROBER_PAGE_SOURCE) == SOURCE_LIVE);
    x->page_fails = true;
    page_put(x, false);
    probes_update(x, 0, "a");
    assert_int_equal(state_of(x, PROBER_PAGE_SOURCE), SOURCE_OFF);
    page_put(x, true);
    probes_update(x, 0, "a");
    UNTIL(x, state_of(x, PROBER_PAGE_SOURCE) == SOURCE_DOWN);
    WORLD_EACH (row, x->world, TABLE_REQUEST) assert_string_not_equal(row->source, PROBER_PAGE_SOURCE);
    assert_true(x->pages >= 2);
}

/* Silence is not an answer: what one-shot commands wait for is the first round's end. */
static void silence_is_not_settled(void **state)
{
    struct fixture *x = *state;
    put_service(x, "a");
    struct serve_probes *p = probes_open(x, 0);
    x->silent = true;
    probes_update(x, 0, "a");
    UNTIL(x, x->statuses == 1 && requests_count(x, "probe", "a-w", "waiting") == 1);
    assert_false(serve_probes_are_settled(p));
}

/* The probes of one service say nothing of another: they go with it, and the other's begin anew. */
static void services_of_one_world_are_told_apart(void **state)
{
    struct fixture *x = *state;
    put_service(x, "a");
    put_service(x, "b");
    (void)probes_open(x, 0);
    probes_update(x, 0, "a");
    UNTIL(x, serve_probes_are_settled(x->service[0]));
    x->silent = true;
    UNTIL(x, requests_count(x, "probe", "a-w", "waiting") > 0);
    assert_int_equal(requests_count(x, "probe", "b-w", "ok"), 0);
    probes_close(x, 0);
    assert_int_equal(requests_count(x, "probe", "a-w", "waiting"), 0);
    assert_int_equal(state_of(x, PROBER_SOURCE), SOURCE_OFF);
    assert_int_equal(state_of(x, SERVE_SOURCE), SOURCE_OFF);
    assert_int_equal(probe_sum_of(x->world, "probe", 0).ok, 0);
    assert_true(world_find(x->world, TABLE_SERVEAPP, "uid-a")->gone_ms > 0);

    struct serve_probes *b = probes_open(x, 1);
    probes_update(x, 1, "b");
    assert_false(serve_probes_are_settled(b)); /* the other's answers are not its own */
    x->silent = false;
    UNTIL(x, requests_count(x, "probe", "b-w", "ok") > 0);
    UNTIL(x, serve_probes_are_settled(b) || x->statuses > 9);
    assert_non_null(strstr(x->last_status, "/b-c-head-svc:"));
}

/* It may be deleted while its dashboard still answers: that is polled no more, and says nothing of what is shown. */
static void the_dashboard_goes_with_its_rayservice(void **state)
{
    struct fixture *x = *state;
    put_service(x, "a");
    struct serve_probes *p = probes_open(x, 0);
    probes_update(x, 0, "a");
    UNTIL(x, serve_probes_are_settled(p));
    sink_put(&x->sink, change_gone("kube/rayservices", WORLD_KUBE, TABLE_RAYSERVICE, "uid-a"));
    probes_update(x, 0, NULL);
    assert_int_equal(state_of(x, SERVE_SOURCE), SOURCE_OFF);
    assert_true(world_find(x->world, TABLE_SERVEAPP, "uid-a")->gone_ms > 0);
    const unsigned polled = x->statuses;
    serve_probes_refresh(p);
    serve_probes_set_fast_poll(p, true);
    UNTIL(x, serve_probes_are_settled(p));
    assert_int_equal(x->statuses, polled);
    put_service(x, "a");
    probes_update(x, 0, "a");
    UNTIL(x, x->statuses > polled);
}

/* Two at once in one world never write into each other's records. */
static void keys_are_shared(void **state)
{
    struct fixture *x = *state;
    put_service(x, "a");
    put_service(x, "b");
    x->silent = true;
    (void)probes_open(x, 0);
    (void)probes_open(x, 1);
    probes_update(x, 0, "a");
    probes_update(x, 1, "b");
    UNTIL(x, requests_count(x, "probe", "a-w", "waiting") == 2 && requests_count(x, "probe", "b-w", "waiting") == 2);
    assert_int_equal(x->probes, 4);
    assert_int_equal(world_count(x->world, TABLE_REQUEST), 4);
}

/* The detail is of one source id, that of the prober which has published last: each is asked for its own. */
static void on_detail(void *owner, struct change *c)
{
    char *detail = owner;
    if (c->type == CHANGE_SOURCE && text_eq(c->source, PROBER_SOURCE)) snprintf(detail, 64, "%s", c->detail);
    change_free(c);
}

/* Ten a second through the API server, however many RayServices there are. */
static void the_limits_are_split(void **state)
{
    struct fixture *x = *state;
    char detail[SERVICES][64] = {"", ""};
    const struct sink sinks[SERVICES] = {{on_detail, detail[0]}, {on_detail, detail[1]}};
    put_service(x, "a");
    put_service(x, "b");
    for (int i = 1; i < 8; i++) {
        char name[16];
        snprintf(name, sizeof name, "a-w%d", i);
        put_worker(x, "a-c", name);
    }
    for (int i = 0; i < SERVICES; i++) {
        const struct serve_probes_conf conf = {.loop = x->loop,
                                               .conf = &x->conf,
                                               .serve = &x->serve,
                                               .sink = &sinks[i],
                                               .probes = &x->probes,
                                               .share = &x->share};
        x->service[i] = serve_probes_new(&conf);
    }
    probes_update(x, 0, "a");
    assert_string_equal(detail[0], "8 proxies");
    probes_update(x, 1, "b");
    assert_string_equal(detail[1], "1 proxy"); /* its part of the limits is enough */
    UNTIL(x, strcmp(detail[0], "8 proxies, each every 1.6 s") == 0);
    probes_close(x, 1);
    UNTIL(x, strcmp(detail[0], "8 proxies") == 0);
    assert_int_equal(x->share.probers, 1);
    probes_close(x, 0);
    assert_int_equal(x->share.probers, 0);
}

static void a_named_address_is_probed_without_kubernetes(void **state)
{
    struct fixture *x = *state;
    x->serve.kube = NULL;
    x->conf.prompt = mem_str(tiny_url(x->server, ""));
    struct serve_probes *p = probes_open(x, 0);
    probes_update(x, 0, NULL);
    UNTIL(x, requests_count(x, "probe", NULL, "ok") > 0);
    assert_true(serve_probes_are_settled(p));
    free(x->conf.prompt);
    x->conf.prompt = mem_str("proxy"); /* no address: there is nothing to probe */
    probes_update(x, 0, NULL);
    assert_int_equal(state_of(x, PROBER_SOURCE), SOURCE_OFF);
    assert_int_equal(x->statuses, 0);
}

static void no_probe_leaves_the_status(void **state)
{
    struct fixture *x = *state;
    x->conf.no_probe = true;
    put_service(x, "a");
    struct serve_probes *p = probes_open(x, 0);
    probes_update(x, 0, "a");
    serve_probes_set_route(p, NULL);
    assert_int_equal(state_of(x, PROBER_SOURCE), SOURCE_OFF);
    assert_string_equal(world_source_named(x->world, PROBER_SOURCE)->why, "--no-probe");
    UNTIL(x, serve_probes_are_settled(p));
    assert_int_equal(x->statuses, 1);
    serve_probes_refresh(p);
    UNTIL(x, x->statuses == 2);
    assert_int_equal(x->probes, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        T(the_dashboard_is_the_clusters),
        T(workers_route_and_dashboard_are_probed),
        T(a_chat_page_is_probed_where_there_is_one),
        T(silence_is_not_settled),
        T(services_of_one_world_are_told_apart),
        T(keys_are_shared),
        T(a_named_address_is_probed_without_kubernetes),
        T(no_probe_leaves_the_status),
        T(the_dashboard_goes_with_its_rayservice),
        T(the_limits_are_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
