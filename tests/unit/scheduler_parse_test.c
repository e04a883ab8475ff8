/* scheduler_parse_test.c - the scheduler's sentence: of a real kube-scheduler 1.34, of older ones, and what is none. */
#include "backends/base/buf.h"
#include "deploy/scheduler_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_recorded(void **state)
{
    (void)state;
    struct scheduler_words w;
    assert_true(scheduler_parse(
        "0/3 nodes are available: 1 Insufficient aws.amazon.com/neuron, 1 Insufficient cpu, 1 Insufficient memory, 1 "
        "node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s). no new claims to "
        "deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption "
        "is not helpful for scheduling.",
        &w));
    assert_string_equal(w.resources, "aws.amazon.com/neuron, cpu, memory");
    assert_string_equal(w.taints, "");
    assert_string_equal(w.others, "");
    assert_true(w.selector && w.tainted && w.neuron);
    assert_false(w.volume);
}

static void test_older(void **state)
{
    (void)state;
    struct scheduler_words w;
    assert_true(scheduler_parse(
        "0/5 nodes are available: 2 node(s) had taint {aws.amazon.com/neuron: present}, that the pod didn't tolerate, "
        "1 "
        "node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 2 Insufficient cpu, 2 Insufficient cpu, 1 "
        "node(s) had volume node affinity conflict, 1 Too many pods.",
        &w));
    assert_string_equal(w.taints, "aws.amazon.com/neuron: present, node.kubernetes.io/not-ready");
    assert_string_equal(w.resources, "cpu");
    assert_string_equal(w.others, "Too many pods");
    assert_true(w.tainted && w.selector);
    assert_false(w.neuron); /* a taint's name is no resource */
}

static void test_none(void **state)
{
    (void)state;
    struct scheduler_words w;
    assert_false(scheduler_parse(NULL, &w));
    assert_false(scheduler_parse("", &w));
    assert_false(scheduler_parse("no nodes available to schedule pods", &w));
    assert_true(scheduler_parse("0/1 nodes are available: ", &w));
    assert_string_equal(w.resources, "");
    assert_true(scheduler_parse("0/1 nodes are available: 1 node(s) had untolerated taint {a", &w));
    assert_true(w.tainted);
    assert_string_equal(w.taints, "");
    /* a taint that is not named as one may be */
    assert_true(scheduler_parse("0/1 nodes are available: 1 had taint {, x}, 1 had taint {, x}, 1 had taint {y}", &w));
    assert_string_equal(w.taints, ", x, , x, y");
    assert_true(scheduler_parse("0/1 nodes are available: ,,, 12 ,1 Insufficient ,9", &w));
}

static void test_bounded(void **state)
{
    (void)state;
    struct scheduler_words w;
    struct buf text;
    buf_init(&text, 8192);
    buf_str(&text, "0/9 nodes are available: ");
    for (unsigned i = 0; i < 60; i++) buf_printf(&text, "%s1 Insufficient example.com/device-%02u", i ? ", " : "", i);
    assert_true(scheduler_parse(buf_text(&text), &w));
    /* what does not fit is left out whole */
    const char *last = strrchr(w.resources, ' ');
    assert_true(strlen(w.resources) < SCHEDULER_WORDS_MAX);
    assert_string_equal(last + 1, "example.com/device-09");
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded),
        cmocka_unit_test(test_older),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
