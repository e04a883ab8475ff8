/* redact_test.c - what is replaced by a stand-in, and what is not; widths, and that the same thing stays the same. */
#include "tui/redact.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint64_t KEY = 42;

static char *text_redacted(const char *text)
{
    char *copy = mem_str(text);
    redact_text(KEY, copy, strlen(copy));
    assert_int_equal(strlen(copy), strlen(text));
    return copy;
}

/* `secret` is no longer in the text, and everything around it is. */
static void assert_hidden(const char *before, const char *secret, const char *after)
{
    char *text = mem_printf("%s%s%s", before, secret, after), *got = text_redacted(text);
    size_t from = strlen(before), len = strlen(secret);
    if (strncmp(got + from, secret, len) == 0) fail_msg("%s is still in: %s", secret, got);
    assert_memory_equal(got, before, from);
    assert_string_equal(got + from + len, after);
    free(text);
    free(got);
}

static void assert_same(const char *text)
{
    char *got = text_redacted(text);
    assert_string_equal(got, text);
    free(got);
}

static void what_must_not_be_seen(void **state)
{
    (void)state;
    assert_hidden("pod at ", "100.64.90.31", " there");
    assert_hidden("", "10.0.0.1", "");
    assert_hidden("redis://", "10.0.0.1", ":6379/0");
    assert_hidden("\"", "52.94.236.248", "\",");
    assert_hidden("node ip-", "100-64-90-12", ".us-west-2.compute.internal");
    assert_hidden("ip-", "100-64-90", "…");
    assert_hidden("IP ", "100.64.90", "…│");
    assert_hidden("account ", "123456789012", ".");
    assert_hidden("", "123456789012", ".dkr.ecr.eu-north-1.example");
    assert_hidden("role arn:aws:iam::", "123456789012:role/raydeck", " is used");
    assert_hidden("arn:aws-cn:elasticache:cn-north-1:", "123456789012:cluster:mistral", "\"");
    assert_hidden("", "mistral.abc123.ng.0001.usw2.cache", ".amazonaws.com:6379");
    assert_hidden("image ", "12345678", "…");
    assert_hidden("", "mistral.abc123.ng.0001.usw2", ".cache.amazona…");
    assert_hidden("[", "fd00:ec2::254", "]:80");
    assert_hidden("", "2001:db8:0:1:2:3:4:5", " x");
    assert_hidden("at ", "fe80::1", "");
    assert_hidden("at ::", "12ab:9", "");
    assert_hidden("at ", "2001:db8:12", "…");
}

static void what_stays(void **state)
{
    (void)state;
    assert_same("12:42:11Z 2026-11-23T12:42:12Z 1:21 9:54 +0.0s");
    assert_same("Ray 2.60.0 · KubeRay 1.7.0 · raydeck 1.0");
    assert_same("127.0.0.1:6379 0.0.0.0 ::1");
    assert_same("uid 9c1e7a40-8b1f-4d5e-9f0e-1f2a3b4c5d6e");
    assert_same("SERVE_REPLICA::app#deployment#id ray::core::Worker std::abs");
    assert_same("1795440000000 12345678901 p95 48 ms 60/60 ip-address");
    assert_same("  \"host_memory\": 549755813888,");
    assert_same("300.1.2.3 1.2.3.4.5");
    assert_same("pid 811… 12345678 bytes … at 12:42");
    assert_same("");
}

/* One thing, one stand-in: as an address, as a name, in the middle of anything; and no two things the same. */
static void the_same_everywhere(void **state)
{
    (void)state;
    char *dotted = text_redacted("100.64.90.12"), *name = text_redacted("ip-100-64-90-12"),
         *url = text_redacted("http://100.64.90.12/");
    for (char *c = name; *c; c++)
        if (*c == '-') *c = '.';
    assert_string_equal(dotted, name + 3);
    assert_memory_equal(url + 7, dotted, strlen(dotted));
    char *other = mem_str("100.64.90.12");
    redact_text(KEY + 1, other, strlen(other));
    assert_string_not_equal(other, dotted);
    free(dotted);
    free(name);
    free(url);
    free(other);
    char *seen[256];
    for (int i = 0; i < 256; i++) {
        char *text = mem_printf("100.64.90.%d", i);
        seen[i] = text_redacted(text);
        for (int j = 0; j < i; j++) assert_string_not_equal(seen[i], seen[j]);
        free(text);
    }
    for (int i = 0; i < 256; i++) free(seen[i]);
}

static void a_canvas_keeps_its_columns(void **state)
{
    (void)state;
    struct canvas cv;
    canvas_init(&cv, 4, 24);
    canvas_text(&cv, 0, 0, ROLE_BAD, "│漢 100.64.90.31 é│");
    canvas_text(&cv, 1, 2, ROLE_TEXT, "calm");
    canvas_field(&cv, 2, 0, 11, ROLE_TEXT, "100.64.90.31");
    canvas_field(&cv, 3, 0, 9, ROLE_TEXT, "123456789012.dkr");
    redact_canvas(KEY, &cv);
    char *text = canvas_dump(&cv, false), *stand_in = text_redacted("100.64.90.31");
    char *expected = mem_printf("│漢 %s é│\n  calm\n", stand_in);
    assert_memory_equal(text, expected, strlen(expected));
    assert_null(strstr(text, "100.64.90"));
    assert_null(strstr(text, "12345678"));
    assert_int_equal(canvas_cell(&cv, 0, 5)->role, ROLE_BAD);
    free(text);
    free(expected);
    free(stand_in);
    canvas_done(&cv);
}

static void a_stream_of_lines(void **state)
{
    (void)state;
    char *out = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&out, &size), *stream = redact_stream(to, KEY);
    fputs("one 100.64.", stream);
    fflush(stream);
    fputs("90.31\nlast", stream);
    assert_int_equal(fclose(stream), 0);
    fclose(to);
    char *stand_in = text_redacted("100.64.90.31"), *expected = mem_printf("one %s\nlast", stand_in);
    assert_string_equal(out, expected);
    free(out);
    free(stand_in);
    free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_must_not_be_seen), cmocka_unit_test(what_stays),
        cmocka_unit_test(the_same_everywhere),   cmocka_unit_test(a_canvas_keeps_its_columns),
        cmocka_unit_test(a_stream_of_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
