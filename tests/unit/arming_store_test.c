/*
 * arming_store_test.c - armed.json on a file system that answers when the test says: what is decided before it answers,
 * when it answers late or not at all, and what of that is shown. The jobs of file_job.h are the test's own.
 */
#include "tui/arming_store.h"

#include "backends/base/mem.h"
#include "backends/link/file_job.h"
#include "tests/support/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct kube_where prod = {.context = "prod", .server = "https://one:6443", .ca = "sha256:aa", .id = "1a"};

/* ---- the file system -------------------------------------------------------------------------------------------- */

struct file_job {
    file_job_done *done;
    void *arg;
    char *bytes; /* of a write; NULL: a read */
};

static struct disk {
    struct file_job *job; /* in flight: a store has one at a time */
    char *text;           /* of the file; NULL: there is none */
    unsigned reads, writes, cancelled;
} disk;

static struct file_job *job_start(const char *bytes, size_t len, file_job_done *done, void *arg)
{
    assert_null(disk.job);
    disk.job = mem_zero(1, sizeof *disk.job);
    *disk.job = (struct file_job){done, arg, bytes ? mem_strn(bytes, len) : NULL};
    return disk.job;
}

struct file_job *file_job_read(struct loop *l, const char *path, size_t max, file_job_done *done, void *arg)
{
    (void)l;
    assert_non_null(strstr(path, "armed.json"));
    assert_int_equal(max, ARMED_FILE_MAX);
    disk.reads++;
    return job_start(NULL, 0, done, arg);
}

struct file_job *file_job_write(struct loop *l, const char *path, const char *bytes, size_t len, file_job_done *done,
                                void *arg)
{
    (void)l;
    assert_non_null(strstr(path, "armed.json"));
    disk.writes++;
    return job_start(bytes, len, done, arg);
}

static void job_free(struct file_job *job)
{
    if (job) free(job->bytes);
    free(job);
}

void file_job_cancel(struct file_job *job)
{
    if (!job) return;
    assert_ptr_equal(job, disk.job);
    disk.cancelled++;
    disk.job = NULL;
    job_free(job);
}

/* The job in flight ends, well or with that error. */
static void disk_answers(enum err err)
{
    struct file_job *job = disk.job;
    assert_non_null(job);
    disk.job = NULL;
    if (job->bytes && !err) {
        free(disk.text);
        disk.text = mem_str(job->bytes);
    }
    if (job->bytes || err)
        job->done(job->arg, err, NULL, 0, err ? "input/output error" : "");
    else if (!disk.text)
        job->done(job->arg, ERR_NOT_FOUND, NULL, 0, "no such file");
    else
        job->done(job->arg, ERR_OK, disk.text, strlen(disk.text), "");
    job_free(job);
}

/* ---- a console -------------------------------------------------------------------------------------------------- */

struct console {
    struct loop *loop;
    struct conf conf;
    struct arming_store *store;
    struct arming shown;
    unsigned changes, decisions;
    enum err err;
    char why[ARMING_WHY_MAX];
};

static const struct kube_where *where_of(void *arg)
{
    (void)arg;
    return &prod;
}

static void on_changed(void *arg, const struct arming *a)
{
    struct console *c = arg;
    c->shown = *a;
    c->changes++;
}

static void on_decided(void *arg, enum err err, const char *why)
{
    struct console *c = arg;
    c->decisions++;
    c->err = err;
    snprintf(c->why, sizeof c->why, "%s", why);
}

static void store_open(struct console *c)
{
    c->store = arming_store_new(c->loop, &c->conf, &(struct arming_store_calls){where_of, on_changed, c});
}

static int store_setup(void **state)
{
    struct console *c = mem_zero(1, sizeof *c);
    memset(&disk, 0, sizeof disk);
    setenv("XDG_STATE_HOME", "/nonexistent/state", 1);
    c->loop = loop_new();
    conf_init(&c->conf);
    store_open(c);
    *state = c;
    return 0;
}

