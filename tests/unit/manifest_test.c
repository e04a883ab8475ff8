/* manifest_test.c - objects and their places; objects as JSON. */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "deploy/manifest.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct manifest *parsed_manifest(const char *text)
{
    struct manifest *m = NULL;
    struct why why = {0};
    enum err err = manifest_parse("m", text, strlen(text), &m, NULL, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(err, ERR_OK);
    return m;
}

static void the_blueprint_has_four_objects(void **state)
{
    (void)state;
    static const char *const expected[] = {"Namespace mistral", "Secret mistral/hf-token", "RayService mistral/mistral",
                                           "Ingress mistral/mistral"};
    char *text = fixture_read("tests/fixtures/manifests/blueprint-ft.yaml", NULL), said[100];
    struct manifest *m = parsed_manifest(text);
    assert_int_equal(m->count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(manifest_object_text(&m->objects[i], said, sizeof said), expected[i]);
        assert_int_equal(m->objects[i].document, i + 1);
    }
    assert_string_equal(m->objects[2].api_version, "ray.io/v1");
    manifest_free(m);
    free(text);
}

static void empty_documents_are_passed_over_and_lists_opened(void **state)
{
    (void)state;
    char said[100];
    struct manifest *m =
        parsed_manifest("---\n# nothing\n---\nkind: List\nitems: [{kind: A}, {kind: B, metadata: {name: b}}, "
                        "x]\n---\nkind: List\n");
    assert_int_equal(m->count, 4);
    assert_string_equal(manifest_object_text(&m->objects[0], said, sizeof said), "A (no name)");
    assert_string_equal(manifest_object_text(&m->objects[2], said, sizeof said), "document 2");
    assert_string_equal(m->objects[3].kind, "List"); /* one without items is what it says */
    assert_int_equal(m->objects[1].document, 2);
    manifest_free(m);
    manifest_free(NULL);
}

/* As `kubectl get --raw` prints it: the items do not say what they are. */
static void items_of_a_typed_list_are_of_its_kind(void **state)
{
    (void)state;
    char said[256];
    struct manifest *m = parsed_manifest("kind: RayServiceList\napiVersion: ray.io/v1\nitems:\n"
                                         "- metadata: {name: a}\n- {kind: Pod, apiVersion: v1, metadata: {name: b}}\n");
    assert_int_equal(m->count, 2);
    assert_string_equal(manifest_object_text(&m->objects[0], said, sizeof said), "RayService a");
    assert_string_equal(m->objects[0].api_version, "ray.io/v1");
    assert_string_equal(manifest_object_text(&m->objects[1], said, sizeof said), "Pod b");
    assert_string_equal(m->objects[1].api_version, "v1");
    manifest_free(m);
}

static void json_values_one_after_the_other_are_documents(void **state)
{
    (void)state;
    struct manifest *m =
        parsed_manifest("{\"kind\": \"A\"}\n{\"kind\": \"B\", \"b\": \"}{\\\"\"}\n{\n  \"kind\": \"C\"\n}\n");
    assert_int_equal(m->count, 3);
    assert_string_equal(m->objects[1].kind, "B");
    const struct yaml_node *b = yaml_get(m->objects[1].root, "b");
    assert_string_equal(b->text, "}{\"");
    assert_int_equal(b->line, 2);
    assert_int_equal(b->column, 15);
    assert_int_equal(m->objects[2].document, 3);
    assert_int_equal(yaml_get(m->objects[2].root, "kind")->line, 4);
    assert_int_equal(yaml_get(m->objects[2].root, "kind")->column, 3);
    manifest_free(m);
    m = parsed_manifest("{a: {b: c}}\n---\n{d: e}\n"); /* markers of its own */
    assert_int_equal(m->count, 2);
    manifest_free(m);
}

static void json_values_may_touch_and_positions_hold(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count; /* 0: it is refused */
        const char *why;
    } cases[] = {
        {"{\"kind\": \"A\"}{\"kind\": \"B\"}{\"kind\": \"C\"}", 3, ""},
        {"\xef\xbb\xbf{\"kind\": \"A\"} {\"kind\": \"B\"}\r\n", 2, ""},
        {"{\"a\": ${A}}{\"b\": ${B}}", 2, ""},
        {"{\"a\": 1}{\"b\": 2}\n---\n{\"c\": 3}{\"d\": 4}", 4, ""},
        {"{\"a\": 1}\n---\nb: 2\n", 2, ""},
        {"{\"a\": '}{'}", 1, ""}, /* YAML, which has such strings */
        {"{\"a\": 1, # }{\n b: 2}", 1, ""},
        {"{\"a\": 1}{\"b\": *c}", 0, "m:1:9: "}, /* no JSON: one text of YAML */
        {"{\"a\": 1}\n{\"b\": 1, \"b\": 2}", 0, "m:2:10: the key \"b\" is there twice (first in line 2)"},
        {"{\"a\": 1}{\"b\": [}", 0, "m:1:16: "},
        {"{\"a\": 1}{\"b\": \"", 0, "m:1:16: found unexpected end of stream"},
        {"{\"a\": 1} x", 0, "m:1:10: "},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct manifest *m = NULL;
        struct why why = {0};
        (void)manifest_parse("m", cases[i].text, strlen(cases[i].text), &m, NULL, &why);
        if (cases[i].count)
            assert_string_equal(why.text, "");
        else if (strncmp(why.text, cases[i].why, strlen(cases[i].why)) != 0)
            fail_msg("%s: \"%s\"", cases[i].text, why.text);
        assert_int_equal(m ? m->count : 0, cases[i].count);
        manifest_free(m);
    }
}

