/* drill_report_test.c - the report in its four formats: each is well-formed, and each says the same. */
#include "backends/aws/xml_walk.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/drill_report.h"
#include "tests/support/fixture.h"
#include "tests/support/loss_fixture.h"
#include "tests/support/schema_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOSTILE "a</property>&amp;\"|`b`"

static int fixture_open(void **state)
{
    struct loss_fixture *x = mem_zero(1, sizeof *x);
    loss_fill(x);
    snprintf(x->outage.ns, sizeof x->outage.ns, "mistral");
    snprintf(x->outage.service, sizeof x->outage.service, "mistral");
    *state = x;
    return 0;
}

static int fixture_close(void **state)
{
    free(*state);
    return 0;
}

/* Caller frees. */
static char *report_of(struct loss_fixture *x, enum drill_format format)
{
    struct buf out;
    struct drill_report r;
    drill_report_judge(&x->ask, &x->verdict, &r);
    r.ray_version = "2.60.0";
    r.raydeck = "1.0";
    buf_init(&out, DRILL_REPORT_MAX);
    drill_report_write(&r, format, &out);
    return buf_take(&out);
}

/* The API server's proxy is no way that a user takes: table, Markdown, JSON and explanation call it so. */
static void the_route_has_one_name(void **state)
{
    struct loss_fixture *x = *state;
    struct tally_sum *route = &x->tally.sum[TALLY_ROUTE];
    loss_add_requests(x, TALLY_ROUTE, 0, 3);
    loss_add_requests(x, TALLY_PROXIES, 100, 0);
    snprintf(route->path, sizeof route->path, "API server proxy");
    static const enum drill_format formats[] = {DRILL_FORMAT_TEXT, DRILL_FORMAT_MARKDOWN, DRILL_FORMAT_JSON};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        char *text = report_of(x, formats[i]);
        if (!strstr(text, "API server proxy") || strstr(text, "users' route")) fail_msg("%s", text);
        if (!strstr(text, "does the API server proxy lead to the head?")) fail_msg("%s", text);
        free(text);
    }
}

static cJSON *json_of(struct loss_fixture *x)
{
    cJSON *json = NULL;
    struct why why = {0};
    char *text = report_of(x, DRILL_FORMAT_JSON);
    if (json_parse(text, strlen(text), &json, &why)) fail_msg("%s in %s", why.text, text);
    free(text);
    return json;
}

struct junit_count {
    unsigned cases, failures, errors, skipped;
};

static void junit_element(void *arg, const char *path, const char *text)
{
    (void)text;
    struct junit_count *n = arg;
    n->cases += xml_ends(path, "testsuite/testcase");
    n->failures += xml_ends(path, "testcase/failure");
    n->errors += xml_ends(path, "testcase/error");
    n->skipped += xml_ends(path, "testcase/skipped");
}

static struct junit_count junit_read(const char *text)
{
    struct junit_count n = {0};
    struct why why = {0};
    if (xml_walk(text, strlen(text), &(struct xml_calls){.close = junit_element, .arg = &n}, &why))
        fail_msg("%s in %s", why.text, text);
    return n;
}

static void report_has(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("no \"%s\" in:\n%s", part, text);
}

