/* panes_test.c - what the panes make of the world, in words: kept and lost fields, decoded tables, states that must
 * stand out. */
#include "tests/support/fake_console.h"
#include "tui/draw/table_layout.h"
#include "tui/panes/cores.h"
#include "tui/panes/findings_view.h"
#include "tui/panes/gcs.h"
#include "tui/panes/pods.h"
#include "tui/panes/recovery_pane.h"
#include "tui/panes/requests.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct table_row *row_of(const struct fake_console *d, enum layout_pane pane, const char *key)
{
    const struct table_row *row = fake_console_row(d, pane, key);
    if (!row) fail_msg("no row %s", key);
    return row;
}

static void check_cell(const struct fake_console *d, enum layout_pane pane, const char *key, int column, enum role role,
                       const char *text)
{
    const struct table_cell *cell = &row_of(d, pane, key)->cell[column];
    assert_string_equal(cell->text, text);
    assert_int_equal(cell->role, role);
}

static void check_brief(const struct fake_console *d, enum layout_pane pane, const char *expected)
{
    char text[1024] = "";
    d->s->panes[pane]->ops->brief(d->s->panes[pane], &d->v, text, sizeof text);
    assert_string_equal(text, expected);
}

static void check_status(const struct fake_console *d, enum layout_pane pane, const char *expected)
{
    char text[256] = "";
    d->s->panes[pane]->ops->status(d->s->panes[pane], &d->v, text, sizeof text);
    assert_string_equal(text, expected);
}

static void select_in(struct fake_console *d, char letter, const char *key)
{
    assert_true(screen_focus(d->s, letter));
    assert_true(table_select(screen_pane(d->s)->table, key));
    fake_console_update(d);
}

static void check_detail(struct fake_console *d, char letter, const char *key, const char *expected)
{
    select_in(d, letter, key);
    const char *text = buf_text(&d->s->detail.text);
    if (!strstr(text, expected)) fail_msg("\"%s\" is not in:\n%s", expected, text);
}

#define GCS_KEY(table) "3f0c91aa5d2b4e0791/" table

/* ---- pods ---------------------------------------------------------------------------------------------------- */

static void put_status(struct fake_console *d, const char *status, const char *reason)
{
    struct pod *p = record_copy(world_find(d->f.world, TABLE_POD, "11aa-worker")->record);
    record_set(&p->status, status);
    record_set(&p->reason, reason);
    p->is_ready = TRI_NO;
    p->ready = known_u64(0);
    p->restarts = known_u64(7);
    fixture_put(&d->f, "kube/pods", WORLD_KUBE, p);
    fake_console_update(d);
}

/* Red is for what a person must do something about. */
static void test_pod_states(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_STATUS, ROLE_TEXT, "Running");
    put_status(&d, "CrashLoopBackOff", NULL);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_STATUS, ROLE_BAD, "CrashLoopBackOff");
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_RESTARTS, ROLE_TEXT, "7");
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_READY, ROLE_TEXT, "0/1");
    put_status(&d, "Init:ImagePullBackOff", NULL);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_STATUS, ROLE_BAD, "Init:ImagePullBackOff");
    put_status(&d, "ContainerCreating", NULL);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_STATUS, ROLE_WARN, "ContainerCreating");
    put_status(&d, "Pending", "Unschedulable");
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_STATUS, ROLE_WARN, "Pending: Unschedulable");
    put_status(&d, NULL, NULL);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_STATUS, ROLE_WARN, "–");
    fake_console_close(&d);
}

/* However many there are of both: each pod has its Ray node beside it. */
static void test_thousands_of_pods_have_their_ray_nodes(void **state)
{
    enum { COUNT = 2000 };
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 200);
    fixture_many_pods(&d.f, COUNT);
    for (int i = 0; i < COUNT; i++) {
        char key[64], uid[32];
        snprintf(uid, sizeof uid, "many-%d", i);
        snprintf(key, sizeof key, GCS_KEY("%08d"), i);
        const struct pod *p = ROW(world_find(d.f.world, TABLE_POD, uid), pod);
        struct raynode *n = record_new(TABLE_RAYNODE, key);
        record_set(&n->ns, "3f0c91aa5d2b4e0791");
        record_set(&n->id, strchr(key, '/') + 1);
        record_set(&n->state, "ALIVE");
        record_set(&n->pod, p->name);
        fixture_put(&d.f, "redis", WORLD_REDIS, n);
    }
    fake_console_update(&d);
    check_cell(&d, LAYOUT_PODS, "many-0", PODS_RAY, ROLE_TEXT, "00000000");
    check_cell(&d, LAYOUT_PODS, "many-1999", PODS_RAY, ROLE_TEXT, "00001999");
    fake_console_close(&d);
}

