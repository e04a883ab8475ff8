/* file_job.c - file_read and file_write as blocking calls on a thread. */
#include "backends/link/file_job.h"

#include "backends/base/mem.h"
#include "backends/link/blocking.h"
#include "backends/link/file.h"

#include <stdlib.h>

struct file_work {
    char *path;
    bool writes;
    struct buf bytes;
    enum err err;
    struct why why;
};
struct file_job {
    struct blocking_call *call; /* NULL: it could not be started */
    struct alarm *failed;       /* reports that from the loop */
    struct why why;
    file_job_done *done;
    void *arg;
};

static void work_run(void *data)
{
    struct file_work *w = data;

    if (w->writes) w->err = file_make_dirs(w->path, &w->why);
    if (w->err) return;
    w->err = w->writes ? file_write(w->path, buf_text(&w->bytes), w->bytes.len, &w->why)
                       : file_read(w->path, &w->bytes, &w->why);
}

static void work_free(void *data)
{
    struct file_work *w = data;

    buf_wipe(&w->bytes); /* it may be a token */
    free(w->path);
    free(w);
}

static void job_free(struct file_job *job)
{
    alarm_free(job->failed);
    free(job);
}

static void work_done(void *arg, void *data)
{
    struct file_job *job = arg;
    struct file_work *w = data;
    const bool text = !w->err && !w->writes;

    job->done(job->arg, w->err, text ? buf_text(&w->bytes) : NULL, text ? w->bytes.len : 0, w->why.text);
    job_free(job);
}

static void on_not_started(void *arg)
{
    struct file_job *job = arg;

    job->done(job->arg, job->why.code, NULL, 0, job->why.text);
    job_free(job);
}

/* Takes w. */
static struct file_job *job_start(struct loop *l, struct file_work *w, file_job_done *done, void *arg)
{
    static const struct blocking_ops ops = {work_run, work_done, work_free};
    struct file_job *job = mem_zero(1, sizeof *job);

    job->done = done;
    job->arg = arg;
    why_set(&job->why, ERR_LIMIT, "%s: too many blocked threads", w->path);
    if (blocking_start(l, &ops, w, job, &job->call)) {
        job->failed = alarm_new(l, on_not_started, job);
        alarm_set(job->failed, 0, 0);
    }
    return job;
}

struct file_job *file_job_read(struct loop *l, const char *path, size_t max, file_job_done *done, void *arg)
{
    struct file_work *w = mem_zero(1, sizeof *w);

    w->path = mem_str(path);
    buf_init(&w->bytes, max);
    return job_start(l, w, done, arg);
}

struct file_job *file_job_write(struct loop *l, const char *path, const char *bytes, size_t len, file_job_done *done,
                                void *arg)
{
    struct file_work *w = mem_zero(1, sizeof *w);

    w->path = mem_str(path);
    w->writes = true;
    buf_init(&w->bytes, len);
    buf_add(&w->bytes, bytes, len);
    return job_start(l, w, done, arg);
}

void file_job_cancel(struct file_job *job)
{
    if (!job) return;
    blocking_abandon(job->call);
    job_free(job);
}
