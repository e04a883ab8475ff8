/* file_job.c - see file_job.h. */
#include "backends/link/file_job.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* What the thread and the loop share; the last of the two to leave frees it. */
struct file_work {
    pthread_mutex_t lock;
    struct file_job *job; /* NULL: cancelled, nobody waits */
    bool over;            /* the thread has left */
    char *path;
    bool writes;
    struct buf bytes;
    enum err err;
    struct why why;
};
struct file_job {
    uv_async_t wake;
    struct file_work *work;
    file_job_done *done;
    void *arg;
};

static void work_free(struct file_work *w)
{
    pthread_mutex_destroy(&w->lock);
    buf_done(&w->bytes);
    free(w->path);
    free(w);
}

static void *work_run(void *arg)
{
    struct file_work *w = arg;
    enum err err = ERR_OK;
    if (w->writes) err = file_make_folders(w->path, &w->why);
    if (!err)
        err = w->writes ? file_write(w->path, buf_text(&w->bytes), w->bytes.len, &w->why)
                        : file_read(w->path, &w->bytes, &w->why);
    pthread_mutex_lock(&w->lock);
    w->err = err;
    w->over = true;
    bool last = !w->job;
    if (!last) uv_async_send(&w->job->wake);
    pthread_mutex_unlock(&w->lock);
    if (last) work_free(w);
    return NULL;
}

static void on_closed(uv_handle_t *h)
{
    free(h->data);
}

/* The job's half: its handle is closed, and what is shared is left to the thread where that is still at work. */
static void job_leave(struct file_job *job)
{
    struct file_work *w = job->work;
    job->work = NULL;
    pthread_mutex_lock(&w->lock);
    w->job = NULL;
    bool last = w->over;
    pthread_mutex_unlock(&w->lock);
    if (last) work_free(w);
    uv_close((uv_handle_t *)&job->wake, on_closed);
}

static void on_wake(uv_async_t *wake)
{
    struct file_job *job = wake->data;
    struct file_work *w = job->work;
    pthread_mutex_lock(&w->lock);
    bool over = w->over;
    pthread_mutex_unlock(&w->lock);
    if (!over) return;
    file_job_done *done = job->done;
    void *done_arg = job->arg;
    const bool text = !w->err && !w->writes;
    /* The thread has left: what is shared is ours until done has returned. */
    uv_close((uv_handle_t *)&job->wake, on_closed);
    done(done_arg, w->err, text ? buf_text(&w->bytes) : NULL, text ? w->bytes.len : 0, w->why.text);
    work_free(w);
}

/* Signals are the main thread's, but for those that a fault of this one raises. */
static int thread_start(struct file_work *w)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t all, before;
    pthread_attr_t attr;
    pthread_t thread;
    sigfillset(&all);
    for (size_t i = 0; i < ARRAY_LEN(own); i++) sigdelset(&all, own[i]);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread, &attr, work_run, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return failed;
}

static struct file_job *job_start(struct loop *l, struct file_work *w, file_job_done *done, void *arg)
{
    struct file_job *job = mem_zero(1, sizeof *job);
    *job = (struct file_job){.work = w, .done = done, .arg = arg};
    pthread_mutex_init(&w->lock, NULL);
    w->job = job;
    if (uv_async_init(loop_uv(l), &job->wake, on_wake)) mem_exhausted();
    job->wake.data = job;
    int failed = thread_start(w);
    if (failed) {
        w->err = why_set(&w->why, ERR_LIMIT, "%s: no thread to read it on: %s", w->path, strerror(failed));
        w->over = true;
        uv_async_send(&job->wake);
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
    if (job) job_leave(job);
}