static void test_pods_in_words(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    check_brief(&d, LAYOUT_PODS, "  Pods    3 of 3 ready");
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_NAME, ROLE_TEXT, "inf2-worker-q5rdw");
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_NODE, ROLE_TEXT, "ip-100-64-31-7");
    check_status(&d, LAYOUT_PODS, "mistral-44qn2 · Ray 2.60.0");
    struct pod *head = record_copy(world_find(d.f.world, TABLE_POD, "9c1e7a40-head")->record);
    record_set(&head->kuberay, "v1.7.0");
    fixture_put(&d.f, "kube/pods", WORLD_KUBE, head);
    fake_console_update(&d);
    check_status(&d, LAYOUT_PODS, "mistral-44qn2 · Ray 2.60.0 · KubeRay 1.7.0");
    fixture_pod_pending(&d.f);
    fake_console_update(&d);
    check_brief(&d, LAYOUT_PODS, "  Pods    3 of 4 ready");
    check_detail(&d, '1', "33cc-worker", "last warning  FailedScheduling: 0/3 nodes are available");
    check_detail(&d, '1', "33cc-worker", "No Serve replica is known to run in it.");
    screen_size(d.s, 40, 120);
    fake_console_update(&d);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_NAME, ROLE_TEXT, "mistral-44qn2-inf2-worker-q5rdw");
    fake_console_close(&d);
}

/* Pods that are not read any more, of a service that is not there, or in another namespace, are not called gone. */
static void test_pods_of_others_are_not_gone(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    fixture_apply(&d.f, change_gone("kube/pods", WORLD_KUBE, TABLE_POD, "11aa-worker"));
    fake_console_update(&d);
    check_brief(&d, LAYOUT_PODS, "  Pods    2 of 2 ready · some gone");
    fixture_apply(&d.f,
                  change_gone("kube/rayservices", WORLD_KUBE, TABLE_RAYSERVICE, d.f.focus.rayservice->record.key));
    d.f.focus.service = "typo";
    struct view v = fixture_view(&d.f);
    struct focus f = *v.focus;
    f.service = "typo";
    f.rayservice = NULL;
    v.focus = &f;
    v.now_ms += 5000;
    char text[1024] = "";
    struct pane *pods = d.s->panes[LAYOUT_PODS];
    pods->ops->update(pods, &v);
    pods->ops->brief(pods, &v, text, sizeof text);
    assert_null(strstr(text, "gone"));
    fake_console_close(&d);
}

static void put_slice(struct fake_console *d, enum tri ready, enum tri terminating)
{
    const char *key = NULL;
    WORLD_EACH (row, d->f.world, TABLE_SLICE) key = row->record->key;
    struct slice *sl = record_copy(world_find(d->f.world, TABLE_SLICE, key)->record);
    for (size_t i = 0; i < sl->endpoints_count; i++) {
        sl->endpoints[i].ready = ready;
        sl->endpoints[i].terminating = terminating;
    }
    fixture_put(&d->f, "kube/endpointslices", WORLD_KUBE, sl);
    fake_console_update(d);
}

/* SERVE is what the Serve service's EndpointSlice says of the pod: a label says yes for one in Init, too. */
static void test_serve_is_the_endpoints_readiness(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_SERVE, ROLE_TEXT, "yes");
    check_cell(&d, LAYOUT_PODS, "9c1e7a40-head", PODS_SERVE, ROLE_TEXT, "no");
    put_slice(&d, TRI_NO, TRI_NO);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_SERVE, ROLE_TEXT, "no");
    put_slice(&d, TRI_YES, TRI_YES);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_SERVE, ROLE_TEXT, "no");
    put_slice(&d, TRI_YES, TRI_NO);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_SERVE, ROLE_TEXT, "yes");
    fixture_pod_pending(&d.f); /* labelled, and no endpoint */
    struct pod *p = record_copy(world_find(d.f.world, TABLE_POD, "33cc-worker")->record);
    p->serve = TRI_YES;
    fixture_put(&d.f, "kube/pods", WORLD_KUBE, p);
    fake_console_update(&d);
    check_cell(&d, LAYOUT_PODS, "33cc-worker", PODS_SERVE, ROLE_TEXT, "no");
    const char *key = NULL; /* nobody tells of endpoints: a label alone proves nothing */
    WORLD_EACH (row, d.f.world, TABLE_SLICE) key = row->record->key;
    fixture_apply(&d.f, change_gone("kube/endpointslices", WORLD_KUBE, TABLE_SLICE, key));
    fixture_apply(&d.f, change_source("kube/endpointslices", WORLD_KUBE, SOURCE_DENIED, ERR_FORBIDDEN, NULL, NULL));
    fake_console_update(&d);
    check_cell(&d, LAYOUT_PODS, "11aa-worker", PODS_SERVE, ROLE_TEXT, "–");
    check_cell(&d, LAYOUT_PODS, "9c1e7a40-head", PODS_SERVE, ROLE_TEXT, "no");
    fake_console_close(&d);
}

