/*
 * recordings_folder.h - the directory of recordings without a given path: $XDG_STATE_HOME/raydeck/recordings. Of losses
 * of the head ("loss-…") it keeps the latest RECORDINGS_KEPT; those saved by the user ("saved-…") stay. Blocks: call it
 * off the loop (link/blocking.h), or before it runs.
 */
#ifndef RAYDECK_RECORDING_RECORDINGS_FOLDER_H
#define RAYDECK_RECORDING_RECORDINGS_FOLDER_H

#include "backends/base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { RECORDINGS_KEPT = 20, RECORDINGS_LISTED = 200 };

/* $XDG_STATE_HOME/raydeck/NAME, where what is kept without a given path goes. NULL: neither XDG_STATE_HOME nor HOME is
 * set. Caller frees. */
char *state_folder(const char *name);
/* FOLDER/KIND-20261130T103103Z-SERVICE and the suffix (".rec"). Caller frees. */
char *state_path(const char *folder, const char *kind, uint64_t wall_ms, const char *service, const char *suffix);

char *recordings_folder(void); /* state_folder("recordings") */
/* FOLDER/KIND-20261130T103103Z-SERVICE.rec; service NULL: without. Caller frees, and writes there
 * by file_write_unique: two of one second have the same. */
char *recordings_path(const char *folder, const char *kind, uint64_t wall_ms, const char *service);
/* Deletes the oldest losses beyond RECORDINGS_KEPT; ignores errors. */
void recordings_prune(const char *folder);

struct recordings_item {
    char *name;
    uint64_t bytes, saved_wall_ms; /* of the file's last change */
};
struct recordings_list {
    struct recordings_item *item; /* latest first, at most RECORDINGS_LISTED */
    size_t count, more;           /* more: beyond those */
};
/* A missing directory counts as empty. Caller: recordings_list_done. */
enum err recordings_list(const char *folder, struct recordings_list *ret, struct why *why);
void recordings_list_done(struct recordings_list *list);

#endif
