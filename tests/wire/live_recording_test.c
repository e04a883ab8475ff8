/* live_recording_test.c - The file, the flight recorder and the losses that save themselves, on a real loop and disk.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/clock.h"
#include "backends/link/file.h"
#include "backends/recording/flight_ring.h"
#include "backends/recording/live_recording.h"
#include "backends/recording/recording_read.h"
#include "backends/recording/recordings_folder.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { MINUTE = 60 * 1000 };

struct fake_console {
    struct loop *loop;
    char *folder, *path;
    struct world *world;
    struct live_recording *live;
    char said[1024];
    bool bad;
    int told;
};

static void on_say(void *arg, bool bad, const char *words)
{
    struct fake_console *d = arg;
    snprintf(d->said, sizeof d->said, "%s", words);
    d->bad = bad;
    d->told++;
}

static void desk_open(struct fake_console *d, const char *file, bool flight)
{
    struct why why = {0};
    *d = (struct fake_console){.loop = loop_new(), .folder = run_folder(), .world = world_new()};
    d->path = file ? mem_printf("%s/%s", d->folder, file) : NULL;
    char *kept = mem_printf("%s/kept", d->folder);
    clock_set(loop_clock(d->loop), 1000000, 1795440000000);
    const struct live_conf conf = {
        .file = d->path, .flight = flight, .folder = kept, .saves_losses = true, .say = on_say, .arg = d};
    assert_int_equal(live_open(d->loop, &conf, &d->live, &why), ERR_OK);
    live_world(d->live, d->world);
    live_opening(d->live, "prod", "mistral", "llm");
    free(kept);
}

static void desk_close(struct fake_console *d)
{
    struct why why = {0};
    assert_int_equal(live_close(d->live, NULL, &why), ERR_OK);
    world_free(d->world);
    loop_free(d->loop);
    free(d->path);
    run_remove(d->folder);
}

static void desk_change(struct fake_console *d, struct change *c)
{
    c->at_ms = clock_now_ms(loop_clock(d->loop));
    c->wall_ms = clock_wall_ms(loop_clock(d->loop));
    world_apply(d->world, c);
    live_change(d->live, c);
    change_free(c);
}

/* A pod a second, for so long. */
static void desk_run(struct fake_console *d, unsigned seconds)
{
    static unsigned number;
    for (unsigned i = 0; i < seconds; i++) {
        char key[32];
        snprintf(key, sizeof key, "uid-%u", number++ % 40);
        struct pod *p = record_new(TABLE_POD, key);
        p->restarts = known_u64(number);
        desk_change(d, change_put("kube/pods", WORLD_KUBE, &p->record));
        clock_advance(loop_clock(d->loop), 1000);
    }
}

static void desk_wait_told(struct fake_console *d, int times)
{
    STEP_UNTIL(d->loop, d->told >= times);
    assert_true(d->told >= times);
}

static uint64_t changes_of(const char *path, uint64_t *ret_span_ms)
{
    struct recording *r;
    struct recorded next;
    struct why why = {0};
    uint64_t n = 0;
    assert_int_equal(recording_open(path, &r, &why), ERR_OK);
    while (recording_next(r, &next)) {
        n += next.change && !next.base;
        change_free(next.change);
    }
    assert_int_equal(recording_about(r)->problems, 0);
    assert_string_equal(recording_about(r)->context, "prod");
    *ret_span_ms = recording_about(r)->end_ms - recording_about(r)->begin_ms;
    recording_close(r);
    return n;
}

static void a_file_has_every_change(void **state)
{
    (void)state;
    struct fake_console d;
    uint64_t span;
    desk_open(&d, "all.rec", false);
    desk_run(&d, 600);
    struct why why = {0};
    char *path = mem_str(d.path);
    assert_int_equal(live_close(d.live, NULL, &why), ERR_OK);
    d.live = NULL;
    assert_int_equal(changes_of(path, &span), 600);
    assert_true(span >= 599 * 1000);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    free(path);
    desk_close(&d);
}

static void a_file_that_is_there_stays_as_it_is(void **state)
{
    (void)state;
    struct fake_console d;
    struct why why = {0};
    struct live_recording *second = NULL;
    desk_open(&d, "one.rec", true);
    const struct live_conf conf = {.file = d.path};
    assert_int_equal(live_open(d.loop, &conf, &second, &why), ERR_CONFLICT);
    assert_non_null(strstr(why.text, "one.rec: is there already"));
    desk_run(&d, 5);
    char *other = mem_printf("%s/mine", d.folder);
    assert_int_equal(file_write(other, "mine", 4, NULL), ERR_OK);
    live_save(d.live, other);
    desk_wait_told(&d, 1);
    assert_true(d.bad);
    assert_non_null(strstr(d.said, "is there already"));
    struct buf b;
    buf_init(&b, 100);
    assert_int_equal(file_read(other, &b, NULL), ERR_OK);
    assert_string_equal(buf_text(&b), "mine");
    buf_done(&b);
    free(other);
    desk_close(&d);
}