static void test_an_unknown_grace_has_no_unit(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    struct pod *p = record_copy(world_find(d.f.world, TABLE_POD, "11aa-worker")->record);
    p->grace = UNKNOWN_U64;
    fixture_put(&d.f, "kube/pods", WORLD_KUBE, p);
    check_detail(&d, '1', "11aa-worker", "grace         –\n");
    p = record_copy(world_find(d.f.world, TABLE_POD, "11aa-worker")->record);
    p->grace = known_u64(30);
    fixture_put(&d.f, "kube/pods", WORLD_KUBE, p);
    check_detail(&d, '1', "11aa-worker", "grace         30 s\n");
    fake_console_close(&d);
}

static void test_pods_being_listed(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    struct change *c = change_new(CHANGE_PROGRESS, "kube/pods", WORLD_KUBE);
    c->table = TABLE_POD;
    c->number = 2500;
    c->total = 9800;
    fixture_apply(&d.f, c);
    fake_console_update(&d);
    check_status(&d, LAYOUT_PODS, "mistral-44qn2 · Ray 2.60.0 · 2500 of ~9800");
    fake_console_close(&d);
}

/* ---- the GCS ------------------------------------------------------------------------------------------------- */

static void lose_field(struct fake_console *d, const char *key)
{
    struct gcstable *t = record_copy(world_find(d->f.world, TABLE_GCSTABLE, key)->record);
    struct field *last = &t->list[--t->list_count];
    record_set(&last->name, NULL);
    t->fields = known_u64(t->list_count);
    fixture_put(&d->f, "redis", WORLD_REDIS, t);
    fake_console_update(d);
}

static void test_a_lost_field_is_red(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    check_cell(&d, LAYOUT_GCS, GCS_KEY("ACTOR"), GCS_CHANGED, ROLE_TEXT, "4d2h");
    check_cell(&d, LAYOUT_GCS, GCS_KEY("KV"), GCS_CHANGED, ROLE_TEXT, "now   heartbeat");
    check_brief(&d, LAYOUT_GCS, "  GCS     88 fields · heartbeat ok · 5/5 Serve checkpoints");
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    check_cell(&d, LAYOUT_GCS, GCS_KEY("ACTOR"), GCS_CHANGED, ROLE_TEXT, "kept 9/9");
    check_brief(&d, LAYOUT_GCS, "  GCS     fields kept 88/88 · NODE says old head ALIVE: stale");
    lose_field(&d, GCS_KEY("ACTOR"));
    check_cell(&d, LAYOUT_GCS, GCS_KEY("ACTOR"), GCS_CHANGED, ROLE_BAD, "kept 8/9 LOST 1");
    check_brief(&d, LAYOUT_GCS, "  GCS     fields kept 87/88 LOST 1 · NODE says old head ALIVE: stale");
    fake_console_close(&d);
}

static void test_gcs_tables_are_decoded(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    check_detail(&d, '3', GCS_KEY("NODE"), "5cab…77");
    check_detail(&d, '3', GCS_KEY("NODE"), "DEAD    head");
    check_detail(&d, '3', GCS_KEY("ACTOR"), "mistral-7b#0s09vcjz");
    check_detail(&d, '3', GCS_KEY("ACTOR"), "NeuronCores 0,1");
    check_detail(&d, '3', GCS_KEY("ACTOR_TASK_SPEC"), "Not decoded; its fields:");
    check_detail(&d, '3', GCS_CHECKPOINTS, "deployment-state     present");
    check_detail(&d, '3', GCS_KEY("JOB"), "If Redis is lost: OK\n  refusing    the head exits after about 4 s");
    fake_console_close(&d);
}

static void put_ray_node(struct fake_console *d, const char *id, const char *state, const char *pod, const char *ip)
{
    char key[64];
    snprintf(key, sizeof key, GCS_KEY("%s"), id);
    struct raynode *n = record_new(TABLE_RAYNODE, key);
    record_set(&n->ns, "3f0c91aa5d2b4e0791");
    record_set(&n->id, id);
    record_set(&n->state, state);
    record_set(&n->pod, pod);
    record_set(&n->address, ip);
    fixture_put(&d->f, "redis", WORLD_REDIS, n);
}

