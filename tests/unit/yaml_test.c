/* yaml_test.c - YAML: trees, places, limits. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct yaml *parsed_yaml(const char *text)
{
    struct yaml *y = NULL;
    struct why why = {0};
    enum err err = yaml_parse("t", text, strlen(text), &y, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(err, ERR_OK);
    return y;
}

/* YAML 1.1's merge type. */
static void merge_keys_bring_what_a_map_lacks(void **state)
{
    (void)state;
    struct yaml *y = parsed_yaml("a: &a {x: 1, y: [2]}\n"
                                 "b: &b {x: 5, z: 6}\n"
                                 "one:\n"
                                 "  <<: *a\n"
                                 "  x: 9\n"
                                 "two: {<<: [*b, *a]}\n"
                                 "three: {<<: {<<: *a, w: 1}}\n");
    const struct yaml_node *one = yaml_get(yaml_root(y), "one"), *two = yaml_get(yaml_root(y), "two");
    const struct yaml_node *three = yaml_get(yaml_root(y), "three");
    assert_int_equal(one->count, 2);
    assert_string_equal(yaml_str(one, "x"), "9");
    assert_int_equal(yaml_get(one, "y")->count, 1);
    assert_true(yaml_get(one, "y")->alias);
    assert_int_equal(yaml_get(one, "y")->line, 4);
    assert_null(yaml_get(one, "<<"));
    assert_string_equal(yaml_str(two, "x"), "5"); /* the first of the list wins */
    assert_int_equal(yaml_get(two, "y")->count, 1);
    assert_string_equal(yaml_str(two, "z"), "6");
    assert_string_equal(yaml_str(three, "x"), "1");
    assert_string_equal(yaml_str(three, "w"), "1");
    yaml_set_text(yaml_get(yaml_get(yaml_root(y), "a"), "x"), "7"); /* as with any alias */
    assert_string_equal(yaml_str(three, "x"), "7");
    yaml_tree_free(y);
}

static void a_kubeconfig_is_read(void **state)
{
    (void)state;
    struct yaml *y = parsed_yaml("apiVersion: v1\n"
                                 "clusters:\n"
                                 "- name: \"c 1\"\n"
                                 "  cluster: {server: 'https://x:6443', insecure-skip-tls-verify: true}\n"
                                 "current-context: ~\n"
                                 "users: null\n"
                                 "empty:\n"
                                 "quoted: ''\n"
                                 "block: |\n"
                                 "  one\n"
                                 "  two\n"
                                 "--- \nsecond: document\n");
    const struct yaml_node *root = yaml_root(y), *clusters = yaml_get(root, "clusters");
    assert_int_equal(root->kind, YAML_MAP);
    assert_int_equal(root->count, 7);
    assert_null(root->items[7]);
    assert_string_equal(yaml_str(root, "apiVersion"), "v1");
    assert_int_equal(clusters->kind, YAML_LIST);
    assert_int_equal(clusters->line, 2);
    assert_int_equal(clusters->column, 1);
    const struct yaml_node *first = clusters->items[0];
    assert_string_equal(yaml_str(first, "name"), "c 1");
    assert_false(yaml_get(first, "name")->plain);
    assert_int_equal(yaml_get(first, "name")->line, 3);
    assert_int_equal(yaml_get(first, "name")->column, 3);
    const struct yaml_node *cluster = yaml_get(first, "cluster");
    assert_string_equal(yaml_str(cluster, "server"), "https://x:6443");
    assert_true(yaml_bool(cluster, "insecure-skip-tls-verify", false));
    assert_true(yaml_bool(cluster, "absent", true));
    assert_true(yaml_bool(cluster, "server", true));
    assert_null(yaml_str(root, "current-context"));
    assert_null(yaml_str(root, "users"));
    assert_null(yaml_str(root, "empty"));
    assert_string_equal(yaml_str(root, "quoted"), "");
    assert_string_equal(yaml_str(root, "block"), "one\ntwo\n");
    assert_null(yaml_str(root, "clusters"));
    assert_null(yaml_get(root, "second"));
    assert_null(yaml_get(NULL, "x"));
    assert_null(yaml_get(clusters, "x"));
    yaml_tree_free(y);
    yaml_tree_free(NULL);
}

