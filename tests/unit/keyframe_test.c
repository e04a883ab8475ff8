/* keyframe_test.c - A keyframe's changes, applied to an empty world, make it equal to the one it was taken of. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/keyframe.h"
#include "tests/support/random_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MEANWHILE = 4000 };

/* As a recording keeps it: written and read back. */
static void apply_written(void *world, struct change *c)
{
    struct buf line;
    struct change *back = NULL;
    buf_init(&line, 16 << 20);
    assert_int_equal(change_to_json(c, &line), ERR_OK);
    assert_int_equal(change_from_json(buf_text(&line), line.len, &back, NULL), ERR_OK);
    world_apply(world, back);
    change_free(back);
    change_free(c);
    buf_done(&line);
}

static void assert_row_equal(const struct row *a, const struct row *b, bool first_listed)
{
    assert_string_equal(a->record->key, b->record->key);
    assert_true(record_equal(a->record, b->record));
    assert_string_equal(a->source, b->source);
    assert_int_equal(a->seen_ms, b->seen_ms);
    assert_int_equal(a->seen_wall_ms, b->seen_wall_ms);
    assert_int_equal(a->changed_ms, b->changed_ms);
    assert_int_equal(a->changed_wall_ms, b->changed_wall_ms);
    assert_int_equal(a->gone_ms, b->gone_ms);
    assert_int_equal(a->gone_wall_ms, b->gone_wall_ms);
    if (first_listed) assert_int_equal(a->first_listed, b->first_listed);
}

static void assert_history_equal(const struct world *a, const struct world *b, const char *key)
{
    double of_a[HISTORY_POINTS], of_b[HISTORY_POINTS];
    size_t n = world_history(a, key, of_a, HISTORY_POINTS);
    assert_int_equal(world_history(b, key, of_b, HISTORY_POINTS), n);
    for (size_t i = 0; i < n; i++) assert_memory_equal(&of_a[i], &of_b[i], sizeof of_a[i]);
}

static void assert_world_equal(const struct world *a, const struct world *b, bool first_listed)
{
    assert_int_equal(world_sources(a), world_sources(b));
    for (size_t i = 0; i < world_sources(a); i++) {
        const struct source *s = world_source(a, i), *t = world_source(b, i);
        assert_string_equal(s->id, t->id);
        assert_true(text_unchanged(s->why, t->why) && text_unchanged(s->detail, t->detail));
        assert_true(text_unchanged(s->scope, t->scope));
        assert_int_equal(s->world, t->world);
        assert_int_equal(s->state, t->state);
        assert_int_equal(s->err, t->err);
        assert_int_equal(s->since_ms, t->since_ms);
        assert_int_equal(s->last_change_ms, t->last_change_ms);
        assert_int_equal(s->last_alive_ms, t->last_alive_ms);
        assert_int_equal(s->listed_ms, t->listed_ms);
        assert_int_equal(s->unread, t->unread);
        assert_int_equal(s->timed, t->timed);
        assert_int_equal(s->prompts > SOURCE_PROMPTS ? SOURCE_PROMPTS : s->prompts,
                         t->prompts > SOURCE_PROMPTS ? SOURCE_PROMPTS : t->prompts);
        for (unsigned n = 1; n <= s->prompts && n <= SOURCE_PROMPTS; n++)
            assert_int_equal(s->prompt_answer_ms[(s->prompts - n) % SOURCE_PROMPTS],
                             t->prompt_answer_ms[(t->prompts - n) % SOURCE_PROMPTS]);
    }
    for (int table = 0; table < TABLE_COUNT; table++) {
        const struct row *of_b = world_first(b, (enum table)table);
        WORLD_EACH (row, a, (enum table)table) {
            assert_non_null(of_b);
            assert_row_equal(row, of_b, first_listed);
            if (table == TABLE_CORE) assert_history_equal(a, b, row->record->key);
            of_b = world_next(b, of_b);
        }
        assert_null(of_b);
        assert_int_equal(world_count(a, (enum table)table), world_count(b, (enum table)table));
        assert_int_equal(world_dropped(a, (enum table)table), world_dropped(b, (enum table)table));
        assert_int_equal(world_unread(a, (enum table)table), world_unread(b, (enum table)table));
    }
}

