/* redact_test.c - what is replaced by a stand-in, and what is not; widths, and that the same thing stays the same. */
#include "tui/redact.h"

#include "backends/base/mem.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct redactor *redactor;

static char *text_redacted(const char *text)
{
    char *copy = mem_str(text);
    redact_text(redactor, copy, strlen(copy));
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
    assert_hidden("account ", "483920175566", ".");
    assert_hidden("", "483920175566", ".dkr.ecr.eu-north-1.example");
    assert_hidden("role arn:aws:iam::", "483920175566:role/raydeck", " is used");
    assert_hidden("arn:aws-cn:elasticache:cn-north-1:", "483920175566:cluster:mistral", "\"");
    assert_hidden("", "mistral.abc123.ng.0001.usw2.cache.amazonaws.com", ":6379");
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
    free(dotted);
    free(name);
    free(url);
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
    redact_canvas(redactor, &cv);
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
    FILE *to = open_memstream(&out, &size), *stream = redact_stream(to, redactor);
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

static void assert_becomes(const char *text, const char *regex)
{
    regex_t compiled;
    char *got = text_redacted(text);
    assert_int_equal(regcomp(&compiled, regex, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&compiled, got, 0, NULL, 0)) fail_msg("%s became %s", text, got);
    regfree(&compiled);
    free(got);
}

/* What nobody has, so that nobody is meant; 10.0.0.1 is shorter than any of those addresses. */
static void stand_ins_are_of_the_documentation(void **state)
{
    (void)state;
    assert_becomes("at 10.1.2.30", "^at 192\\.0\\.2\\.[0-9]$");
    assert_becomes("at 10.11.12.13", "^at (192\\.0\\.2\\.[0-9]{3}|203\\.0\\.113\\.[0-9])$");
    assert_becomes("at 100.64.90.31", "^at (203\\.0\\.113\\.[0-9]{2}|198\\.51\\.100\\.[0-9])$");
    assert_becomes("ip-192-168-100-2.ec2.internal", "^ip-(203-0-113-[0-9]{3}|198-51-100-[0-9]{2})\\.ec2");
    assert_becomes("at 192.168.100.200", "^at [0-9.]{15}$");
    assert_becomes("at 10.0.0.1", "^at [0-9.]{8}$");
    assert_becomes("[fd00:ec2:12::254]:80", "^\\[2001:db8:[0-9a-f:]{7}\\]:80$");
    assert_becomes("account 483920175566.", "^account 123456789012\\.$");
    assert_becomes("arn:aws:iam::483920175566:role/raydeck", "^arn:aws:iam::123456789012:[a-z]{4}/[a-z]{7}$");
    assert_becomes("mistral.abc123.ng.0001.usw2.cache.amazonaws.com:6379", "\\.example\\.com:6379$");
    assert_becomes("483920175566.dkr.ecr.us-west-2.amazonaws.com/ray:2", "^123456789012\\..*\\.example\\.com/ray:2$");
}

/* Beyond those of a width the digits are replaced, and still no two are the same. */
static void more_addresses_than_there_are_stand_ins(void **state)
{
    (void)state;
    char *seen[256];
    for (int i = 0; i < 256; i++) {
        char *text = mem_printf("10.20.%d.%d", 10 + i / 90, 10 + i % 90);
        seen[i] = text_redacted(text);
        assert_string_not_equal(seen[i], text);
        free(text);
    }
    for (int i = 0; i < 256; i++) free(seen[i]);
}

static int redactor_setup(void **state)
{
    (void)state;
    redactor = redactor_new();
    return 0;
}

static int redactor_teardown(void **state)
{
    (void)state;
    redactor_free(redactor);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_must_not_be_seen, redactor_setup, redactor_teardown),
        cmocka_unit_test_setup_teardown(what_stays, redactor_setup, redactor_teardown),
        cmocka_unit_test_setup_teardown(the_same_everywhere, redactor_setup, redactor_teardown),
        cmocka_unit_test_setup_teardown(a_canvas_keeps_its_columns, redactor_setup, redactor_teardown),
        cmocka_unit_test_setup_teardown(a_stream_of_lines, redactor_setup, redactor_teardown),
        cmocka_unit_test_setup_teardown(stand_ins_are_of_the_documentation, redactor_setup, redactor_teardown),
        cmocka_unit_test_setup_teardown(more_addresses_than_there_are_stand_ins, redactor_setup, redactor_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