static void nothing_has_no_root(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n\n", "# nothing\n"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct yaml *y = parsed_yaml(texts[i]);
        assert_null(yaml_root(y));
        yaml_tree_free(y);
    }
}

static void aliases_share_nodes(void **state)
{
    (void)state;
    struct yaml *y = parsed_yaml("a: &x {k: v, l: [1, 2]}\nb: *x\nc: [*x]\nd: &x other\ne: *x\n");
    const struct yaml_node *root = yaml_root(y), *b = yaml_get(root, "b");
    assert_string_equal(b->key, "b");
    assert_int_equal(b->line, 2);
    assert_string_equal(yaml_str(b, "k"), "v");
    assert_ptr_equal(yaml_get(b, "l"), yaml_get(yaml_get(root, "a"), "l"));
    assert_string_equal(yaml_str(yaml_get(root, "c")->items[0], "k"), "v");
    assert_null(yaml_get(root, "c")->items[0]->key);
    assert_string_equal(yaml_str(root, "e"), "other");
    yaml_tree_free(y);
}

static void what_is_wrong_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", "t:3:1: the key \"a\" is there twice (first in line 1)"},
        {"m:\n  {x: 1, x: 2}\n", "t:2:10: the key \"x\" is there twice (first in line 2)"},
        {"a: {{x}}", "t:1:5: a key that is not a plain word or a string"},
        {"? [a]\n: b\n", "t:1:3: a key that is not a plain word or a string"},
        {"a: *x", "t:1:4: an alias that is not defined; a value that begins with * has to be quoted"},
        {"a: &x [*x]", "t:1:8: an alias to what it is part of"},
        {"x: &x k\n*x : v\n", "t:2:1: a key that is not a plain word or a string"},
        {"a:\n\tb: 1", "t:2:1: found character that cannot start any token"},
        {"ok: 1\nbad: \xff\n", "t:2:6: invalid leading UTF-8 octet"},
        {"ok: 1\nbad: \"\x01\"\n", "t:2:7: control characters are not allowed"},
        {"a: \"x\\0y\"", "t:1:4: a NUL character in a string"},
        {"a: [1, 2", "t:1:9: did not find expected ',' or ']'"},
        {"a: 'x", "t:1:6: found unexpected end of stream"},
        {"a: b: c", "t:1:5: mapping values are not allowed in this context"},
        {"%YAML 9.9\n---\na: 1\n", "t:1:1: found incompatible YAML document"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct yaml *y = NULL;
        struct why why = {0};
        assert_int_not_equal(yaml_parse("t", cases[i].text, strlen(cases[i].text), &y, &why), ERR_OK);
        assert_string_equal(why.text, cases[i].why);
        assert_null(y);
    }
}

static enum err parse_buf(struct buf *b, struct why *why)
{
    struct yaml *y = NULL;
    enum err err = yaml_parse("t", buf_text(b), b->len, &y, why);
    yaml_tree_free(y);
    buf_done(b);
    return err;
}

static void depth_and_count_have_limits(void **state)
{
    (void)state;
    struct buf b;
    struct why why;
    buf_init(&b, 10000000);
    for (int i = 0; i < 100000; i++) buf_char(&b, '[');
    assert_int_equal(parse_buf(&b, &why), ERR_LIMIT);
    assert_string_equal(why.text, "t:1:65: nested too deep");

    for (int i = 0; i < YAML_DEPTH; i++) buf_char(&b, '[');
    for (int i = 0; i < YAML_DEPTH; i++) buf_char(&b, ']');
    assert_int_equal(parse_buf(&b, &why), ERR_OK);

    for (int i = 0; i < YAML_NODES + 10; i++) buf_str(&b, "- x\n");
    assert_int_equal(parse_buf(&b, &why), ERR_LIMIT);

    for (int i = 0; i < YAML_ANCHORS + 10; i++) buf_printf(&b, "- &a%d x\n", i);
    assert_int_equal(parse_buf(&b, &why), ERR_LIMIT);
    assert_string_equal(why.text, "t:1001:3: too many anchors");
}

