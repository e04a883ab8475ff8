/*
 * key_scan_test.c - one walk through the keys of a Redis that answers what no real one would: what is asked, in which
 * order and how fast, what is found, and how it ends.
 */
#include "backends/redis/key_scan.h"
#include "backends/redis/scan.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/resp_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PAGE = 500, PROBES_A_BATCH = 128 };

static const struct budget_rate bytes_paced[BUDGET_KINDS] = {[BUDGET_BYTES] = {270000, 1}};

/* ---- the walk through the keys ---- */

static void on_found(void *arg, const char *key, size_t len, enum gcs_layout layout)
{
    struct resp_harness *b = arg;
    char *safe = text_safe(key, len, TEXT_ONE_LINE, GCS_NAME_MAX);
    b->finds++;
    buf_printf(&b->found, "%s%s\n", safe, layout == GCS_ONE_HASH ? " (one hash)" : "");
    free(safe);
}

static void keys_done(void *arg, const struct reply *error, bool endless)
{
    struct resp_harness *b = arg;
    b->ends++;
    b->refused = error != NULL;
    b->endless = endless;
    key_scan_free(b->keys);
    b->keys = NULL;
}

static void scan_walk(struct resp_harness *b, const struct resp_script *script, const struct budget_rate *rates,
                      const char *ns)
{
    resp_harness_open(b, script, rates);
    b->keys = key_scan_start(&(struct key_scan_conf){.loop = b->loop,
                                                     .conn = b->conn,
                                                     .budget = &b->budget,
                                                     .ns = ns,
                                                     .found = on_found,
                                                     .progress = resp_harness_progress,
                                                     .done = keys_done,
                                                     .arg = b});
    resp_harness_run(b);
}

static void keys_of_tables_are_hashes_of_tables(void **state)
{
    (void)state;
    struct resp_harness b;
    scan_walk(&b, &(struct resp_script){.total = 2, .page = "*2\r\n$7\r\nRAYa@KV\r\n$10\r\nRAYb@ACTOR\r\n"},
              harness_unlimited, NULL);
    assert_string_equal(buf_text(&b.found), "RAYa@KV\nRAYb@ACTOR\n");
    assert_string_equal(buf_text(&b.log), "DBSIZE\nSCAN 0 COUNT 500\n"); /* their names are enough */
    assert_false(b.refused || b.endless);
    assert_int_equal(b.progress, 0);
    resp_harness_close(&b);
}

/* Either field of a GCS is enough, and two are found once. */
static void a_hash_of_the_older_layout_is_found_by_its_fields(void **state)
{
    (void)state;
    static const char page[] = "*3\r\n$3\r\nold\r\n$5\r\nother\r\n$0\r\n\r\n";
    for (int of_config = 0; of_config < 2; of_config++) {
        struct resp_harness b;
        scan_walk(&b, &(struct resp_script){.total = 3, .page = page, .exists = "old", .of_config = of_config},
                  harness_unlimited, NULL);
        assert_string_equal(buf_text(&b.found), "old (one hash)\n");
        assert_int_equal(resp_harness_asked(&b, "HSTRLEN"), 4); /* two fields of two names; an empty name is none */
        resp_harness_close(&b);
    }
}

static void a_name_longer_than_a_namespace_is_not_probed(void **state)
{
    (void)state;
    static const size_t lens[] = {GCS_NAME_MAX - 1, GCS_NAME_MAX, GCS_NAME_MAX + 1};
    for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
        struct resp_harness b;
        scan_walk(&b, &(struct resp_script){.total = 2, .keys_a_page = 2, .key_len = lens[i]}, harness_unlimited, NULL);
        assert_int_equal(resp_harness_asked(&b, "HSTRLEN"), lens[i] <= GCS_NAME_MAX ? 4 : 0);
        assert_int_equal(b.finds, 0);
        resp_harness_close(&b);
    }
}

/* A page is probed in batches, the next page only after it, and no more names than the limit. */
static void probes_come_in_batches_up_to_a_limit(void **state)
{
    (void)state;
    struct resp_harness b;
    scan_walk(&b, &(struct resp_script){.total = 12000, .pages = 23, .keys_a_page = PAGE, .key_len = 9},
              harness_unlimited, NULL);
    assert_int_equal(resp_harness_asked(&b, "SCAN"), 24);
    assert_int_equal(resp_harness_asked(&b, "HSTRLEN"), 2 * SCAN_PROBES_MAX);
    assert_int_equal(b.pending_most, 2 * PROBES_A_BATCH);
    assert_int_equal(b.progress, 24);
    assert_int_equal(b.progress_of, 24 * PAGE);
    assert_int_equal(b.progress_total, 12000);
    resp_harness_close(&b);
}

static void progress_is_told_of_more_than_a_page(void **state)
{
    (void)state;
    for (uint64_t total = PAGE; total <= PAGE + 1; total++) {
        struct resp_harness b;
        scan_walk(&b, &(struct resp_script){.total = total, .keys_a_page = 1, .key_len = 9}, harness_unlimited, NULL);
        assert_int_equal(b.progress, total > PAGE);
        resp_harness_close(&b);
    }
}

