/* kube_parse_test.c - Kubernetes objects into records, on recorded bytes. */
#include "backends/base/mem.h"
#include "backends/kube/ft_wiring.h"
#include "backends/kube/kinds_parse.h"
#include "backends/kube/kube_parse.h"
#include "backends/kube/serve_config_parse.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIX "tests/fixtures/kube/"
#define RECORDED "tests/fixtures/recordings/ray-mistral/"

static struct kube_page page_of(enum table table, const char *path)
{
    size_t len;
    struct kube_page page = {0};
    struct why why = {0};
    char *bytes = fixture_read(path, &len);
    if (kube_parse_page(table, bytes, len, &page, &why) != ERR_OK) fail_msg("%s: %s", path, why.text);
    free(bytes);
    return page;
}

static void *parse_text(enum table table, const char *json)
{
    cJSON *obj = NULL;
    struct record *r = NULL;
    struct why why = {0};
    assert_int_equal(json_parse(json, strlen(json), &obj, &why), ERR_OK);
    if (kube_parse_object(table, obj, &r, &why) != ERR_OK) fail_msg("%s", why.text);
    cJSON_Delete(obj);
    return r;
}

static void rayservice_with_options(void **state)
{
    (void)state;
    struct kube_page p = page_of(TABLE_RAYSERVICE, RECORDED "rayservices.list.json");
    assert_int_equal(p.count, 1);
    assert_int_equal(p.skipped, 0);
    assert_string_equal(p.version, "688");
    assert_null(p.next);
    const struct rayservice *r = (const void *)p.items[0];
    assert_string_equal(r->record.key, "aaed7ca7-fc0f-4e48-8d42-3e977c26d3d6");
    assert_string_equal(r->ns, "mistral");
    assert_string_equal(r->name, "mistral");
    assert_string_equal(r->resource_version, "603");
    assert_int_equal(r->created.value, 1795440158000);
    assert_false(r->deleted.known);
    assert_string_equal(r->service_status, "Running");
    assert_int_equal(r->ready, TRI_YES);
    assert_string_equal(r->ready_reason, "NonZeroServeEndpoints");
    assert_string_equal(r->ready_message, "Number of serve endpoints is greater than 0");
    assert_int_equal(r->upgrading, TRI_NO);
    assert_string_equal(r->active_cluster, "mistral-ghdk5");
    assert_null(r->pending_cluster);
    assert_int_equal(r->serve_endpoints.value, 2);
    assert_string_equal(r->ray_version, "2.60.0");
    assert_int_equal(r->ft, TRI_YES);
    assert_string_equal(r->ft_style, "options");
    assert_string_equal(r->redis_address, "redis.mistral.svc.cluster.local:6379");
    assert_null(r->redis_user);
    assert_string_equal(r->redis_secret_name, "redis-auth");
    assert_string_equal(r->redis_secret_key, "password");
    assert_int_equal(r->redis_password_inline, TRI_NO);
    assert_null(r->storage_ns);
    assert_int_equal(r->worker_reconnect_s.value, 600);
    assert_int_equal(r->grpc_keepalive, TRI_YES);
    assert_string_equal(r->route_prefix, "/");
    assert_int_equal(r->workers_wanted.value, 2);
    assert_int_equal(r->head_serves, TRI_NO);
    assert_int_equal(r->deployments_count, 2);
    assert_string_equal(r->deployments[0].app, "mistral-deployment");
    assert_string_equal(r->deployments[0].app_status, "RUNNING");
    assert_string_equal(r->deployments[0].name, "mistral-7b");
    assert_string_equal(r->deployments[0].status, "HEALTHY");
    assert_string_equal(r->deployments[1].name, "mistral-deployment");
    kube_page_done(&p);
}

