/* lint_files_test.c - whole files: the blueprint, its KubeRay 1.3 form, our own; and hostile ones. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "tests/support/fixture.h"
#include "tests/support/lint_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const ours[] = {"HUGGING_FACE_HUB_TOKEN=hf_x", "EXT_REDIS_ENDPOINT=redis.example",
                                   "REDIS_PASSWORD=correct-horse", "RAY_SERVE_IMAGE=example/ray:2.22.0", NULL};

/* "line rule" of each finding, in order. */
static void found_in(const char *path, const char *const *assignments, const char *expected)
{
    char *text = fixture_read(path, NULL);
    struct findings f = lint_run(text, assignments);
    struct buf out;
    buf_init(&out, 10000);
    for (size_t i = 0; i < f.count; i++)
        buf_printf(&out, "%s%u %s%s", i ? ", " : "", f.items[i].where.line, f.items[i].rule->id,
                   f.items[i].severity == FINDING_UNKNOWN ? "?" : "");
    assert_string_equal(buf_text(&out), expected);
    buf_done(&out);
    findings_done(&f);
    free(text);
}

static void the_blueprint_is_read_whole(void **state)
{
    (void)state;
    found_in(
        "tests/fixtures/manifests/blueprint-ft.yaml", NULL,
        "4 L27, 14 L3, 14 L1, 21 L10, 23 L20, 24 L20, 32 L17, 33 L18, 34 L21, 40 L21, 45 L4, 49 L23, 54 L22, 61 L28, "
        "62 L25, 62 L1, 73 L16, 79 L23, 86 L22, 87 L22, 88 L28, 94 L24, 102 L2, 109 L26");
}

static void the_blueprint_with_its_variables_set(void **state)
{
    (void)state;
    found_in(
        "tests/fixtures/manifests/blueprint-ft.yaml", ours,
        "4 L27, 21 L10, 23 L20, 24 L20, 32 L17, 33 L18, 34 L21, 40 L21, 45 L4, 49 L23, 54 L22, 61 L28, 62 L25, 73 L16, "
        "79 L23, 86 L22, 87 L22, 88 L28, 94 L24, 102 L2, 109 L26");
}

static void the_form_of_kuberay_1_3_is_read_whole(void **state)
{
    (void)state;
    found_in(
        "tests/fixtures/manifests/ft-kuberay-1.3.yaml", NULL,
        "4 L27, 14 L3, 14 L1, 21 L19, 29 L17, 30 L18, 31 L21, 37 L21, 41 L25, 41 L1, 46 L23, 51 L22, 58 L28, 69 L16, "
        "75 L23, 82 L22, 83 L22, 84 L28, 90 L24, 98 L2");
}

/* Of a folder: a program's configuration looks like an object, and is none. */
static void what_is_no_manifest_in_a_folder_is_passed_over(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool other;
    } cases[] = {
        {"apiVersion: v1\nkind: Config\nclusters: []\n", true},
        {"apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n", true},
        {"apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n---\n"
         "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
         true},
        {"apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: c}\n", true},
        {"apiVersion: skaffold/v4beta6\nkind: Config\n", true},
        {"apiVersion: audit.k8s.io/v1\nkind: Policy\n", true},
        {"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", true},
        {"image: {tag: latest}\n", true},
        {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n", false},
        {"apiVersion: v1\nkind: Config\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n", false},
        {"apiVersion: example.com/v1\nkind: Config\nmetadata: {name: c}\n", false},
    };
    struct variables vars;
    variables_init(&vars, NULL);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct findings f;
        bool other = false;
        findings_init(&f);
        lint_found_text("f", cases[i].text, strlen(cases[i].text), &vars, LINT_KUBERAY_ANY, &f, &other);
        if (other != cases[i].other) fail_msg("%s", cases[i].text);
        findings_done(&f);
    }
    variables_done(&vars);
    struct findings f =
        lint_run("apiVersion: authorization.k8s.io/v1\nkind: SelfSubjectAccessReview\nspec: {}\n", NULL);
    assert_int_equal(f.count, 0);
    findings_done(&f);
}

static void our_own_are_clean(void **state)
{
    (void)state;
    found_in("deploy/assets/ft-options.yaml", ours, "");
    found_in("deploy/assets/ft-annotation.yaml", ours, "66 L10");
}

static void our_own_say_what_is_not_set(void **state)
{
    (void)state;
    char *text = fixture_read("deploy/assets/ft-options.yaml", NULL);
    struct findings f = lint_run(text, NULL);
    char *words = lint_words(&f);
    assert_string_equal(words, "L1 L22"); /* and the public image has no tag but latest */
    assert_int_equal(f.of[FINDING_ERROR], 3);
    free(words);
    findings_done(&f);
    free(text);
}

static struct findings run_buf(struct buf *b)
{
    struct findings f;
    struct variables v;
    findings_init(&f);
    variables_init(&v, NULL);
    lint_text("m.yaml", buf_text(b), b->len, &v, LINT_KUBERAY_ANY, &f);
    variables_done(&v);
    buf_done(b);
    return f;
}

