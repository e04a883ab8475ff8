/*
 * record_file.h - writes a recording to its file off the loop (link/blocking.h), so that a hanging disk does not stop
 * the screen. The queue is bounded: beyond RECORD_WAITING_MAX whole frames are dropped and counted.
 *
 * Never overwrites a file. The first error ends the writing and is reported once; what was written before is readable.
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
/* Creates the file, mode 0600; blocks: call it before the loop runs. ERR_CONFLICT: it exists. */
enum err record_file_open(struct loop *l, const char *path, const struct record_file_calls *calls,
                          struct record_file **ret, struct why *why);
void record_file_free(struct record_file *f); /* drops the queue; NULL is fine */

void record_file_bytes(struct record_file *f, const void *bytes, size_t len); /* between two frames */
void record_file_piece(struct record_file *f, const struct frame_piece *piece);

bool record_file_is_done(const struct record_file *f); /* the queue is empty, or writing has failed */
bool record_file_failed(const struct record_file *f);
uint64_t record_file_bytes_written(const struct record_file *f);
uint64_t record_file_left_out(const struct record_file *f); /* frames */

#endif
