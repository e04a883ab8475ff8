/* cases_test.c - kubeconfigs, a Redis and a neuron-monitor that were once judged wrongly (tests/fixtures/cases/README):
 * the program says of each what is right. Real redis-servers; no cluster is reached. */
#include "backends/base/mem.h"
#include "tests/support/deadline.h"
#include "tests/support/redis_server.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct run run_words(const char *const *args)
{
    const char *argv[24] = {run_raydeck()};
    for (size_t i = 0; args[i]; i++) argv[1 + i] = args[i];
    return run_program(argv, NULL, NULL, DEADLINE_MS);
}
#define RAYDECK(...) run_words((const char *const[]){__VA_ARGS__, NULL})

static void out_has(const struct run *r, const char *part)
{
    if (!strstr(r->out, part)) fail_msg("no \"%s\" in: %s%s", part, r->out, r->err);
}

#define CASE(name) "--kubeconfig", "tests/fixtures/cases/" name ".yaml", "--redis", "none", "--neuron", "none"

static void a_plugin_that_fails_says_why(void **state)
{
    (void)state;
    struct run r = RAYDECK("info", CASE("kubeconfig-exec-stderr-many-lines"));
    out_has(&r, "ERROR: You do not have an active account. Please run: gcloud auth login");
    run_done(&r);
}

static void another_users_old_plugin_is_no_obstacle(void **state)
{
    (void)state;
    struct run r = RAYDECK("info", CASE("kubeconfig-old-exec-elsewhere"));
    out_has(&r, "c1");
    assert_null(strstr(r.err, "apiVersion"));
    assert_int_not_equal(r.status, 2);
    run_done(&r);
    r = RAYDECK("info", CASE("kubeconfig-old-exec-elsewhere"), "--context", "old");
    assert_non_null(strstr(r.err, "exec has an apiVersion other than client.authentication.k8s.io/v1, v1beta1"));
    assert_int_equal(r.status, 2);
    run_done(&r);
}

static void a_formatters_json_is_called_so(void **state)
{
    (void)state;
    struct run r =
        RAYDECK("info", "--kubeconfig", "none", "--redis", "none", "--neuron",
                "python3 -m json.tool tests/fixtures/neuron/04-busy-mistral-2cores.composed.json; exec sleep 60");
    out_has(&r, "one object a line is expected");
    run_done(&r);
}

static void the_sentinels_master_is_examined(void **state)
{
    (void)state;
    struct redis_server *master = redis_server_start(NULL, NULL);
    struct redis_server *sentinel = redis_server_start_sentinel((const struct redis_server *const[]){master}, 1, NULL);
    struct run r = RAYDECK("doctor", "--kubeconfig", "none", "--neuron", "none", "--redis", redis_server_url(sentinel));
    char *master_words =
        mem_printf("Redis %s, master by the sentinel %s", redis_server_url(master), redis_server_url(sentinel));
    out_has(&r, master_words);
    out_has(&r, "it has no replica");
    assert_null(strstr(r.out, "SCAN"));
    free(master_words);
    run_done(&r);
    redis_server_free(sentinel);
    redis_server_free(master);
}

static void a_user_without_what_ray_runs_is_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *right, *said;
    } cases[] = {{"-info", "INFO is refused ("}, {"-hset", "its user may not run HSET: a head that starts"}};
    for (size_t i = 0; i < 2; i++) {
        const char *const config[] = {"--user", "ray", "on", ">pw", "~*", "&*", "+@all", cases[i].right, NULL};
        struct redis_server *server = redis_server_start(NULL, config);
        char *url = mem_printf("redis://ray:pw@127.0.0.1:%u", redis_server_port(server));
        struct run r = RAYDECK("doctor", "--kubeconfig", "none", "--neuron", "none", "--redis", url);
        out_has(&r, "ERRORS (1)\n  D5 ");
        out_has(&r, cases[i].said);
        assert_int_equal(r.status, 1);
        run_done(&r);
        free(url);
        redis_server_free(server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_that_fails_says_why),
        cmocka_unit_test(another_users_old_plugin_is_no_obstacle),
        cmocka_unit_test(a_formatters_json_is_called_so),
        cmocka_unit_test(the_sentinels_master_is_examined),
        cmocka_unit_test(a_user_without_what_ray_runs_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
