/*
 * recordings_folder.h - where recordings are kept that nobody named: $XDG_STATE_HOME/raydeck/recordings. Those of
 * losses of the head ("loss-…") are the latest RECORDINGS_KEPT; those that a person saved ("saved-…") stay. Blocks: off
 * the loop (link/blocking.h), or before it runs.
 */
#ifndef RAYDECK_RECORDING_RECORDINGS_FOLDER_H
#define RAYDECK_RECORDING_RECORDINGS_FOLDER_H

#include "backends/base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { RECORDINGS_KEPT = 20, RECORDINGS_LISTED = 200 };

char *recordings_folder(void); /* NULL where there is neither XDG_STATE_HOME nor HOME. Caller frees */
/* FOLDER/KIND-20261130T103103Z-SERVICE.rec; service NULL: without. Caller frees. */
char *recordings_path(const char *folder, const char *kind, uint64_t wall_ms, const char *service);
/* Takes away the oldest losses beyond RECORDINGS_KEPT; what cannot be taken away stays. */
void recordings_prune(const char *folder);

struct recordings_item {
    char *name;
    uint64_t bytes, saved_wall_ms; /* of the file's last change */
};
struct recordings_list {
    struct recordings_item *item; /* the latest first, RECORDINGS_LISTED at most */
    size_t count, more;           /* more: beyond those */
};
/* A folder that is not there is an empty one. Caller: recordings_list_done. */
enum err recordings_list(const char *folder, struct recordings_list *ret, struct why *why);
void recordings_list_done(struct recordings_list *list);

#endif
