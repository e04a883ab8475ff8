/* file.c - reads and writes small files whole, and checks stdout. */
#include "backends/link/file.h"

#include "backends/base/mem.h"
#include "backends/link/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err os_err(struct why *why, const char *path, const char *doing)
{
    int os = errno;
    enum err err = os == ENOENT || os == ENOTDIR ? ERR_NOT_FOUND : loop_err(-os);
    return why_set(why, err, "%s: %s: %s", path, doing, strerror(os));
}

static enum err read_all(int fd, const char *path, struct buf *out, struct why *why)
{
    char block[16 * 1024];

    for (;;) {
        ssize_t n = read(fd, block, sizeof block);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return os_err(why, path, "cannot be read");
        if (n == 0) return ERR_OK;
        if (buf_add(out, block, (size_t)n)) return why_set(why, ERR_LIMIT, "%s: longer than %zu bytes", path, out->max);
    }
}

enum err file_read(const char *path, struct buf *out, struct why *why)
{
    struct stat st;
    size_t before = out->len;
    /* non-blocking: opening a FIFO must not hang */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0) return os_err(why, path, "cannot be opened");
    enum err err = ERR_OK;
    if (fstat(fd, &st))
        err = os_err(why, path, "cannot be read");
    else if (!S_ISREG(st.st_mode))
        err = why_set(why, ERR_IO, "%s: not a regular file", path);
    else
        err = read_all(fd, path, out, why);
    close(fd);
    if (err && out->data) {
        mem_wipe(out->data + before, out->len - before);
        out->len = before;
        out->data[before] = '\0';
    }
    return err;
}

enum err file_make_dirs(const char *path, struct why *why)
{
    for (size_t i = 1; path[0] && path[i]; i++) {
        if (path[i] != '/') continue;
        char *part = mem_strn(path, i);
        enum err err = mkdir(part, 0700) != 0 && errno != EEXIST ? os_err(why, part, "cannot be created") : ERR_OK;
        free(part);
        if (err) return err;
    }
    return ERR_OK;
}

enum err file_read_input(struct buf *out, struct why *why)
{
    return read_all(STDIN_FILENO, "stdin", out, why);
}

enum { NAMES_MAX = 1000 }; /* of files that would have the same */

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* Not every file system knows renameat2's flag. */
static bool rename_new(const char *from, const char *path)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) == 0) return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    if (link(from, path)) return false;
    unlink(from);
    return true;
}

/* mode 0: that of a file of ours. */
static enum err file_put(const char *path, const void *bytes, size_t len, bool replaces, mode_t mode, struct why *why)
{
    char *beside = mem_printf("%s.XXXXXX", path);
    enum err err = ERR_OK;
    int fd = mkostemp(beside, O_CLOEXEC);

    if (fd < 0) {
        err = os_err(why, path, "cannot be written");
        free(beside);
        return err;
    }
    bool written = (!mode || fchmod(fd, mode) == 0) && write_all(fd, bytes, len) && fsync(fd) == 0;
    if (!written) err = os_err(why, path, "cannot be written");
    if (close(fd) && !err) err = os_err(why, path, "cannot be written");
    if (!err && replaces && rename(beside, path)) err = os_err(why, path, "cannot be replaced");
    if (!err && !replaces && !rename_new(beside, path))
        err = errno == EEXIST ? why_set(why, ERR_CONFLICT, "%s: is there already, and is left as it is", path)
                              : os_err(why, path, "cannot be written");
    if (err) unlink(beside);
    free(beside);
    return err;
}

enum err file_write(const char *path, const void *bytes, size_t len, struct why *why)
{
    return file_put(path, bytes, len, true, 0, why);
}

enum err file_write_new(const char *path, const void *bytes, size_t len, struct why *why)
{
    return file_put(path, bytes, len, false, 0, why);
}

enum err file_rewrite(const char *path, const struct buf *was, const void *bytes, size_t len, struct why *why)
{
    struct stat st;
    struct buf now;
    char *real = realpath(path, NULL);
    if (!real || stat(real, &st)) {
        free(real);
        return os_err(why, path, "cannot be written");
    }
    buf_init(&now, was->len + 1);
    enum err err = file_read(real, &now, why);
    if (err == ERR_LIMIT || (!err && (now.len != was->len || memcmp(buf_text(&now), buf_text(was), now.len) != 0)))
        err = why_set(why, ERR_CONFLICT, "%s: was changed meanwhile, and is left as it is", path);
    if (!err) err = file_put(real, bytes, len, true, st.st_mode & 07777, why);
    buf_wipe(&now);
    free(real);
    return err;
}

enum err file_write_unique(char **path, const void *bytes, size_t len, struct why *why)
{
    const char *name = strrchr(*path, '/'), *dot = strrchr(name ? name : *path, '.');
    const int stem = (int)(dot ? (size_t)(dot - *path) : strlen(*path));
    char *at = mem_str(*path);
    enum err err = file_put(at, bytes, len, false, 0, why);

    for (unsigned n = 2; err == ERR_CONFLICT && n <= NAMES_MAX; n++) {
        free(at);
        at = mem_printf("%.*s-%u%s", stem, *path, n, dot ? dot : "");
        err = file_put(at, bytes, len, false, 0, why);
    }
    if (err) {
        free(at);
        return err;
    }
    if (why) *why = (struct why){.code = ERR_OK};
    free(*path);
    *path = at;
    return ERR_OK;
}

enum err file_close_output(struct why *why)
{
    bool failed =
        ferror(stdout) != 0; /* an earlier error: its errno is lost, but poll(2) shows a pipe without a reader */
    struct pollfd reader = {.fd = STDOUT_FILENO};
    bool left = failed && poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR);
    errno = left ? EPIPE : 0;
    failed = fclose(stdout) != 0 || failed;
    if (!failed) return ERR_OK;
    if (errno == EPIPE) return why_set(why, ERR_RESET, "standard output: %s", strerror(EPIPE));
    return why_set(why, ERR_IO, "standard output: %s", errno ? strerror(errno) : "not all could be written");
}

void file_reserve_stdio(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
        if (fd == STDOUT_FILENO) {
            close(fd);
            fd = open("/dev/null", O_RDONLY);
        }
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) close(fd);
}