static void put_job_and_worker(struct fake_console *d, const char *node, const char *ip)
{
    struct job *j = record_new(TABLE_JOB, GCS_KEY("0f000000"));
    record_set(&j->ns, "3f0c91aa5d2b4e0791");
    record_set(&j->id, "0f000000");
    record_set(&j->driver_ip, ip);
    j->dead = TRI_NO;
    fixture_put(&d->f, "redis", WORLD_REDIS, j);
    struct rayworker *k = record_new(TABLE_RAYWORKER, GCS_KEY("f00dw"));
    record_set(&k->ns, "3f0c91aa5d2b4e0791");
    record_set(&k->id, "f00dw");
    record_set(&k->ray_node, node);
    record_set(&k->ip, ip);
    record_set(&k->type, "DRIVER");
    k->alive = TRI_YES;
    fixture_put(&d->f, "redis", WORLD_REDIS, k);
    fake_console_update(d);
}

/* Nobody writes a driver's end when its Ray node is lost: the record says what was. */
static void test_nothing_runs_on_a_lost_node(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    put_ray_node(&d, "f00d", "ALIVE", NULL, "100.64.9.9");
    put_job_and_worker(&d, "f00d", "100.64.9.9");
    check_detail(&d, '3', GCS_KEY("JOB"), "0f000000   running");
    check_detail(&d, '3', GCS_KEY("WORKERS"), "alive     DRIVER");
    put_ray_node(&d, "f00d", "DEAD", NULL, "100.64.9.9");
    check_detail(&d, '3', GCS_KEY("JOB"), "0f000000   node lost");
    check_detail(&d, '3', GCS_KEY("WORKERS"), "node lost DRIVER");
    put_ray_node(&d, "beef", "ALIVE", NULL, "100.64.9.9"); /* the address is another's now: whose is not known */
    check_detail(&d, '3', GCS_KEY("JOB"), "0f000000   –");
    put_ray_node(&d, "beef", "DEAD", NULL, "100.64.9.9");
    check_detail(&d, '3', GCS_KEY("JOB"), "0f000000   node lost");
    /* NODE still calls the node of a deleted pod ALIVE. */
    put_ray_node(&d, "f00d", "ALIVE", "mistral-44qn2-inf2-worker-q5rdw", "100.64.9.9");
    check_detail(&d, '3', GCS_KEY("WORKERS"), "alive     DRIVER");
    fixture_apply(&d.f, change_gone("kube/pods", WORLD_KUBE, TABLE_POD, "11aa-worker"));
    fake_console_update(&d);
    check_detail(&d, '3', GCS_KEY("JOB"), "0f000000   node lost");
    check_detail(&d, '3', GCS_KEY("WORKERS"), "node lost DRIVER");
    fake_console_close(&d);
}

/* Where its column is too narrow for it, the selected finding stands whole below the table. */
static void test_a_finding_is_read_whole_at_80_columns(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    assert_true(screen_focus(d.s, '6'));
    fake_console_update(&d);
    struct canvas cv;
    canvas_init(&cv, 24, 80);
    screen_draw(d.s, &d.v, &cv);
    char *text = canvas_dump(&cv, false);
    if (!strstr(text, "2 of 2 worker pods have no gRPC keepalive")) fail_msg("%s", text);
    free(text);
    canvas_done(&cv);
    fake_console_close(&d);
}

/* Of one width, whatever stands in them: nothing moves between two frames. */
static void test_prompt_columns_stay_where_they_are(void **state)
{
    static const char *const phases[] = {"waiting", "ok", "failed", "streaming"};
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    struct table_layout first, at;
    for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
        struct request *r = record_new(TABLE_REQUEST, "prompt-w");
        record_set(&r->kind, "prompt");
        record_set(&r->phase, phases[i]);
        record_set(&r->failure, i == 2 ? "connection refused by the server" : NULL);
        r->due = r->sent = known_u64(d.f.wall_ms);
        if (i) r->done = known_u64(d.f.wall_ms);
        r->latency_us = i ? known_u64(i == 1 ? 900 : 123456789) : UNKNOWN_U64;
        fixture_put(&d.f, "prompt", WORLD_SERVE, r);
        fake_console_update(&d);
        const struct requests *s = (const struct requests *)d.s->panes[LAYOUT_REQUESTS];
        assert_true(s->table.count > 0);
        table_layout(&s->table, 80, &at);
        if (i) assert_memory_equal(first.at, at.at, REQUESTS_COLUMNS * sizeof *at.at);
        first = at;
    }
    fake_console_close(&d);
}

/* Through a recovery STATUS is as wide as its longest word: the columns behind it stay. */
static void test_status_is_of_one_width_through_a_recovery(void **state)
{
    static const char *const words[] = {"Pending", "ContainerCreating", "Running"};
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    fixture_kill_head(&d.f);
    struct table_layout first, at;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        put_status(&d, words[i], NULL);
        const struct pods *s = (const struct pods *)d.s->panes[LAYOUT_PODS];
        table_layout(&s->table, 120, &at);
        if (i) assert_memory_equal(first.at, at.at, PODS_COLUMNS * sizeof *at.at);
        first = at;
    }
    fake_console_close(&d);
}

