/*
 * arming_wait.h - armed.json read and written by a subcommand: off the loop and waited for, ARMING_WAIT_MS at most, so
 * that a file system that hangs holds neither the program nor ^C. The console has arming_store.h.
 */
#ifndef RAYDECK_ARMING_WAIT_H
#define RAYDECK_ARMING_WAIT_H

#include "tui/arming.h"
#include "tui/snapshot.h"

/* A file that does not answer in time is one that could not be read: READ-ONLY, and why says so. ERR_CANCELLED. */
enum err arming_wait_read(struct snapshot *snapshot, const struct conf *conf, struct arming *ret, struct why *why);

/* Arms, on top of what the file holds. ERR_GUARD; ERR_IO; ERR_TIMEOUT: it may be written still; ERR_CANCELLED. */
enum err arming_wait_arm(struct snapshot *snapshot, const struct conf *conf, struct why *why);

#endif