static void rayservice_by_annotation(void **state)
{
    (void)state;
    size_t len = 0;
    cJSON *obj = fixture_json(FIX "manifests/by-annotation.json");
    struct record *rec = NULL;
    assert_int_equal(kube_parse_object(TABLE_RAYSERVICE, obj, &rec, NULL), ERR_OK);
    const struct rayservice *r = (const void *)rec;
    assert_int_equal(r->ft, TRI_YES);
    assert_string_equal(r->ft_style, "annotation");
    assert_string_equal(r->redis_address, "redis.example:6379");
    assert_string_equal(r->redis_secret_name, "redis-secret");
    assert_string_equal(r->redis_secret_key, "pw");
    /* "$REDIS_PASSWORD" is a reference */
    assert_int_equal(r->redis_password_inline, TRI_NO);
    assert_null(ft_inline_password(obj, &len));
    assert_string_equal(r->storage_ns, "my-ns");
    assert_int_equal(r->worker_reconnect_s.value, 120); /* the shorter of 120 and KubeRay's 600 */
    assert_int_equal(r->grpc_keepalive, TRI_NO);
    assert_string_equal(r->route_prefix, "/chat");
    assert_int_equal(r->workers_wanted.value, 5); /* 2 x 2 hosts, and 1 */
    assert_int_equal(r->head_serves, TRI_YES);
    /* no status yet: the deployment is known by name alone, and nothing is claimed of it */
    assert_int_equal(r->deployments_count, 1);
    assert_string_equal(r->deployments[0].name, "mistral-7b");
    assert_null(r->deployments[0].status);
    assert_int_equal(r->ready, TRI_UNKNOWN);
    assert_false(r->serve_endpoints.known);
    record_free(rec);
    cJSON_Delete(obj);
}

#define RS(spec) "{\"metadata\":{\"uid\":\"u\",\"name\":\"x\"},\"spec\":{\"rayClusterConfig\":{" spec "}}}"

static bool record_holds(const struct record *r, const char *secret)
{
    cJSON *json = record_to_json(r, RECORD_LEAVE_OUT);
    char *text = cJSON_PrintUnformatted(json);
    bool found = strstr(text, secret) != NULL;
    cJSON_free(text);
    cJSON_Delete(json);
    return found;
}

static void check_inline(const char *json, const char *address, const char *user)
{
    size_t len = 0;
    cJSON *obj = NULL;
    struct record *rec = NULL;
    assert_int_equal(json_parse(json, strlen(json), &obj, NULL), ERR_OK);
    assert_int_equal(kube_parse_object(TABLE_RAYSERVICE, obj, &rec, NULL), ERR_OK);
    const struct rayservice *r = (const void *)rec;
    assert_int_equal(r->redis_password_inline, TRI_YES);
    assert_string_equal(r->redis_address, address);
    if (user)
        assert_string_equal(r->redis_user, user);
    else
        assert_null(r->redis_user);
    assert_false(record_holds(rec, "s3cr3t"));
    const char *password = ft_inline_password(obj, &len);
    assert_int_equal(len, 6);
    assert_memory_equal(password, "s3cr3t", 6);
    record_free(rec);
    cJSON_Delete(obj);
}

static void a_user_kept_in_a_secret_is_a_reference(void **state)
{
    (void)state;
    const char json[] = RS("\"gcsFaultToleranceOptions\":{\"redisAddress\":\"r:6379\",\"redisUsername\":{\"valueFrom\":"
                           "{\"secretKeyRef\":{\"name\":\"redis-auth\",\"key\":\"username\"}}}}");
    cJSON *obj = NULL;
    struct record *rec = NULL;
    assert_int_equal(json_parse(json, strlen(json), &obj, NULL), ERR_OK);
    assert_int_equal(kube_parse_object(TABLE_RAYSERVICE, obj, &rec, NULL), ERR_OK);
    const struct rayservice *r = (const void *)rec;
    assert_null(r->redis_user);
    assert_string_equal(r->redis_user_secret_name, "redis-auth");
    assert_string_equal(r->redis_user_secret_key, "username");
    assert_null(r->redis_secret_name);
    record_free(rec);
    cJSON_Delete(obj);
}