static void assert_worlds_equal(const struct world *a, const struct world *b, bool first_listed)
{
    for (size_t i = 0; i < RANDOM_OWNERS; i++)
        assert_world_equal(world_of_service(a, random_owners[i]), world_of_service(b, random_owners[i]), first_listed);
}

static void end_lists(struct world *w, uint64_t at)
{
    for (size_t o = 0; o < RANDOM_OWNERS; o++)
        for (size_t i = 0; i < world_sources(world_of_service(w, random_owners[o])); i++)
            for (int t = 0; t < TABLE_COUNT; t++) {
                const struct source *s = world_source(world_of_service(w, random_owners[o]), i);
                struct change *c = change_new(CHANGE_RELISTED, s->id, s->world);
                c->owner = mem_str(random_owners[o]);
                c->table = (enum table)t;
                c->at_ms = at;
                world_apply(w, c);
                change_free(c);
            }
}

static void a_keyframe_makes_the_same_world(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed < 40; seed++) {
        struct rng rng = {seed * 7919};
        uint64_t clock = 1000;
        struct world *w = world_new(), *again = world_new();
        for (int i = 0; i < 600; i++) {
            struct change *c = random_change(&rng, &clock);
            world_apply(w, c);
            change_free(c);
        }
        end_lists(w, clock);
        assert_false(world_is_relisting(w));
        const struct sink sink = {apply_written, again};
        struct keyframe *k = keyframe_new();
        while (!keyframe_some(k, w, &sink, 1 + seed % 50)) continue;
        keyframe_free(k);
        /* Rows that went from one source to another may forget that they were in a first list. */
        assert_worlds_equal(w, again, false);
        world_free(w);
        world_free(again);
    }
}

static void assert_living_equal(const struct world *w, const struct world *again)
{
    for (int table = 0; table < TABLE_COUNT; table++) {
        assert_int_equal(world_count(w, (enum table)table), world_count(again, (enum table)table));
        WORLD_EACH (row, w, (enum table)table) {
            const struct row *other = world_find(again, (enum table)table, row->record->key);
            if (row->gone_ms) continue;
            assert_non_null(other);
            assert_row_equal(row, other, false);
        }
    }
}

/* The pieces, and then what the world took since the first of them. */
static void a_keyframe_can_be_taken_while_the_world_goes_on(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed < 40; seed++) {
        struct rng rng = {seed * 104729};
        uint64_t clock = 1000;
        struct world *w = world_new(), *again = world_new();
        for (int i = 0; i < 400; i++) {
            struct change *c = random_change(&rng, &clock);
            world_apply(w, c);
            change_free(c);
        }
        end_lists(w, clock);
        const struct sink sink = {apply_written, again};
        struct keyframe *k = keyframe_new();
        struct change *meanwhile[MEANWHILE];
        size_t n = 0;
        while (!keyframe_some(k, w, &sink, 10)) {
            for (int i = 0; i < 5 && n < MEANWHILE; i++) {
                struct change *c = random_change(&rng, &clock);
                if (c->type == CHANGE_RELIST) c->type = CHANGE_ALIVE; /* with a list a keyframe is given up */
                world_apply(w, c);
                meanwhile[n++] = c;
            }
        }
        for (size_t i = 0; i < n; i++) {
            world_apply(again, meanwhile[i]);
            change_free(meanwhile[i]);
        }
        keyframe_free(k);
        for (size_t o = 0; o < RANDOM_OWNERS; o++)
            assert_living_equal(world_of_service(w, random_owners[o]), world_of_service(again, random_owners[o]));
        world_free(w);
        world_free(again);
    }
}

