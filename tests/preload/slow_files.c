/*
 * slow_files.c - preloaded into a program under test: a file system that hangs. Each open of a file called
 * SLOW_FILES_NAME adds a byte to the file SLOW_FILES_LOG, and does not return while the file SLOW_FILES_HANG is there.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int real_open(const char *path, int flags, int mode)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static void open_delay(const char *path)
{
    const char *name = getenv("SLOW_FILES_NAME"), *log = getenv("SLOW_FILES_LOG"), *hang = getenv("SLOW_FILES_HANG");
    const char *slash = strrchr(path, '/');
    if (!name || !slash || strcmp(slash + 1, name) != 0) return;
    int fd = log ? real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    ssize_t written = fd >= 0 ? write(fd, ".", 1) : 0;
    (void)written;
    if (fd >= 0) close(fd);
    while (hang && access(hang, F_OK) == 0) usleep(10000);
}

static int slow_open(const char *path, int flags, va_list ap)
{
    int mode = flags & O_CREAT ? va_arg(ap, int) : 0;
    open_delay(path);
    return real_open(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    int fd = slow_open(path, flags, ap);
    va_end(ap);
    return fd;
}

int open64(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    int fd = slow_open(path, flags | O_LARGEFILE, ap);
    va_end(ap);
    return fd;
}

int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
    open_delay(path);
    return real_open(path, flags, 0);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
    return __open_2(path, flags | O_LARGEFILE);
}