static void test_redis_down_is_told_everywhere(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    fixture_redis_down(&d.f);
    fake_console_update(&d);
    check_status(&d, LAYOUT_GCS, "rediss · 6.1 MiB · hb 14s · DOWN 14s");
    check_brief(&d, LAYOUT_GCS, "  GCS     88 fields · heartbeat 14s · 5/5 Serve checkpoints · DOWN 14s");
    struct canvas cv;
    canvas_init(&cv, 40, 120);
    screen_draw(d.s, &d.v, &cv);
    struct rect gcs = d.s->layout.pane[LAYOUT_GCS];
    assert_int_equal(canvas_cell(&cv, gcs.row + 1, gcs.col + 2)->role, ROLE_STALE);
    canvas_done(&cv);
    fake_console_close(&d);
}

static void test_sources_in_words(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    struct fresh f = fresh_of(d.f.world, WORLD_KUBE, "pods", d.f.now_ms);
    assert_int_equal(f.state, FRESH_LIVE);
    assert_string_equal(f.why, "");
    fixture_apply(&d.f, change_source("kube/pods", WORLD_KUBE, SOURCE_DENIED, ERR_FORBIDDEN, "not for you", NULL));
    f = fresh_of(d.f.world, WORLD_KUBE, "pods", d.f.now_ms);
    assert_int_equal(f.state, FRESH_DENIED);
    assert_string_equal(f.why, "kube/pods DENIED: not for you");
    assert_int_equal(fresh_of(d.f.world, WORLD_KUBE, "events", d.f.now_ms).state, FRESH_LIVE);
    assert_int_equal(fresh_of(d.f.world, WORLD_KUBE, NULL, d.f.now_ms).state, FRESH_LIVE);
    fake_console_close(&d);
}

/* ---- NeuronCores --------------------------------------------------------------------------------------------- */

static void test_cores_in_words(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    check_status(&d, LAYOUT_CORES, "4 of 24 held");
    check_brief(&d, LAYOUT_CORES, "  Cores   4 of 24 held · q5rdw 68 66 % · x2p7c 41 39 % · errors 0");
    check_detail(&d, '2', "neuron/q5rdw/0",
                 "Held by Serve replica mistral-7b#0s09vcjz, in pod mistral-44qn2-inf2-worker-q5rdw");
    check_detail(&d, '2', "neuron/q5rdw/0", "fault tolerance is on");
    check_detail(&d, '2', "neuron/q5rdw/2", "No Neuron runtime holds it: nothing is lost with it.");
    struct monitor *m = record_copy(world_find(d.f.world, TABLE_MONITOR, "neuron/q5rdw")->record);
    m->errors = known_u64(3);
    m->p99 = known_f64(0.5);
    fixture_put(&d.f, "neuron/q5rdw", WORLD_NEURON, m);
    fake_console_update(&d);
    const struct cores *c = (const struct cores *)d.s->panes[LAYOUT_CORES];
    assert_int_equal(c->sum.errors.value, 3);
    assert_float_equal(c->sum.p99.value, 0.5, 1e-9);
    assert_string_equal(c->devices, "device 0  q5rdw 16.3/32 GiB  x2p7c 16.3/32 GiB");
    fake_console_close(&d);
}

/* A reason has more bytes than a cell: what is behind the cell stays as it is. */
static void test_long_event_words(void **state)
{
    (void)state;
    char reason[41], after[64];
    struct {
        char cell[16], after[64];
    } out;
    memset(reason, 'r', sizeof reason);
    reason[sizeof reason - 1] = '\0';
    memset(after, 'a', sizeof after);
    memset(&out, 'a', sizeof out);
    const struct event e = {.reason = reason, .count = known_u64(2), .message = (char[]){"m"}};
    assert_string_equal(event_words(&e, out.cell, sizeof out.cell), "rrrrrrrrrrrrrrr");
    assert_memory_equal(out.after, after, sizeof after);
}

static void test_cores_fit(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    const struct cores *c = (const struct cores *)d.s->panes[LAYOUT_CORES];
    for (int rows = 1; rows < 30; rows++) {
        struct cores_fit fit = cores_fit(c, rows);
        assert_true(fit.table >= 1);
        assert_true(fit.table + fit.devices + fit.exec <= rows);
    }
    assert_int_equal(cores_fit(c, 9).table, 7);
    assert_int_equal(cores_fit(c, 9).devices, 1);
    assert_int_equal(cores_fit(c, 7).devices, 0); /* device memory is the first to go */
    assert_int_equal(cores_fit(c, 7).exec, 1);
    fake_console_close(&d);
}

/* ---- requests, recovery -------------------------------------------------------------------------------------- */

