/* rule_examples_test.c - the examples of rules.def: lint finds the rule in the bad one and not in the good one; and
 * deploy/docs/rules.md is what the table says. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "deploy/rule_text.h"
#include "tests/support/lint_harness.h"
#include "tests/support/screen_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *item_name(const cJSON *item)
{
    const char *name = json_str(item, "name");
    return name ? name : json_str(item, "groupName");
}

static cJSON *list_item(cJSON *list, const char *name)
{
    cJSON *item;
    cJSON_ArrayForEach(item, list) if (name && item_name(item) && strcmp(item_name(item), name) == 0) return item;
    return NULL;
}

static void json_merge(cJSON *base, const cJSON *with);

/* As kubectl's strategic merge: of lists whose items have names, by name; other lists and scalars are replaced. */
static void json_merge_list(cJSON *list, const cJSON *with)
{
    const cJSON *item;
    if (!cJSON_GetArraySize(with) || !item_name(with->child))
        while (list->child) cJSON_DeleteItemFromArray(list, 0);
    cJSON_ArrayForEach(item, with)
    {
        cJSON *same = list_item(list, item_name(item));
        if (same)
            json_merge(same, item);
        else
            cJSON_AddItemToArray(list, cJSON_Duplicate(item, true));
    }
}

static void json_merge(cJSON *base, const cJSON *with)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, with)
    {
        cJSON *same = cJSON_GetObjectItemCaseSensitive(base, item->string);
        if (cJSON_IsNull(item)) {
            cJSON_DeleteItemFromObjectCaseSensitive(base, item->string);
        } else if (same && cJSON_IsObject(same) && cJSON_IsObject(item) && item->child) {
            json_merge(same, item);
        } else if (same && cJSON_IsArray(same) && cJSON_IsArray(item)) {
            json_merge_list(same, item);
        } else {
            cJSON_DeleteItemFromObjectCaseSensitive(base, item->string);
            cJSON_AddItemToObject(base, item->string, cJSON_Duplicate(item, true));
        }
    }
}

static cJSON *json_of(const char *yaml)
{
    struct manifest *m = NULL;
    struct why why = {0};
    cJSON *json = NULL;
    if (manifest_parse("example", yaml, strlen(yaml), &m, NULL, &why)) fail_msg("%s in:\n%s", why.text, yaml);
    assert_true(m->count > 0);
    assert_int_equal(manifest_object_json(&m->objects[0], &json, NULL), ERR_OK);
    manifest_free(m);
    return json;
}

/* A whole file, or the part of a RayService put into the clean one. Caller frees. */
static char *manifest_of(const char *example)
{
    if (strstr(example, "kind:")) return mem_str(example);
    cJSON *base = json_of(lint_clean), *part = json_of(example);
    json_merge(base, part);
    char *text = cJSON_Print(base), *copy = mem_str(text);
    free(text);
    cJSON_Delete(part);
    cJSON_Delete(base);
    return copy;
}

static bool example_finds(const char *example, const struct rule *rule, char **ret_words)
{
    char *text = manifest_of(example);
    struct findings f = lint_run(text, NULL);
    bool found = false;
    for (size_t i = 0; i < f.count; i++) found |= f.items[i].rule == rule && f.items[i].severity != FINDING_UNKNOWN;
    free(*ret_words);
    *ret_words = lint_words(&f);
    findings_done(&f);
    free(text);
    return found;
}

static void lint_finds_each_rule_in_its_bad_example_alone(void **state)
{
    (void)state;
    size_t wrong = 0;
    char *words = NULL;
    for (int i = 0; i < RULES; i++) {
        const struct rule *rule = rule_get((enum rule_id)i);
        if (!*rule->bad || !*rule->good || strcmp(rule->bad, rule->good) == 0) {
            print_message("%s: two examples that differ are needed\n", rule->id);
            wrong++;
        }
        if (*rule->id == 'D') continue;
        if (!example_finds(rule->bad, rule, &words)) {
            print_message("%s is not in its bad example: %s\n", rule->id, words);
            wrong++;
        }
        if (example_finds(rule->good, rule, &words)) {
            print_message("%s is in its good example: %s\n", rule->id, words);
            wrong++;
        }
    }
    free(words);
    assert_int_equal(wrong, 0);
}

static void the_page_of_rules_is_what_the_table_says(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1024 * 1024);
    rules_markdown(&out);
    const bool same = screen_same("deploy/docs/rules.md", buf_text(&out), getenv("RAYDECK_ACCEPT") != NULL);
    buf_done(&out);
    if (!same) fail_msg("deploy/docs/rules.md is not made from this rules.def: raydeck lint --explain all");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lint_finds_each_rule_in_its_bad_example_alone),
        cmocka_unit_test(the_page_of_rules_is_what_the_table_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
