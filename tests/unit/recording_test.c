/* recording_test.c - What was recorded is read: whole, from its middle, cut off, garbled, of another version. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/recording/frame_reader.h"
#include "backends/recording/recorder.h"
#include "backends/recording/recording_read.h"
#include "tests/support/random_change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CHANGES = 1500, FILE_MAX = 64 << 20 };
#define WALL_OFFSET UINT64_C(1795440000000)

/* A stream of changes as lines, and the recording that was made of it. */
struct made {
    char *line[CHANGES];
    uint64_t at[CHANGES];
    struct buf file;
};

static char *line_of(const struct change *c)
{
    struct buf b;
    buf_init(&b, 8 << 20);
    assert_int_equal(change_to_json(c, &b), ERR_OK);
    return buf_take(&b);
}

static void take_piece(void *file, const struct frame_piece *piece)
{
    assert_int_equal(buf_add(file, piece->bytes, piece->len), ERR_OK);
}

static void recording_make(struct made *m, uint64_t seed, const struct recorder_redaction *redaction)
{
    struct rng rng = {seed};
    uint64_t clock = 5000;
    const struct frame_calls calls = {take_piece, &m->file};
    const struct recorder_opening opening = {.raydeck = "0.1.0", .context = "prod", .ns = "mistral", .demo = true};
    struct world *w = world_new();
    buf_init(&m->file, FILE_MAX);
    recorder_opening(&opening, clock, WALL_OFFSET + clock, &m->file);
    struct recorder *r = recorder_new(&calls, redaction, clock, WALL_OFFSET + clock);
    for (int i = 0; i < CHANGES; i++) {
        struct change *c = random_change(&rng, &clock);
        /* A list that is never ended keeps keyframes away. */
        if (c->type == CHANGE_RELIST) c->type = CHANGE_RELISTED;
        world_apply(w, c);
        recorder_change(r, c);
        m->line[i] = line_of(c);
        m->at[i] = c->at_ms;
        change_free(c);
        recorder_turn(r, w, clock, WALL_OFFSET + clock);
    }
    recorder_cut(r);
    recorder_free(r);
    world_free(w);
}

static void made_done(struct made *m)
{
    for (int i = 0; i < CHANGES; i++) free(m->line[i]);
    buf_done(&m->file);
}

static struct recording *open_copy(const char *bytes, size_t len)
{
    struct buf copy;
    struct recording *r = NULL;
    struct why why = {0};
    buf_init(&copy, FILE_MAX);
    buf_add(&copy, bytes, len);
    enum err err = recording_of_bytes(&copy, &r, &why);
    assert_int_equal(!err, r != NULL);
    if (err) assert_true(why.text[0]);
    buf_done(&copy);
    return r;
}

static bool has_problem(const struct recording *r, const char *words)
{
    const struct recording_about *a = recording_about(r);
    for (size_t i = 0; i < a->problems && i < RECORDING_PROBLEMS; i++)
        if (strstr(a->problem[i], words)) return true;
    return false;
}

/* Plays all from where the cursor is; returns the changes that are not a keyframe's. Each has to be among those made,
 * in their order. */
static size_t recording_play(struct recording *r, const struct made *m)
{
    struct recorded next;
    size_t n = 0, at = 0;
    uint64_t ms = 0;
    while (recording_next(r, &next)) {
        assert_true(next.ms >= ms);
        ms = next.ms;
        if (next.change && !next.base) {
            char *line = line_of(next.change);
            while (at < CHANGES && strcmp(m->line[at], line) != 0) at++;
            assert_true(at < CHANGES);
            at++;
            n++;
            free(line);
        }
        change_free(next.change);
    }
    return n;
}

static void a_recording_is_read_as_it_was_made(void **state)
{
    (void)state;
    struct made m;
    recording_make(&m, 77, NULL);
    struct recording *r = open_copy(m.file.data, m.file.len);
    const struct recording_about *a = recording_about(r);
    assert_int_equal(a->problems, 0);
    assert_string_equal(a->context, "prod");
    assert_string_equal(a->ns, "mistral");
    assert_null(a->service);
    assert_true(a->demo);
    assert_false(a->redacted);
    assert_int_equal(a->changes, CHANGES);
    assert_int_equal(a->begin_ms, 5000);
    assert_true(a->end_ms >= m.at[CHANGES - 1]);
    assert_int_equal(recording_play(r, &m), CHANGES);
    assert_int_equal(a->problems, 0);
    recording_close(r);
    made_done(&m);
}

