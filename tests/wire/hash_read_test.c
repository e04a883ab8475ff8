/*
 * hash_read_test.c - one read of a hash, and what schedules the next one (scan), against a Redis that answers what no
 * real one would: what is asked, what is read, how it ends, and how long the hash rests then.
 */
#include "backends/redis/hash_read.h"
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

/* ---- one hash ---- */

static void read_progress(void *arg, const struct gcs_hash *h, uint64_t fields, uint64_t total)
{
    assert_non_null(h);
    resp_harness_progress(arg, fields, total);
}

static void read_done(void *arg, struct gcs_hash *h, enum hash_outcome outcome, const struct reply *error)
{
    struct resp_harness *b = arg;
    assert_non_null(h);
    b->ends++;
    b->outcome = outcome;
    b->refused = error != NULL;
    hash_read_free(b->read);
    b->read = NULL;
}

struct of_hash {
    const char *key;
    enum gcs_layout layout;
    bool novalues, unscannable;
    const struct budget_rate *rates; /* NULL: harness_unlimited */
};

static struct gcs_hash *read_hash(struct resp_harness *b, const struct resp_script *script, const struct of_hash *of)
{
    resp_harness_open(b, script, of->rates ? of->rates : harness_unlimited);
    struct gcs_hash *h = gcs_view_hash(&b->view, of->key, strlen(of->key), of->layout);
    assert_non_null(h);
    b->read = hash_read_start(&(struct hash_env){.loop = b->loop,
                                                 .conn = b->conn,
                                                 .view = &b->view,
                                                 .budget = &b->budget,
                                                 .scan_novalues = of->novalues,
                                                 .done = read_done,
                                                 .progress = read_progress,
                                                 .arg = b},
                              h, of->unscannable);
    assert_null(hash_read_scanning(b->read)); /* not before its length is known */
    resp_harness_run(b);
    return h;
}

static void what_is_asked_depends_on_the_hash(void **state)
{
    (void)state;
    static const struct {
        const char *name, *hlen;
        struct of_hash of;
        unsigned hkeys, hscan;
        bool novalues;
    } cases[] = {
        {"records", LEN(3), {.key = "RAYa@ACTOR"}, 0, 1, false},
        {"a small KV", LEN(1000), {.key = "RAYa@KV", .novalues = true}, 1, 0, false},
        {"a large KV", LEN(1001), {.key = "RAYa@KV", .novalues = true}, 0, 1, true},
        {"a large KV in an old Redis", LEN(1001), {.key = "RAYa@KV"}, 0, 1, false},
        {"records that cannot be scanned", LEN(50000), {.key = "RAYa@ACTOR", .unscannable = true}, 1, 0, false},
        {"too many of them", LEN(50001), {.key = "RAYa@ACTOR", .unscannable = true}, 0, 0, false},
        {"one hash", LEN(3), {.key = "a", .layout = GCS_ONE_HASH}, 1, 0, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct resp_harness b;
        const struct gcs_hash *h =
            read_hash(&b, &(struct resp_script){.hlen = cases[i].hlen, .page = "*0\r\n"}, &cases[i].of);
        if (resp_harness_asked(&b, "HKEYS") != cases[i].hkeys || resp_harness_asked(&b, "HSCAN") != cases[i].hscan ||
            text_has(buf_text(&b.log), "NOVALUES") != cases[i].novalues)
            fail_msg("%s: %s", cases[i].name, buf_text(&b.log));
        assert_int_equal(b.outcome, HASH_READ);
        assert_int_equal(h->fields, strtoull(cases[i].hlen + 1, NULL, 10));
        assert_int_equal(b.fields, cases[i].hkeys + cases[i].hscan ? 0 : h->fields); /* what was only counted is told */
        resp_harness_close(&b);
    }
}

static void a_length_that_is_none_has_its_outcome(void **state)
{
    (void)state;
    static const struct {
        const char *hlen;
        enum hash_outcome outcome;
    } cases[] = {{LEN(0), HASH_ABSENT},
                 {LEN(-1), HASH_ABSENT},
                 {"-WRONGTYPE not a hash\r\n", HASH_ABSENT},
                 {"-NOPERM no\r\n", HASH_REFUSED},
                 {"+OK\r\n", HASH_REFUSED},
                 {"*0\r\n", HASH_REFUSED}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct resp_harness b;
        (void)read_hash(&b, &(struct resp_script){.hlen = cases[i].hlen}, &(struct of_hash){.key = "RAYa@ACTOR"});
        if (b.outcome != cases[i].outcome) fail_msg("case %zu", i);
        assert_true(b.refused); /* the reply is there to be told of */
        assert_string_equal(buf_text(&b.log), "HLEN RAYa@ACTOR\n");
        resp_harness_close(&b);
    }
}

static void a_page_that_is_none_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *cursor, *page;
        bool refused;
    } cases[] = {
        {CURSOR_23, "*0\r\n", false}, {CURSOR_24, "*0\r\n", true}, {"", "*0\r\n", true}, {"1", ":5\r\n", true}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct resp_harness b;
        (void)read_hash(
            &b, &(struct resp_script){.hlen = LEN(3), .pages = 1, .cursor = cases[i].cursor, .page = cases[i].page},
            &(struct of_hash){.key = "RAYa@ACTOR"});
        if (b.outcome != (cases[i].refused ? HASH_REFUSED : HASH_READ)) fail_msg("case %zu", i);
        assert_int_equal(resp_harness_asked(&b, "HSCAN"), cases[i].refused ? 1 : 2);
        resp_harness_close(&b);
    }
    static const char *const commands[] = {"HSCAN", "HKEYS"};
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        struct resp_harness b;
        (void)read_hash(&b, &(struct resp_script){.hlen = LEN(3), .error_of = commands[i]},
                        &(struct of_hash){.key = i ? "RAYa@KV" : "RAYa@ACTOR"});
        assert_int_equal(b.outcome, HASH_REFUSED);
        assert_true(b.refused);
        resp_harness_close(&b);
    }
    struct resp_harness b;
    (void)read_hash(&b, &(struct resp_script){.hlen = LEN(3), .page = "+OK\r\n"}, &(struct of_hash){.key = "RAYa@KV"});
    assert_int_equal(b.outcome, HASH_REFUSED);
    resp_harness_close(&b);
}