static int store_teardown(void **state)
{
    struct console *c = *state;
    arming_store_free(c->store);
    assert_null(disk.job);
    loop_free(c->loop);
    conf_done(&c->conf);
    free(disk.text);
    free(c);
    return 0;
}

static void console_armed(struct console *c)
{
    arming_store_arm(c->store, on_decided, c);
    disk_answers(ERR_OK);
    disk_answers(ERR_OK);
    assert_int_equal(c->err, ERR_OK);
    assert_true(arming_allows(&c->shown));
}

static void until_decided(struct console *c, unsigned decisions)
{
    STEP_UNTIL(c->loop, c->decisions >= decisions);
    assert_int_equal(c->decisions, decisions);
}

/* Is the cluster armed to who reads the file afresh? */
static bool file_arms(struct console *c)
{
    const struct arming_clock now = arming_clock_now(loop_clock(c->loop));
    const struct arming_text file = {.text = disk.text, .len = strlen(disk.text)};
    const struct arming a = arming_of(&c->conf, &prod, &file, &now);
    return arming_allows(&a);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static void it_is_read_only_at_the_start(void **state)
{
    struct console *c = *state;
    assert_int_equal(c->changes, 1);
    assert_int_equal(c->shown.state, ARMING_READ_ONLY);
    assert_false(arming_store_busy(c->store));
    assert_int_equal(disk.reads, 0);
}

/* What is asked while a read is in flight is answered by one that begins after it. */
static void a_read_that_began_before_answers_nothing(void **state)
{
    struct console *c = *state;
    arming_store_refresh(c->store);
    arming_store_renew(c->store, on_decided, c);
    assert_true(arming_store_busy(c->store));
    assert_int_equal(disk.reads, 1);
    disk_answers(ERR_OK);
    assert_int_equal(disk.reads, 2);
    assert_int_equal(c->decisions, 0);
    assert_int_equal(c->changes, 1); /* nor is it shown */
    disk_answers(ERR_OK);
    assert_int_equal(c->decisions, 1);
    assert_int_equal(c->err, ERR_OK);
    assert_int_equal(c->changes, 2);
    assert_false(arming_store_busy(c->store));
    assert_null(disk.job);
}

static void a_read_that_fails_arms_nothing(void **state)
{
    struct console *c = *state;
    console_armed(c);
    arming_store_refresh(c->store);
    disk_answers(ERR_IO);
    assert_false(arming_allows(&c->shown));
    assert_non_null(strstr(c->shown.why, "input/output error"));
    arming_store_refresh(c->store);
    disk_answers(ERR_OK);
    assert_true(arming_allows(&c->shown));
}

/* ---- arming and disarming --------------------------------------------------------------------------------------- */

static void arming_is_written_before_it_counts(void **state)
{
    struct console *c = *state;
    arming_store_arm(c->store, on_decided, c);
    disk_answers(ERR_OK);
    assert_false(arming_allows(&c->shown));
    assert_int_equal(c->decisions, 0);
    assert_int_equal(disk.writes, 1);
    disk_answers(ERR_OK);
    assert_int_equal(c->decisions, 1);
    assert_int_equal(c->err, ERR_OK);
    assert_true(arming_allows(&c->shown));
    assert_true(file_arms(c));
    assert_null(disk.job);
}

static void arming_that_cannot_be_written_is_none(void **state)
{
    struct console *c = *state;
    arming_store_arm(c->store, on_decided, c);
    disk_answers(ERR_OK);
    disk_answers(ERR_IO);
    assert_int_equal(c->decisions, 1);
    assert_int_equal(c->err, ERR_IO);
    assert_string_equal(c->why, "input/output error");
    assert_false(arming_allows(&c->shown));
    assert_false(arming_store_busy(c->store));
}

/* A file system that does not respond arms nothing, and what it writes too late is taken back. */
static void arming_that_is_written_too_late_is_taken_back(void **state)
{
    struct console *c = *state;
    arming_store_arm(c->store, on_decided, c);
    disk_answers(ERR_OK);
    until_decided(c, 1);
    assert_int_equal(c->err, ERR_TIMEOUT);
    assert_non_null(strstr(c->why, "no answer from the file system in 2 s"));
    assert_false(arming_allows(&c->shown));
    unsigned changes = c->changes;
    disk_answers(ERR_OK); /* it is armed on disk now */
    assert_int_equal(c->changes, changes + 1);
    assert_false(arming_allows(&c->shown));
    assert_int_equal(disk.writes, 2);
    assert_true(file_arms(c));
    disk_answers(ERR_OK);
    assert_false(file_arms(c));
    assert_false(arming_allows(&c->shown));
    assert_int_equal(c->decisions, 1);
    assert_null(disk.job);
    console_armed(c); /* and it can be armed again */
}

/* Another console may arm while ours cannot take back what it wrote: here it stays READ-ONLY. */
static void what_cannot_be_taken_back_does_not_count_here(void **state)
{
    struct console *c = *state;
    arming_store_arm(c->store, on_decided, c);
    disk_answers(ERR_OK);
    until_decided(c, 1);
    disk_answers(ERR_OK);
    disk_answers(ERR_IO);
    assert_true(file_arms(c));
    arming_store_refresh(c->store);
    disk_answers(ERR_OK);
    assert_false(arming_allows(&c->shown));
    assert_string_equal(c->shown.why, "this context was disarmed in this console; :arm arms it");
}

static void a_read_without_an_answer_ends_the_decision(void **state)
{
    struct console *c = *state;
    console_armed(c);
    arming_store_renew(c->store, on_decided, c);
    until_decided(c, 2);
    assert_int_equal(c->err, ERR_TIMEOUT);
    assert_non_null(strstr(c->why, "armed.json"));
    assert_false(arming_allows(&c->shown)); /* what is not known is READ-ONLY */
    assert_false(arming_store_busy(c->store));
    disk_answers(ERR_OK);
    assert_true(arming_allows(&c->shown));
    assert_int_equal(c->decisions, 2);
}

static void disarming_counts_at_once(void **state)
{
    struct console *c = *state;
    console_armed(c);
    arming_store_disarm(c->store, on_decided, c);
    assert_false(arming_allows(&c->shown));
    disk_answers(ERR_OK);
    assert_false(arming_allows(&c->shown));
    disk_answers(ERR_OK);
    assert_int_equal(c->decisions, 2);
    assert_int_equal(c->err, ERR_OK);
    assert_false(file_arms(c));
}

static void disarming_counts_though_it_cannot_be_written(void **state)
{
    struct console *c = *state;
    console_armed(c);
    arming_store_disarm(c->store, on_decided, c);
    disk_answers(ERR_OK);
    disk_answers(ERR_IO);
    assert_int_equal(c->err, ERR_IO);
    assert_true(file_arms(c));
    assert_false(arming_allows(&c->shown));
    arming_store_refresh(c->store);
    disk_answers(ERR_OK);
    assert_false(arming_allows(&c->shown));
    console_armed(c);
}

/* A second decision ends the first, whose callback says so; what the first was writing is not the second's. */
static void another_decision_cancels_the_first(void **state)
{
    struct console *c = *state, other = {0};
    arming_store_arm(c->store, on_decided, c);
    disk_answers(ERR_OK);
    arming_store_disarm(c->store, on_decided, &other);
    assert_int_equal(c->decisions, 1);
    assert_int_equal(c->err, ERR_CANCELLED);
    assert_int_equal(other.decisions, 0);
    while (disk.job) disk_answers(ERR_OK);
    assert_int_equal(c->decisions, 1);
    assert_false(arming_allows(&c->shown));
    assert_false(file_arms(c));
}

/* A read that was asked for while a write was in flight follows it. */
static void a_read_follows_a_write(void **state)
{
    struct console *c = *state;
    arming_store_arm(c->store, on_decided, c);
    disk_answers(ERR_OK);
    arming_store_refresh(c->store);
    assert_int_equal(disk.reads, 1);
    disk_answers(ERR_OK);
    assert_int_equal(c->err, ERR_OK);
    assert_int_equal(disk.reads, 2);
    disk_answers(ERR_OK);
    assert_true(arming_allows(&c->shown));
}

static void a_console_that_ends_leaves_no_job(void **state)
{
    struct console *c = *state;
    arming_store_renew(c->store, on_decided, c);
    arming_store_free(c->store);
    assert_int_equal(disk.cancelled, 1);
    assert_int_equal(c->decisions, 0);
    store_open(c);
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

static void it_is_read_again_every_few_seconds(void **state)
{
    struct console *c = *state;
    struct clock *clock = loop_clock(c->loop);
    arming_store_tick(c->store);
    assert_int_equal(disk.reads, 0);
    clock_set(clock, clock_now_ms(clock) + ARMING_READ_MS, clock_wall_ms(clock));
    arming_store_tick(c->store);
    assert_int_equal(disk.reads, 1);
    arming_store_tick(c->store); /* not twice */
    assert_int_equal(disk.reads, 1);
    disk_answers(ERR_OK);
    assert_null(disk.job);
    arming_store_tick(c->store);
    assert_int_equal(disk.reads, 1);
}

static void an_arming_ends_by_our_own_clock(void **state)
{
    struct console *c = *state;
    struct clock *clock = loop_clock(c->loop);
    console_armed(c);
    unsigned changes = c->changes;
    arming_store_tick(c->store);
    assert_int_equal(c->changes, changes);
    clock_set(clock, c->shown.until_ms, clock_wall_ms(clock));
    arming_store_tick(c->store);
    assert_int_equal(c->changes, changes + 1);
    assert_false(arming_allows(&c->shown));
    file_job_cancel(NULL);
    if (disk.job) disk_answers(ERR_OK);
}

/* ---- no file ---------------------------------------------------------------------------------------------------- */

static void without_a_home_nothing_is_kept(void **state)
{
    struct console *c = *state;
    char *home = mem_str(getenv("HOME"));
    arming_store_free(c->store);
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    store_open(c);
    arming_store_arm(c->store, on_decided, c);
    assert_int_equal(c->decisions, 1);
    assert_int_equal(c->err, ERR_IO);
    assert_string_equal(c->why, "neither XDG_STATE_HOME nor HOME is set");
    assert_false(arming_allows(&c->shown));
    assert_int_equal(disk.reads + disk.writes, 0);
    if (home) setenv("HOME", home, 1);
    free(home);
}

static void a_context_that_is_readonly_is_not_armed(void **state)
{
    struct console *c = *state;
    c->conf.contexts[0] = (struct conf_context){
        .name = mem_str("prod"), .server = mem_str("https://one:6443"), .ca = mem_str("sha256:aa"), .readonly = true};
    c->conf.context_count = 1;
    arming_store_arm(c->store, on_decided, c);
    disk_answers(ERR_OK);
    assert_int_equal(c->decisions, 1);
    assert_int_equal(c->err, ERR_GUARD);
    assert_int_equal(c->shown.state, ARMING_FORBIDDEN);
    assert_int_equal(disk.writes, 0);
}

#define T(test) cmocka_unit_test_setup_teardown(test, store_setup, store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(it_is_read_only_at_the_start),
        T(a_read_that_began_before_answers_nothing),
        T(a_read_that_fails_arms_nothing),
        T(arming_is_written_before_it_counts),
        T(arming_that_cannot_be_written_is_none),
        T(arming_that_is_written_too_late_is_taken_back),
        T(what_cannot_be_taken_back_does_not_count_here),
        T(a_read_without_an_answer_ends_the_decision),
        T(disarming_counts_at_once),
        T(disarming_counts_though_it_cannot_be_written),
        T(another_decision_cancels_the_first),
        T(a_read_follows_a_write),
        T(a_console_that_ends_leaves_no_job),
        T(it_is_read_again_every_few_seconds),
        T(an_arming_ends_by_our_own_clock),
        T(without_a_home_nothing_is_kept),
        T(a_context_that_is_readonly_is_not_armed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