/* Ten lists, each of ten of the one before: ten billion leaves in a hundred nodes. */
static void a_billion_laughs_cost_nothing(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    buf_str(&b, "a0: &a0 lol\n");
    for (int i = 1; i <= 10; i++) {
        buf_printf(&b, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++) buf_printf(&b, "%s*a%d", k ? ", " : "", i - 1);
        buf_str(&b, "]\n");
    }
    struct yaml *y = parsed_yaml(buf_text(&b));
    const struct yaml_node *n = yaml_get(yaml_root(y), "a10");
    for (int i = 0; i < 10; i++) n = n->items[9];
    assert_string_equal(n->text, "lol");
    yaml_tree_free(y);

    buf_clear(&b);
    buf_str(&b, "a0: &a0 lol\n");
    for (int i = 1; i <= 100; i++) buf_printf(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    struct why why;
    assert_int_equal(parse_buf(&b, &why), ERR_LIMIT);
    assert_string_equal(why.text, "t:65:12: nested too deep");
}

static void many_keys_are_checked_quickly(void **state)
{
    (void)state;
    struct buf b;
    struct why why;
    buf_init(&b, 10000000);
    for (int i = 0; i < 40000; i++) buf_printf(&b, "key%d: x\n", i);
    buf_str(&b, "key7: x\n");
    assert_int_equal(parse_buf(&b, &why), ERR_PARSE);
    assert_string_equal(why.text, "t:40001:1: the key \"key7\" is there twice (first in line 8)");
}

static void all_documents_are_read(void **state)
{
    (void)state;
    static const char text[] = "a: &x 1\nb: *x\n---\n# nothing\n---\n- {k: v}\n...\n---\n\"q\"\n";
    struct yaml *y = NULL;
    struct why why = {0};
    assert_int_equal(yaml_parse_all(&(struct yaml_text){"t", text, strlen(text), NULL, 0}, 10, &y, NULL, &why), ERR_OK);
    assert_int_equal(yaml_documents(y), 4);
    assert_string_equal(yaml_str(yaml_document(y, 0), "b"), "1");
    assert_string_equal(yaml_document(y, 1)->text, ""); /* an empty document is a null */
    const struct yaml_node *item = yaml_document(y, 2)->items[0];
    assert_int_equal(item->line, 6);
    assert_int_equal(item->column, 3);
    assert_false(yaml_document(y, 3)->plain);
    assert_null(yaml_document(y, 4));
    yaml_tree_free(y);
}

static void documents_have_limits_and_anchors_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line, column;
        const char *why;
    } cases[] = {
        {"a: &x 1\n---\nb: *x\n", 3, 4,
         "t:3:4: an alias that is not defined; a value that begins with * has to be quoted"},
        {"a: 1\n---\nb: 1\nb: 2\n", 4, 1, "t:4:1: the key \"b\" is there twice (first in line 3)"},
        {"1\n---\n2\n---\n3\n---\n4\n", 6, 1, "t:6:1: too many documents"},
        {"a: 1\n---\nb: [\n", 4, 1, "t:4:1: did not find expected node content"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct yaml *y = NULL;
        struct yaml_place at = {0};
        struct why why = {0};
        const char *text = cases[i].text;
        assert_int_not_equal(yaml_parse_all(&(struct yaml_text){"t", text, strlen(text), NULL, 0}, 3, &y, &at, &why),
                             ERR_OK);
        assert_string_equal(why.text, cases[i].why);
        assert_int_equal(at.line, cases[i].line);
        assert_int_equal(at.column, cases[i].column);
        assert_null(y);
    }
}