/* What PowerShell's ">" writes, and kubectl applies. */
static void utf16_is_read_by_its_mark(void **state)
{
    (void)state;
    static const char little[] = "\xff\xfek\0i\0n\0d\0:\0 \0A\0\r\0\n\0n\0:\0 \0\xe4\0\x3d\xd8\x00\xde\n\0";
    static const char big[] = "\xfe\xff\0k\0i\0n\0d\0:\0 \0B";
    static const char bad[] = "\xff\xfek\0:\0 \0*\0x\0";
    struct manifest *m = NULL;
    struct why why = {0};
    assert_int_equal(manifest_parse("m", little, sizeof little - 1, &m, NULL, &why), ERR_OK);
    assert_string_equal(m->objects[0].kind, "A");
    assert_string_equal(yaml_str(m->objects[0].root, "n"), "\xc3\xa4\xf0\x9f\x98\x80");
    manifest_free(m);
    assert_int_equal(manifest_parse("m", big, sizeof big - 1, &m, NULL, &why), ERR_OK);
    assert_string_equal(m->objects[0].kind, "B");
    manifest_free(m);
    assert_int_equal(manifest_parse("m", bad, sizeof bad - 1, &m, NULL, &why), ERR_PARSE);
    assert_int_equal(strncmp(why.text, "m:1:4: ", 7), 0);
}

static void escapes_do_not_get_into_words(void **state)
{
    (void)state;
    char said[100];
    struct manifest *m =
        parsed_manifest("kind: \"A\\e[31m\"\nmetadata: {name: \"b\\r\\nc\", namespace: \"\\u202e\"}\n");
    manifest_object_text(&m->objects[0], said, sizeof said);
    assert_null(strpbrk(said, "\x1b\r\n"));
    assert_null(strstr(said, "\u202e"));
    manifest_free(m);
}

static void variables_in_braces_are_read_in_flow_and_in_keys(void **state)
{
    (void)state;
    struct manifest *m = parsed_manifest("{a: ${X}, b: [${Y_1}, z], ${K}: v}\n");
    const struct yaml_node *root = m->objects[0].root;
    assert_string_equal(yaml_str(root, "a"), "${X}");
    assert_string_equal(yaml_get(root, "b")->items[0]->text, "${Y_1}");
    assert_int_equal(yaml_get(root, "b")->items[1]->column, 23); /* a brace is one column still */
    assert_string_equal(yaml_str(root, "${K}"), "v");
    manifest_free(m);
}

static void refusals_say_where(void **state)
{
    (void)state;
    struct manifest *m = NULL;
    struct yaml_place at = {0};
    struct why why = {0};
    assert_int_equal(manifest_parse("f.yaml", "a: 1\n---\nb: [\n", 14, &m, &at, &why), ERR_PARSE);
    assert_null(m);
    assert_int_equal(at.line, 4);
    assert_int_equal(strncmp(why.text, "f.yaml:4:1: ", 12), 0);
}

