/* record_file.c - writes the queue on a thread, one call at a time; see record_file.h. */
#include "backends/recording/record_file.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/blocking.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AGAIN_MS = 200 };

struct record_file {
    struct loop *loop;
    char *path;
    int fd;
    struct record_file_calls calls;
    struct buf waiting;
    struct blocking_call *call; /* in flight; NULL: none */
    struct alarm *again;        /* retries if no thread could be created */
    bool failed, skips;         /* skips: drops the current frame */
    uint64_t written, left_out;
};

/* The thread's own. */
struct append {
    int fd;
    char *bytes;
    size_t len;
    int os_error;
};

static void append_run(void *data)
{
    struct append *a = data;
    for (size_t done = 0; done < a->len;) {
        ssize_t n = write(a->fd, a->bytes + done, a->len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            a->os_error = errno;
            return;
        }
        done += (size_t)n;
    }
    fdatasync(a->fd);
}

static void append_free(void *data)
{
    struct append *a = data;
    close(a->fd);
    free(a->bytes);
    free(a);
}

static void file_write_waiting(struct record_file *f);

static void file_fail(struct record_file *f, int os_error)
{
    struct why why;
    if (f->failed) return;
    f->failed = true;
    buf_done(&f->waiting);
    why_set(&why, ERR_IO, "%s: the recording ends here: %s", f->path, strerror(os_error));
    if (f->calls.failed) f->calls.failed(f->calls.arg, why.text);
}

static void append_done(void *arg, void *data)
{
    struct record_file *f = arg;
    const struct append *a = data;
    f->call = NULL;
    if (a->os_error) {
        file_fail(f, a->os_error);
        return;
    }
    f->written += a->len;
    file_write_waiting(f);
}

static void file_write_waiting(struct record_file *f)
{
    static const struct blocking_ops ops = {append_run, append_done, append_free};
    if (f->call || f->failed || !f->waiting.len || alarm_is_set(f->again)) return;
    int fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
        file_fail(f, errno);
        return;
    }
    struct append *a = mem_zero(1, sizeof *a);
    a->fd = fd;
    a->len = f->waiting.len;
    a->bytes = mem_alloc(a->len);
    memcpy(a->bytes, f->waiting.data, a->len);
    if (blocking_start(f->loop, &ops, a, f, &f->call)) {
        f->call = NULL;
        alarm_set(f->again, AGAIN_MS, 0); /* a was freed; retries later */
        return;
    }
    buf_clear(&f->waiting);
}

static void on_again(void *arg)
{
    file_write_waiting(arg);
}

enum err record_file_open(struct loop *l, const char *path, const struct record_file_calls *calls,
                          struct record_file **ret, struct why *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0 && errno == EEXIST)
        return why_set(why, ERR_CONFLICT, "%s: is there already, and is left as it is", path);
    if (fd < 0) return why_set(why, ERR_IO, "%s: cannot be made: %s", path, strerror(errno));
    struct record_file *f = mem_zero(1, sizeof *f);
    f->loop = l;
    f->path = mem_str(path);
    f->fd = fd;
    f->calls = *calls;
    f->again = alarm_new(l, on_again, f);
    buf_init(&f->waiting, RECORD_WAITING_MAX);
    *ret = f;
    return ERR_OK;
}

void record_file_free(struct record_file *f)
{
    if (!f) return;
    if (f->call) blocking_abandon(f->call);
    alarm_free(f->again);
    close(f->fd);
    buf_done(&f->waiting);
    free(f->path);
    free(f);
}

void record_file_bytes(struct record_file *f, const void *bytes, size_t len)
{
    if (!f->failed && buf_add(&f->waiting, bytes, len) == ERR_OK) file_write_waiting(f);
}

void record_file_piece(struct record_file *f, const struct frame_piece *piece)
{
    if (piece->begins) f->skips = false;
    if (f->failed || f->skips) return;
    /* Readers skip and report a frame without its end. */
    if (buf_add(&f->waiting, piece->bytes, piece->len)) {
        f->skips = true;
        f->left_out++;
        return;
    }
    file_write_waiting(f);
}

bool record_file_is_done(const struct record_file *f)
{
    return f->failed || (!f->call && !f->waiting.len);
}

bool record_file_failed(const struct record_file *f)
{
    return f->failed;
}

uint64_t record_file_bytes_written(const struct record_file *f)
{
    return f->written;
}

uint64_t record_file_left_out(const struct record_file *f)
{
    return f->left_out;
}