/* Lines are those that an editor counts; a text that is cut is still one text. */
static void positions_are_those_of_the_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t cuts[2], cuts_count;
        const char *why;
    } cases[] = {
        {"{\"a\": 1}{\"b\": [}", {8}, 1, "t:1:16: did not find expected node content"},
        {"{\"a\": 1}\n {\"b\": 1, \"b\": 2}", {10}, 1, "t:2:11: the key \"b\" is there twice (first in line 2)"},
        {"{}{\n\"b\": *c}{}",
         {2, 13},
         2,
         "t:2:6: an alias that is not defined; a value that begins with * has to be quoted"},
        {"\xef\xbb\xbf{}{\"b\": *c}",
         {5},
         1,
         "t:1:9: an alias that is not defined; a value that begins with * has to be quoted"},
        {"a: \"\xe2\x80\xa8\"\nb: *c\n",
         {0},
         0, /* LS, at which libyaml begins a line */
         "t:2:4: an alias that is not defined; a value that begins with * has to be quoted"},
        {"a: 1\r\nb: *c\r\n",
         {0},
         0,
         "t:2:4: an alias that is not defined; a value that begins with * has to be quoted"},
        {"a: \xc3\xa4\xff\n", {0}, 0, "t:1:5: invalid leading UTF-8 octet"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct yaml *y = NULL;
        struct why why = {0};
        const struct yaml_text text = {"t", cases[i].text, strlen(cases[i].text), cases[i].cuts, cases[i].cuts_count};
        assert_int_equal(yaml_parse_all(&text, 3, &y, NULL, &why), ERR_PARSE);
        assert_string_equal(why.text, cases[i].why);
    }
    struct yaml *y = NULL;
    const size_t cut = 8;
    assert_int_equal(yaml_parse_all(&(struct yaml_text){"t", "{\"a\": 1}{\"b\": c}", 16, &cut, 1}, 3, &y, NULL, NULL),
                     ERR_OK);
    assert_int_equal(yaml_documents(y), 2);
    assert_int_equal(yaml_get(yaml_document(y, 1), "b")->column, 10);
    assert_int_equal(yaml_get(yaml_document(y, 1), "b")->own.column, 15);
    yaml_tree_free(y);
}

static void nodes_of_all_documents_have_a_limit(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100000000);
    for (int d = 0; d < 16; d++) {
        buf_str(&b, "---\n[");
        for (int i = 0; i < YAML_NODES - 2; i++) buf_str(&b, "1,");
        buf_str(&b, "]\n");
    }
    struct yaml *y = NULL;
    struct why why = {0};
    assert_int_equal(yaml_parse_all(&(struct yaml_text){"t", buf_text(&b), b.len, NULL, 0}, 100, &y, NULL, &why),
                     ERR_LIMIT);
    assert_non_null(strstr(why.text, "too many nodes"));
    buf_done(&b);
}

static void a_value_has_a_place_of_its_own(void **state)
{
    (void)state;
    struct yaml *y = parsed_yaml("a:\n  text: &t |\n    one\n  other:   two\nb: *t\n");
    const struct yaml_node *a = yaml_get(yaml_root(y), "a"), *text = yaml_get(a, "text"),
                           *b = yaml_get(yaml_root(y), "b");
    assert_true(text->literal);
    assert_int_equal(text->line, 2);
    assert_int_equal(text->own.line, 2);
    assert_int_equal(text->own.column, 9);
    assert_int_equal(yaml_get(a, "other")->own.column, 12);
    assert_false(yaml_get(a, "other")->literal);
    assert_true(b->alias);
    assert_int_equal(b->line, 5);
    assert_int_equal(b->own.line, 2); /* its anchor's */
    yaml_tree_free(y);
}

static void a_scalar_gets_another_text(void **state)
{
    (void)state;
    struct yaml *y = parsed_yaml("a: &x $V\nb: *x\nc: *x\n");
    const struct yaml_node *root = yaml_root(y);
    yaml_set_text(root->items[0], "first");
    yaml_set_text(root->items[0], "second");
    for (size_t i = 0; i < 3; i++) assert_string_equal(root->items[i]->text, "second");
    yaml_tree_free(y);
}

