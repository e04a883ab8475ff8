/* main_test.c - the whole main screen, against the screens kept beside this file. */
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/screen.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct footer_key keys[] = {{"Enter", "open", true, false}, {"Tab", "pane", true, false},
                                         {"/", "filter", true, false},   {"p", "ask", true, false},
                                         {":", "commands", true, false}, {"?", "help", true, false},
                                         {"x k", "kill", false, false}};
static const struct {
    int rows, cols;
} sizes[] = {{40, 120}, {24, 80}}, wide[] = {{60, 200}, {45, 160}};

static void no_change(struct fixture *f)
{
    (void)f;
}

static void empty_world(struct fixture *f)
{
    fixture_empty(f);
}

static void no_neuron(struct fixture *f)
{
    fixture_empty(f);
    fixture_neuron_off(f);
}

static void fixture_forbidden(struct fixture *f)
{
    fixture_empty(f);
    fixture_pods_forbidden(f);
}

/* Nothing of a cluster was ever seen; what is shown is stand-ins, were there any. */
static void fixture_no_cluster(struct fixture *f)
{
    fixture_empty(f);
    f->chrome.redacted = true;
    fixture_apply(f, change_source("kube/pods", WORLD_KUBE, SOURCE_DOWN, ERR_NOT_FOUND,
                                   "no kubeconfig: neither --kubeconfig nor KUBECONFIG nor ~/.kube/config, and not "
                                   "running in a pod",
                                   NULL));
}

static void many_pods(struct fixture *f)
{
    fixture_many_pods(f, 200);
}

static void fixture_stale(struct fixture *f)
{
    fixture_sleep(f, 14000);
}

static void fixture_unread(struct fixture *f)
{
    fixture_apply(f, change_unread("kube/pods", WORLD_KUBE, TABLE_POD, 1, "a pod without metadata.uid (name missing)"));
    fixture_apply(f, change_unread("redis", WORLD_REDIS, TABLE_ACTOR, 2, NULL));
}

/* A first deployment: no cluster is active yet, no worker Ready, no address behind the Serve service. */
static void fixture_deploy_failed(struct fixture *f)
{
    struct rayservice *r = (struct rayservice *)record_copy(
        world_find(f->world, TABLE_RAYSERVICE, f->focus.rayservice->record.key)->record);
    record_set(&r->service_status, NULL);
    record_set(&r->active_cluster, NULL);
    record_set(&r->pending_cluster, "mistral-44qn2");
    r->ready = TRI_NO;
    struct deployment *one = RECORD_APPEND(r, pending);
    record_set(&one->app, "mistral-deployment");
    record_set(&one->app_status, "DEPLOY_FAILED");
    record_set(&one->message, "ModuleNotFoundError: No module named 'ray_serve_mistral' · Traceback (most recent call "
                              "last): File \"/usr/lib/python3/importlib/__init__.py\", line 126, in import_module");
    fixture_put(f, "kube/rayservices", WORLD_KUBE, r);
    fixture_apply(f, change_source("probe", WORLD_SERVE, SOURCE_OFF, ERR_OK, NULL, NULL));
    fixture_apply(f, change_source("probe/way", WORLD_SERVE, SOURCE_OFF, ERR_OK, NULL, NULL));
    fixture_wait(f, 6000);
}

/* A minute after the old head has gone, with the new one there. */
static void fixture_superseded(struct fixture *f)
{
    fixture_kill_head(f);
    fixture_wait(f, 61000);
}

/* Replicas on every core: more rows than the pane has lines, which says so. */
static void fixture_cores_full(struct fixture *f)
{
    static const char *const sources[] = {"neuron/q5rdw", "neuron/x2p7c"};
    char key[64];
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        for (unsigned core = 2; core < 12; core++) {
            snprintf(key, sizeof key, "%s/%u", sources[i], core);
            struct core *c = (struct core *)record_copy(world_find(f->world, TABLE_CORE, key)->record);
            c->held = TRI_YES;
            c->utilisation = known_f64(50 + core);
            fixture_put(f, sources[i], WORLD_NEURON, c);
        }
}

static void fixture_failures(struct fixture *f)
{
    fixture_wait(f, 1000);
    fixture_probe(f, "failed", 5000000);
    fixture_wait(f, 1000);
    fixture_probe(f, "slow", 1400000);
    fixture_prompt(f, "failed", 30000, 30000000, NULL);
    fixture_probe(f, "waiting", 0);
}

