/* serve_not_running_test.c - which application does not run, and who says so: on a recorded first deployment that
 * fails, and on worlds of our own. */
#include "backends/world/serve_not_running.h"

#include "backends/base/mem.h"
#include "deploy/doctor.h"
#include "deploy/reason.h"
#include "tests/support/replay.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ERROR "ValueError: Deployment 'echo' does not exist. Available: ['mistral-7b', 'mistral-deployment']"
#define APPLIED_MS UINT64_C(1795951572565)

/* ---- as recorded: applied, DEPLOY_FAILED from +49 s, corrected at +124.3 s, RUNNING from +145 s ------------------ */

static void a_first_deployment_that_fails_is_told(void **state)
{
    (void)state;
    char text[600];
    struct answer a[ANSWERS];
    struct replay p;
    replay_open(&p, "real-deploy-failed", REPLAY_AS_RECORDED);
    replay_until(&p, APPLIED_MS + 47000);
    struct serve_not_running s = serve_not_running_of(p.world, &p.focus);
    assert_string_equal(s.status, "DEPLOYING");
    assert_false(s.failed);

    replay_until(&p, APPLIED_MS + 60000);
    replay_answers(&p, a);
    assert_string_equal(a[0].word, "NO");
    assert_int_equal(strncmp(a[0].text, "echo-app DEPLOY_FAILED: " ERROR, strlen("echo-app DEPLOY_FAILED: " ERROR)), 0);
    assert_non_null(strstr(a[0].text, "no Serve service yet"));
    assert_int_equal(strncmp(a[0].brief, "echo-app DEPLOY_FAILED: ValueError", 34), 0);
    reason_of_service(p.world, p.focus.ns, p.focus.service, text, sizeof text);
    assert_int_equal(strncmp(text, "Serve: echo-app is DEPLOY_FAILED: " ERROR, 34 + strlen(ERROR)), 0);

    replay_until(&p, APPLIED_MS + 143000);
    assert_false(serve_not_running_of(p.world, &p.focus).failed);
    replay_until(&p, APPLIED_MS + 150000);
    assert_null(serve_not_running_of(p.world, &p.focus).status);
    replay_close(&p);
}

/* The dashboard cannot be reached: KubeRay's word alone is left, of the pending cluster. */
static void kuberay_alone_tells_it(void **state)
{
    (void)state;
    struct replay p;
    char words[160];
    replay_open(&p, "real-deploy-failed", REPLAY_KUBERNETES);
    replay_until(&p, APPLIED_MS + 60000);
    struct serve_not_running s = serve_not_running_of(p.world, &p.focus);
    assert_true(s.failed);
    assert_false(s.upgrade);
    assert_string_equal(p.focus.rayservice->pending[0].app_status, "DEPLOY_FAILED");
    assert_null(p.focus.rayservice->deployments[0].app_status); /* the configuration's */
    assert_string_equal(p.focus.raycluster->head_service, "echo-kpk9c-head-svc");
    serve_not_running_words(&s, words, sizeof words);
    assert_int_equal(strncmp(words, "echo-app DEPLOY_FAILED: ValueError: ", 36), 0);
    replay_close(&p);
}

/* ---- worlds of our own ------------------------------------------------------------------------------------------- */

static void deployment_fill(struct deployment *one, const char *name, const char *status, const char *app_status,
                            const char *message)
{
    record_set(&one->app, "chat");
    record_set(&one->app_status, app_status);
    record_set(&one->name, name);
    record_set(&one->status, status);
    record_set(&one->message, message);
}

static void words_are(const struct small *s, const char *want)
{
    char words[200];
    const struct focus f = small_focus(s);
    const struct serve_not_running got = serve_not_running_of(s->w, &f);
    assert_string_equal(serve_not_running_words(&got, words, sizeof words), want);
}

static void what_failed_comes_before_what_is_under_way(void **state)
{
    (void)state;
    struct deployment all[4] = {{0}};
    deployment_fill(&all[0], "a", "UPDATING", "DEPLOYING", NULL);
    deployment_fill(&all[1], "b", "UNHEALTHY", "DEPLOYING", "boom");
    deployment_fill(&all[2], "c", "HEALTHY", "DEPLOYING", NULL);
    deployment_fill(&all[3], "d", "HEALTHY", "RUNNING", "fine");
    struct serve_not_running s = serve_not_running_in(all, 4);
    assert_string_equal(s.name, "b");
    assert_string_equal(s.status, "UNHEALTHY");
    assert_string_equal(s.message, "boom");
    assert_true(s.failed);
    s = serve_not_running_in(&all[2], 2);
    assert_string_equal(s.name, "chat");
    assert_string_equal(s.status, "DEPLOYING");
    assert_false(s.failed);
    assert_null(serve_not_running_in(&all[3], 1).status);
    deployment_fill(&all[1], "b", "UNHEALTHY", "DEPLOY_FAILED", "boom"); /* Serve has given up: that is what counts */
    s = serve_not_running_in(all, 4);
    assert_string_equal(s.name, "chat");
    assert_string_equal(s.status, "DEPLOY_FAILED");
    for (int i = 0; i < 4; i++) deployment_fill(&all[i], NULL, NULL, NULL, NULL);
    for (int i = 0; i < 4; i++) record_set(&all[i].app, NULL);
}

/* The Serve API is that of the active cluster: it says nothing of the one that an upgrade is building. */
static void an_upgrade_that_fails_is_told_beside_a_service_that_runs(void **state)
{
    (void)state;
    struct small s;
    small_init(&s, true);
    struct serveapp *app = record_new(TABLE_SERVEAPP, "rs-uid");
    deployment_fill(RECORD_APPEND(app, deployments), "m", "HEALTHY", "RUNNING", NULL);
    small_put(&s, "serve", WORLD_SERVE, app);
    words_are(&s, "");
    struct rayservice *r = small_edit(&s, TABLE_RAYSERVICE, "rs-uid");
    record_set(&r->pending_cluster, "mistral-new");
    deployment_fill(RECORD_APPEND(r, pending), NULL, NULL, "DEPLOY_FAILED", "ImportError: no module");
    small_put(&s, "kube/rayservices", WORLD_KUBE, r);
    words_are(&s, "upgrade: chat DEPLOY_FAILED: ImportError: no module");
    r = small_edit(&s, TABLE_RAYSERVICE, "rs-uid");
    record_set(&r->active_cluster, NULL); /* the same cluster: the Serve API knows better */
    small_put(&s, "kube/rayservices", WORLD_KUBE, r);
    words_are(&s, "");
    small_done(&s);
}

static void the_word_of_a_source_that_is_down_is_not_told(void **state)
{
    (void)state;
    struct small s;
    small_init(&s, true);
    struct rayservice *r = small_edit(&s, TABLE_RAYSERVICE, "rs-uid");
    deployment_fill(RECORD_APPEND(r, deployments), "m", "UNHEALTHY", "UNHEALTHY", NULL);
    small_put(&s, "kube/rayservices", WORLD_KUBE, r);
    words_are(&s, "m UNHEALTHY");
    small_apply(&s, change_source("kube/rayservices", WORLD_KUBE, SOURCE_DOWN, ERR_REFUSED, "refused", NULL));
    words_are(&s, "");
    small_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_deployment_that_fails_is_told),
        cmocka_unit_test(kuberay_alone_tells_it),
        cmocka_unit_test(what_failed_comes_before_what_is_under_way),
        cmocka_unit_test(an_upgrade_that_fails_is_told_beside_a_service_that_runs),
        cmocka_unit_test(the_word_of_a_source_that_is_down_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