static void assert_same_rows(const struct world *a, const struct world *b)
{
    for (int t = 0; t < TABLE_COUNT; t++) {
        assert_int_equal(world_count(a, (enum table)t), world_count(b, (enum table)t));
        WORLD_EACH (row, a, (enum table)t) {
            const struct row *other = world_find(b, (enum table)t, row->record->key);
            if (row->gone_ms) continue;
            assert_non_null(other);
            assert_true(record_equal(row->record, other->record));
            assert_int_equal(row->changed_ms, other->changed_ms);
            assert_int_equal(row->seen_ms, other->seen_ms);
        }
    }
}

/* The world as of at_ms, and how many changes it took to get there. */
static struct world *world_at(struct recording *r, uint64_t at_ms, size_t *ret_changes)
{
    struct world *w = world_new();
    struct recorded next;
    recording_seek(r, at_ms);
    for (*ret_changes = 0; recording_next(r, &next); ++*ret_changes) {
        if (!next.base && next.ms > at_ms) {
            change_free(next.change);
            break;
        }
        if (next.anew) {
            world_free(w);
            w = world_new();
        }
        if (next.change) world_apply(w, next.change);
        change_free(next.change);
    }
    return w;
}

static void a_seek_finds_the_world_of_that_moment(void **state)
{
    (void)state;
    struct made m;
    recording_make(&m, 4711, NULL);
    struct recording *r = open_copy(m.file.data, m.file.len);
    struct world *w = world_new();
    int from_keyframe = 0;
    for (int i = 0; i < CHANGES; i++) {
        struct change *c = NULL;
        assert_int_equal(change_from_json(m.line[i], strlen(m.line[i]), &c, NULL), ERR_OK);
        world_apply(w, c);
        change_free(c);
        if (i % 150 != 149 || (i + 1 < CHANGES && m.at[i + 1] == m.at[i])) continue;
        size_t took;
        struct world *found = world_at(r, m.at[i], &took);
        assert_same_rows(w, found);
        world_free(found);
        recording_seek(r, m.at[i]);
        struct recorded first;
        assert_true(recording_next(r, &first));
        from_keyframe += first.base;
        change_free(first.change);
    }
    assert_true(from_keyframe >= 5);
    world_free(w);
    recording_close(r);
    made_done(&m);
}

/* kill -9, a full disk: what lies before the cut is there, up to the last flush of a second. */
static void a_recording_that_was_cut_off_reads_up_to_there(void **state)
{
    (void)state;
    struct made m;
    size_t before = 0;
    recording_make(&m, 99, NULL);
    for (size_t len = 0; len <= m.file.len; len += len % 3 ? 997 : 1009) {
        struct recording *r = open_copy(m.file.data, len);
        if (!r) continue;
        size_t n = recording_play(r, &m);
        assert_true(n >= before);
        if (n > before && n < CHANGES) assert_true(recording_about(r)->changes == n);
        before = n;
        recording_close(r);
    }
    assert_true(before > CHANGES * 9 / 10);
    made_done(&m);
}

static void a_garbled_frame_is_named_and_the_rest_is_read(void **state)
{
    (void)state;
    struct made m;
    struct rng rng = {5};
    recording_make(&m, 99, NULL);
    for (int i = 0; i < 150; i++) {
        size_t at = random_next(&rng) % m.file.len;
        char was = m.file.data[at];
        m.file.data[at] = (char)(was ^ (1 << random_next(&rng) % 8));
        struct recording *r = open_copy(m.file.data, m.file.len);
        assert_non_null(r);
        size_t n = recording_play(r, &m);
        assert_true(n > CHANGES / 2);
        if (n < CHANGES) assert_true(recording_about(r)->problems > 0);
        recording_close(r);
        m.file.data[at] = was;
    }
    made_done(&m);
}

static void what_is_no_recording_is_refused(void **state)
{
    (void)state;
    static char zeros[1 << 20];
    struct why why = {0};
    struct recording *r = NULL;
    assert_null(open_copy("", 0));
    assert_null(open_copy(zeros, sizeof zeros));
    assert_null(open_copy("\x28\xb5\x2f\xfd another program's", 22));
    assert_int_equal(recording_open("/dev/zero", &r, &why), ERR_IO);
    assert_non_null(strstr(why.text, "/dev/zero"));
    assert_int_equal(recording_open("/nowhere/at all", &r, &why), ERR_NOT_FOUND);
    assert_int_equal(recording_open("Makefile", &r, &why), ERR_PARSE);
    assert_non_null(strstr(why.text, "Makefile: no recording"));
}

static void add_frame(struct buf *file, struct frame_head head, const char *line)
{
    frame_single(&head, line, file);
}

static const char alive[] = "{\"type\":\"alive\",\"at\":7,\"wall\":8,\"world\":\"kube\",\"source\":\"kube/pods\"}";