/* The four of one loss. */
static void formats_agree(struct loss_fixture *x)
{
    char part[128];
    cJSON *json = json_of(x);
    char *text = report_of(x, DRILL_FORMAT_TEXT), *junit = report_of(x, DRILL_FORMAT_JUNIT),
         *markdown = report_of(x, DRILL_FORMAT_MARKDOWN);
    const char *result = drill_result_word(x->verdict.result);
    const struct junit_count n = junit_read(junit);
    unsigned broken = 0, unproven = 0, skipped = 0;
    assert_string_equal(json_str(json, "result"), result);
    report_has(text, result);
    report_has(markdown, result);
    snprintf(part, sizeof part, "<property name=\"result\" value=\"%s\"/>", result);
    report_has(junit, part);
    assert_int_equal(cJSON_GetArraySize(json_get(json, "criteria")), CRITERIA);
    JSON_EACH (c, json_get(json, "criteria")) {
        const char *state = json_str(c, "state");
        const bool promise = strcmp(json_str(c, "kind"), "promise") == 0;
        broken += strcmp(state, "broken") == 0 && promise;
        unproven += strcmp(state, "unknown") == 0 || (strcmp(state, "broken") == 0 && !promise);
        skipped += strcmp(state, "not judged") == 0;
    }
    assert_int_equal(n.cases, CRITERIA);
    assert_int_equal(n.failures, broken);
    assert_int_equal(n.errors, unproven);
    assert_int_equal(n.skipped, skipped);
    snprintf(part, sizeof part, "tests=\"%d\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"", CRITERIA, broken, unproven,
             skipped);
    report_has(junit, part);
    if (x->verdict.result == DRILL_PASS) assert_true(!broken && !unproven);
    if (x->verdict.result == DRILL_FAIL) assert_true(broken > 0);
    cJSON_Delete(json);
    free(text);
    free(junit);
    free(markdown);
}

static void every_format_says_the_same(void **state)
{
    struct loss_fixture *x = *state;
    formats_agree(x);
    loss_add_requests(x, TALLY_ROUTE, 0, 3);
    x->outage.restarts = 1;
    formats_agree(x);
    loss_fill(x);
    x->outage.fields.known = false;
    x->ask.has_neuron = false;
    formats_agree(x);
    loss_fill(x);
    x->outage = (struct outage){.state = OUTAGE_NONE, .missing = RUNG_COUNT, .waits_for = RUNG_COUNT};
    formats_agree(x);
}

/* What a criterion is measured by names the path that was taken. */
static void what_is_measured_names_the_path(void **state)
{
    struct loss_fixture *x = *state;
    struct tally_sum *route = &x->tally.sum[TALLY_ROUTE];
    static const char *const cases[][2] = {
        {"API server proxy", "GET /-/healthz by the API server proxy, since the fault"},
        {"ingress mistral", "GET /-/healthz by the users' route (ingress mistral), since the fault"},
        {"", "GET /-/healthz by the users' route, since the fault"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        snprintf(route->path, sizeof route->path, "%s", cases[i][0]);
        cJSON *json = json_of(x);
        JSON_EACH (c, json_get(json, "criteria")) {
            assert_null(strchr(json_str(c, "measured"), '{'));
            if (text_eq(json_str(c, "id"), "failed")) assert_string_equal(json_str(c, "measured"), cases[i][1]);
        }
        cJSON_Delete(json);
    }
}

static void the_json_is_as_its_schema_says(void **state)
{
    struct loss_fixture *x = *state;
    cJSON *schema = fixture_json("deploy/assets/drill-report.schema.json"), *json;
    json = json_of(x);
    schema_check(schema, json);
    cJSON_Delete(json);
    x->outage.workers = 0;
    loss_add_requests(x, TALLY_ROUTE, 0, 3);
    json = json_of(x);
    schema_check(schema, json);
    cJSON_Delete(json);
    x->outage = (struct outage){.state = OUTAGE_NONE, .missing = RUNG_COUNT, .waits_for = RUNG_COUNT};
    x->tally = (struct request_tally){.from_ms = 0};
    json = json_of(x);
    schema_check(schema, json);
    cJSON_Delete(json);
    cJSON_Delete(schema);
}

/* Names come from the cluster: none of them ends an element, a cell or a string. */
static void names_are_escaped(void **state)
{
    struct loss_fixture *x = *state;
    snprintf(x->outage.service, sizeof x->outage.service, "%s", HOSTILE);
    snprintf(x->outage.worker[0].name, sizeof x->outage.worker[0].name, "%s", HOSTILE);
    x->outage.worker[0].fate = WORKER_REPLACED;
    x->outage.replaced = 1;
    formats_agree(x);
    cJSON *json = json_of(x);
    assert_string_equal(json_str(json_get(json, "service"), "name"), HOSTILE);
    cJSON_Delete(json);
    char *junit = report_of(x, DRILL_FORMAT_JUNIT), *markdown = report_of(x, DRILL_FORMAT_MARKDOWN);
    report_has(junit, "a&lt;/property&gt;&amp;amp;&quot;|`b`");
    report_has(markdown, "a\\</property\\>&amp;\"\\|\\`b\\`");
    free(junit);
    free(markdown);
}

static void the_text_tells_all_that_the_verdict_rests_on(void **state)
{
    struct loss_fixture *x = *state;
    snprintf(x->outage.worker[0].name, sizeof x->outage.worker[0].name, "worker-a");
    x->outage.rung[RUNG_GCS_BACK].after_ms = LOSS_BACK_MS;
    char *text = report_of(x, DRILL_FORMAT_TEXT);
    report_has(text, "PASS");
    report_has(text, "scope    deletion of the head pod; node loss not tested\n");
    report_has(text, "service  mistral/mistral, context –, Ray 2.60.0\n");
    report_has(text, "outage       41.0 s     at least 5.0 s     met        GCS silent\n");
    report_has(text, "   +41.0s  GCS back");
    report_has(text, "users' route      300 answered, 0 failed, p50 20.2 ms");
    report_has(text, "same       worker-a\n");
    free(text);
}

static void a_file_name_tells_the_format(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum drill_format format;
    } cases[] = {{"r.txt", DRILL_FORMAT_TEXT},
                 {"a/b.json", DRILL_FORMAT_JSON},
                 {"./x.y.xml", DRILL_FORMAT_JUNIT},
                 {"r.md", DRILL_FORMAT_MARKDOWN}};
    static const char *const wrong[] = {"", "report", "r.pdf", ".json", "r.jsonl", "json"};
    struct why why = {0};
    enum drill_format format;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(drill_format_of(cases[i].path, &format, &why), ERR_OK);
        assert_int_equal(format, cases[i].format);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) assert_int_equal(drill_format_of(wrong[i], &format, &why), ERR_USAGE);
}