static void the_flight_recorder_keeps_a_quarter_of_an_hour(void **state)
{
    (void)state;
    struct fake_console d;
    uint64_t span;
    desk_open(&d, NULL, true);
    desk_run(&d, 90 * 60);
    char *path = mem_printf("%s/saved.rec", d.folder);
    live_save(d.live, path);
    desk_wait_told(&d, 1);
    assert_false(d.bad);
    assert_non_null(strstr(d.said, path));
    uint64_t n = changes_of(path, &span);
    assert_true(span >= FLIGHT_MS && span < FLIGHT_MS + 5 * MINUTE);
    assert_true(n >= FLIGHT_MS / 1000 && n < FLIGHT_MS / 1000 + 5 * 60);
    free(path);
    desk_close(&d);
}

/* Nothing repeats: what is kept would be far more. */
static void the_flight_recorder_has_a_limit(void **state)
{
    (void)state;
    struct flight_ring *f = flight_ring_new();
    static char bytes[1 << 20];
    size_t most = 0;
    for (uint32_t i = 0; i < 200; i++) {
        const bool key = i % 50 == 0;
        const struct frame_head head = {
            1, key ? FRAME_KEYFRAME : FRAME_CHANGES, i, key ? KEYFRAME_FIRST | KEYFRAME_LAST : 0, i, i};
        for (int part = 0; part < 2; part++) {
            const struct frame_piece piece = {&head, bytes, sizeof bytes, part == 0, part == 1};
            flight_ring_piece(f, &piece);
            if (flight_ring_bytes(f) > most) most = flight_ring_bytes(f);
            assert_true(flight_ring_bytes(f) <= FLIGHT_BYTES + sizeof bytes);
        }
    }
    assert_true(most > FLIGHT_BYTES / 2);
    flight_ring_free(f);
}

static struct recovery lost_at(uint64_t t0_ms)
{
    return (struct recovery){
        .outage = OUTAGE_RUNNING, .t0_ms = t0_ms, .t0_wall_ms = 1795440000000 + t0_ms, .head_lost = true};
}

static void desk_wait_file(struct fake_console *d, const char *folder, size_t files)
{
    STEP_UNTIL(d->loop, run_entries(folder) >= files);
    assert_true(run_entries(folder) >= files);
}

static void a_loss_is_saved_by_itself_and_the_latest_are_kept(void **state)
{
    (void)state;
    struct fake_console d;
    struct recordings_list list;
    desk_open(&d, NULL, true);
    char *kept = mem_printf("%s/kept", d.folder), *mine = mem_printf("%s/kept/saved-mine.rec", d.folder);
    assert_int_equal(file_make_dirs(mine, NULL), ERR_OK);
    assert_int_equal(file_write(mine, "x", 1, NULL), ERR_OK);
    for (int i = 0; i < RECORDINGS_KEPT + 3; i++) {
        desk_run(&d, 10);
        struct recovery r = lost_at(clock_now_ms(loop_clock(d.loop)));
        live_look(d.live, &r, "llm");
        live_look(d.live, &r, "llm"); /* the same one */
        desk_wait_file(&d, kept, i + 1 < RECORDINGS_KEPT ? (size_t)i + 2 : RECORDINGS_KEPT + 1);
        desk_run(&d, OUTAGE_SECONDS + 2);
        r.outage = OUTAGE_OVER;
        live_look(d.live, &r, "llm");
        live_look(d.live, &r, "llm");
        desk_wait_told(&d, i + 1);
        assert_false(d.bad);
    }
    assert_int_equal(d.told, RECORDINGS_KEPT + 3);
    assert_int_equal(recordings_list(kept, &list, NULL), ERR_OK);
    assert_int_equal(list.count, RECORDINGS_KEPT + 1);
    int mines = 0;
    for (size_t i = 0; i < list.count; i++) mines += text_eq(list.item[i].name, "saved-mine.rec");
    assert_int_equal(mines, 1);
    recordings_list_done(&list);
    free(kept);
    free(mine);
    desk_close(&d);
}

/* Another head within the same second, or a file of another console: the names are made unique, and each loss goes on
 * in its own file. */