static void what_was_there_before_is_told_from_what_came(void **state)
{
    (void)state;
    struct world *w = world_new(), *again = world_new();
    const enum change_type types[] = {CHANGE_RELIST, CHANGE_PUT, CHANGE_RELISTED, CHANGE_PUT};
    for (int i = 0; i < 4; i++) {
        struct change *c = types[i] == CHANGE_PUT
                               ? change_put("kube/pods", WORLD_KUBE, record_new(TABLE_POD, i == 1 ? "old" : "new"))
                               : change_new(types[i], "kube/pods", WORLD_KUBE);
        c->table = TABLE_POD;
        c->at_ms = 1000 + (uint64_t)i;
        world_apply(w, c);
        change_free(c);
    }
    assert_true(world_find(w, TABLE_POD, "old")->first_listed);
    const struct sink sink = {apply_written, again};
    struct keyframe *k = keyframe_new();
    assert_true(keyframe_some(k, w, &sink, 100));
    keyframe_free(k);
    assert_world_equal(w, again, true);
    world_free(w);
    world_free(again);
}

/* How many rows were left out, and why, is known of what is entered in its middle too. */
static void what_was_left_out_is_counted(void **state)
{
    (void)state;
    for (int some = 0; some < 2; some++) {
        struct world *w = world_new(), *again = world_new();
        struct change *left_out[] = {change_source("kube/pods", WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL),
                                     change_unread("kube/pods", WORLD_KUBE, TABLE_POD, 3, "a pod without metadata.uid"),
                                     change_new(CHANGE_DROPPED, "kube/pods", WORLD_KUBE)};
        left_out[2]->table = TABLE_POD;
        left_out[2]->number = 7;
        for (int i = 0; i < 3; i++) {
            left_out[i]->at_ms = 1000;
            if (some || i == 0) world_apply(w, left_out[i]);
            change_free(left_out[i]);
        }
        const struct sink sink = {apply_written, again};
        struct keyframe *k = keyframe_new();
        while (!keyframe_some(k, w, &sink, 10)) continue;
        keyframe_free(k);
        assert_int_equal(world_unread(again, TABLE_POD), some ? 3 : 0);
        assert_int_equal(world_dropped(again, TABLE_POD), some ? 7 : 0);
        assert_worlds_equal(w, again, false);
        if (some) assert_string_equal(world_source_named(again, "kube/pods")->unread_why, "a pod without metadata.uid");
        world_free(w);
        world_free(again);
    }
}

/* Changed within the same millisecond of our clock, while the wall clock was corrected, and the reverse. */
static void a_row_is_as_it_was_seen_and_changed_by_either_clock(void **state)
{
    (void)state;
    static const struct {
        uint64_t at_ms, wall_ms; /* when it is changed */
    } changed_at[] = {{1000, 5000}, {1000, 6000}, {2000, 5000}, {2000, 6000}};
    for (size_t i = 0; i < ARRAY_LEN(changed_at); i++) {
        struct world *w = world_new(), *again = world_new();
        for (int changed = 0; changed < 2; changed++) {
            struct pod *p = record_new(TABLE_POD, "uid");
            record_set(&p->name, changed ? "two" : "one");
            struct change *c = change_put("kube/pods", WORLD_KUBE, &p->record);
            c->at_ms = changed ? changed_at[i].at_ms : 1000;
            c->wall_ms = changed ? changed_at[i].wall_ms : 5000;
            world_apply(w, c);
            change_free(c);
        }
        const struct row *row = world_find(w, TABLE_POD, "uid");
        assert_int_equal(row->seen_wall_ms, 5000);
        assert_int_equal(row->changed_wall_ms, changed_at[i].wall_ms);
        const struct sink sink = {apply_written, again};
        struct keyframe *k = keyframe_new();
        while (!keyframe_some(k, w, &sink, 10)) continue;
        keyframe_free(k);
        assert_worlds_equal(w, again, false);
        world_free(w);
        world_free(again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_keyframe_makes_the_same_world),
        cmocka_unit_test(a_keyframe_can_be_taken_while_the_world_goes_on),
        cmocka_unit_test(a_row_is_as_it_was_seen_and_changed_by_either_clock),
        cmocka_unit_test(what_was_there_before_is_told_from_what_came),
        cmocka_unit_test(what_was_left_out_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