static void a_scalar_becomes_a_string(void **state)
{
    (void)state;
    struct yaml *y = parsed_yaml("a: &x $V\nb: *x\n");
    const struct yaml_node *root = yaml_root(y);
    yaml_set_string(root->items[0], "null");
    assert_false(root->items[0]->plain);
    assert_string_equal(yaml_str(root, "b"), "null");
    yaml_tree_free(y);
}

static void a_tree_takes_the_place_of_a_scalar(void **state)
{
    (void)state;
    struct yaml *y = parsed_yaml("a: 1\nb: &x $V\nc: *x\n"), *with = parsed_yaml("{k: [one, &t two, *t]}");
    const struct yaml_node *root = yaml_root(y), *b = yaml_get(root, "b");
    yaml_replace(y, b, with);
    assert_int_equal(b->kind, YAML_MAP);
    assert_null(b->text);
    assert_int_equal(b->line, 2);
    const struct yaml_node *list = yaml_get(b, "k");
    assert_int_equal(list->count, 3);
    assert_string_equal(list->items[2]->text, "two");
    assert_int_equal(list->items[0]->line, 2); /* where the scalar stood */
    assert_ptr_equal(yaml_get(yaml_get(root, "c"), "k"), list);
    yaml_replace(y, list->items[0], parsed_yaml("[]"));
    assert_int_equal(list->items[0]->kind, YAML_LIST);
    assert_int_equal(list->items[0]->count, 0);
    yaml_tree_free(y);
}

static void an_item_is_dropped(void **state)
{
    (void)state;
    struct yaml *y = parsed_yaml("m: &m {a: 1, b: &b 2, c: 3}\nn: *m\nl: [*b]\n");
    const struct yaml_node *root = yaml_root(y), *m = yaml_get(root, "m"), *b = yaml_get(m, "b");
    yaml_drop(m, b);
    assert_int_equal(m->count, 2);
    assert_null(yaml_get(m, "b"));
    assert_string_equal(yaml_str(m, "c"), "3");
    assert_null(m->items[2]);
    assert_int_equal(yaml_get(root, "n")->count, 2); /* what shares it has lost it too */
    assert_string_equal(yaml_get(root, "l")->items[0]->text, "2");
    yaml_drop(m, m->items[1]);
    yaml_drop(m, m->items[0]);
    assert_int_equal(m->count, 0);
    yaml_tree_free(y);
}

static void files_of_other_systems_are_read(void **state)
{
    (void)state;
    struct yaml *y = parsed_yaml("\xef\xbb\xbf"
                                 "a: 1\r\nb: |\r\n  x\r\n  y\r\n");
    assert_int_equal(yaml_root(y)->count, 2);
    assert_string_equal(yaml_str(yaml_root(y), "a"), "1");
    assert_int_equal(yaml_get(yaml_root(y), "a")->column, 1);
    assert_string_equal(yaml_str(yaml_root(y), "b"), "x\ny\n");
    yaml_tree_free(y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge_keys_bring_what_a_map_lacks),
        cmocka_unit_test(a_kubeconfig_is_read),
        cmocka_unit_test(nothing_has_no_root),
        cmocka_unit_test(aliases_share_nodes),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
        cmocka_unit_test(depth_and_count_have_limits),
        cmocka_unit_test(a_billion_laughs_cost_nothing),
        cmocka_unit_test(many_keys_are_checked_quickly),
        cmocka_unit_test(all_documents_are_read),
        cmocka_unit_test(documents_have_limits_and_anchors_of_their_own),
        cmocka_unit_test(positions_are_those_of_the_text),
        cmocka_unit_test(nodes_of_all_documents_have_a_limit),
        cmocka_unit_test(a_value_has_a_place_of_its_own),
        cmocka_unit_test(a_scalar_gets_another_text),
        cmocka_unit_test(a_scalar_becomes_a_string),
        cmocka_unit_test(a_tree_takes_the_place_of_a_scalar),
        cmocka_unit_test(an_item_is_dropped),
        cmocka_unit_test(files_of_other_systems_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
