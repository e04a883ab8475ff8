/* neuron_parse_test.c - neuron_parse: every recorded or composed sample goes through, and says just what is in it. */
#include "backends/base/mem.h"
#include "backends/neuron/neuron_parse.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIX "tests/fixtures/neuron/"
static const struct neuron_where here = {"neuron/test", "ip-10-0-1-7", NULL};

static void parse_with(const char *file, struct neuron_sums *sums, struct neuron_sample *s)
{
    size_t len;
    char *path = mem_printf(FIX "%s", file), *bytes = fixture_read(path, &len);
    struct why why = {0};
    *s = (struct neuron_sample){0};
    if (neuron_parse(&here, bytes, len, sums, s, &why) != ERR_OK) fail_msg("%s: %s", file, why.text);
    free(bytes);
    free(path);
}

static void parse_sample(const char *file, struct neuron_sample *s)
{
    struct neuron_sums sums = {0};
    parse_with(file, &sums, s);
}

static enum err parse_text(const char *text, struct neuron_sample *s, struct why *why)
{
    struct neuron_sums sums = {0};
    *s = (struct neuron_sample){0};
    return neuron_parse(&here, text, strlen(text), &sums, s, why);
}

static bool close_to(struct known_f64 d, double want)
{
    return d.known && fabs(d.value - want) < 1e-6;
}

#define assert_u64(field, want)                                                                                        \
    do {                                                                                                               \
        assert_true((field).known);                                                                                    \
        assert_int_equal((field).value, (want));                                                                       \
    } while (0)

static void test_busy_two_cores(void **state)
{
    (void)state;
    struct neuron_sample s;
    parse_sample("04-busy-mistral-2cores.composed.json", &s);
    assert_int_equal(s.cores, 12);
    assert_int_equal(s.devices, 6);
    assert_string_equal(s.monitor->record.key, "neuron/test");
    assert_string_equal(s.monitor->instance_id, "i-0c0mp05ed00000001");
    assert_string_equal(s.monitor->instance_type, "inf2.24xlarge");
    assert_string_equal(s.monitor->device_type, "inferentia2");
    assert_string_equal(s.monitor->knode, "ip-10-0-1-7");
    assert_null(s.monitor->pod);
    assert_u64(s.monitor->devices, 6);
    assert_u64(s.monitor->cores_per_device, 2);
    assert_u64(s.monitor->device_memory, 34359738368);
    assert_u64(s.monitor->period_ms, 1001);
    assert_true(close_to(s.monitor->executions_s, 46 * 1000.0 / 1001));
    assert_true(close_to(s.monitor->p50, 0.0219));
    assert_true(close_to(s.monitor->p99, 0.030878999999999997));
    assert_u64(s.monitor->completed, 46);
    assert_u64(s.monitor->errors, 0);
    assert_int_equal(s.monitor->error_kinds_count, 0);
    assert_null(s.monitor->error);
    assert_null(s.monitor->hardware_error);

    assert_int_equal(s.monitor->runtimes_count, 1);
    const struct runtime *r = &s.monitor->runtimes[0];
    char text[64];
    assert_u64(r->pid, 2199);
    assert_string_equal(r->tag, "2199");
    assert_u64(r->device_bytes, 17485234304);
    assert_u64(r->host_bytes, 1166249984);
    assert_string_equal(coreset_text(&r->cores, text, sizeof text), "0,1");

    assert_string_equal(s.core[0]->record.key, "neuron/test/0");
    assert_int_equal(s.core[0]->held, TRI_YES);
    assert_true(close_to(s.core[0]->utilisation, 71.30482915));
    assert_u64(s.core[0]->memory, 8388608 + 412614656 + 536870912 + 114752 + 7784628224);
    assert_u64(s.core[0]->holder_pid, 2199);
    assert_u64(s.core[3]->device, 1);
    assert_int_equal(s.core[2]->held, TRI_NO);
    assert_false(s.core[2]->utilisation.known);
    assert_false(s.core[2]->holder_pid.known);
    assert_null(s.core[2]->holder_tag);

    assert_string_equal(s.device[0]->record.key, "neuron/test/d0");
    assert_u64(s.device[0]->memory_used, 2 * (8388608 + 412614656 + 536870912 + 114752 + 7784628224));
    assert_u64(s.device[0]->memory_total, 34359738368);
    assert_u64(s.device[0]->ecc_corrected, 0);
    neuron_sample_done(&s);
}

