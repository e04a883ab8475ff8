/* arming_wait.c - see arming_wait.h. */
#include "tui/arming_wait.h"

#include "backends/base/mem.h"
#include "backends/link/file_job.h"
#include "tui/arming_store.h"

#include <stdlib.h>
#include <string.h>

/* One job on the file, and its result. */
struct file_wait {
    struct snapshot *snapshot;
    struct file_job *job; /* NULL: finished */
    enum err err;
    char *text; /* the file's text; NULL: none */
    struct why why;
};

static void on_file(void *arg, enum err err, const char *text, size_t len, const char *why)
{
    struct file_wait *w = arg;
    w->job = NULL;
    w->err = err;
    w->text = text ? mem_strn(text, len) : NULL;
    why_set(&w->why, err, "%s", why);
    snapshot_wake(w->snapshot);
}

static bool file_is_done(void *arg)
{
    const struct file_wait *w = arg;
    return !w->job;
}

/* ERR_CANCELLED: a signal arrived; other outcomes are in w->err. */
static enum err file_wait_end(struct file_wait *w, const char *path)
{
    enum err err = snapshot_until(w->snapshot, file_is_done, w, ARMING_WAIT_MS);
    file_job_cancel(w->job);
    if (w->job)
        w->err =
            why_set(&w->why, ERR_TIMEOUT, "no answer from the file system in %d s: %s", ARMING_WAIT_MS / 1000, path);
    return err == ERR_CANCELLED ? err : ERR_OK;
}

/* The caller owns w->text. path NULL: no file. */
static enum err file_wait_read(struct file_wait *w, const char *path)
{
    w->err = ERR_NOT_FOUND;
    if (!path) return ERR_OK;
    w->job = file_job_read(snapshot_loop(w->snapshot), path, ARMED_FILE_MAX, on_file, w);
    return file_wait_end(w, path);
}

static struct arming_text file_text(const struct file_wait *w)
{
    return (struct arming_text){w->text, w->text ? strlen(w->text) : 0, w->err, w->why.text};
}

enum err arming_wait_read(struct snapshot *snapshot, const struct conf *conf, struct arming *ret, struct why *why)
{
    char *path = arming_file();
    struct file_wait w = {.snapshot = snapshot};
    enum err err = file_wait_read(&w, path);
    const struct arming_clock now = arming_clock_now(loop_clock(snapshot_loop(snapshot)));
    const struct arming_text file = file_text(&w);
    *ret = arming_of(conf, session_where(snapshot_session(snapshot)), &file, &now);
    free(w.text);
    free(path);
    return err ? why_set(why, err, "interrupted") : ERR_OK;
}

/* Takes text. */
static enum err file_wait_write(struct file_wait *w, const char *path, char *text)
{
    w->job = file_job_write(snapshot_loop(w->snapshot), path, text, strlen(text), on_file, w);
    free(text);
    return file_wait_end(w, path);
}

enum err arming_wait_arm(struct snapshot *snapshot, const struct conf *conf, struct why *why)
{
    char *path = arming_file();
    struct file_wait r = {.snapshot = snapshot}, w = {.snapshot = snapshot};
    enum err err = path ? file_wait_read(&r, path) : why_set(&w.why, ERR_IO, "neither XDG_STATE_HOME nor HOME is set");
    if (!err && r.err == ERR_TIMEOUT) {
        w = r;
        err = w.err;
    }
    if (!err) {
        const struct arming_clock now = arming_clock_now(loop_clock(snapshot_loop(snapshot)));
        const struct arming_text file = file_text(&r);
        char *text = arming_change(conf, session_where(snapshot_session(snapshot)), &file, &now, true, &w.why);
        err = text ? file_wait_write(&w, path, text) : w.why.code;
        if (!err) err = w.err;
    }
    free(r.text);
    free(path);
    if (err == ERR_CANCELLED) return why_set(why, err, "interrupted");
    return err ? why_set(why, err, "not armed: %s", w.why.text) : ERR_OK;
}