static void test_requests_in_words(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    check_brief(&d, LAYOUT_REQUESTS, "  Probes  60 ok, 0 slow, 0 failed · p95 48 ms");
    assert_true(screen_focus(d.s, '4')); /* no prompt yet: what ANSWERING rests on */
    fake_console_update(&d);
    const char *evidence = buf_text(&d.s->detail.text);
    assert_true(text_has(evidence, "service        YES   ok · 2 endpoints, not head · "));
    assert_true(text_has(evidence, "proxies        YES   1 of 1 answer · "));
    assert_true(text_has(evidence, "model          YES   replicas not known · 92 executions/s · "));
    fixture_prompt(&d.f, "failed", 30000, 30000000, NULL);
    fake_console_update(&d);
    check_cell(&d, LAYOUT_REQUESTS, "r61", REQUESTS_PHASE, ROLE_BAD, "failed");
    check_cell(&d, LAYOUT_REQUESTS, "r61", REQUESTS_ANSWER, ROLE_BAD, "timeout");
    check_cell(&d, LAYOUT_REQUESTS, "r61", REQUESTS_LATENCY, ROLE_TEXT, "30.0 s");
    check_detail(&d, '4', "r61", "first token   n/a");
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    const struct requests *r = (const struct requests *)d.s->panes[LAYOUT_REQUESTS];
    assert_int_equal(r->dot_count, 30); /* since the delete */
    assert_int_equal(r->waiting, 1);
    check_cell(&d, LAYOUT_REQUESTS, "r63", REQUESTS_PHASE, ROLE_ACTIVE, "…");
    check_cell(&d, LAYOUT_REQUESTS, "r63", REQUESTS_LATENCY, ROLE_TEXT, "2.1 s");
    fixture_wait(&d.f, 700);
    fake_console_update(&d);
    check_cell(&d, LAYOUT_REQUESTS, "r63", REQUESTS_LATENCY, ROLE_TEXT, "2.8 s"); /* it counts */
    fake_console_close(&d);
}

/* ---- the doctor ---------------------------------------------------------------------------------------------- */

static void test_doctor_in_words(void **state)
{
    static const char service[] = "L28 RayService mistral/mistral#0", unknown[] = "D9 Redis gcs.cache:6379#1";
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    d.f.chrome.may_delete = TRI_NO;
    d.f.chrome.may_why = "no RBAC";
    fake_console_update(&d);
    assert_int_equal(d.s->panes[LAYOUT_DOCTOR]->table->count, 0); /* not judged while nobody looks */
    assert_true(screen_focus(d.s, '6'));
    fake_console_update(&d);
    check_cell(&d, LAYOUT_DOCTOR, service, FINDINGS_SEVERITY, ROLE_WARN, "warning");
    check_cell(&d, LAYOUT_DOCTOR, service, FINDINGS_RULE, ROLE_TEXT, "L28");
    check_cell(&d, LAYOUT_DOCTOR, service, FINDINGS_WHERE, ROLE_TEXT, "RayService mistral/mistral");
    check_cell(&d, LAYOUT_DOCTOR, service, FINDINGS_WHAT, ROLE_TEXT, "2 of 2 worker pods have no gRPC keepalive");
    check_cell(&d, LAYOUT_DOCTOR, unknown, FINDINGS_SEVERITY, ROLE_DIM, "unknown");
    check_cell(&d, LAYOUT_DOCTOR, "D14 x k#0", FINDINGS_WHAT, ROLE_TEXT, "this user may not delete pods: no RBAC");
    check_detail(&d, '6', service, "fix     env RAY_grpc_client_keepalive_time_ms=2000");
    check_detail(&d, '6', unknown, "D9  unknown: Redis may evict the GCS's keys");
    assert_string_equal(d.s->detail.title, "D9 Redis gcs.cache:6379");
    const char *text = "0 errors · 1 warning · ";
    char status[160];
    d.s->panes[LAYOUT_DOCTOR]->ops->status(d.s->panes[LAYOUT_DOCTOR], &d.v, status, sizeof status);
    assert_int_equal(strncmp(status, text, strlen(text)), 0);
    fake_console_close(&d);
}