/* What each screen is of: how the world begins, and what then happens to it while the screen is looked at. */
static const struct {
    const char *name;
    void (*begin)(struct fixture *f), (*then)(struct fixture *f);
} worlds[] = {
    {"calm", fixture_calm, no_change},
    {"killed", fixture_calm, fixture_kill_head},
    {"redis-down", fixture_calm, fixture_redis_down},
    {"no-neuron", no_neuron, no_change},
    {"forbidden", fixture_forbidden, no_change},
    {"hostile", fixture_calm, fixture_hostile},
    {"many-pods", fixture_calm, many_pods},
    {"empty", empty_world, no_change},
    {"pending", fixture_calm, fixture_pod_pending},
    {"stale", fixture_calm, fixture_stale},
    {"failures", fixture_calm, fixture_failures},
    {"unread", fixture_calm, fixture_unread},
    {"deploy-failed", fixture_calm, fixture_deploy_failed},
    {"superseded", fixture_calm, fixture_superseded},
    {"cores-full", fixture_calm, fixture_cores_full},
    {"no-cluster", fixture_no_cluster, no_change},
};

static void screen_show(struct screen *s, struct fixture *f, struct canvas *cv)
{
    struct view v = fixture_view(f);
    screen_update(s, &v);
    screen_draw(s, &v, cv);
}

static struct screen *open_world(struct fixture *f, size_t world, int rows, int cols, struct canvas *cv)
{
    worlds[world].begin(f);
    f->chrome.keys = keys;
    f->chrome.key_count = ARRAY_LEN(keys);
    f->chrome.message = "armed: no – this context has never been armed, keys marked ✗ say why";
    struct screen *s = screen_new();
    screen_size(s, rows, cols);
    canvas_init(cv, rows, cols);
    screen_show(s, f, cv);
    worlds[world].then(f);
    screen_show(s, f, cv);
    return s;
}

static void close_world(struct screen *s, struct fixture *f, struct canvas *cv)
{
    screen_free(s);
    canvas_done(cv);
    fixture_done(f);
}

static void test_worlds(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(worlds); i++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            struct fixture f;
            struct canvas cv;
            char name[64];
            struct screen *s = open_world(&f, i, sizes[k].rows, sizes[k].cols, &cv);
            snprintf(name, sizeof name, "main-%s-%dx%d", worlds[i].name, sizes[k].cols, sizes[k].rows);
            screen_check(name, &cv, false);
            close_world(s, &f, &cv);
        }
}

/* Three columns: a calm day, a head just killed, and cores of every kind. */
static void test_wide(void **state)
{
    (void)state;
    static const size_t shown[] = {0, 1, 6, 14};
    for (size_t i = 0; i < ARRAY_LEN(shown); i++)
        for (size_t k = 0; k < ARRAY_LEN(wide); k++) {
            struct fixture f;
            struct canvas cv;
            char name[64];
            struct screen *s = open_world(&f, shown[i], wide[k].rows, wide[k].cols, &cv);
            snprintf(name, sizeof name, "main-%s-%dx%d", worlds[shown[i]].name, wide[k].cols, wide[k].rows);
            screen_check(name, &cv, false);
            close_world(s, &f, &cv);
        }
}

/* The roles too, where colour says most: a head just killed. */
static void test_roles(void **state)
{
    (void)state;
    struct fixture f;
    struct canvas cv;
    struct screen *s = open_world(&f, 1, 40, 120, &cv);
    screen_check("main-killed-roles-120x40", &cv, true);
    close_world(s, &f, &cv);
}

static void test_small(void **state)
{
    static const int small[][2] = {{15, 60}, {10, 40}, {9, 40}, {10, 39}, {5, 20}, {1, 20}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(small); i++)
        for (size_t world = 0; world < 2; world++) {
            struct fixture f;
            struct canvas cv;
            char name[64];
            struct screen *s = open_world(&f, world, small[i][0], small[i][1], &cv);
            snprintf(name, sizeof name, "main-%s-%dx%d", worlds[world].name, small[i][1], small[i][0]);
            screen_check(name, &cv, false);
            close_world(s, &f, &cv);
        }
}

