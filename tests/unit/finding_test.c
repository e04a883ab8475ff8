/* finding_test.c - the table of rules, and the two forms of a list of findings. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/finding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_rule_is_there_once_and_whole(void **state)
{
    (void)state;
    static const char letters[] = "KLDM";
    int all = 0;
    for (size_t f = 0; f + 1 < sizeof letters; f++) {
        for (int n = 1, found = 1; found; n++) { /* numbered from 1, without a gap */
            char id[16];
            found = 0;
            snprintf(id, sizeof id, "%c%d", letters[f], n);
            for (int r = 0; r < RULES; r++) found += strcmp(rule_get((enum rule_id)r)->id, id) == 0;
            if (found > 1) fail_msg("%s is there %d times", id, found);
            all += found;
        }
    }
    if (all != RULES) fail_msg("%d rules, %d of them numbered without a gap", (int)RULES, all);
    for (int r = 0; r < RULES; r++) {
        const struct rule *rule = rule_get((enum rule_id)r);
        const char *const texts[] = {rule->title, rule->why, rule->fix, rule->source};
        for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
            if (!*texts[i] || !text_is_safe(texts[i], strlen(texts[i]), TEXT_ONE_LINE))
                fail_msg("%s: %s", rule->id, texts[i]);
        }
        assert_int_not_equal(rule->severity, FINDING_UNKNOWN);
    }
}

static void add_three(struct findings *f)
{
    findings_init(f);
    const struct finding_where file = {"RayService a/b", "m.yaml", 2, 10, 3},
                               before = {"Secret a/s", "m.yaml", 1, 4, 1};
    const struct finding_where pod = {.object = "Pod a/b-head"};
    findings_add(f, RULE_L9, FINDING_ERROR, &file, "it is %s", "off");
    findings_add(f, RULE_L3, FINDING_WARNING, &before, "x\x1b[31my\n");
    findings_add(f, RULE_D8, FINDING_UNKNOWN, &pod, "CONFIG was denied");
    findings_sort(f);
}

static void text_says_where_and_why(void **state)
{
    (void)state;
    struct findings f;
    struct buf out;
    add_three(&f);
    buf_init(&out, 100000);
    findings_text(&f, &out);
    char *expected = mem_printf("unknown D8 CONFIG was denied\n"
                                "    in    Pod a/b-head\n    why   %s\n    fix   %s\n"
                                "m.yaml:4:1: warning L3 x\\x1b[31my\\x0a\n"
                                "    in    Secret a/s (document 1)\n    why   %s\n    fix   %s\n"
                                "m.yaml:10:3: error L9 it is off\n"
                                "    in    RayService a/b (document 2)\n    why   %s\n    fix   %s\n"
                                "1 error, 1 warning, 0 infos, 1 unknown\n",
                                rule_get(RULE_D8)->why, rule_get(RULE_D8)->fix, rule_get(RULE_L3)->why,
                                rule_get(RULE_L3)->fix, rule_get(RULE_L9)->why, rule_get(RULE_L9)->fix);
    assert_string_equal(buf_text(&out), expected);
    free(expected);
    buf_done(&out);
    findings_done(&f);
}

static void json_has_every_field(void **state)
{
    (void)state;
    struct findings f;
    add_three(&f);
    cJSON *root = findings_json(&f), *list = cJSON_GetObjectItemCaseSensitive(root, "findings");
    assert_int_equal(cJSON_GetArraySize(list), 3);
    char *last = cJSON_PrintUnformatted(cJSON_GetArrayItem(list, 2));
    static const char begins[] = "{\"id\":\"L9\",\"severity\":\"error\",\"title\":\"no GCS fault tolerance\",\"where\":"
                                 "\"RayService a/b\",\"file\":\"m.yaml\",\"document\":2,\"line\":10,\"column\":3,"
                                 "\"message\":\"it is off\",\"why\":";
    assert_memory_equal(last, begins, sizeof begins - 1);
    cJSON_free(last);
    const cJSON *first = cJSON_GetArrayItem(list, 0);
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(first, "line")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(first, "file")));
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(first, "severity")->valuestring, "unknown");
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(root, "version")->valueint, 1);
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(root, "unknowns")->valueint, 1);
    cJSON_Delete(root);
    findings_done(&f);
}

static void what_looks_like_a_secret_is_masked(void **state)
{
    (void)state;
    struct findings f;
    findings_init(&f);
    findings_add(&f, RULE_L25, FINDING_WARNING, NULL, "address redis://user:hunter2@host and password=hunter2");
    assert_null(strstr(f.items[0].message, "hunter2"));
    findings_done(&f);
    assert_int_equal(f.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_there_once_and_whole),
        cmocka_unit_test(text_says_where_and_why),
        cmocka_unit_test(json_has_every_field),
        cmocka_unit_test(what_looks_like_a_secret_is_masked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