static void password_in_clear_is_flagged_and_kept_out(void **state)
{
    (void)state;
    check_inline(RS("\"gcsFaultToleranceOptions\":{\"redisAddress\":\"r:6379\",\"redisUsername\":{\"value\":\"ray\"},"
                    "\"redisPassword\":{\"value\":\"s3cr3t\"}}"),
                 "r:6379", "ray");
    check_inline(RS("\"gcsFaultToleranceOptions\":{\"redisAddress\":\"rediss://ray:s3cr3t@r.example:6380/0\"}"),
                 "rediss://r.example:6380/0", "ray");
    check_inline(RS("\"gcsFaultToleranceOptions\":{\"redisAddress\":\"redis://:s3cr3t@r:6379\"}"), "redis://r:6379",
                 NULL);
    check_inline("{\"metadata\":{\"uid\":\"u\",\"annotations\":{\"ray.io/ft-enabled\":\"true\"}},\"spec\":{"
                 "\"rayClusterConfig\":{\"headGroupSpec\":{\"rayStartParams\":{\"redis-password\":\"s3cr3t\"},"
                 "\"template\":{\"spec\":{\"containers\":[{\"env\":[{\"name\":\"RAY_REDIS_ADDRESS\",\"value\":"
                 "\"r:6379\"},{\"name\":\"REDIS_USERNAME\",\"value\":\"ray\"}]}]}}}}}}",
                 "r:6379", "ray");
}

static void rayservice_without_ft(void **state)
{
    (void)state;
    struct rayservice *r = parse_text(TABLE_RAYSERVICE, RS("\"headGroupSpec\":{}"));
    assert_int_equal(r->ft, TRI_NO);
    assert_null(r->ft_style);
    assert_null(r->redis_address);
    assert_int_equal(r->redis_password_inline, TRI_UNKNOWN);
    assert_false(r->worker_reconnect_s.known);
    record_free(&r->record);
    r = parse_text(TABLE_RAYSERVICE, "{\"metadata\":{\"uid\":\"u\"}}");
    assert_int_equal(r->ft, TRI_UNKNOWN);
    assert_int_equal(r->head_serves, TRI_UNKNOWN);
    assert_false(r->workers_wanted.known);
    record_free(&r->record);
}

static void serve_config(void **state)
{
    (void)state;
    struct why why = {0};
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "k");
    const char *bad = "applications:\n\t- name: x\n", *good = "applications: [{deployments: [{name: d}, 7, {x: y}]}]";
    assert_int_equal(serve_config_parse(bad, strlen(bad), r, &why), ERR_PARSE);
    assert_int_equal(strncmp(why.text, "serveConfigV2:2:", 16), 0);
    assert_null(r->route_prefix);
    assert_int_equal(serve_config_parse(good, strlen(good), r, &why), ERR_OK);
    assert_string_equal(r->route_prefix, "/");
    assert_int_equal(r->deployments_count, 1);
    assert_string_equal(r->deployments[0].app, "default");
    assert_int_equal(serve_config_parse(good, strlen(good), r, &why), ERR_OK);
    assert_int_equal(r->deployments_count, 1);
    record_free(&r->record);
}

/* Names that are kept as other text than they are, escaped or cut, are known again. */
static void a_strange_deployment_is_added_once(void **state)
{
    (void)state;
    char text[1000], longest[400];
    struct rayservice *r = record_new(TABLE_RAYSERVICE, "u");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    snprintf(text, sizeof text,
             "applications: [{name: a, deployments: [{name: \"\\ufeffb\\e\"}, {name: %s}, {name: c}]}]", longest);
    for (int i = 0; i < 3; i++) assert_int_equal(serve_config_parse(text, strlen(text), r, NULL), ERR_OK);
    assert_int_equal(r->deployments_count, 3);
    record_free(&r->record);
}

