/* drill_fault_test.c - the faults of a drill by their words, and the grace periods that go with them. */
#include "deploy/drill_fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_word_and_a_grace_make_a_fault(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        int64_t grace_s;
        enum drill_fault fault;
        const char *text;
    } cases[] = {
        {NULL, -1, DRILL_FAULT_DELETE, "deletion of the head pod, with its grace"},
        {NULL, 0, DRILL_FAULT_DELETE_NOW, "deletion of the head pod, grace 0"},
        {NULL, 60, DRILL_FAULT_DELETE, "deletion of the head pod, grace 60 s"},
        {"delete", 0, DRILL_FAULT_DELETE_NOW, "deletion of the head pod, grace 0"},
        {"delete-now", -1, DRILL_FAULT_DELETE_NOW, "deletion of the head pod, grace 0"},
        {"delete-now", 0, DRILL_FAULT_DELETE_NOW, "deletion of the head pod, grace 0"},
        {"gcs", -1, DRILL_FAULT_GCS, "gcs_server killed in the head's container"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum drill_fault fault = DRILL_FAULTS;
        int64_t grace_s = -7;
        char text[DRILL_FAULT_TEXT_MAX];
        assert_int_equal(drill_fault_find(cases[i].word, cases[i].grace_s, &fault, &grace_s, NULL), ERR_OK);
        assert_int_equal(fault, cases[i].fault);
        assert_string_equal(drill_fault_text(fault, grace_s, text), cases[i].text);
    }
}

static void what_does_not_go_together_is_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        int64_t grace_s;
    } cases[] = {{"nosuch", -1}, {"", -1}, {"gcs", 0}, {"gcs", 30}, {"delete-now", 5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum drill_fault fault;
        int64_t grace_s;
        struct why why = {0};
        assert_int_equal(drill_fault_find(cases[i].word, cases[i].grace_s, &fault, &grace_s, &why), ERR_USAGE);
        assert_non_null(strstr(why.text, "--fault"));
    }
}

static void each_names_the_right_that_it_needs(void **state)
{
    (void)state;
    assert_string_equal(drill_fault_right(DRILL_FAULT_DELETE).resource, "pods");
    assert_string_equal(drill_fault_right(DRILL_FAULT_GCS).verb, "create");
    assert_string_equal(drill_fault_right(DRILL_FAULT_GCS).resource, "pods/exec");
    assert_string_equal(drill_fault_word(DRILL_FAULT_DELETE_NOW), "delete-now");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_and_a_grace_make_a_fault),
        cmocka_unit_test(what_does_not_go_together_is_an_error),
        cmocka_unit_test(each_names_the_right_that_it_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