/* It has the screen while it has the focus, and Esc gives both back. */
static void test_doctor_comes_and_goes(void **state)
{
    static const int rows[] = {40, 24}, cols[] = {120, 80};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fake_console d;
        int at[LAYOUT_PANES], width[LAYOUT_PANES];
        char tabs[SCREEN_TABS_MAX];
        fake_console_open(&d, rows[i], cols[i]);
        assert_true(screen_focus(d.s, '3'));
        fake_console_update(&d);
        screen_tabs(d.s, tabs, at, width);
        assert_null(strstr(tabs, "Doctor"));
        assert_int_equal(d.s->layout.pane[LAYOUT_DOCTOR].rows, 0);
        assert_true(screen_focus(d.s, '6'));
        fake_console_update(&d);
        screen_tabs(d.s, tabs, at, width);
        assert_non_null(strstr(tabs, "[6 Doctor]"));
        assert_true(d.s->layout.pane[LAYOUT_DOCTOR].rows > 4);
        assert_int_equal(d.s->layout.pane[LAYOUT_PODS].rows, 0);
        assert_true(screen_open(d.s));
        fake_console_update(&d);
        assert_true(screen_opened(d.s) && screen_back(d.s)); /* the detail */
        assert_true(screen_opened(d.s) && screen_back(d.s)); /* the doctor */
        assert_int_equal(screen_pane(d.s)->ops->letter, '3');
        assert_false(screen_opened(d.s));
        assert_false(screen_back(d.s));
        assert_true(screen_focus(d.s, '6'));
        screen_next(d.s, 1);
        assert_int_equal(screen_pane(d.s)->ops->letter, '1');
        screen_next(d.s, -1);
        assert_int_equal(screen_pane(d.s)->ops->letter, '5');
        fake_console_close(&d);
    }
}

static void test_recovery_in_words(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    assert_false(recovery_pane_shown(&d.v));
    check_brief(&d, LAYOUT_RECOVERY, "");
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    assert_true(recovery_pane_shown(&d.v));
    check_brief(&d, LAYOUT_RECOVERY, "  Recovery  ▸ new head ALIVE, old DEAD, 6.0s");
    check_status(&d, LAYOUT_PODS, "mistral-44qn2 · RayService says Running (not evidence)");
    d.f.recovery.outage = OUTAGE_OVER;
    d.f.recovery.over_since_ms = known_u64(d.f.recovery.t0_ms + 14600);
    d.f.recovery.rung[RUNG_HEAD_READY] =
        (struct rung_state){.reached = true, .at_ms = d.f.recovery.over_since_ms.value};
    fake_console_update(&d);
    check_brief(&d, LAYOUT_RECOVERY, "  Recovery  ✔ over +14.6s, head down 14.6s");
    fake_console_close(&d);
}

static char *screen_drawn(struct fake_console *d, int rows, int cols);

/* Not even when it is over: a reader's eye is on one of them. */
static void test_rungs_keep_their_rows(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    fixture_kill_head(&d.f);
    d.f.recovery.outage = OUTAGE_OVER;
    d.f.recovery.over_since_ms = known_u64(d.f.recovery.t0_ms + 14600);
    for (int rung = RUNG_SERVE_RUNNING; rung < RUNG_COUNT; rung++) /* each before the one above it */
        d.f.recovery.rung[rung] = (struct rung_state){
            .reached = true, .at_ms = d.f.recovery.over_since_ms.value - 1000 * (uint64_t)(rung - RUNG_SERVE_RUNNING)};
    char *text = screen_drawn(&d, 40, 120);
    const char *at = text;
    for (int rung = 0; rung < RUNG_COUNT && at; rung++) at = strstr(at, rung_words((enum rung)rung));
    if (!at) fail_msg("not in the order of the ladder:\n%s", text);
    free(text);
    fake_console_close(&d);
}

static void head_is_deleted(struct fake_console *d)
{
    struct change *c = change_new(CHANGE_DELETED, "kube/pods", WORLD_KUBE);
    c->key = mem_str(d->f.focus.head->record.key);
    c->number = UINT64_MAX;
    fixture_apply(&d->f, c);
    fake_console_update(d);
    assert_int_equal(d->v.outage->state, OUTAGE_RUNNING);
}

static char *screen_drawn(struct fake_console *d, int rows, int cols)
{
    struct canvas cv;
    canvas_init(&cv, rows, cols);
    screen_size(d->s, rows, cols);
    fake_console_update(d);
    screen_draw(d->s, &d->v, &cv);
    char *text = canvas_dump(&cv, false);
    canvas_done(&cv);
    return text;
}

static void screen_says(struct fake_console *d, int rows, int cols, const char *words, bool says)
{
    char *text = screen_drawn(d, rows, cols);
    if ((strstr(text, words) != NULL) != says) fail_msg("\"%s\" %s\n%s", words, says ? "is missing" : "is there", text);
    free(text);
}

/* A monitor that runs in no pod, whose cores a pod holds, takes no room from the names of replicas. */
static void test_the_column_of_pods_is_as_wide_as_its_suffixes(void **state)
{
    (void)state;
    static const char *const sources[] = {"neuron/q5rdw", "neuron/x2p7c"};
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    for (size_t i = 0; i < 2; i++) {
        struct monitor *m = record_copy(world_find(d.f.world, TABLE_MONITOR, sources[i])->record);
        record_set(&m->pod, NULL);
        record_set(&m->knode, "ip-100-64-31-7.us-west-2.compute.internal");
        fixture_put(&d.f, sources[i], WORLD_NEURON, m);
    }
    fake_console_update(&d);
    screen_says(&d, 40, 120, "  POD   CORE UTIL", true);
    fake_console_close(&d);
}

