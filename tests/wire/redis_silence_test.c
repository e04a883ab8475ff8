/* redis_silence_test.c - a Redis that stops answering without closing anything: noticed by our own questions. Takes its
 * fifteen seconds, and is a program of its own because of that. */
#include "tests/support/redis_harness.h"
#include "tests/support/redis_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct redis_harness harness;
static struct redis_server *server;

static int redis_end(void **state)
{
    (void)state;
    if (harness.link) harness_close(&harness);
    redis_server_free(server);
    return 0;
}

static void test_silence(void **state)
{
    (void)state;
    server = redis_server_start("tests/fixtures/redis/ray-2.60-running.rdb", NULL);
    const struct redis_open conf = {.url = redis_server_url(server)};
    harness_open(&harness, &conf);
    HARNESS_UNTIL(&harness, harness_listed, NULL);
    redis_server_pause(server, true);
    HARNESS_UNTIL(&harness, harness_down, NULL); /* 5 s to the next question, 10 s of silence */
    assert_int_equal(harness_source(&harness)->err, ERR_TIMEOUT);
    redis_server_pause(server, false);
    HARNESS_UNTIL(&harness, harness_live, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(test_silence, redis_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
