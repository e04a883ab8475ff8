/* arming_store.c - see arming_store.h. */
#include "tui/arming_store.h"

#include "backends/base/mem.h"
#include "backends/link/file_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum decision { DECISION_NONE, DECISION_RENEW, DECISION_ARM, DECISION_DISARM };

struct arming_store {
    struct loop *loop;
    const struct conf *conf;
    struct arming_store_calls calls;
    char *path; /* NULL: no state directory */
    struct arming now;
    struct file_job *job;
    bool again;         /* read again when the job in flight has ended */
    bool arms, decides; /* the write in flight arms; belongs to the pending decision */
    bool disarmed;      /* in this console, even if the file was not written */
    char *written;      /* the text of the write in flight */
    uint64_t read_ms;
    struct alarm *limit;
    enum decision decision;
    arming_store_done *done;
    void *done_arg;
};

static void store_read(struct arming_store *s);
static void store_write(struct arming_store *s, char *text /* takes */, bool arms, bool decides);

static void store_publish(struct arming_store *s)
{
    if (s->disarmed) arming_refuse(&s->now, "this context was disarmed in this console; :arm arms it");
    s->calls.changed(s->calls.arg, &s->now);
}

static void decision_end(struct arming_store *s, enum err err, const char *why)
{
    arming_store_done *done = s->done;
    void *arg = s->done_arg;
    alarm_stop(s->limit);
    s->decision = DECISION_NONE;
    s->done = NULL;
    if (done) done(arg, err, why);
}

static void store_take(struct arming_store *s, const struct arming_text *file)
{
    const struct arming_clock now = arming_clock_now(loop_clock(s->loop));
    s->read_ms = clock_now_ms(loop_clock(s->loop));
    s->now = arming_of(s->conf, s->calls.where(s->calls.arg), file, &now);
    store_publish(s);
}

/* A write that completes after its decision timed out is reverted. */
static void store_take_back(struct arming_store *s)
{
    const struct arming_clock now = arming_clock_now(loop_clock(s->loop));
    const struct arming_text file = {.text = s->written, .len = strlen(s->written)};
    char *text = arming_change(s->conf, s->calls.where(s->calls.arg), &file, &now, false, NULL);
    s->disarmed = true;
    store_publish(s);
    if (text) store_write(s, text, false, false);
}

static void on_written(void *arg, enum err err, const char *text, size_t len, const char *why)
{
    struct arming_store *s = arg;
    const bool late = s->arms && !s->decides, decides = s->decides;
    (void)text;
    (void)len;
    s->job = NULL;
    s->decides = false;
    if (late) {
        store_take_back(s);
        return;
    }
    if (!err) {
        s->disarmed = false;
        store_take(s, &(struct arming_text){.text = s->written, .len = strlen(s->written)});
    }
    if (decides) decision_end(s, err, why);
    if (s->again && !s->job) store_read(s);
}

static void store_write(struct arming_store *s, char *text /* takes */, bool arms, bool decides)
{
    free(s->written);
    s->written = text;
    s->arms = arms;
    s->decides = decides;
    s->job = file_job_write(s->loop, s->path, text, strlen(text), on_written, s);
}

/* Arms or disarms, merging with the file's current content. */
static void store_change(struct arming_store *s, const struct arming_text *file)
{
    const struct arming_clock now = arming_clock_now(loop_clock(s->loop));
    const bool arms = s->decision == DECISION_ARM;
    struct why why = {0};
    char *text = arming_change(s->conf, s->calls.where(s->calls.arg), file, &now, arms, &why);
    if (text && s->path) {
        store_write(s, text, arms, true);
        return;
    }
    free(text);
    if (!why.code) why_set(&why, ERR_IO, "neither XDG_STATE_HOME nor HOME is set");
    decision_end(s, why.code, why.text);
}

static void store_decide(struct arming_store *s, const struct arming_text *file)
{
    if (s->decision == DECISION_RENEW)
        decision_end(s, ERR_OK, "");
    else if (s->decision != DECISION_NONE)
        store_change(s, file);
}

static void on_read(void *arg, enum err err, const char *text, size_t len, const char *why)
{
    struct arming_store *s = arg;
    const struct arming_text file = {text, len, err, why};
    s->job = NULL;
    if (s->again) {
        store_read(s);
        return;
    }
    store_take(s, &file);
    store_decide(s, &file);
}

static void store_read(struct arming_store *s)
{
    s->again = s->job != NULL;
    if (s->again) return;
    if (s->path)
        s->job = file_job_read(s->loop, s->path, ARMED_FILE_MAX, on_read, s);
    else
        on_read(s, ERR_NOT_FOUND, NULL, 0, "");
}

static void on_limit(void *arg)
{
    struct arming_store *s = arg;
    char why[ARMING_WHY_MAX];
    snprintf(why, sizeof why, "no answer from the file system in %d s: %.120s", ARMING_WAIT_MS / 1000,
             s->path ? s->path : "");
    s->decides = false;
    arming_refuse(&s->now, why);
    store_publish(s);
    decision_end(s, ERR_TIMEOUT, why);
}

static void decision_begin(struct arming_store *s, enum decision decision, arming_store_done *done, void *arg)
{
    if (s->decision != DECISION_NONE) decision_end(s, ERR_CANCELLED, "another decision was begun");
    s->decision = decision;
    s->decides = false;
    s->done = done;
    s->done_arg = arg;
    alarm_set(s->limit, ARMING_WAIT_MS, 0);
    store_read(s);
}

struct arming_store *arming_store_new(struct loop *l, const struct conf *conf, const struct arming_store_calls *calls)
{
    struct arming_store *s = mem_zero(1, sizeof *s);
    s->loop = l;
    s->conf = conf;
    s->calls = *calls;
    s->path = arming_file();
    s->limit = alarm_new(l, on_limit, s);
    s->read_ms = clock_now_ms(loop_clock(s->loop));
    s->now = arming_read(conf, calls->where(calls->arg), loop_clock(l));
    store_publish(s);
    return s;
}

void arming_store_free(struct arming_store *s)
{
    if (!s) return;
    file_job_cancel(s->job);
    alarm_free(s->limit);
    free(s->written);
    free(s->path);
    free(s);
}

void arming_store_refresh(struct arming_store *s)
{
    store_read(s);
}

void arming_store_tick(struct arming_store *s)
{
    const uint64_t now = clock_now_ms(loop_clock(s->loop));
    const bool allowed = arming_allows(&s->now);
    arming_expire(&s->now, now);
    if (allowed != arming_allows(&s->now)) store_publish(s);
    if (!s->job && now >= s->read_ms + ARMING_READ_MS) store_read(s);
}

void arming_store_renew(struct arming_store *s, arming_store_done *done, void *arg)
{
    decision_begin(s, DECISION_RENEW, done, arg);
}

void arming_store_arm(struct arming_store *s, arming_store_done *done, void *arg)
{
    decision_begin(s, DECISION_ARM, done, arg);
}

void arming_store_disarm(struct arming_store *s, arming_store_done *done, void *arg)
{
    s->disarmed = true;
    store_publish(s);
    decision_begin(s, DECISION_DISARM, done, arg);
}

bool arming_store_busy(const struct arming_store *s)
{
    return s->decision != DECISION_NONE;
}