static void pods_of_mistral(void **state)
{
    (void)state;
    struct kube_page p = page_of(TABLE_POD, RECORDED "pods.list.json");
    assert_int_equal(p.count, 4);
    const struct pod *head = (const void *)p.items[0], *worker = (const void *)p.items[1],
                     *redis = (const void *)p.items[3];
    assert_string_equal(head->record.key, "3b87863e-cd71-492d-ba09-42d9d0658d0c");
    assert_string_equal(head->name, "mistral-ghdk5-head-snqps");
    assert_string_equal(head->cluster, "mistral-ghdk5");
    assert_string_equal(head->role, "head");
    assert_string_equal(head->group, "headgroup");
    assert_string_equal(head->phase, "Running");
    assert_string_equal(head->status, "Running");
    assert_null(head->reason);
    assert_int_equal(head->containers.value, 1);
    assert_int_equal(head->ready.value, 1);
    assert_int_equal(head->is_ready, TRI_YES);
    assert_int_equal(head->restarts.value, 0);
    assert_string_equal(head->node, "realnode");
    assert_string_equal(head->ip, "10.245.0.7");
    assert_int_equal(head->serve, TRI_NO);
    assert_string_equal(head->storage_ns, "29708251-8738-4230-9aee-0dc7ec94f91b");
    assert_int_equal(head->ft, TRI_YES);
    assert_int_equal(head->keepalive, TRI_YES);
    assert_int_equal(head->token_auth, TRI_NO);
    assert_string_equal(head->kuberay, "v1.7.0");
    assert_null(worker->kuberay);
    assert_true(head->started.known);
    assert_int_equal(head->own_grace.value, 30);
    assert_false(head->grace.known);
    assert_string_equal(worker->role, "worker");
    assert_int_equal(worker->serve, TRI_YES);
    assert_int_equal(worker->reconnect_s.value, 600);
    assert_int_equal(worker->started.value, 1795440175000);
    assert_int_equal(worker->ft, TRI_UNKNOWN);
    assert_int_equal(worker->list_count, 2);
    assert_int_equal(worker->list[0].init, TRI_YES);
    assert_string_equal(worker->list[0].name, "wait-gcs-ready");
    assert_string_equal(worker->list[0].state, "Completed");
    assert_int_equal(worker->list[0].exit_code.value, 0);
    assert_string_equal(worker->list[1].state, "Running");
    assert_string_equal(worker->list[1].image, "docker.io/lab/ray:1");
    assert_false(worker->list[1].exit_code.known);
    assert_null(redis->role);
    assert_null(redis->cluster);
    kube_page_done(&p);
}

static void pods_that_do_not_run(void **state)
{
    (void)state;
    struct kube_page p = page_of(TABLE_POD, FIX "words/kubelet.pods.json");
    const struct pod *crash = (const void *)p.items[0], *nopull = (const void *)p.items[1],
                     *oom = (const void *)p.items[2];
    assert_string_equal(crash->reason, "CrashLoopBackOff");
    assert_int_equal(strncmp(crash->message, "back-off 2m40s restarting failed container=crash", 48), 0);
    assert_int_equal(crash->list[0].exit_code.value, 3); /* of the run before */
    assert_int_equal(crash->list[0].restarts.value, 5);
    assert_string_equal(nopull->reason, "ErrImageNeverPull");
    assert_int_equal(oom->list[0].exit_code.value, 137);
    /* Of the Ray container, which is the first: how its last run ended. */
    assert_string_equal(oom->ended_reason, "OOMKilled");
    assert_int_equal(oom->ended_code.value, 137);
    assert_true(oom->ended.known && crash->ended.known);
    assert_string_equal(crash->ended_reason, "Error");
    kube_page_done(&p);
    p = page_of(TABLE_POD, FIX "words/at-pending.pods.json");
    const struct pod *pending = (const void *)p.items[1];
    assert_string_equal(pending->reason, "Unschedulable");
    assert_non_null(strstr(pending->message, "Insufficient aws.amazon.com/neuron"));
    assert_int_equal(pending->neuron_devices.value, 6);
    assert_null(pending->node);
    kube_page_done(&p);
    p = page_of(TABLE_POD, FIX "words/at-head-terminating.pods.json");
    const struct pod *head = (const void *)p.items[0];
    assert_string_equal(head->status, "Terminating");
    assert_true(head->deleted.known);
    assert_true(head->grace.known);
    kube_page_done(&p);
}

