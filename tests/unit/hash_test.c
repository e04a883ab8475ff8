/* hash_test.c - FNV-1a against its published test vectors. */
#include "backends/base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void vectors_of_the_standard(void **state)
{
    (void)state;
    assert_true(hash_text(0, "") == 0xcbf29ce484222325u);
    assert_true(hash_text(0, "a") == 0xaf63dc4c8601ec8cu);
    assert_true(hash_text(0, "foobar") == 0x85944171f73967e8u);
    assert_true(hash_bytes(0, "foobar", 6) == 0x85944171f73967e8u);
    assert_true(hash_text(0, "\xff") == hash_bytes(0, "\xff", 1));
}

static void seeds_differ(void **state)
{
    (void)state;
    assert_true(hash_text(1, "a") != hash_text(2, "a"));
    assert_true(hash_text(7, "ab") == hash_bytes(7, "ab", 2));
    assert_true(hash_bytes(0, "a\0b", 3) != hash_bytes(0, "a\0c", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_the_standard),
        cmocka_unit_test(seeds_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