/* No runtime, idle, and not readable are three things. */
static void test_no_runtime(void **state)
{
    (void)state;
    static const char *const files[] = {
        "01-no-runtime.composed.json",
        "13-imds-unreachable-in-pod.composed.json",
        "02-no-runtime-default-config-no-hw.composed.json",
    };
    for (size_t f = 0; f < ARRAY_LEN(files); f++) {
        struct neuron_sample s;
        parse_sample(files[f], &s);
        assert_int_equal(s.cores, 12);
        assert_int_equal(s.devices, 6);
        assert_int_equal(s.monitor->runtimes_count, 0);
        assert_false(s.monitor->executions_s.known);
        assert_false(s.monitor->completed.known);
        assert_false(s.monitor->errors.known);
        for (size_t i = 0; i < s.cores; i++) {
            assert_int_equal(s.core[i]->held, TRI_NO);
            assert_false(s.core[i]->utilisation.known);
            assert_false(s.core[i]->memory.known);
        }
        assert_int_equal(s.device[5]->ecc_uncorrected.known, f < 2);
        assert_false(s.device[5]->memory_used.known);
        if (f == 1) {
            assert_null(s.monitor->instance_id);
            assert_string_equal(s.monitor->error, "COMPOSED: could not reach the instance metadata service");
        }
        neuron_sample_done(&s);
    }
}

static void test_idle(void **state)
{
    (void)state;
    struct neuron_sample s;
    parse_sample("03-idle-two-replicas-inf2.24xlarge.composed.json", &s);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(s.core[i]->held, TRI_YES);
        assert_true(close_to(s.core[i]->utilisation, 0));
        assert_u64(s.core[i]->holder_pid, i < 2 ? 2199 : 2411);
    }
    assert_int_equal(s.core[4]->held, TRI_NO);
    assert_false(s.core[4]->utilisation.known);
    assert_u64(s.monitor->completed, 0);
    assert_true(close_to(s.monitor->executions_s, 0));
    assert_false(s.monitor->p50.known); /* no execution, no latency */
    neuron_sample_done(&s);
}

static void test_all_cores(void **state)
{
    (void)state;
    struct neuron_sample s;
    char text[64];
    parse_sample("05-busy-six-replicas-all-12-cores.composed.json", &s);
    assert_int_equal(s.monitor->runtimes_count, 6);
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(s.core[i]->held, TRI_YES);
        assert_true(s.core[i]->utilisation.known && s.core[i]->utilisation.value > 0);
        char want[] = "mistral-replica-0";
        want[16] = (char)('0' + i / 2);
        assert_string_equal(s.core[i]->holder_tag, want);
    }
    assert_string_equal(coreset_text(&s.monitor->runtimes[5].cores, text, sizeof text), "10,11");
    neuron_sample_done(&s);
}

static void test_sparse(void **state)
{
    (void)state;
    struct neuron_sample s;
    parse_sample("06-sparse-cores-2-and-3-only.composed.json", &s);
    assert_int_equal(s.cores, 12);
    assert_int_equal(s.core[0]->held, TRI_NO);
    assert_int_equal(s.core[2]->held, TRI_YES);
    assert_true(close_to(s.core[2]->utilisation, 35.5));
    assert_true(close_to(s.core[3]->utilisation, 34.875));
    assert_int_equal(s.core[11]->held, TRI_NO);
    assert_u64(s.device[1]->memory_used, 2 * (8388608 + 412614656 + 536870912 + 114752 + 7784628224));
    assert_false(s.device[0]->memory_used.known);
    neuron_sample_done(&s);
}

/* An execution that went wrong is told by cause (9) and by status (10): counted once. Sums go over the lines. */
static void test_errors_are_summed(void **state)
{
    (void)state;
    struct neuron_sums sums = {0};
    for (unsigned times = 1; times <= 3; times++) {
        struct neuron_sample s;
        parse_with("07-runtime-exec-errors.composed.json", &sums, &s);
        assert_u64(s.monitor->completed, 3 * times);
        assert_u64(s.monitor->errors, 10 * times);
        assert_int_equal(s.monitor->error_kinds_count, 11);
        assert_string_equal(s.monitor->error_kinds[2].name, "transient");
        assert_string_equal(s.monitor->error_kinds[2].value, times == 1 ? "3" : times == 2 ? "6" : "9");
        assert_string_equal(s.monitor->error_kinds[8].name, "timed out");
        neuron_sample_done(&s);
    }
    /* A line without a runtime keeps the sums. */
    struct neuron_sample s;
    parse_with("01-no-runtime.composed.json", &sums, &s);
    assert_u64(s.monitor->completed, 9);
    assert_u64(s.monitor->errors, 30);
    neuron_sample_done(&s);

    sums.completed = UINT64_MAX - 1;
    parse_with("07-runtime-exec-errors.composed.json", &sums, &s);
    assert_true(s.monitor->completed.value == UINT64_MAX);
    neuron_sample_done(&s);
}