/* A cursor is a number of 64 bits; what does not fit where it is kept is no cursor. */
static void a_reply_to_scan_that_is_none_ends_the_walk(void **state)
{
    (void)state;
    static const struct {
        const char *cursor, *page;
        bool refused;
    } cases[] = {{CURSOR_23, NULL, false}, {CURSOR_24, NULL, true},       {CURSOR_24 CURSOR_24, NULL, true},
                 {"", NULL, true},         {"1", "$4\r\nkeys\r\n", true}, {"1", ":12\r\n", true}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct resp_harness b;
        scan_walk(&b, &(struct resp_script){.total = 9, .pages = 1, .cursor = cases[i].cursor, .page = cases[i].page},
                  harness_unlimited, NULL);
        if (b.refused != cases[i].refused) fail_msg("case %zu", i);
        assert_int_equal(resp_harness_asked(&b, "SCAN"), cases[i].refused ? 1 : 2);
        assert_int_equal(text_has(buf_text(&b.log), "SCAN " CURSOR_23 " COUNT"), !cases[i].refused);
        assert_false(b.endless);
        resp_harness_close(&b);
    }
}

static void a_scan_that_is_refused_says_why(void **state)
{
    (void)state;
    struct resp_harness b;
    scan_walk(&b, &(struct resp_script){.error_of = "SCAN"}, harness_unlimited, NULL);
    assert_true(b.refused);
    resp_harness_close(&b);
    /* without DBSIZE the walk goes on */
    scan_walk(&b, &(struct resp_script){.error_of = "DBSIZE", .page = "*1\r\n$7\r\nRAYa@KV\r\n"}, harness_unlimited,
              NULL);
    assert_false(b.refused);
    assert_string_equal(buf_text(&b.found), "RAYa@KV\n");
    resp_harness_close(&b);
}

static void a_cursor_that_repeats_ends_the_walk(void **state)
{
    (void)state;
    struct resp_harness b;
    scan_walk(&b, &(struct resp_script){.total = 9, .pages = 100000, .page = "*0\r\n"}, harness_unlimited, NULL);
    assert_true(b.endless);
    assert_false(b.refused);
    assert_true(resp_harness_asked(&b, "SCAN") < 200);
    resp_harness_close(&b);
}

/* ---- of one namespace ---- */

static void a_namespace_that_is_there_names_its_tables(void **state)
{
    (void)state;
    struct resp_harness b;
    scan_walk(&b, &(struct resp_script){.hlen = ":3\r\n"}, harness_unlimited, "one");
    assert_string_equal(buf_text(&b.log), "HLEN RAYone@KV\n"); /* no SCAN */
    assert_int_equal(b.finds, GCS_TABLES + 1);
    for (int i = 0; i < GCS_TABLES; i++) {
        char *line = mem_printf("RAYone@%s\n", gcs_table_word((enum gcs_table)i));
        assert_true(text_has(buf_text(&b.found), line));
        free(line);
    }
    assert_true(text_has(buf_text(&b.found), "RAYone@ACTOR_TASK_SPEC\n"));
    resp_harness_close(&b);
}

/* Without a KV, or with something else of that name, the namespace may have the older layout. */
static void a_namespace_may_have_the_older_layout(void **state)
{
    (void)state;
    static const char *const replies[] = {":0\r\n", "-WRONGTYPE not a hash\r\n"};
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        struct resp_harness b;
        scan_walk(&b, &(struct resp_script){.hlen = replies[i], .exists = "one"}, harness_unlimited, "one");
        assert_string_equal(buf_text(&b.found), "one (one hash)\n");
        assert_int_equal(resp_harness_asked(&b, "SCAN"), 0);
        assert_false(b.refused);
        resp_harness_close(&b);
    }
}

static void a_namespace_that_may_not_be_read_says_why(void **state)
{
    (void)state;
    struct resp_harness b;
    scan_walk(&b, &(struct resp_script){.error_of = "HLEN"}, harness_unlimited, "one");
    assert_true(b.refused);
    assert_int_equal(b.finds, 0);
    assert_int_equal(resp_harness_asked(&b, ""), 1);
    resp_harness_close(&b);
}

/* ---- the pace ---- */

static void the_walk_keeps_to_its_budget(void **state)
{
    (void)state;
    struct resp_harness b;
    scan_walk(&b, &(struct resp_script){.total = 9, .pages = 7, .page = "*0\r\n"}, harness_paced, NULL);
    assert_int_equal(resp_harness_asked(&b, "SCAN"), 8);
    resp_harness_paced(&b, 9);
    resp_harness_close(&b);
    /* the first of two pages has about 27,000 bytes, a tenth of a second's worth */
    scan_walk(&b, &(struct resp_script){.total = 200, .pages = 1, .keys_a_page = 100, .key_len = 260}, bytes_paced,
              NULL);
    assert_true(b.took_ms >= 80);
    resp_harness_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_tables_are_hashes_of_tables),
        cmocka_unit_test(a_hash_of_the_older_layout_is_found_by_its_fields),
        cmocka_unit_test(a_name_longer_than_a_namespace_is_not_probed),
        cmocka_unit_test(probes_come_in_batches_up_to_a_limit),
        cmocka_unit_test(progress_is_told_of_more_than_a_page),
        cmocka_unit_test(a_reply_to_scan_that_is_none_ends_the_walk),
        cmocka_unit_test(a_scan_that_is_refused_says_why),
        cmocka_unit_test(a_cursor_that_repeats_ends_the_walk),
        cmocka_unit_test(a_namespace_that_is_there_names_its_tables),
        cmocka_unit_test(a_namespace_may_have_the_older_layout),
        cmocka_unit_test(a_namespace_that_may_not_be_read_says_why),
        cmocka_unit_test(the_walk_keeps_to_its_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
