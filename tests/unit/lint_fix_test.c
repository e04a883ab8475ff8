/* lint_fix_test.c - the edits of --fix: each in its place, comments and layout kept, nothing where the place does not
 * hold what was found; made again they change nothing. */
#include "backends/base/mem.h"
#include "deploy/lint_fix.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The text after one round of edits, and its diff; edits: how many. Caller frees. */
static char *text_fixed(const char *text, size_t *ret_edits, char **ret_diff)
{
    struct findings f = lint_run(text, NULL);
    struct fix fix;
    struct buf out, diff;
    buf_init(&out, 100000);
    buf_init(&diff, 100000);
    fix_of("m.yaml", text, strlen(text), &f, &fix);
    fix_text(&fix, &out);
    fix_diff(&fix, "m.yaml", &diff);
    *ret_edits = fix.edits;
    if (ret_diff)
        *ret_diff = buf_take(&diff);
    else
        buf_done(&diff);
    fix_done(&fix);
    findings_done(&f);
    return buf_take(&out);
}

/* An edit of the clean manifest that lint finds, and what becomes of it; NULL: it is left as it is. */
struct fix_case {
    const char *old, *with, *fixed;
};

static void fix_is(const struct fix_case *c)
{
    size_t edits = 0;
    char *text = lint_edited(c->old, c->with), *expected = lint_edited(c->old, c->fixed ? c->fixed : c->with);
    char *now = text_fixed(text, &edits, NULL);
    if (strcmp(now, expected) != 0) fail_msg("\"%s\" becomes, by %zu edits:\n%s", c->with, edits, now);
    if ((edits > 0) != (c->fixed != NULL)) fail_msg("\"%s\": %zu edits", c->with, edits);
    char *again = text_fixed(now, &edits, NULL);
    assert_string_equal(again, now);
    assert_int_equal(edits, 0);
    free(again);
    free(now);
    free(expected);
    free(text);
}

