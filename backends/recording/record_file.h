/*
 * record_file.h - the file that a recording is written to, off the loop (link/blocking.h): a disk that hangs stops no
 * frame of the screen. What waits is bounded: beyond RECORD_WAITING_MAX whole frames are left out and counted.
 *
 * The file is new: what stands at its path is never touched. The first error ends the writing, and is reported once;
 * what was written up to it can be read.
 */
#ifndef RAYDECK_RECORDING_RECORD_FILE_H
#define RAYDECK_RECORDING_RECORD_FILE_H

#include "backends/link/loop.h"
#include "backends/recording/frame_writer.h"

enum { RECORD_WAITING_MAX = 16 * 1024 * 1024 };

struct record_file;
struct record_file_calls {
    void (*failed)(void *arg, const char *why); /* from the loop */
    void *arg;
};
/* Makes the file, mode 0600; blocks: before the loop runs. ERR_CONFLICT: there is one. */
enum err record_file_open(struct loop *l, const char *path, const struct record_file_calls *calls,
                          struct record_file **ret, struct why *why);
void record_file_free(struct record_file *f); /* what waits is not written any more; NULL is fine */

void record_file_bytes(struct record_file *f, const void *bytes, size_t len); /* between two frames */
void record_file_piece(struct record_file *f, const struct frame_piece *piece);

bool record_file_is_done(const struct record_file *f); /* nothing waits, or it has failed */
bool record_file_failed(const struct record_file *f);
uint64_t record_file_bytes_written(const struct record_file *f);
uint64_t record_file_left_out(const struct record_file *f); /* frames */

#endif
