/* file.h - whole small files. It blocks, so it is for start-up, configuration and token files. */
#ifndef RAYDECK_LINK_FILE_H
#define RAYDECK_LINK_FILE_H

#include "backends/base/buf.h"
#include "backends/base/err.h"

/* Adds the file's bytes to out; regular files only. ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_LIMIT (out->max), ERR_IO; why
 * names the path. */
enum err file_read(const char *path, struct buf *out, struct why *why);

/* The same of stdin, to its end: for a program that has nothing else to do. */
enum err file_read_input(struct buf *out, struct why *why);

/* Writes a temporary file beside path (mode 0600), then renames it over path. */
enum err file_write(const char *path, const void *bytes, size_t len, struct why *why);

/* For the last line of a program: flushes and closes stdout. Whatever was not written since the start is an error:
 * ERR_IO with why, or ERR_RESET (no why is needed) where the reader of a pipe has left. */
enum err file_close_output(struct why *why);

/* The folders above path, mode 0700, where they are missing. */
enum err file_make_folders(const char *path, struct why *why);

/* For the first line of a program: stdin, stdout or stderr that were closed become /dev/null. Else the first sockets
 * would take their numbers: libuv aborts on closing one of those, and what is printed would go to a server. */
void file_hold_standard(void);

#endif