static void losses_of_the_same_second_are_two_files(void **state)
{
    (void)state;
    struct fake_console d;
    struct buf other;
    struct why why = {0};
    desk_open(&d, NULL, true);
    desk_run(&d, 10);
    struct recovery a = lost_at(clock_now_ms(loop_clock(d.loop)) / 1000 * 1000), b = a;
    b.t0_ms += 400;
    b.t0_wall_ms += 400;
    char *kept = mem_printf("%s/kept", d.folder), *others = recordings_path(kept, "loss", a.t0_wall_ms, "llm");
    assert_int_equal(file_make_dirs(others, NULL), ERR_OK);
    assert_int_equal(file_write(others, "another console's", 17, NULL), ERR_OK);
    live_look(d.live, &a, "llm");
    desk_wait_file(&d, kept, 2);
    live_look(d.live, &b, "llm");
    desk_wait_file(&d, kept, 3);
    desk_run(&d, OUTAGE_SECONDS + 2);
    b.outage = OUTAGE_OVER;
    live_look(d.live, &b, "llm");
    desk_wait_told(&d, 1);
    assert_false(d.bad);
    assert_int_equal(run_entries(kept), 3); /* the second one's file, and no fourth */
    buf_init(&other, 64);
    assert_int_equal(file_read(others, &other, &why), ERR_OK);
    assert_string_equal(buf_text(&other), "another console's");
    char *first = mem_printf("%.*s-2.rec", (int)(strlen(others) - strlen(".rec")), others);
    char *second = mem_printf("%.*s-3.rec", (int)(strlen(others) - strlen(".rec")), others);
    uint64_t span_ms = 0;
    assert_true(changes_of(first, &span_ms) < OUTAGE_SECONDS); /* as it was when the second head was lost */
    assert_true(changes_of(second, &span_ms) > OUTAGE_SECONDS);
    assert_non_null(strstr(d.said, second));
    buf_done(&other);
    free(first);
    free(second);
    free(others);
    free(kept);
    desk_close(&d);
}

/* The first loss is final while a save is in flight, and so is the second: each is written whole, in its own file. */
static void losses_in_quick_succession_are_each_saved(void **state)
{
    (void)state;
    enum { LOSSES = 3 };
    struct fake_console d;
    struct recovery r[LOSSES];
    struct outage *loss = mem_zero(1, sizeof *loss);
    desk_open(&d, NULL, true);
    char *kept = mem_printf("%s/kept", d.folder);
    for (size_t i = 0; i < LOSSES; i++) {
        desk_run(&d, 3);
        r[i] = lost_at(clock_now_ms(loop_clock(d.loop)));
        live_look(d.live, &r[i], "llm");
    }
    desk_wait_file(&d, kept, LOSSES);
    desk_run(&d, OUTAGE_SECONDS + 8);
    for (size_t i = 0; i < LOSSES; i++) { /* in one turn: each comes while the one before is written */
        *loss = (struct outage){.state = OUTAGE_OVER,
                                .final = true,
                                .head_lost = true,
                                .t0_ms = r[i].t0_ms,
                                .t0_wall_ms = r[i].t0_wall_ms,
                                .head_down_ms = known_u64(1000 + i),
                                .waits_for = RUNG_COUNT,
                                .missing = RUNG_COUNT};
        r[i].outage = OUTAGE_OVER;
        live_look(d.live, &r[i], "llm");
        live_loss(d.live, loss);
    }
    desk_wait_told(&d, LOSSES);
    assert_true(live_is_busy(d.live) || d.told >= LOSSES);
    STEP_UNTIL(d.loop, !live_is_busy(d.live));
    assert_false(d.bad);
    assert_int_equal(run_entries(kept), LOSSES);
    for (size_t i = 0; i < LOSSES; i++) {
        char *path = recordings_path(kept, "loss", r[i].t0_wall_ms, "llm");
        uint64_t span_ms = 0;
        assert_int_equal(recording_loss_read(path, loss, NULL), ERR_OK);
        assert_int_equal(loss->head_down_ms.value, 1000 + i);
        assert_true(changes_of(path, &span_ms) > OUTAGE_SECONDS);
        free(path);
    }
    free(loss);
    free(kept);
    desk_close(&d);
}

/* A console that ends writes what waits. */
static void what_waits_is_written_at_the_end(void **state)
{
    (void)state;
    struct fake_console d;
    desk_open(&d, NULL, true);
    char *kept = mem_printf("%s/kept", d.folder);
    for (size_t i = 0; i < 3; i++) {
        desk_run(&d, 3);
        const struct recovery r = lost_at(clock_now_ms(loop_clock(d.loop)));
        live_look(d.live, &r, "llm");
    }
    assert_true(live_is_busy(d.live));
    assert_int_equal(live_close(d.live, NULL, NULL), ERR_OK);
    assert_int_equal(run_entries(kept), 3);
    free(kept);
    world_free(d.world);
    loop_free(d.loop);
    run_remove(d.folder);
}