#define REPORT_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

static void on_end(void *arg, const char *path, const char *text)
{
    (void)arg;
    (void)path;
    (void)text;
}

static char *drawn_report(struct loss_fixture *x, enum drill_format format, const char *timeline, const char *picture)
{
    struct buf out;
    struct drill_report r;
    drill_report_judge(&x->ask, &x->verdict, &r);
    r.timeline = timeline;
    r.picture = picture;
    buf_init(&out, DRILL_REPORT_MAX);
    drill_report_write(&r, format, &out);
    return buf_take(&out);
}

/* Each of its lines is indented: none of them is markup. */
static void the_timeline_is_a_block_of_text(void **state)
{
    char *text = drawn_report(*state, DRILL_FORMAT_MARKDOWN, "one\n\n# <b>two</b>\n```\n", NULL);
    const char *block = strstr(text, "## Timeline\n");
    assert_non_null(block);
    assert_string_equal(block, "## Timeline\n\n    one\n\n    # <b>two</b>\n    ```\n");
    free(text);
    text = drawn_report(*state, DRILL_FORMAT_MARKDOWN, NULL, NULL);
    assert_null(strstr(text, "Timeline"));
    free(text);
    text = drawn_report(*state, DRILL_FORMAT_PICTURE, NULL, "<svg>x</svg>");
    assert_string_equal(text, "<svg>x</svg>");
    free(text);
    text = drawn_report(*state, DRILL_FORMAT_PICTURE, NULL, NULL); /* there was no loss: an empty picture */
    assert_int_equal(xml_walk(text, strlen(text), &(struct xml_calls){.close = on_end}, NULL), ERR_OK);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPORT_TEST(the_route_has_one_name),
        REPORT_TEST(what_is_measured_names_the_path),
        REPORT_TEST(every_format_says_the_same),
        REPORT_TEST(the_json_is_as_its_schema_says),
        REPORT_TEST(names_are_escaped),
        REPORT_TEST(the_text_tells_all_that_the_verdict_rests_on),
        cmocka_unit_test(a_file_name_tells_the_format),
        REPORT_TEST(the_timeline_is_a_block_of_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
