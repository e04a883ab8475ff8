/*
 * file_job.h - one small file read or written off the loop (blocking.h): for files on a file system that may hang, such
 * as a home on NFS.
 *
 * Ownership: the job is gone when done has returned, or after file_job_cancel.
 */
#ifndef RAYDECK_LINK_FILE_JOB_H
#define RAYDECK_LINK_FILE_JOB_H

#include "backends/base/buf.h"
#include "backends/base/err.h"
#include "backends/link/loop.h"

struct file_job;
/* text: the file's bytes, NUL-terminated and borrowed; NULL on an error and after a write. */
typedef void file_job_done(void *arg, enum err err, const char *text, size_t len, const char *why);

/* done is called once, from the loop, never from in here. max: bytes, beyond them ERR_LIMIT. */
struct file_job *file_job_read(struct loop *l, const char *path, size_t max, file_job_done *done, void *arg);
/* Makes the folders above it (0700), then writes as file_write does. The bytes are copied. */
struct file_job *file_job_write(struct loop *l, const char *path, const char *bytes, size_t len, file_job_done *done,
                                void *arg);
void file_job_cancel(struct file_job *job); /* no callback comes after it; a write may happen still. NULL is fine */

#endif