/* Who opens a console later need not play the recording to know what it was. */
static void the_recording_of_a_loss_says_what_it_was(void **state)
{
    (void)state;
    struct fake_console d;
    struct outage *loss = mem_zero(1, sizeof *loss), *read = mem_zero(1, sizeof *read);
    desk_open(&d, NULL, true);
    desk_run(&d, 10);
    struct recovery r = lost_at(clock_now_ms(loop_clock(d.loop)));
    char *folder = mem_printf("%s/kept", d.folder), *path = recordings_path(folder, "loss", r.t0_wall_ms, "llm");
    *loss = (struct outage){.state = OUTAGE_RUNNING,
                            .t0_ms = r.t0_ms,
                            .t0_wall_ms = r.t0_wall_ms,
                            .head_lost = true,
                            .service_uid = "uid-of-llm",
                            .head_down_ms = known_u64(11700),
                            .waits_for = RUNG_COUNT,
                            .missing = RUNG_COUNT};
    live_loss(d.live, loss);
    live_look(d.live, &r, "llm");
    desk_wait_file(&d, folder, 1);
    assert_int_equal(recording_loss_read(path, read, NULL), ERR_NOT_FOUND); /* it is not over */
    desk_run(&d, OUTAGE_SECONDS + 2);
    r.outage = loss->state = OUTAGE_OVER;
    loss->final = true;
    live_loss(d.live, loss);
    live_look(d.live, &r, "llm");
    desk_wait_told(&d, 1);
    assert_int_equal(recording_loss_read(path, read, NULL), ERR_OK);
    assert_string_equal(read->service_uid, "uid-of-llm");
    assert_int_equal(read->head_down_ms.value, 11700);
    assert_true(read->head_lost && read->final);
    uint64_t span_ms;
    assert_true(changes_of(path, &span_ms) > OUTAGE_SECONDS);
    assert_int_equal(recording_loss_read("/dev/null", read, NULL), ERR_NOT_FOUND);
    free(path);
    free(folder);
    free(loss);
    free(read);
    desk_close(&d);
}

static void a_gcs_that_was_silent_is_no_loss(void **state)
{
    (void)state;
    struct fake_console d;
    desk_open(&d, NULL, true);
    struct recovery r = lost_at(1000);
    r.head_lost = false;
    live_look(d.live, &r, "llm");
    char *kept = mem_printf("%s/kept", d.folder);
    assert_int_equal(run_entries(kept), 0);
    free(kept);
    desk_close(&d);
}

/* A full disk: the error is told once, and what was written until then is read. */
static void a_full_disk_ends_the_file_and_says_so(void **state)
{
    (void)state;
    struct fake_console d;
    struct rlimit before, small = {8000, RLIM_INFINITY};
    struct recording *r;
    struct why why = {0};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    desk_open(&d, "full.rec", false);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < 200 && !d.told; i++) {
        desk_run(&d, 60);
        loop_step(d.loop, 20);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(d.told, 1);
    assert_true(d.bad);
    assert_non_null(strstr(d.said, "full.rec: the recording ends here"));
    assert_true(live_file_failed(d.live));
    assert_int_equal(recording_open(d.path, &r, &why), ERR_OK);
    assert_true(recording_about(r)->changes > 100);
    recording_close(r);
    assert_int_equal(live_close(d.live, NULL, &why), ERR_IO);
    d.live = NULL;
    desk_close(&d);
    assert_int_equal(d.told, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_has_every_change),
        cmocka_unit_test(a_file_that_is_there_stays_as_it_is),
        cmocka_unit_test(the_flight_recorder_keeps_a_quarter_of_an_hour),
        cmocka_unit_test(the_flight_recorder_has_a_limit),
        cmocka_unit_test(a_loss_is_saved_by_itself_and_the_latest_are_kept),
        cmocka_unit_test(losses_of_the_same_second_are_two_files),
        cmocka_unit_test(losses_in_quick_succession_are_each_saved),
        cmocka_unit_test(what_waits_is_written_at_the_end),
        cmocka_unit_test(the_recording_of_a_loss_says_what_it_was),
        cmocka_unit_test(a_gcs_that_was_silent_is_no_loss),
        cmocka_unit_test(a_full_disk_ends_the_file_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