/* The runtime that could not be read may hold any core the other one does not. */
static void test_unreadable_runtime(void **state)
{
    (void)state;
    struct neuron_sample s;
    parse_sample("08-runtime-collect-error.composed.json", &s);
    assert_int_equal(s.monitor->runtimes_count, 2);
    assert_string_equal(s.monitor->runtimes[0].error, "COMPOSED: could not read data of runtime 2199");
    assert_false(s.monitor->runtimes[0].cores.known);
    assert_string_equal(s.monitor->error, "COMPOSED: could not read data of runtime 2199");
    assert_int_equal(s.core[0]->held, TRI_UNKNOWN);
    assert_false(s.core[0]->utilisation.known);
    assert_false(s.core[0]->memory.known);
    assert_int_equal(s.core[2]->held, TRI_YES);
    assert_true(close_to(s.core[2]->utilisation, 50));
    assert_u64(s.core[2]->holder_pid, 2411);
    assert_int_equal(s.core[11]->held, TRI_UNKNOWN);
    neuron_sample_done(&s);
}

static void test_group_error(void **state)
{
    (void)state;
    struct neuron_sample s;
    parse_sample("09-group-errors-other-pid-namespace.composed.json", &s);
    assert_string_equal(s.monitor->runtimes[0].error,
                        "neuron_runtime_vcpu_usage: open /proc/2199/stat: no such file or directory");
    assert_true(close_to(s.core[0]->utilisation, 2.926));
    assert_int_equal(s.core[1]->held, TRI_YES);
    assert_true(close_to(s.core[1]->utilisation, 0));
    neuron_sample_done(&s);
}

static void test_null_sections(void **state)
{
    (void)state;
    struct neuron_sample s;
    parse_sample("10-null-sections.composed.json", &s);
    assert_int_equal(s.monitor->runtimes_count, 2);
    assert_u64(s.monitor->runtimes[1].pid, 2200);
    assert_false(s.monitor->completed.known);
    assert_false(s.monitor->executions_s.known);
    assert_int_equal(s.cores, 12);
    assert_int_equal(s.devices, 6);
    for (size_t i = 0; i < s.cores; i++) assert_int_equal(s.core[i]->held, TRI_UNKNOWN);
    assert_false(s.device[0]->ecc_corrected.known);
    neuron_sample_done(&s);
}

static void test_ecc(void **state)
{
    (void)state;
    struct neuron_sample s;
    uint64_t corrected = 0, uncorrected = 0;
    parse_sample("11-ecc-corrected-and-uncorrected.composed.json", &s);
    for (size_t i = 0; i < s.devices; i++) {
        assert_true(s.device[i]->ecc_corrected.known && s.device[i]->ecc_uncorrected.known);
        corrected += s.device[i]->ecc_corrected.value;
        uncorrected += s.device[i]->ecc_uncorrected.value;
    }
    cJSON *root = fixture_json(FIX "11-ecc-corrected-and-uncorrected.composed.json");
    uint64_t want[2] = {0, 0};
    JSON_EACH (d, json_path(root, "system_data.neuron_hw_counters.neuron_devices")) {
        want[0] += json_u64(d, "mem_ecc_corrected").value + json_u64(d, "sram_ecc_corrected").value;
        want[1] += json_u64(d, "mem_ecc_uncorrected").value + json_u64(d, "sram_ecc_uncorrected").value;
    }
    assert_true(want[0] > 0 && want[1] > 0);
    assert_int_equal(corrected, want[0]);
    assert_int_equal(uncorrected, want[1]);
    cJSON_Delete(root);
    neuron_sample_done(&s);
}

