/* lint_cases_test.c - manifests that were once judged wrongly (tests/fixtures/cases, each of which says what is right).
 */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "tests/support/fixture.h"
#include "tests/support/lint_harness.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "tests/fixtures/cases"

/* "rule:line" of each finding; ! an error, . an info. */
struct judged_case {
    const char *name, *found;
};
static const struct judged_case cases[] = {
    {"autoscaler-v2-without-autoscaler", "K4!:38"},
    {"empty-redis-password-param", ""},
    {"env-value-not-quoted", "K1!:38"},
    {"ft-annotation-not-quoted", "K1!:10 L10.:10"},
    {"head-cpus-by-group-resources", ""},
    {"head-without-containers", "K1!:34"},
    {"neuron-cores-trn2", ""},
    {"no-serve-config", "K3:11 L36:11"},
    {"options-in-the-wrong-place", "K3:23 L9!:25"},
    {"proxy-head-only", "L35!:12"},
    {"redis-address-with-user", "L25:26 L29!:26"},
    {"redis-address-without-port", "L29!:26"},
    {"redis-password-as-string", "K1!:27 L25:27"},
    {"replicas-below-min", ""},
    {"shell-resolved-redis-password", "L10.:10"}, /* the annotation works */
    {"tls-without-ca", "L30:27"},
    {"variable-in-serve-flow-map", "L2.:19"},
    {"worker-pods-without-replica", "L37.:42"},
};

static char *found_in(const char *path)
{
    char *text = fixture_read(path, NULL);
    struct findings f = lint_run(text, NULL);
    struct buf out;
    buf_init(&out, 10000);
    for (size_t i = 0; i < f.count; i++) {
        static const char *const marks[FINDING_SEVERITIES] = {"!", "", ".", "?"};
        buf_printf(&out, "%s%s%s:%u", i ? " " : "", f.items[i].rule->id, marks[f.items[i].severity],
                   f.items[i].where.line);
    }
    findings_done(&f);
    free(text);
    return buf_take(&out);
}

static void each_case_comes_out_as_it_says(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *path = mem_printf(FOLDER "/%s.yaml", cases[i].name), *found = found_in(path);
        if (strcmp(found, cases[i].found) != 0) {
            print_message("%s: \"%s\", not \"%s\"\n", cases[i].name, found, cases[i].found);
            wrong++;
        }
        free(found);
        free(path);
    }
    assert_int_equal(wrong, 0);
}

static void every_manifest_there_is_a_case(void **state)
{
    (void)state;
    size_t manifests = 0;
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder));)
        manifests += strstr(entry->d_name, ".yaml") && strncmp(entry->d_name, "kubeconfig-", 11) != 0;
    closedir(folder);
    assert_int_equal(manifests, ARRAY_LEN(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_comes_out_as_it_says),
        cmocka_unit_test(every_manifest_there_is_a_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