static void the_other_kinds(void **state)
{
    (void)state;
    struct kube_page p = page_of(TABLE_RAYCLUSTER, RECORDED "rayclusters.list.json");
    const struct raycluster *c = (const void *)p.items[0];
    assert_string_equal(c->name, "mistral-ghdk5");
    assert_string_equal(c->service, "mistral");
    assert_string_equal(c->state, "ready");
    assert_int_equal(c->head_ready, TRI_YES);
    assert_string_equal(c->head_ready_reason, "HeadPodRunningAndReady");
    assert_int_equal(c->provisioned, TRI_YES);
    assert_string_equal(c->head_pod, "mistral-ghdk5-head-snqps");
    assert_string_equal(c->head_ip, "10.245.0.7");
    assert_int_equal(c->workers_wanted.value, 2);
    assert_int_equal(c->workers_ready.value, 2);
    assert_string_equal(c->finalizers, "ray.io/gcs-ft-redis-cleanup-finalizer");
    kube_page_done(&p);

    p = page_of(TABLE_KNODE, RECORDED "nodes.list.json");
    const struct knode *n = (const void *)p.items[0], *m5 = (const void *)p.items[1];
    assert_string_equal(n->name, "ip-100-64-31-7.us-west-2.compute.internal");
    assert_string_equal(n->provider_id, "aws:///us-west-2b/i-0f00000000000inf2");
    assert_string_equal(n->instance_type, "inf2.24xlarge");
    assert_string_equal(n->zone, "us-west-2b");
    assert_int_equal(n->ready, TRI_YES);
    assert_int_equal(n->unschedulable, TRI_NO);
    assert_int_equal(n->neuron_devices.value, 6);
    assert_int_equal(n->neuron_cores.value, 12);
    assert_string_equal(n->kubelet_version, "v1.34.4-eks-lab");
    assert_false(m5->neuron_cores.known);
    assert_int_equal(n->ready_since.value, 1795440132000);
    assert_string_equal(n->ready_reason, "KubeletReady");
    assert_null(n->pressure); /* kwok reports Ready alone: nothing is known of the others */
    kube_page_done(&p);

    p = page_of(TABLE_SLICE, RECORDED "endpointslices.list.json");
    bool seen = false;
    for (size_t i = 0; i < p.count; i++) {
        const struct slice *s = (const void *)p.items[i];
        if (!s->service || strcmp(s->service, "mistral-serve-svc") != 0) continue;
        seen = true;
        assert_int_equal(s->endpoints_count, 2);
        assert_int_equal(s->endpoints[0].ready, TRI_YES);
        assert_int_equal(s->endpoints[0].terminating, TRI_NO);
        assert_int_equal(strncmp(s->endpoints[0].pod, "mistral-ghdk5-inf2-worker-", 26), 0);
        assert_int_equal(strncmp(s->endpoints[0].address, "10.245.0.", 9), 0);
    }
    assert_true(seen);
    kube_page_done(&p);
}

static const struct event *event_with(const struct kube_page *p, const char *reason)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(((const struct event *)(const void *)p->items[i])->reason, reason) == 0)
            return (const void *)p->items[i];
    fail_msg("no event %s", reason);
    return NULL;
}

