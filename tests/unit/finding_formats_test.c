/* finding_formats_test.c - findings as SARIF, JUnit and GitHub's commands: what their readers require, and that hostile
 * text stays text. */
#include "backends/aws/xml_walk.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "deploy/finding_formats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOSTILE "a<b>&\"'%0A::error::x\r\n,:\x1b"

/* An error, a warning, an info and an unknown one in m.yaml, one of them ignored; a clean file; one that is absolute.
 */
static struct findings some_findings(void)
{
    struct findings f;
    const struct finding_where at = {"RayService a/b", "de mo/m,1.yaml", 1, 9, 3},
                               below = {.file = "/m.yaml", .line = 4, .column = 1},
                               nowhere = {.file = "de mo/m,1.yaml"};
    findings_init(&f);
    findings_checked(&f, "de mo/m,1.yaml", 2);
    findings_checked(&f, "clean.yaml", 1);
    findings_checked(&f, "/m.yaml", 1);
    findings_checked(&f, "/m.yaml", 1); /* given twice */
    findings_add(&f, RULE_L9, FINDING_ERROR, &at, "%s", HOSTILE);
    findings_add(&f, RULE_L17, FINDING_WARNING, &below, "one");
    findings_add(&f, RULE_L19, FINDING_INFO, &at, "two");
    findings_add(&f, RULE_L25, FINDING_UNKNOWN, &nowhere, "three");
    findings_add(&f, RULE_L3, FINDING_ERROR, &below, "ignored");
    assert_int_equal(findings_ignore(&f, 0, rule_get(RULE_L3), 4, "\"because\" <"), 1);
    findings_sort(&f);
    return f;
}

static char *findings_printed(const struct findings *f, enum findings_format format, enum finding_severity fail_on)
{
    struct buf out;
    buf_init(&out, 1024 * 1024);
    findings_print(f, format, fail_on, &out);
    return buf_take(&out);
}

static void formats_have_names(void **state)
{
    (void)state;
    enum findings_format format = FINDINGS_SARIF;
    assert_true(findings_format_named(NULL, &format));
    assert_int_equal(format, FINDINGS_TEXT);
    assert_true(findings_format_named("github", &format));
    assert_int_equal(format, FINDINGS_GITHUB);
    assert_false(findings_format_named("yaml", &format));
    assert_int_equal(format, FINDINGS_GITHUB);
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0) return true;
    return false;
}

/* What the schema of SARIF 2.1.0 requires of what is written. */
static void a_result_is_valid(const cJSON *result, const cJSON *rules)
{
    static const char *const levels[] = {"none", "note", "warning", "error", NULL};
    static const char *const kinds[] = {"fail", "open", NULL};
    const char *id = json_str(result, "ruleId");
    const cJSON *rule = cJSON_GetArrayItem(rules, (int)json_u64(result, "ruleIndex").value);
    assert_string_equal(json_str(rule, "id"), id);
    assert_true(is_one_of(json_str(result, "level"), levels));
    assert_true(is_one_of(json_str(result, "kind"), kinds));
    if (strcmp(json_str(result, "kind"), "fail") != 0) assert_string_equal(json_str(result, "level"), "none");
    assert_non_null(json_str(json_get(result, "message"), "text"));
    JSON_EACH (location, json_get(result, "locations")) {
        const cJSON *physical = json_get(location, "physicalLocation"), *region = json_get(physical, "region");
        const char *uri = json_str(json_get(physical, "artifactLocation"), "uri");
        assert_non_null(uri);
        assert_null(strpbrk(uri, " ,\"<>"));
        if (region) assert_true(json_u64(region, "startLine").value > 0);
    }
    JSON_EACH (suppression, json_get(result, "suppressions"))
        assert_string_equal(json_str(suppression, "kind"), "inSource");
}

/* One that could not be read beside a clean one: no reader may take the run for one without findings. */
static void a_file_that_was_not_read_is_said_in_every_format(void **state)
{
    (void)state;
    static const char *const expected[] = {
        [FINDINGS_TEXT] = "0 errors, 0 warnings, 0 infos, 0 unknown, 1 file not read\n",
        [FINDINGS_JSON] = "{\"file\":\"chart\",\"objects\":0,\"failure\":\"helm: <not> found\"}",
        [FINDINGS_SARIF] = "\"invocations\":[{\"executionSuccessful\":false,\"toolExecutionNotifications\":[{"
                           "\"level\":\"error\",\"message\":{\"text\":\"helm: <not> found\"},\"locations\":[{"
                           "\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"chart\"}}}]}]}]",
        [FINDINGS_JUNIT] = "<testsuites name=\"raydeck lint\" tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"0\">",
        [FINDINGS_GITHUB] = "::error file=chart,title=not read::helm: <not> found\n",
    };
    struct findings f;
    findings_init(&f);
    findings_checked(&f, "clean.yaml", 1);
    findings_failed(&f, "chart", "helm: <not> found");
    findings_sort(&f);
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        char *text = findings_printed(&f, (enum findings_format)i, FINDING_ERROR);
        if (i == FINDINGS_JSON || i == FINDINGS_SARIF) cJSON_Minify(text);
        if (!strstr(text, expected[i])) fail_msg("\n%s\nlacks %s", text, expected[i]);
        free(text);
    }
    findings_done(&f);
}

