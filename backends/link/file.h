/* file.h - reads and writes small files whole. It blocks: for start-up, configuration and token files only. */
#ifndef RAYDECK_LINK_FILE_H
#define RAYDECK_LINK_FILE_H

#include "backends/base/buf.h"
#include "backends/base/err.h"

/* Appends the file's bytes to out; regular files only. ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_LIMIT (out->max), ERR_IO;
 * the message contains the path. */
enum err file_read(const char *path, struct buf *out, struct why *why);

/* The same for stdin, to end of file; blocks until then. */
enum err file_read_input(struct buf *out, struct why *why);

/* Replaces the file atomically: writes a temporary file beside it (mode 0600), then renames that over path. */
enum err file_write(const char *path, const void *bytes, size_t len, struct why *why);
/* The same for a file of a person's, whose bytes are those that were read: it keeps its mode, and where it is a link,
 * what that leads to is replaced. ERR_CONFLICT where it is another one by now, and stays as it is. */
enum err file_rewrite(const char *path, const struct buf *was, const void *bytes, size_t len, struct why *why);
/* The same where nothing is at path; ERR_CONFLICT where something is, which stays as it is. */
enum err file_write_new(const char *path, const void *bytes, size_t len, struct why *why);
/* The same under a name that is free: *path, or with -2, -3 … before its extension. *path (allocated) becomes the name
 * that was written. */
enum err file_write_unique(char **path, const void *bytes, size_t len, struct why *why);

/* Flushes and closes stdout; call it last. Reports write errors since the start of the program: ERR_IO, or ERR_RESET
 * where the reader of the pipe has exited (EPIPE), which needs no message. */
enum err file_close_output(struct why *why);

/* Creates the missing parent directories of path, mode 0700. */
enum err file_make_dirs(const char *path, struct why *why);

/* Opens /dev/null on those of stdin, stdout and stderr that are closed; call it first. Otherwise sockets would get the
 * descriptors 0 to 2: libuv aborts on closing one, and output would go to a server. A write to a
 * stdout that was closed still fails (EBADF). */
void file_reserve_stdio(void);

#endif