static void test_ascii(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
        struct fixture f;
        struct canvas cv;
        char name[64];
        struct screen *s = open_world(&f, 1, sizes[k].rows, sizes[k].cols, &cv);
        cv.ascii = true;
        screen_show(s, &f, &cv);
        char *text = canvas_dump(&cv, false);
        for (const char *c = text; *c; c++) assert_true((unsigned char)*c < 0x80);
        free(text);
        snprintf(name, sizeof name, "main-ascii-%dx%d", sizes[k].cols, sizes[k].rows);
        screen_check(name, &cv, false);
        close_world(s, &f, &cv);
    }
}

/* Every pane alone, and what opens from it, at both sizes. */
static void test_panes(void **state)
{
    static const char letters[] = "123456R";
    (void)state;
    for (size_t i = 0; i < sizeof letters - 1; i++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            struct fixture f;
            struct canvas cv;
            char name[64];
            struct screen *s = open_world(&f, 1, sizes[k].rows, sizes[k].cols, &cv);
            assert_true(screen_focus(s, letters[i]));
            screen_zoom(s);
            screen_show(s, &f, &cv);
            snprintf(name, sizeof name, "pane-%c-%dx%d", letters[i], sizes[k].cols, sizes[k].rows);
            screen_check(name, &cv, false);
            if (screen_open(s)) {
                screen_show(s, &f, &cv);
                snprintf(name, sizeof name, "detail-%c-%dx%d", letters[i], sizes[k].cols, sizes[k].rows);
                screen_check(name, &cv, false);
            }
            close_world(s, &f, &cv);
        }
}

/* A recording takes no prompt: no key to send one is offered. */
static void test_replay_offers_no_prompt(void **state)
{
    (void)state;
    struct fixture f;
    struct canvas cv;
    struct screen *s = open_world(&f, ARRAY_LEN(worlds) - 1, 40, 120, &cv);
    f.chrome.replay = "REPLAY ×1";
    screen_show(s, &f, &cv);
    char *text = canvas_dump(&cv, false);
    assert_non_null(strstr(text, "prompts  none"));
    assert_null(strstr(text, "sends one"));
    free(text);
    close_world(s, &f, &cv);
}

/* Nothing that the terminal would obey reaches a cell, whatever things are called. */
static void test_hostile_is_inert(void **state)
{
    (void)state;
    for (int cols = 40; cols <= 160; cols += 7) {
        struct fixture f;
        struct canvas cv;
        struct screen *s = open_world(&f, 5, 34, cols, &cv);
        for (const char *letter = "1234567"; *letter; letter++) {
            screen_focus(s, *letter);
            screen_show(s, &f, &cv);
            for (int row = 0; row < cv.rows; row++)
                for (int col = 0; col < cv.cols; col++) {
                    uint32_t cp = canvas_cell(&cv, row, col)->cp;
                    assert_true(cp == 0 || cp >= 0x20);
                    assert_false(cp >= 0x7F && cp < 0xA0);
                    assert_false(cp >= 0x202A && cp <= 0x202E);
                }
        }
        close_world(s, &f, &cv);
    }
}

/* Drawing twice without a change draws the same: what is drawn is a function of what is known. */
static void test_draw_is_pure(void **state)
{
    (void)state;
    struct fixture f;
    struct canvas cv;
    struct screen *s = open_world(&f, 1, 40, 120, &cv);
    char *first = canvas_dump(&cv, true);
    for (int i = 0; i < 3; i++) screen_show(s, &f, &cv);
    char *again = canvas_dump(&cv, true);
    assert_string_equal(first, again);
    free(first);
    free(again);
    close_world(s, &f, &cv);
}

/* A quiet world in which time passes paints nothing new for seconds: ages are whole, clocks show minutes. */
static void test_quiet_is_still(void **state)
{
    (void)state;
    struct fixture f;
    struct canvas cv;
    struct screen *s = open_world(&f, 0, 40, 120, &cv);
    char *first = canvas_dump(&cv, true);
    fixture_wait(&f, 1000);
    fixture_probe(&f, "ok", 38000);
    fixture_sleep(&f, 600);
    screen_show(s, &f, &cv);
    char *again = canvas_dump(&cv, true);
    assert_string_equal(first, again);
    free(first);
    free(again);
    close_world(s, &f, &cv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worlds),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_panes),
        cmocka_unit_test(test_replay_offers_no_prompt),
        cmocka_unit_test(test_hostile_is_inert),
        cmocka_unit_test(test_draw_is_pure),
        cmocka_unit_test(test_quiet_is_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