static void sarif_is_what_its_schema_requires(void **state)
{
    (void)state;
    struct findings f = some_findings();
    char *text = findings_printed(&f, FINDINGS_SARIF, FINDING_ERROR);
    cJSON *json = NULL;
    size_t results = 0, suppressed = 0, absolute = 0;
    assert_int_equal(json_parse(text, strlen(text), &json, NULL), ERR_OK);
    assert_string_equal(json_str(json, "version"), "2.1.0");
    assert_non_null(json_str(json, "$schema"));
    const cJSON *run = cJSON_GetArrayItem(json_get(json, "runs"), 0), *tool = json_get(json_get(run, "tool"), "driver");
    assert_string_equal(json_str(tool, "name"), "raydeck");
    assert_string_equal(json_str(run, "columnKind"), "unicodeCodePoints");
    assert_int_equal(cJSON_GetArraySize(json_get(tool, "rules")), RULES);
    JSON_EACH (result, json_get(run, "results")) {
        a_result_is_valid(result, json_get(tool, "rules"));
        suppressed += json_get(result, "suppressions") != NULL;
        results++;
        const cJSON *location = cJSON_GetArrayItem(json_get(result, "locations"), 0);
        const char *uri = json_str(json_get(json_get(location, "physicalLocation"), "artifactLocation"), "uri");
        if (strcmp(uri, "file:///m.yaml") == 0)
            absolute++;
        else
            assert_string_equal(uri, "de%20mo/m%2C1.yaml");
    }
    assert_int_equal(results, 5);
    assert_int_equal(suppressed, 1);
    assert_int_equal(absolute, 2);
    cJSON_Delete(json);
    free(text);
    findings_done(&f);
}

struct junit_sum {
    size_t suites, cases, failures, skipped;
};

static void junit_element(void *arg, const char *path, const char *text)
{
    struct junit_sum *n = arg;
    (void)text;
    n->suites += xml_ends(path, "testsuites/testsuite");
    n->cases += xml_ends(path, "testsuite/testcase");
    n->failures += xml_ends(path, "testcase/failure");
    n->skipped += xml_ends(path, "testcase/skipped");
}

static void junit_has_a_case_for_each_finding_and_each_clean_file(void **state)
{
    (void)state;
    struct findings f = some_findings();
    for (int fail_on = FINDING_ERROR; fail_on <= FINDING_WARNING; fail_on++) {
        struct junit_sum n = {0};
        struct why why = {0};
        char *text = findings_printed(&f, FINDINGS_JUNIT, (enum finding_severity)fail_on);
        if (xml_walk(text, strlen(text), &(struct xml_calls){.close = junit_element, .arg = &n}, &why))
            fail_msg("%s in %s", why.text, text);
        assert_int_equal(n.suites, 3);
        assert_int_equal(n.cases, 6);
        assert_int_equal(n.failures, fail_on == FINDING_ERROR ? 1 : 2);
        assert_int_equal(n.skipped, 2);
        char *sums = mem_printf("tests=\"6\" failures=\"%zu\" errors=\"0\" skipped=\"2\"", n.failures);
        assert_non_null(strstr(text, sums));
        free(sums);
        free(text);
    }
    findings_done(&f);
}

static void githubs_commands_are_a_line_each(void **state)
{
    (void)state;
    struct findings f = some_findings();
    char *text = findings_printed(&f, FINDINGS_GITHUB, FINDING_ERROR);
    static const char *const parts[] = {
        "::error file=de mo/m%2C1.yaml,line=9,col=3,title=L9 no GCS fault "
        "tolerance::a<b>&\"'%250A::error::x\\x0d\\x0a,:"
        "\\x1b%0AWhy: ",
        "::warning file=/m.yaml,line=4,col=1,title=L17 ",
        "::notice file=de mo/m%2C1.yaml,title=L25 Redis without secrets::unknown: three%0AWhy: ",
        "\n1 ignored, 1 error, 1 warning, 1 info, 1 unknown\n",
    };
    size_t lines = 0;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (!strstr(text, parts[i])) fail_msg("no \"%s\" in:\n%s", parts[i], text);
    for (const char *at = text; (at = strchr(at, '\n')); at++) lines++;
    assert_int_equal(lines, 5);
    free(text);
    findings_done(&f);
}

static void what_fails_is_what_is_as_severe(void **state)
{
    (void)state;
    struct findings f;
    findings_init(&f);
    findings_add(&f, RULE_L25, FINDING_UNKNOWN, NULL, "x");
    findings_add(&f, RULE_L19, FINDING_INFO, NULL, "x");
    assert_false(findings_fail(&f, FINDING_WARNING));
    findings_add(&f, RULE_L17, FINDING_WARNING, NULL, "x");
    assert_true(findings_fail(&f, FINDING_WARNING));
    assert_false(findings_fail(&f, FINDING_ERROR));
    findings_add(&f, RULE_L9, FINDING_ERROR, NULL, "x");
    assert_true(findings_fail(&f, FINDING_ERROR));
    findings_done(&f);
}

static void nothing_checked_is_not_no_errors(void **state)
{
    (void)state;
    struct findings f;
    struct buf out;
    findings_init(&f);
    findings_checked(&f, "empty.yaml", 0);
    findings_add(&f, RULE_M5, FINDING_INFO, NULL, "no object is in this file");
    buf_init(&out, 1000);
    findings_totals(&f, ", ", &out);
    assert_string_equal(buf_text(&out), "nothing was checked");
    findings_checked(&f, "one.yaml", 1);
    buf_clear(&out);
    findings_totals(&f, ", ", &out);
    assert_string_equal(buf_text(&out), "0 errors, 0 warnings, 1 info, 0 unknown");
    buf_done(&out);
    findings_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_have_names),
        cmocka_unit_test(a_file_that_was_not_read_is_said_in_every_format),
        cmocka_unit_test(sarif_is_what_its_schema_requires),
        cmocka_unit_test(junit_has_a_case_for_each_finding_and_each_clean_file),
        cmocka_unit_test(githubs_commands_are_a_line_each),
        cmocka_unit_test(what_fails_is_what_is_as_severe),
        cmocka_unit_test(nothing_checked_is_not_no_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
