/* lint_ignore_test.c - "# raydeck: ignore": beside a line and above it, in Serve's configuration too; what it hides is
 * counted with its reason, and one that says too little is found. */
#include "backends/base/mem.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A comment beside a deployment of one replica, or above it, ... ; what is found, what is ignored. */
struct ignore_case {
    const char *with, *words, *ignored, *reason;
};

static void ignored_are(const struct findings *f, const struct ignore_case *c)
{
    char words[64] = "";
    for (size_t i = 0; i < f->ignored_count; i++) {
        if (*words) strcat(words, " ");
        strcat(words, f->ignored[i].rule->id);
        if (c->reason) assert_string_equal(f->ignored[i].ignored, c->reason);
    }
    if (strcmp(words, c->ignored) != 0) fail_msg("\"%s\" ignores \"%s\", not \"%s\"", c->with, words, c->ignored);
}

static void a_comment_ignores_its_own_line_or_the_next(void **state)
{
    (void)state;
    static const struct ignore_case cases[] = {
        {"        num_replicas: 1\n", "L17", "", NULL},
        {"        num_replicas: 1 # raydeck: ignore L17 a batch job\n", "", "L17", "a batch job"},
        {"        num_replicas: 1\t#raydeck:ignore l17  a batch job \t\n", "", "L17", "a batch job"},
        {"        # raydeck: ignore L17 a batch job\n        num_replicas: 1\n", "", "L17", "a batch job"},
        {"        # raydeck: ignore L17 a batch job\n\n        # more\n        num_replicas: 1\n", "", "L17",
         "a batch job"},
        {"        num_replicas: 1 # raydeck: ignore L17\n", "M7", "L17", ""},
        {"        num_replicas: 1 # raydeck: ignore\n", "M6 L17", "", NULL},
        {"        num_replicas: 1 # raydeck: ignore L18 another\n", "M6 L17", "", NULL},
        {"        num_replicas: 1 # raydeck: ignore L17,L18 two\n", "M6", "L17", "two"},
        {"        num_replicas: 1 # raydeck: ignore L17, it is\n", "", "L17", "it is"},
        {"        num_replicas: 1 # raydeck: ignore L99 no rule\n", "M6 L17", "", NULL},
        {"        num_replicas: 1 # raydeck: managed by hand\n", "L17", "", NULL}, /* another's word */
        {"        num_replicas: 1 # see raydeck: ignore L17 x\n", "L17", "", NULL},
        {"        # raydeck: ignore L17 a batch job\n        user_config: {}\n        num_replicas: 1\n", "M6 L17", "",
         NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = lint_edited("        num_replicas: 2\n", cases[i].with);
        struct findings f = lint_run(text, NULL);
        char *words = lint_words(&f);
        if (strcmp(words, cases[i].words) != 0)
            fail_msg("\"%s\" finds \"%s\", not \"%s\"", cases[i].with, words, cases[i].words);
        ignored_are(&f, &cases[i]);
        free(words);
        findings_done(&f);
        free(text);
    }
}

static void what_is_ignored_is_in_no_count_and_in_the_summary(void **state)
{
    (void)state;
    struct buf out;
    char *text = lint_edited("    rayVersion: \"2.22.0\"\n",
                             "    rayVersion: \"2.22.0\"\n    headServiceAnnotations: {a: 1} # raydeck: ignore K1 "
                             "password=correct-horse\n");
    struct findings f = lint_run(text, NULL);
    buf_init(&out, 100000);
    findings_text(&f, &out);
    assert_int_equal(f.of[FINDING_ERROR], 0);
    assert_int_equal(f.ignored_count, 1);
    assert_null(strstr(buf_text(&out), "horse"));
    assert_non_null(strstr(buf_text(&out), "ignored: 1 of K1 in m.yaml: "));
    assert_non_null(strstr(buf_text(&out), "\n0 errors, 0 warnings, 0 infos, 0 unknown\n"));
    buf_done(&out);
    findings_done(&f);
    free(text);
}

static void a_line_without_an_end_and_one_of_windows_are_read(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: =} # raydeck: ignore L3 why",
        "apiVersion: v1\r\nkind: Secret\r\nmetadata: {name: s}\r\ndata: {a: =} # raydeck: ignore L3 why\r\n"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct findings f = lint_run(texts[i], NULL);
        assert_int_equal(f.count, 0);
        assert_int_equal(f.ignored_count, 1);
        assert_string_equal(f.ignored[0].ignored, "why");
        findings_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comment_ignores_its_own_line_or_the_next),
        cmocka_unit_test(what_is_ignored_is_in_no_count_and_in_the_summary),
        cmocka_unit_test(a_line_without_an_end_and_one_of_windows_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