static void events_in_both_ways_of_writing(void **state)
{
    (void)state;
    struct kube_page p = page_of(TABLE_EVENT, RECORDED "events.list.json");
    const struct event *e = event_with(&p, "CreatedHeadPod"); /* eventTime and reportingComponent; source is {} */
    assert_string_equal(e->about_kind, "RayCluster");
    assert_string_equal(e->about, "mistral-ghdk5");
    assert_string_equal(e->component, "raycluster-controller");
    assert_string_equal(e->type, "Normal");
    assert_int_equal(e->count.value, 1);
    assert_true(e->first.known && e->last.known);
    e = event_with(&p, "Started");
    assert_string_equal(e->component, "kubelet");
    assert_string_equal(e->about_kind, "Pod");
    kube_page_done(&p);
    p = page_of(TABLE_EVENT, FIX "kubelet/events.json");
    uint64_t most = 0;
    for (size_t i = 0; i < p.count; i++) {
        e = (const void *)p.items[i];
        if (e->count.value > most) most = e->count.value;
        assert_true(e->last.value >= e->first.value);
    }
    assert_true(most > 1);
    kube_page_done(&p);
}

struct tally {
    enum table table;
    size_t put, gone, bookmarks, errors;
    char version[KUBE_VERSION_MAX];
};

static void count_line(void *arg, const char *text, size_t len)
{
    struct tally *t = arg;
    struct kube_event ev;
    struct why why = {0};
    if (kube_parse_line(t->table, text, len, &ev, &why) != ERR_OK) fail_msg("%s", why.text);
    t->put += ev.type == KUBE_PUT;
    t->gone += ev.type == KUBE_GONE;
    t->bookmarks += ev.type == KUBE_BOOKMARK;
    t->errors += ev.type == KUBE_ERROR;
    if (ev.type == KUBE_ERROR) {
        assert_int_equal(ev.error.code, ERR_GONE);
        assert_string_equal(ev.error.text, "too old resource version: 1 (309)");
    } else {
        memcpy(t->version, ev.version, sizeof t->version);
    }
    kube_event_done(&ev);
}

static void recorded_watches(void **state)
{
    (void)state;
    struct tally t = {.table = TABLE_POD};
    assert_int_equal(fixture_lines(RECORDED "pods.watch.ndjson", count_line, &t), 20);
    assert_int_equal(t.put, 15);
    assert_int_equal(t.gone, 2);
    assert_int_equal(t.bookmarks, 3);
    assert_true(strtoul(t.version, NULL, 10) > 688);
    t = (struct tally){.table = TABLE_RAYCLUSTER};
    fixture_lines(FIX "errors/410-crd-watch-old-rv.ndjson", count_line, &t);
    assert_int_equal(t.errors, 1);
    t = (struct tally){.table = TABLE_POD};
    fixture_lines(FIX "errors/watch-sendinitialevents.ndjson", count_line, &t);
    assert_true(t.bookmarks >= 2 && t.put >= 2);
}

static enum err line_err(const char *line, struct why *why)
{
    struct kube_event ev;
    enum err e = kube_parse_line(TABLE_POD, line, strlen(line), &ev, why);
    if (e == ERR_OK) kube_event_done(&ev);
    return e;
}

static void lines_that_are_none(void **state)
{
    (void)state;
    struct why why = {0};
    assert_int_equal(line_err("{\"type\":\"ADDED\",\"obj", &why), ERR_PARSE);
    assert_non_null(strstr(why.text, "byte"));
    assert_int_equal(line_err("[]", &why), ERR_PARSE);
    assert_int_equal(line_err("{\"type\":\"ADDED\",\"object\":7}", &why), ERR_PARSE);
    assert_int_equal(line_err("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"n\"}}}", &why), ERR_PROTOCOL);
    assert_string_equal(why.text, "a pod without metadata.uid (name n)");
    assert_int_equal(line_err("{\"type\":\"DELETED\",\"object\":{}}", &why), ERR_PROTOCOL);
    assert_int_equal(line_err("{\"type\":\"MOVED\",\"object\":{\"metadata\":{\"uid\":\"u\"}}}", &why), ERR_PROTOCOL);
    /* a version that would break the URL it goes back into is none */
    struct kube_event ev;
    const char *odd = "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"1&x=y\"}}}";
    assert_int_equal(kube_parse_line(TABLE_POD, odd, strlen(odd), &ev, NULL), ERR_OK);
    assert_string_equal(ev.version, "");
    kube_event_done(&ev);
}

