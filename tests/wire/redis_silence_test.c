/* redis_silence_test.c - a Redis that stops answering without closing anything: noticed by our own questions. Takes its
 * fifteen seconds, and is a program of its own because of that. */
#include "tests/support/redis_rig.h"
#include "tests/support/redis_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct redis_rig rig;
static struct redis_server *server;

static int end(void **state)
{
    (void)state;
    if (rig.link) rig_close(&rig);
    redis_server_free(server);
    return 0;
}

static void test_silence(void **state)
{
    (void)state;
    server = redis_server_start("tests/fixtures/redis/ray-2.60-running.rdb", NULL);
    const struct redis_open conf = {.url = redis_server_url(server)};
    rig_open(&rig, &conf);
    RIG_UNTIL(&rig, rig_listed, NULL);
    redis_server_pause(server, true);
    rig.limit_ms = 17000; /* 5 s to the next question, 10 s of silence */
    RIG_UNTIL(&rig, rig_down, NULL);
    assert_int_equal(rig_source(&rig)->err, ERR_TIMEOUT);
    redis_server_pause(server, false);
    RIG_UNTIL(&rig, rig_live, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(test_silence, end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