static void found_one(struct buf *b, const char *rule, const char *message)
{
    struct findings f = run_buf(b);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.items[0].rule->id, rule);
    if (!strstr(f.items[0].message, message)) fail_msg("\"%s\" does not say %s", f.items[0].message, message);
    findings_done(&f);
}

static void documents_up_to_the_limit_are_read(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100000000);
    for (int i = 0; i < MANIFEST_DOCS; i++)
        buf_printf(&b, "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c%d}}\n", i);
    struct findings f = run_buf(&b);
    assert_int_equal(f.count, 0);
    findings_done(&f);
    for (int i = 0; i <= MANIFEST_DOCS; i++) buf_str(&b, "---\n{a: b}\n");
    found_one(&b, "M1", "too many documents");
}

static void a_long_string_is_read_or_refused(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100000000);
    buf_str(&b, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: \"");
    while (b.len < MANIFEST_BYTES - 10) buf_str(&b, "x");
    buf_str(&b, "\"}\n");
    struct findings f = run_buf(&b);
    assert_int_equal(f.count, 0);
    findings_done(&f);
    buf_str(&b, "a: |\n ");
    while (b.len <= MANIFEST_BYTES) buf_str(&b, "x");
    struct findings long_one = run_buf(&b);
    assert_int_equal(long_one.count, 1);
    assert_string_equal(long_one.items[0].message, "larger than 5 MiB");
    assert_int_equal(long_one.items[0].where.line, 2);
    findings_done(&long_one);
}

/* Cheap to keep, dear to look at. */
static void a_bomb_of_aliases_is_not_looked_at(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10000000);
    buf_str(&b, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nx0: &x0 lol\n");
    for (int i = 1; i <= 12; i++) {
        buf_printf(&b, "x%d: &x%d [", i, i);
        for (int k = 0; k < 10; k++) buf_printf(&b, "*x%d, ", i - 1);
        buf_str(&b, "]\n");
    }
    found_one(&b, "M1", "its expanded aliases exceed the limits of lint");

    buf_str(&b, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nx0: &x0 \"");
    while (b.len < 1000000) buf_str(&b, "$(x) ");
    buf_str(&b, "\"\nall: [");
    for (int i = 0; i < 10000; i++) buf_str(&b, "*x0,");
    buf_str(&b, "]\n");
    found_one(&b, "M1", "aliases");
}

static void a_million_dollars_cost_little(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10000000);
    buf_str(&b, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: |\n");
    while (b.len < 4000000) buf_str(&b, "    $A ${B}\n");
    struct findings f = run_buf(&b);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.items[0].rule->id, "L2");
    findings_done(&f);
}

static void values_cannot_grow_it_without_end(void **state)
{
    (void)state;
    struct buf b, value;
    buf_init(&b, 10000000);
    buf_init(&value, 100000);
    buf_str(&value, "V=");
    while (value.len < 60000) buf_str(&value, "v");
    buf_str(&b, "a: \"");
    for (int i = 0; i < 1000; i++) buf_str(&b, "$V ");
    buf_str(&b, "\"\n");
    struct findings f = lint_run(buf_text(&b), (const char *const[]){buf_text(&value), NULL});
    assert_int_equal(f.count, 1);
    assert_string_equal(f.items[0].message, "the variables' values make it larger than 10 MiB");
    findings_done(&f);
    buf_done(&value);
    buf_done(&b);
}

static void findings_beyond_the_limit_are_counted(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10000000);
    buf_str(&b, "kind: List\napiVersion: v1\nitems:\n");
    for (int i = 0; i < MANIFEST_DOCS; i++) buf_str(&b, "- {kind: Pod, a: $X}\n");
    struct findings f = run_buf(&b);
    assert_int_equal(f.count, FINDINGS);
    assert_int_equal(f.dropped, MANIFEST_DOCS);
    assert_int_equal(f.of[FINDING_ERROR], MANIFEST_DOCS);
    struct buf out;
    buf_init(&out, 100000000);
    findings_text(&f, &out);
    assert_non_null(
        strstr(buf_text(&out), "… and 10000 more, not shown\n10000 errors, 0 warnings, 10000 infos, 0 unknown\n"));
    buf_done(&out);
    findings_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_blueprint_is_read_whole),
        cmocka_unit_test(the_blueprint_with_its_variables_set),
        cmocka_unit_test(the_form_of_kuberay_1_3_is_read_whole),
        cmocka_unit_test(what_is_no_manifest_in_a_folder_is_passed_over),
        cmocka_unit_test(our_own_are_clean),
        cmocka_unit_test(our_own_say_what_is_not_set),
        cmocka_unit_test(documents_up_to_the_limit_are_read),
        cmocka_unit_test(a_long_string_is_read_or_refused),
        cmocka_unit_test(a_bomb_of_aliases_is_not_looked_at),
        cmocka_unit_test(a_million_dollars_cost_little),
        cmocka_unit_test(values_cannot_grow_it_without_end),
        cmocka_unit_test(findings_beyond_the_limit_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