static void pages_that_are_none(void **state)
{
    (void)state;
    struct why why = {0};
    struct kube_page p;
    const char *no_list = "{\"kind\":\"Status\",\"metadata\":{}}", *no_version = "{\"metadata\":{},\"items\":[]}",
               *some =
                   "{\"metadata\":{\"resourceVersion\":\"5\",\"continue\":\"abc\",\"remainingItemCount\":41},"
                   "\"items\":[{\"metadata\":{\"uid\":\"a\"}},{\"metadata\":{}},null,{\"metadata\":{\"uid\":\"b\"}}]}",
               *null_items = "{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":null}";
    assert_int_equal(kube_parse_page(TABLE_POD, no_list, strlen(no_list), &p, &why), ERR_PROTOCOL);
    assert_int_equal(kube_parse_page(TABLE_POD, no_version, strlen(no_version), &p, &why), ERR_PROTOCOL);
    assert_int_equal(kube_parse_page(TABLE_POD, "", 0, &p, &why), ERR_PARSE);
    assert_int_equal(kube_parse_page(TABLE_POD, some, strlen(some), &p, &why), ERR_OK);
    assert_int_equal(p.count, 2);
    assert_int_equal(p.skipped, 2);
    assert_string_equal(p.skipped_why.text, "a pod without metadata.uid (name missing)");
    assert_string_equal(p.next, "abc");
    assert_int_equal(p.remaining.value, 41);
    kube_page_done(&p);
    assert_int_equal(kube_parse_page(TABLE_POD, null_items, strlen(null_items), &p, &why), ERR_OK);
    assert_int_equal(p.count, 0);
    kube_page_done(&p);
}

static void hostile_text_is_made_safe(void **state)
{
    (void)state;
    struct pod *p = parse_text(TABLE_POD, "{\"metadata\":{\"uid\":\"u\\u001b[2J\",\"name\":\"a\\u202eb\"}}");
    assert_string_equal(p->record.key, "u\\x1b[2J");
    assert_null(strstr(p->name, "\xe2\x80\xae"));
    record_free(&p->record);
    struct record *r = NULL;
    struct why why = {0};
    cJSON *obj = cJSON_Parse("{\"metadata\":{\"uid\":\"u\"}}");
    assert_int_equal(kube_parse_object(TABLE_CORE, obj, &r, &why), ERR_UNSUPPORTED);
    assert_null(r);
    cJSON_Delete(obj);
}

static void take_change(void *owner, struct change *c)
{
    size_t *counts = owner;
    if (c->type == CHANGE_PUT)
        counts[0]++;
    else if (c->type == CHANGE_GONE)
        counts[1]++;
    else if (c->type == CHANGE_ALIVE)
        counts[2]++;
    assert_string_equal(c->source, "kube/pods");
    change_free(c);
}

static void change_line(void *arg, const char *text, size_t len)
{
    struct sink sink = {take_change, arg};
    assert_int_equal(kube_line_changes("kube/pods", TABLE_POD, text, len, &sink, NULL), ERR_OK);
}

static void lines_become_changes(void **state)
{
    (void)state;
    size_t counts[3] = {0};
    fixture_lines(RECORDED "pods.watch.ndjson", change_line, counts);
    assert_int_equal(counts[0], 15);
    assert_int_equal(counts[1], 2);
    assert_int_equal(counts[2], 3);
}