/* What was before the loss stands beside nothing of it: a prompt of then is no prompt of now, and probes that are sent
 * all the while are not "none". */
static void test_what_was_before_a_loss(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    fixture_prompt(&d.f, "ok", 30000, 4600000, "42");
    fake_console_update(&d);
    screen_says(&d, 24, 80, "last prompt ok 4.6 s", true);
    fixture_wait(&d.f, 2000);
    head_is_deleted(&d);
    screen_says(&d, 24, 80, "prompt ok", false);
    screen_says(&d, 40, 120, "no probes are sent", false);
    screen_says(&d, 40, 120, "no probe has ended yet since the delete", true);
    fixture_wait(&d.f, 1000);
    fixture_prompt(&d.f, "ok", 500, 400000, "42");
    screen_says(&d, 24, 80, "prompt ok 400 ms", true);
    fake_console_close(&d);
}

/* A head in its grace is not deleted yet: deletionTimestamp lies ahead. Its GCS runs; requests may never have passed
 * through it. */
static void test_a_head_that_terminates(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    struct pod *p = record_copy(d.f.focus.head_row->record);
    p->deleted = known_u64(d.f.wall_ms + 30000);
    p->grace = known_u64(30);
    record_set(&p->status, "Terminating");
    fixture_put(&d.f, "kube/pods", WORLD_KUBE, p);
    fake_console_update(&d);
    screen_says(&d, 40, 120, "HEAD GOING", true);
    screen_says(&d, 40, 120, "serves", false);
    screen_says(&d, 40, 120, "2/2   Terminating  ", true);
    struct buf text;
    buf_init(&text, 65536);
    select_in(&d, '1', d.f.focus.head->record.key);
    d.s->panes[LAYOUT_PODS]->ops->detail(d.s->panes[LAYOUT_PODS], &d.v, &text);
    assert_null(strstr(buf_text(&text), "\ndeleted "));
    assert_non_null(strstr(buf_text(&text), "\nTerminating, by 2026-"));
    buf_done(&text);
    fake_console_close(&d);
}

/* Evidence has the room of a column that would be empty; what is counted has its window; whose connections they are. */
static void test_evidence_has_room(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 24, 80);
    screen_says(&d, 24, 80, "proxies 60/60 in 60 s", true);
    screen_says(&d, 40, 120, "proxies 60/60 in 60 s", true);
    screen_says(&d, 40, 120, "4 head connections", true);
    screen_says(&d, 40, 120, "? in flight", true);
    fixture_kill_head(&d.f);
    fake_console_update(&d);
    assert_true(screen_focus(d.s, 'R'));
    screen_says(&d, 24, 80, "last time", false);
    screen_says(&d, 24, 80, "4 Ray connections, no NODE record yet", true);
    fake_console_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pod_states),
        cmocka_unit_test(test_thousands_of_pods_have_their_ray_nodes),
        cmocka_unit_test(test_pods_in_words),
        cmocka_unit_test(test_pods_of_others_are_not_gone),
        cmocka_unit_test(test_pods_being_listed),
        cmocka_unit_test(test_a_lost_field_is_red),
        cmocka_unit_test(test_gcs_tables_are_decoded),
        cmocka_unit_test(test_a_finding_is_read_whole_at_80_columns),
        cmocka_unit_test(test_prompt_columns_stay_where_they_are),
        cmocka_unit_test(test_status_is_of_one_width_through_a_recovery),
        cmocka_unit_test(test_nothing_runs_on_a_lost_node),
        cmocka_unit_test(test_serve_is_the_endpoints_readiness),
        cmocka_unit_test(test_an_unknown_grace_has_no_unit),
        cmocka_unit_test(test_redis_down_is_told_everywhere),
        cmocka_unit_test(test_sources_in_words),
        cmocka_unit_test(test_cores_in_words),
        cmocka_unit_test(test_long_event_words),
        cmocka_unit_test(test_cores_fit),
        cmocka_unit_test(test_requests_in_words),
        cmocka_unit_test(test_recovery_in_words),
        cmocka_unit_test(test_rungs_keep_their_rows),
        cmocka_unit_test(test_doctor_in_words),
        cmocka_unit_test(test_doctor_comes_and_goes),
        cmocka_unit_test(test_what_was_before_a_loss),
        cmocka_unit_test(test_the_column_of_pods_is_as_wide_as_its_suffixes),
        cmocka_unit_test(test_a_head_that_terminates),
        cmocka_unit_test(test_evidence_has_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
