/* mask_test.c - what is masked in text, and what is not. */
#include "backends/base/mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void mask_check(const char *in, const char *want)
{
    char *got = mask_text(in, strlen(in), TEXT_ONE_LINE, 256);
    assert_string_equal(got, want);
    free(got);
}

static void test_plain_text_stays(void **state)
{
    (void)state;
    mask_check("", "");
    mask_check("ssh -i id ip-10-0-1-7 neuron-monitor -c /etc/nm.json",
               "ssh -i id ip-10-0-1-7 neuron-monitor -c /etc/nm.json");
    mask_check("The deployment failed to start 3 times: OutOfMemory",
               "The deployment failed to start 3 times: OutOfMemory");
    mask_check("http://10.0.0.1:8000/x", "http://10.0.0.1:8000/x");
    mask_check("3 tests passed = fine, RAY_AUTH_MODE=token", "3 tests passed = fine, RAY_AUTH_MODE=token");
}

static void test_secrets_go(void **state)
{
    (void)state;
    mask_check("redis-cli --password hunter2 ping", "redis-cli --password ••• ping");
    mask_check("run --token=abcdef x", "run ••• x");
    mask_check("HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz0123 run", "••• run");
    mask_check("{\"password\": \"hunter2\", \"user\": \"ray\"}", "{\"password\": •••, \"user\": \"ray\"}");
    mask_check("curl -H 'Authorization: Bearer abc.def.ghi' http://h", "curl -H 'Authorization: Bearer ••• http://h");
    mask_check("redis://ray:hunter2@10.0.0.1:6379", "•••");
    mask_check("MYPASS=hunter2 DB_PASS: hunter2, REDIS_AUTH=hunter2", "••• DB_PASS: •••, •••");
    mask_check("requirepass hunter2\nport 6379", "requirepass •••\\x0aport 6379");
    mask_check("password = hunter2 and more", "password = ••• and more");
    mask_check("key -----BEGIN RSA PRIVATE KEY-----\nabc", "key •••");
}

/* What hides a word's neighbour does not hide that the word names a secret; a control character ends a word. */
static void test_secrets_beside_secrets_go(void **state)
{
    (void)state;
    mask_check("token: REDIS_PASSWORD = hunter2", "token: ••• = •••");
    mask_check("--token x = hunter2", "--token ••• = •••");
    static const char zero[] = "a\0hf_abcdefghijklmnopqrstuvwxyz0123\0b";
    char *got = mask_text(zero, sizeof zero - 1, TEXT_ONE_LINE, 256);
    assert_string_equal(got, "a\\x00•••\\x00b");
    free(got);
    mask_check("\x01hf_abcdefghijklmnopqrstuvwxyz0123\x1b[m", "\\x01•••\\x1b[m");
}

static void test_limits(void **state)
{
    (void)state;
    char big[4096];
    memset(big, 'a', sizeof big);
    char *got = mask_text(big, sizeof big, TEXT_ONE_LINE, 64);
    assert_true(strlen(got) <= 64);
    free(got);
    mask_check("a\033[31m b", "a\\x1b[31m b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_text_stays),
        cmocka_unit_test(test_secrets_go),
        cmocka_unit_test(test_secrets_beside_secrets_go),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