/* What a kubelet under pressure reports; and a node that stopped reporting, of which nothing is known any more. */
static void a_node_says_what_presses_it(void **state)
{
    (void)state;
    static const struct {
        const char *conditions, *expected; /* NULL: not known */
        enum tri ready;
    } cases[] = {
        {"{'type':'Ready','status':'True'},{'type':'MemoryPressure','status':'False'},{'type':'DiskPressure','status':"
         "'False'},{'type':'PIDPressure','status':'False'}",
         "", TRI_YES},
        {"{'type':'Ready','status':'True'},{'type':'MemoryPressure','status':'True'},{'type':'DiskPressure','status':"
         "'True'},{'type':'PIDPressure','status':'False'}",
         "MemoryPressure, DiskPressure", TRI_YES},
        {"{'type':'Ready','status':'Unknown'},{'type':'MemoryPressure','status':'Unknown'},{'type':'DiskPressure',"
         "'status':'Unknown'},{'type':'PIDPressure','status':'Unknown'}",
         NULL, TRI_NO},
        {"{'type':'NetworkUnavailable','status':'True'}", "NetworkUnavailable", TRI_UNKNOWN},
        {"", NULL, TRI_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, "{\"status\":{\"conditions\":[%s]}}", cases[i].conditions);
        for (char *c = text; *c; c++)
            if (*c == '\'') *c = '"';
        cJSON *json = cJSON_Parse(text);
        struct knode *n = record_new(TABLE_KNODE, "uid");
        assert_non_null(json);
        knode_parse(json, n);
        if (cases[i].expected)
            assert_string_equal(n->pressure, cases[i].expected);
        else
            assert_null(n->pressure);
        assert_int_equal(n->ready, cases[i].ready);
        cJSON_Delete(json);
        record_free(&n->record);
    }
}

/* Ray 2.52's token: told by the container's environment, where that is all here. */
static void test_token_auth(void **state)
{
    (void)state;
    static const struct {
        const char *container;
        enum tri expected;
    } cases[] = {
        {"{\"env\":[{\"name\":\"RAY_AUTH_MODE\",\"value\":\"token\"}]}", TRI_YES},
        {"{\"env\":[{\"name\":\"RAY_AUTH_MODE\",\"value\":\"disabled\"}],\"envFrom\":[{}]}", TRI_NO},
        {"{\"env\":[{\"name\":\"RAY_AUTH_MODE\",\"valueFrom\":{}}]}", TRI_UNKNOWN},
        {"{\"envFrom\":[{\"configMapRef\":{\"name\":\"ray\"}}]}", TRI_UNKNOWN},
        {"{\"env\":[]}", TRI_NO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"spec\":{\"containers\":[%s]}}", cases[i].container);
        cJSON *json = cJSON_Parse(text);
        struct pod *p = record_new(TABLE_POD, "uid");
        assert_non_null(json);
        pod_parse(json, p);
        assert_int_equal(p->token_auth, cases[i].expected);
        record_free(&p->record);
        cJSON_Delete(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_says_what_presses_it),
        cmocka_unit_test(test_token_auth),
        cmocka_unit_test(rayservice_with_options),
        cmocka_unit_test(rayservice_by_annotation),
        cmocka_unit_test(a_user_kept_in_a_secret_is_a_reference),
        cmocka_unit_test(password_in_clear_is_flagged_and_kept_out),
        cmocka_unit_test(rayservice_without_ft),
        cmocka_unit_test(serve_config),
        cmocka_unit_test(a_strange_deployment_is_added_once),
        cmocka_unit_test(pods_of_mistral),
        cmocka_unit_test(pods_that_do_not_run),
        cmocka_unit_test(the_other_kinds),
        cmocka_unit_test(events_in_both_ways_of_writing),
        cmocka_unit_test(recorded_watches),
        cmocka_unit_test(lines_that_are_none),
        cmocka_unit_test(pages_that_are_none),
        cmocka_unit_test(hostile_text_is_made_safe),
        cmocka_unit_test(lines_become_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