static void a_newer_format_is_shown_as_far_as_it_is_known(void **state)
{
    (void)state;
    struct buf file;
    struct recorded next;
    buf_init(&file, FILE_MAX);
    add_frame(&file, (struct frame_head){7, FRAME_OPENING, 0, 0, 7, 8}, "{\"recording\":7,\"context\":\"c\",\"x\":[]}");
    add_frame(&file, (struct frame_head){7, 40, 1, 0, 7, 8}, "what is this");
    add_frame(&file, (struct frame_head){7, FRAME_CHANGES, 2, 64, 7, 8}, alive);
    add_frame(&file, (struct frame_head){7, FRAME_CHANGES, 3, 0, 9, 8}, "{\"type\":\"sung\",\"at\":7}");
    struct recording *r = open_copy(file.data, file.len);
    assert_true(has_problem(r, "of a newer format, version 7"));
    assert_true(has_problem(r, "frame 1 is of an unknown kind, 40"));
    assert_string_equal(recording_about(r)->context, "c");
    assert_true(recording_next(r, &next));
    assert_int_equal(next.change->type, CHANGE_ALIVE);
    assert_int_equal(next.ms, 7);
    change_free(next.change);
    assert_false(recording_next(r, &next));
    assert_true(has_problem(r, "frame 3: a line is not understood: change: no known type"));
    recording_close(r);
    buf_done(&file);
}

static void times_that_run_backwards_end_it(void **state)
{
    (void)state;
    struct buf file;
    struct recorded next;
    buf_init(&file, FILE_MAX);
    add_frame(&file, (struct frame_head){1, FRAME_CHANGES, 1, 0, 7, 8}, alive);
    add_frame(&file, (struct frame_head){1, FRAME_CHANGES, 2, 0, 5, 8}, alive);
    struct recording *r = open_copy(file.data, file.len);
    assert_true(has_problem(r, "frame 2: times run backwards"));
    assert_true(recording_next(r, &next));
    change_free(next.change);
    assert_false(recording_next(r, &next));
    recording_close(r);
    buf_done(&file);
}

static void frames_that_are_missing_are_named(void **state)
{
    (void)state;
    struct buf file;
    buf_init(&file, FILE_MAX);
    add_frame(&file, (struct frame_head){1, FRAME_CHANGES, 3, 0, 7, 8}, alive);
    add_frame(&file, (struct frame_head){1, FRAME_CHANGES, 6, 0, 9, 8}, alive);
    struct recording *r = open_copy(file.data, file.len);
    assert_true(has_problem(r, "frames 4 to 5 are missing"));
    assert_int_equal(recording_about(r)->problems, 1);
    recording_close(r);
    buf_done(&file);
}

static void to_x(void *arg, char *text, size_t len)
{
    (void)arg;
    for (size_t i = 0; i < len; i++)
        if (text[i] == '7') text[i] = 'x';
}

static void a_redacted_recording_has_stand_ins_alone(void **state)
{
    (void)state;
    struct buf file;
    struct recorded next;
    const struct recorder_redaction redaction = {to_x, NULL};
    const struct frame_calls calls = {take_piece, &file};
    buf_init(&file, FILE_MAX);
    struct recorder *rec = recorder_new(&calls, &redaction, 5, 6);
    struct request *q = record_new(TABLE_REQUEST, "key 7");
    record_set(&q->question, "what is my secret?");
    record_set(&q->answer, "7");
    record_set(&q->path, "http://10.0.0.7/");
    struct change *c = change_put("serve 7", WORLD_SERVE, &q->record);
    recorder_change(rec, c);
    recorder_cut(rec);
    recorder_free(rec);
    struct recording *r = open_copy(file.data, file.len);
    do assert_true(recording_next(r, &next));
    while (!next.change);
    const struct request *back = (const void *)next.change->record;
    assert_string_equal(next.change->source, "serve x");
    assert_string_equal(back->record.key, "key x");
    assert_string_equal(back->question, "[redacted]");
    assert_string_equal(back->answer, "[redacted]");
    assert_string_equal(back->path, "http://10.0.0.x/");
    assert_string_equal(q->answer, "7");
    change_free(next.change);
    change_free(c);
    recording_close(r);
    buf_done(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_is_read_as_it_was_made),
        cmocka_unit_test(a_seek_finds_the_world_of_that_moment),
        cmocka_unit_test(a_recording_that_was_cut_off_reads_up_to_there),
        cmocka_unit_test(a_garbled_frame_is_named_and_the_rest_is_read),
        cmocka_unit_test(what_is_no_recording_is_refused),
        cmocka_unit_test(a_newer_format_is_shown_as_far_as_it_is_known),
        cmocka_unit_test(times_that_run_backwards_end_it),
        cmocka_unit_test(frames_that_are_missing_are_named),
        cmocka_unit_test(a_redacted_recording_has_stand_ins_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