static void a_hash_without_end_is_left(void **state)
{
    (void)state;
    struct resp_harness b;
    (void)read_hash(&b, &(struct resp_script){.hlen = LEN(3), .pages = 100000, .page = "*0\r\n"},
                    &(struct of_hash){.key = "RAYa@ACTOR"});
    assert_int_equal(b.outcome, HASH_ENDLESS);
    assert_false(b.refused);
    assert_true(resp_harness_asked(&b, "HSCAN") < 200);
    resp_harness_close(&b);
}

static void progress_is_told_of_a_large_hash(void **state)
{
    (void)state;
    static const char *const lengths[] = {LEN(1000), LEN(1001)};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct resp_harness b;
        (void)read_hash(
            &b, &(struct resp_script){.hlen = lengths[i], .page = "*4\r\n$1\r\na\r\n$0\r\n\r\n$1\r\nb\r\n$0\r\n\r\n"},
            &(struct of_hash){.key = "RAYa@ACTOR"});
        assert_int_equal(b.progress, i);
        assert_int_equal(b.progress_of, 2 * i); /* fields, not elements of the reply */
        resp_harness_close(&b);
    }
    struct resp_harness b;
    (void)read_hash(&b, &(struct resp_script){.hlen = LEN(1001), .page = "*2\r\n$1\r\na\r\n$1\r\nb\r\n"},
                    &(struct of_hash){.key = "RAYa@KV", .novalues = true});
    assert_int_equal(b.progress_of, 2);
    assert_int_equal(resp_harness_asked(&b, "HSTRLEN"), 2);
    resp_harness_close(&b);
}

/* KV: the sizes only, in batches. The one hash of the older layout: the values of its records too. */
static void fields_without_values_are_asked_for_their_sizes(void **state)
{
    (void)state;
    struct resp_harness b;
    (void)read_hash(&b, &(struct resp_script){.hlen = LEN(300), .keys_a_page = 300, .key_len = 9},
                    &(struct of_hash){.key = "RAYa@KV"});
    assert_int_equal(resp_harness_asked(&b, "HSTRLEN"), 300);
    assert_int_equal(resp_harness_asked(&b, "HGET"), 0);
    assert_int_equal(b.pending_most, HASH_BATCH);
    assert_int_equal(b.fields, 300);
    resp_harness_close(&b);
    (void)read_hash(&b,
                    &(struct resp_script){
                        .hlen = LEN(2), .exists = "a a@NODE:x", .page = "*2\r\n$8\r\na@NODE:x\r\n$6\r\na@KV:y\r\n"},
                    &(struct of_hash){.key = "a", .layout = GCS_ONE_HASH});
    assert_string_equal(buf_text(&b.log), "HLEN a\nHKEYS a\nHSTRLEN a a@NODE:x\nHSTRLEN a a@KV:y\nHGET a a@NODE:x\n");
    assert_int_equal(b.fields, 2);
    resp_harness_close(&b);
}

static void a_read_keeps_to_its_budget(void **state)
{
    (void)state;
    struct resp_harness b;
    (void)read_hash(&b, &(struct resp_script){.hlen = LEN(3), .pages = 7, .page = "*0\r\n"},
                    &(struct of_hash){.key = "RAYa@ACTOR", .rates = harness_paced});
    assert_int_equal(resp_harness_asked(&b, "HSCAN"), 8);
    resp_harness_paced(&b, 9);
    resp_harness_close(&b);
}

/* ---- when it is read again ---- */

static bool none_is_unscannable(void *arg, const char *key, size_t len)
{
    (void)arg;
    (void)key;
    (void)len;
    return false;
}

static void on_listed(void *arg)
{
    ((struct resp_harness *)arg)->ends++;
}

