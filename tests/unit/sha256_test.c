/* sha256_test.c - the examples of FIPS 180-4 and its padding's edges, checked with coreutils' sha256sum. */
#include "backends/base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void digest_of(const char *text, size_t piece, char hex[SHA256_HEX])
{
    struct sha256 s;
    size_t len = strlen(text);
    sha256_init(&s);
    for (size_t at = 0; at < len; at += piece) sha256_add(&s, text + at, piece < len - at ? piece : len - at);
    sha256_hex(&s, hex);
}

static void known_answers(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hex;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"0123456789012345678901234567890123456789012345678901234", /* 55: the length still fits */
         "f34d5a0f80c0cbf84c8c0b90218c22637abd199965249da736a20143c8c9c9d9"},
        {"0123456789012345678901234567890123456789012345678901234567890123", /* 64: a whole block */
         "9674d9e078535b7cec43284387a6ee39956188e735a85452b0050b55341cda56"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece = 1; piece <= 65; piece += 16) {
            char hex[SHA256_HEX];
            digest_of(cases[i].text, piece, hex);
            assert_string_equal(hex, cases[i].hex);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_answers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
