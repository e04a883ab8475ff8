/*
 * cast.h - what the screen shows as a file of asciicast v2, which asciinema and its players read
 * (https://docs.asciinema.org/manual/asciicast/v2/): a line of JSON with the size, then one of each frame,
 * [seconds, "o", bytes], and of each change of the size, [seconds, "r", "COLSxROWS"].
 *
 * Our questions to the terminal and its modes are not in it. Written on a thread (recording/record_file.h): a disk
 * that hangs does not stop the screen.
 */
#ifndef RAYDECK_CAST_H
#define RAYDECK_CAST_H

#include "backends/base/err.h"
#include "backends/link/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct cast;
/* path NULL: none is wanted. ERR_USAGE: one is, and there is no screen. */
enum err cast_check(const char *path, bool screen, struct why *why);
/* Creates the file, which blocks: call it before the loop runs. ERR_CONFLICT: it exists. failed: from the loop, once.
 */
enum err cast_open(struct loop *l, const char *path, void (*failed)(void *arg, const char *why), void *arg,
                   struct cast **ret, struct why *why);
/* Runs the loop for at most CAST_END_MS to write the rest; then frees. NULL is fine. ERR_IO: the file is incomplete. */
enum { CAST_END_MS = 3000 };
enum err cast_close(struct cast *c, struct why *why);

/* Bytes for a terminal of that size, in UTF-8; whole frames. */
void cast_output(struct cast *c, int rows, int cols, const char *bytes, size_t len);

#endif