static void on_refused(void *arg, const struct reply *error)
{
    assert_non_null(error);
    ((struct resp_harness *)arg)->refused = true;
}

static void on_layout(void *arg)
{
    ((struct resp_harness *)arg)->finds++;
}

static void on_endless(void *arg, const char *what)
{
    struct resp_harness *b = arg;
    buf_clear(&b->found);
    buf_str(&b->found, what ? what : "");
}

/* Lists the one namespace whose hash the script has, up to its first list. */
static struct scan *scan_with(struct resp_harness *b, const struct resp_script *script, const struct budget_rate *rates)
{
    resp_harness_open(b, script, rates);
    struct scan *s = scan_new(&(struct scan_conf){.loop = b->loop,
                                                  .conn = b->conn,
                                                  .budget = &b->budget,
                                                  .source = "redis",
                                                  .ns = "one",
                                                  .unscannable = none_is_unscannable,
                                                  .emit = resp_harness_hear,
                                                  .listed = on_listed,
                                                  .refused = on_refused,
                                                  .layout_changed = on_layout,
                                                  .endless = on_endless,
                                                  .arg = b});
    resp_harness_run(b);
    return s;
}

static struct scan *scan_of(struct resp_harness *b, const struct resp_script *script)
{
    return scan_with(b, script, harness_unlimited);
}

static void list_close(struct resp_harness *b, struct scan *s)
{
    resp_free(b->conn);
    b->conn = NULL;
    scan_free(s);
    resp_harness_close(b);
}

static void a_hash_rests_as_its_reading_went(void **state)
{
    (void)state;
    static const struct {
        struct resp_script script;
        const char *endless;
        bool refused, dirty;
        uint64_t rests_ms;
    } cases[] = {
        {{.hlen = LEN(3), .page = "*0\r\n"}, "", false, true, SCAN_POLL_MS},
        {{.hlen = LEN(20000), .page = "*0\r\n"}, "", false, true, 20000 / SCAN_FIELDS_A_MS},
        {{.hlen = LEN(3), .page = "*0\r\n", .error_of = "HSCAN"}, "", true, true, SCAN_REFUSED_MS},
        {{.hlen = LEN(3), .page = "*0\r\n", .pages = 100000}, "HSCAN RAYone@", false, true, SCAN_REFUSED_MS},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct resp_harness b;
        struct scan *s = scan_of(&b, &cases[i].script);
        const struct gcs_hash *h = gcs_view_find(scan_view(s), "RAYone@ACTOR", strlen("RAYone@ACTOR"));
        assert_non_null(h);
        if (h->due_ms < h->read_ms + cases[i].rests_ms || h->due_ms > loop_now_ms() + cases[i].rests_ms)
            fail_msg("case %zu: read again after %llu ms", i, (unsigned long long)(h->due_ms - h->read_ms));
        assert_int_equal(h->dirty, cases[i].dirty);
        assert_int_equal(b.refused, cases[i].refused);
        assert_true(strncmp(buf_text(&b.found), cases[i].endless, strlen(cases[i].endless)) == 0);
        assert_int_equal(!*buf_text(&b.found), !*cases[i].endless);
        assert_null(scan_scanning(s));
        assert_int_equal(b.finds, 0); /* of the newer layout */
        /* the names first, then each hash, and SCAN for other namespaces last */
        assert_true(strncmp(buf_text(&b.log), "HLEN RAYone@KV\nHLEN ", 20) == 0);
        list_close(&b, s);
    }
}

/* What its budget has held back goes on by itself. */
static void a_list_that_was_held_back_goes_on(void **state)
{
    (void)state;
    struct resp_harness b;
    struct scan *s = scan_with(&b, &(struct resp_script){.hlen = LEN(3), .page = "*0\r\n"}, harness_paced);
    for (const struct gcs_hash *h = scan_view(s)->hashes; h; h = h->next) assert_true(h->read_ms > 0);
    assert_true(scan_view(s)->hash_count > 1);
    list_close(&b, s);
}

static void a_hash_of_the_older_layout_is_told_of(void **state)
{
    (void)state;
    struct resp_harness b;
    struct scan *s = scan_of(&b, &(struct resp_script){.hlen = "-WRONGTYPE not a hash\r\n", .exists = "one"});
    assert_int_equal(b.finds, 2); /* it appeared, and vanished when it was read */
    assert_int_equal(scan_view(s)->hash_count, 0);
    list_close(&b, s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_depends_on_the_hash),
        cmocka_unit_test(a_length_that_is_none_has_its_outcome),
        cmocka_unit_test(a_page_that_is_none_is_refused),
        cmocka_unit_test(a_hash_without_end_is_left),
        cmocka_unit_test(progress_is_told_of_a_large_hash),
        cmocka_unit_test(fields_without_values_are_asked_for_their_sizes),
        cmocka_unit_test(a_read_keeps_to_its_budget),
        cmocka_unit_test(a_hash_rests_as_its_reading_went),
        cmocka_unit_test(a_list_that_was_held_back_goes_on),
        cmocka_unit_test(a_hash_of_the_older_layout_is_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