static void inner_places_are_told_in_the_outer_file(void **state)
{
    (void)state;
    static const char text[] = "x:\n  block: |\n\n      a: 1\n        b\n  plain: one two\n  folded: >\n    a\n    b\n"
                               "  anchored: &t |\n    t: 1\n  alias: *t\n";
    struct manifest *m = parsed_manifest(text);
    const struct yaml_node *x = yaml_get(m->objects[0].root, "x");
    static const struct {
        const char *key;
        struct yaml_place inner, outer;
    } cases[] = {
        {"block", {2, 1}, {4, 7}},  {"block", {3, 3}, {5, 9}},  {"block", {90, 1}, {2, 10}},
        {"block", {0, 0}, {2, 10}}, {"plain", {1, 5}, {6, 10}}, {"folded", {2, 1}, {7, 11}},
        {"alias", {1, 4}, {11, 8}},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct yaml_place at = manifest_inner_place(m, yaml_get(x, cases[i].key), cases[i].inner);
        assert_int_equal(at.line, cases[i].outer.line);
        assert_int_equal(at.column, cases[i].outer.column);
    }
    manifest_free(m);
}

static char *json_of(const char *text)
{
    struct manifest *m = parsed_manifest(text);
    cJSON *json = NULL;
    assert_int_equal(manifest_object_json(&m->objects[0], &json, NULL), ERR_OK);
    char *printed = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    manifest_free(m);
    return printed;
}

static void objects_become_json_as_kubectl_reads_them(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{a: 1, b: \"1\", c: '', d: , e: ~, f: null, g: Null}",
         "{\"a\":1,\"b\":\"1\",\"c\":\"\",\"d\":null,\"e\":null,"
         "\"f\":null,\"g\":null}"},
        {"[true, yes, On, false, NO, off, y, n, truE]", "[true,true,true,false,false,false,\"y\",\"n\",\"truE\"]"},
        {"[0, -5, +5, 1.5, .5, 1e3, 0x1F, 0o17, 017, 08, 1_0]", "[0,-5,5,1.5,0.5,1000,31,15,15,8,\"1_0\"]"},
        {"[1.2.3, 20G, 6379:80, .inf, .nan, -, 1e999, 10.0.0.7]",
         "[\"1.2.3\",\"20G\",\"6379:80\",\".inf\",\".nan\",\"-\",\"1e999\",\"10.0.0.7\"]"},
        {"[99999999999999999999, 0xFFFFFFFFFFFFFFFFFF]", "[\"99999999999999999999\",\"0xFFFFFFFFFFFFFFFFFF\"]"},
        {"a: &x {k: [1]}\nb: *x\nc: |\n  one\n  two\n", "{\"a\":{\"k\":[1]},\"b\":{\"k\":[1]},\"c\":\"one\\ntwo\\n\"}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *json = json_of(cases[i][0]);
        assert_string_equal(json, cases[i][1]);
        cJSON_free(json);
    }
}

static void aliases_written_out_have_a_limit(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10000000);
    buf_str(&b, "x0: &x0 lol\n");
    for (int i = 1; i <= 12; i++) {
        buf_printf(&b, "x%d: &x%d [", i, i);
        for (int k = 0; k < 10; k++) buf_printf(&b, "*x%d, ", i - 1);
        buf_str(&b, "]\n");
    }
    struct manifest *m = parsed_manifest(buf_text(&b));
    cJSON *json = NULL;
    struct why why = {0};
    assert_int_equal(manifest_object_json(&m->objects[0], &json, &why), ERR_LIMIT);
    assert_null(json);
    manifest_free(m);

    buf_clear(&b);
    buf_str(&b, "x: &x \"");
    while (b.len < 1000000) buf_str(&b, "lol ");
    buf_str(&b, "\"\nall: [");
    for (int i = 0; i < 1000; i++) buf_str(&b, "*x,");
    buf_str(&b, "]\n");
    m = parsed_manifest(buf_text(&b));
    assert_int_equal(manifest_object_json(&m->objects[0], &json, &why), ERR_LIMIT);
    manifest_free(m);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_blueprint_has_four_objects),
        cmocka_unit_test(empty_documents_are_passed_over_and_lists_opened),
        cmocka_unit_test(items_of_a_typed_list_are_of_its_kind),
        cmocka_unit_test(json_values_one_after_the_other_are_documents),
        cmocka_unit_test(json_values_may_touch_and_positions_hold),
        cmocka_unit_test(utf16_is_read_by_its_mark),
        cmocka_unit_test(escapes_do_not_get_into_words),
        cmocka_unit_test(variables_in_braces_are_read_in_flow_and_in_keys),
        cmocka_unit_test(refusals_say_where),
        cmocka_unit_test(inner_places_are_told_in_the_outer_file),
        cmocka_unit_test(objects_become_json_as_kubectl_reads_them),
        cmocka_unit_test(aliases_written_out_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