static void values_get_and_lose_quotes(void **state)
{
    (void)state;
    static const struct fix_case cases[] = {
        {"  annotations: {}\n", "  annotations: {a: true, b: 1} # both\n",
         "  annotations: {a: \"true\", b: \"1\"} # both\n"},
        {"  annotations: {}\n", "  annotations:\n    a: 0x1F   # hex\n", "  annotations:\n    a: \"0x1F\"   # hex\n"},
        {"  annotations: {}\n", "  annotations: {schön: 1, b: x}\n", "  annotations: {schön: \"1\", b: x}\n"},
        {"      replicas: 2\n", "      replicas: \"2\" # pods\n", "      replicas: 2 # pods\n"},
        {"      replicas: 2\n", "      replicas: '2'\n", "      replicas: 2\n"},
        {"      replicas: 2\n", "      replicas: two\n", NULL}, /* which number? */
        {"  excludeHeadPodFromServeSvc: true\n", "  excludeHeadPodFromServeSvc: \"true\"\n",
         "  excludeHeadPodFromServeSvc: true\n"},
        {"{num-cpus: \"0\"}", "{num-cpus: 0}", "{num-cpus: \"0\"}"},
        {"            image: example/ray:2.22.0-py310\n            env:\n",
         "            image: example/ray:2.22.0-py310\n            env:\n            - {name: &x A, value: 5}\n",
         "            image: example/ray:2.22.0-py310\n            env:\n            - {name: &x A, value: \"5\"}\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) fix_is(&cases[i]);
}

static void what_an_alias_shares_is_left_alone(void **state)
{
    (void)state;
    static const struct fix_case c = {"  annotations: {}\n",
                                      "  labels: {n: &n \"x\"}\n  annotations: {a: *n}\n  generation: &m 5\n", NULL};
    fix_is(&c);
    static const struct fix_case shared = {"  annotations: {}\n", "  generation: &m 5\n  annotations: {a: *m}\n", NULL};
    fix_is(&shared);
}

static void entries_that_are_not_to_be_go(void **state)
{
    (void)state;
    static const struct fix_case cases[] = {
        {"      rayStartParams: {num-cpus: \"0\"}\n",
         "      rayStartParams: {num-cpus: \"0\"}\n      headService:\n        metadata:\n          name: x # no\n\n   "
         "   # more\n",
         "      rayStartParams: {num-cpus: \"0\"}\n\n      # more\n"},
        {"      rayStartParams: {num-cpus: \"0\"}\n",
         "      headService:\n        metadata:\n          labels: {a: b}\n          name: x\n      rayStartParams: "
         "{num-cpus: \"0\"}\n",
         "      headService:\n        metadata:\n          labels: {a: b}\n      rayStartParams: {num-cpus: \"0\"}\n"},
        {"      rayStartParams: {num-cpus: \"0\"}\n",
         "      headService: {metadata: {name: x, labels: {a: b}}}\n      rayStartParams: {num-cpus: \"0\"}\n", NULL},
        {"  annotations: {}\n", "  annotations:\n    ray.io/ft-enabled: \"true\"\n    other: x\n",
         "  annotations:\n    other: x\n"},
        {"  annotations: {}\n", "  annotations:\n    ray.io/ft-enabled: \"true\"\n", ""},
        {"  excludeHeadPodFromServeSvc: true\n",
         "  serviceUnhealthySecondThreshold: 900\n  excludeHeadPodFromServeSvc: true\n",
         "  excludeHeadPodFromServeSvc: true\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) fix_is(&cases[i]);
}

static void names_and_values_are_replaced(void **state)
{
    (void)state;
    static const struct fix_case cases[] = {
        {"        num_replicas: 2\n", "        num_replicas: 2\n        max_concurrent_queries: 5 # old\n",
         "        num_replicas: 2\n        max_ongoing_requests: 5 # old\n"},
        {"        num_replicas: 2\n",
         "        num_replicas: 2\n        max_concurrent_queries: 5\n        max_ongoing_requests: 6\n", NULL},
        {"{min_replicas: 2,", "{\"target_num_ongoing_requests_per_replica\": 1, min_replicas: 2,",
         "{target_ongoing_requests: 1, min_replicas: 2,"},
        {"{num-cpus: \"0\"}", "{num-cpus: '4', block: \"true\"}", "{num-cpus: \"0\", block: \"true\"}"},
        {"{num-cpus: \"0\"}", "{}", "{num-cpus: \"0\"}"},
        {"{num-cpus: \"0\"}", "{block: \"true\"}", "{num-cpus: \"0\", block: \"true\"}"},
        {" {num-cpus: \"0\"}", "\n        block: \"true\"", "\n        num-cpus: \"0\"\n        block: \"true\""},
        {"      minReplicas: 2\n", "      minreplicas: 2\n", "      minReplicas: 2\n"},
        {"  serveConfigV2: |\n", "  serveConfig: {importPath: app}\n  other: |\n", NULL}, /* no string */
        {"    - groupName: inf2\n      minReplicas: 2\n      replicas: 2\n      maxReplicas: 4\n",
         "    - groupName: inf2\n      minReplicas: 2\n      replicas: 2\n      maxReplicas: 4\n      suspend: "
         "\"no\"\n",
         "    - groupName: inf2\n      minReplicas: 2\n      replicas: 2\n      maxReplicas: 4\n      suspend: no\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) fix_is(&cases[i]);
}

static void lines_of_windows_stay_so(void **state)
{
    (void)state;
    static const char text[] =
        "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: c\r\n  annotations: {a: 1} # x\r\n";
    size_t edits = 0;
    char *now = text_fixed(text, &edits, NULL);
    assert_string_equal(
        now, "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: c\r\n  annotations: {a: \"1\"} # x\r\n");
    free(now);
}

static void the_difference_is_unified_and_has_no_secret(void **state)
{
    (void)state;
    static const char text[] = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: c\n  annotations: {a: 1}\n"
                               "stringData:\n  password: correct-horse\n";
    size_t edits = 0;
    char *diff = NULL, *now = text_fixed(text, &edits, &diff);
    assert_null(strstr(diff, "horse"));
    assert_ptr_equal(strstr(diff, "--- m.yaml\n+++ m.yaml\n@@ -2,6 +2,6 @@\n kind: Secret\n metadata:\n   name: c\n"),
                     diff);
    assert_non_null(strstr(diff, "\n-  annotations: {a: 1}\n+  annotations: {a: \"1\"}\n stringData:\n"));
    free(diff);
    free(now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_get_and_lose_quotes),    cmocka_unit_test(what_an_alias_shares_is_left_alone),
        cmocka_unit_test(entries_that_are_not_to_be_go), cmocka_unit_test(names_and_values_are_replaced),
        cmocka_unit_test(lines_of_windows_stay_so),      cmocka_unit_test(the_difference_is_unified_and_has_no_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