/* Without the driver the counts are not known to be 0. */
static void test_driver_missing(void **state)
{
    (void)state;
    struct neuron_sample s;
    parse_sample("12-driver-missing.composed.json", &s);
    assert_int_equal(s.cores, 0);
    assert_int_equal(s.devices, 0);
    assert_non_null(strstr(s.monitor->hardware_error, "Unable to read device information from the driver"));
    assert_false(s.monitor->devices.known);
    assert_false(s.monitor->device_memory.known);
    assert_null(s.monitor->device_type);
    neuron_sample_done(&s);
}

static void test_other_shapes(void **state)
{
    (void)state;
    struct neuron_sample s;
    parse_sample("15-old-tools-shape.composed.json", &s);
    assert_int_equal(s.cores, 2);
    assert_false(s.monitor->device_memory.known);
    assert_u64(s.monitor->errors, 23654);
    assert_true(close_to(s.core[0]->utilisation, 1.3631567613356375));
    assert_u64(s.core[1]->memory, 32768);
    neuron_sample_done(&s);

    parse_sample("16-trn2-lnc2-v3d.composed.json", &s);
    assert_int_equal(s.cores, 4);
    assert_true(close_to(s.core[1]->utilisation, 42.02));
    assert_u64(s.core[3]->device, 0);
    neuron_sample_done(&s);

    parse_sample("14-with-k8s-info.composed.json", &s);
    assert_true(close_to(s.core[0]->utilisation, 71.3));
    neuron_sample_done(&s);

    parse_sample("p2-all-smi-trn1.2xlarge-no-runtime.published.json", &s);
    assert_int_equal(s.cores, 2);
    assert_string_equal(s.monitor->instance_type, "trn1.2xlarge");
    assert_int_equal(s.core[0]->held, TRI_NO);
    assert_u64(s.monitor->period_ms, 0); /* the first line comes at once: no rate */
    assert_false(s.monitor->executions_s.known);
    neuron_sample_done(&s);
}

struct stream {
    unsigned lines, good, bad;
    struct neuron_sums sums;
    uint64_t completed;
    char why[ERR_TEXT_MAX];
};

static void on_line(void *arg, const char *text, size_t len)
{
    struct stream *st = arg;
    struct neuron_sample s = {0};
    struct why why = {0};
    st->lines++;
    if (neuron_parse(&here, text, len, &st->sums, &s, &why) == ERR_OK) {
        st->good++;
        if (s.monitor->completed.known) st->completed = s.monitor->completed.value;
    } else {
        st->bad = st->lines;
        memcpy(st->why, why.text, sizeof st->why);
        assert_int_equal(why.code, ERR_PARSE);
        assert_null(s.monitor);
    }
    neuron_sample_done(&s);
}

/* The fourth line is cut: it is refused with its offset, and touches no sum. */
static void test_stream(void **state)
{
    (void)state;
    struct stream st = {0};
    assert_int_equal(fixture_lines(FIX "20-stream.composed.ndjson", on_line, &st), 6);
    assert_int_equal(st.good, 5);
    assert_int_equal(st.bad, 4);
    assert_non_null(strstr(st.why, "77")); /* of 777 bytes */
    assert_true(st.completed > 0);
    assert_int_equal(st.sums.completed, st.completed);
}

static void test_not_a_line(void **state)
{
    (void)state;
    struct neuron_sample s;
    struct why why = {0};
    assert_int_equal(parse_text("", &s, &why), ERR_PARSE);
    assert_int_equal(parse_text("[]", &s, &why), ERR_PARSE);
    assert_int_equal(parse_text("{\"hello\":1}", &s, &why), ERR_PARSE);
    assert_non_null(strstr(why.text, "no line of neuron-monitor"));
    assert_int_equal(parse_text("{\"neuron_runtime_data\":[]} x", &s, &why), ERR_PARSE);
    assert_null(s.monitor);

    size_t len;
    char *cut = fixture_read(FIX "p8-issue633-inf1-driver-missing.partial.published.txt", &len);
    assert_int_equal(parse_text(strchr(cut, '{'), &s, &why), ERR_PARSE);
    free(cut);
}

