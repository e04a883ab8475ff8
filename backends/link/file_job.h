/*
 * file_job.h - reads or writes one small file off the loop (blocking.h), for file systems that may hang, such as a home
 * directory on NFS.
 *
 * Ownership: the job is freed when done returns, or by file_job_cancel.
 */
#ifndef RAYDECK_LINK_FILE_JOB_H
#define RAYDECK_LINK_FILE_JOB_H

#include "backends/base/buf.h"
#include "backends/base/err.h"
#include "backends/link/loop.h"

struct file_job;
/* text: the file's bytes, NUL-terminated and borrowed, wiped afterwards; NULL on an error and after a write. */
typedef void file_job_done(void *arg, enum err err, const char *text, size_t len, const char *why);

/* Calls done once, from the loop. max: bytes; ERR_LIMIT for a larger file. */
struct file_job *file_job_read(struct loop *l, const char *path, size_t max, file_job_done *done, void *arg);
/* Creates the parent directories (0700), then writes as file_write does. The bytes are copied. */
struct file_job *file_job_write(struct loop *l, const char *path, const char *bytes, size_t len, file_job_done *done,
                                void *arg);
void file_job_cancel(struct file_job *job); /* no callback follows; a write may still happen. NULL is fine */

#endif