/* Wrong types, absurd numbers, too much of everything: never more than the limits, never a guess. */
static void test_hostile(void **state)
{
    (void)state;
    struct neuron_sample s;
    assert_int_equal(
        parse_text("{\"neuron_runtime_data\":{\"a\":1},\"system_data\":7,\"neuron_hardware_info\":"
                   "{\"neuron_device_count\":9007199254740992,\"neuroncore_per_device_count\":4294967295}}",
                   &s, NULL),
        ERR_OK);
    assert_int_equal(s.cores, 0); /* the product would not be believed */
    assert_int_equal(s.devices, NEURON_DEVICES);
    assert_true(s.dropped > 0);
    neuron_sample_done(&s);

    assert_int_equal(
        parse_text("{\"neuron_runtime_data\":[{\"pid\":-1,\"neuron_runtime_tag\":\"a\\u001b[31m\","
                   "\"report\":{\"neuroncore_counters\":{\"neuroncores_in_use\":"
                   "{\"0\":{\"neuroncore_utilization\":-5},\"1\":{\"neuroncore_utilization\":\"x\"},"
                   "\"999999\":{\"neuroncore_utilization\":5},\"-1\":{},\"2\":{\"neuroncore_utilization\":7}"
                   "}}}}]}",
                   &s, NULL),
        ERR_OK);
    assert_int_equal(s.cores, 3);
    assert_int_equal(s.dropped, 1);
    assert_false(s.core[0]->utilisation.known);
    assert_false(s.core[0]->device.known);
    assert_int_equal(s.core[0]->held, TRI_NO);
    assert_int_equal(s.core[2]->held, TRI_YES);
    assert_false(s.monitor->runtimes[0].pid.known);
    assert_null(strchr(s.monitor->runtimes[0].tag, '\033'));
    neuron_sample_done(&s);
}

/* Idle, and not a word on memory: it may be its own. */
static void test_without_memory(void **state)
{
    (void)state;
    struct neuron_sample s;
    assert_int_equal(parse_text("{\"neuron_runtime_data\":[{\"pid\":5,\"report\":{\"neuroncore_counters\":"
                                "{\"neuroncores_in_use\":{\"0\":{\"neuroncore_utilization\":0},"
                                "\"1\":{\"neuroncore_utilization\":3.5}}}}}],\"neuron_hardware_info\":"
                                "{\"neuron_device_count\":2,\"neuroncore_per_device_count\":2}}",
                                &s, NULL),
                     ERR_OK);
    assert_int_equal(s.core[0]->held, TRI_UNKNOWN);
    assert_true(close_to(s.core[0]->utilisation, 0));
    assert_int_equal(s.core[1]->held, TRI_YES);
    assert_int_equal(s.core[2]->held, TRI_NO);
    assert_false(s.monitor->runtimes[0].cores.known);
    neuron_sample_done(&s);
}

/* A runtime that cannot be read may hold any core: none is called free, and the others are as told. */
static void test_bad_runtime_among_good(void **state)
{
    (void)state;
    struct neuron_sample s;
    assert_int_equal(
        parse_text("{\"neuron_runtime_data\":[null,7,{\"pid\":5,\"neuron_runtime_tag\":\"a\\u0000b\\ud800\","
                   "\"report\":{\"neuroncore_counters\":{\"neuroncores_in_use\":{\"0\":"
                   "{\"neuroncore_utilization\":3.5},\"1\":{\"neuroncore_utilization\":NaN}}},"
                   "\"memory_used\":{\"neuron_runtime_used_bytes\":{\"usage_breakdown\":"
                   "{\"neuroncore_memory_usage\":{\"0\":{\"x\":1e999,\"y\":7},\"1\":{}}}}}}}],"
                   "\"neuron_hardware_info\":"
                   "{\"neuron_device_count\":1,\"neuroncore_per_device_count\":2}}",
                   &s, NULL),
        ERR_OK);
    assert_int_equal(s.unread, 2);
    assert_int_equal(s.monitor->runtimes_count, 1);
    assert_string_equal(s.monitor->runtimes[0].tag, "a\\x00b\\ud800");
    assert_int_equal(s.core[0]->held, TRI_YES);
    assert_int_equal(s.core[0]->memory.value, 7);
    assert_int_equal(s.core[1]->held, TRI_UNKNOWN);
    neuron_sample_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_busy_two_cores),
        cmocka_unit_test(test_no_runtime),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_all_cores),
        cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_errors_are_summed),
        cmocka_unit_test(test_unreadable_runtime),
        cmocka_unit_test(test_group_error),
        cmocka_unit_test(test_null_sections),
        cmocka_unit_test(test_ecc),
        cmocka_unit_test(test_driver_missing),
        cmocka_unit_test(test_other_shapes),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_not_a_line),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_bad_runtime_among_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
