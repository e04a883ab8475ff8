/*
 * live_recording.h - what a running console records: into a file where one was asked for, and always into the flight
 * recorder, which is saved when a person wants it and by itself when a head is lost. Nothing of it blocks the loop.
 *
 * A loss is saved when it is seen, so that a console that ends keeps it, and once more under the same name when its
 * outage is final, so that the recovery is in it.
 */
#ifndef RAYDECK_RECORDING_LIVE_RECORDING_H
#define RAYDECK_RECORDING_LIVE_RECORDING_H

#include "backends/link/loop.h"
#include "backends/recording/recorder.h"
#include "backends/world/recovery.h"

struct live_conf {
    const char *file; /* NULL: none */
    bool flight;
    const char *folder; /* of the recordings that are kept; NULL: none */
    bool saves_losses;  /* by itself, into the folder */
    struct recorder_redaction redaction;
    struct recorder_opening opening;                     /* as of now; live_opening says more */
    void (*say)(void *arg, bool bad, const char *words); /* from the loop; words for a person */
    void *arg;
};
struct live_recording;

/* conf is copied. Makes the file: blocks, so before the loop runs. ERR_CONFLICT: there is one already. */
enum err live_open(struct loop *l, const struct live_conf *conf, struct live_recording **ret, struct why *why);
/* Writes out what is left, LIVE_END_MS at most, by running the loop; then frees. NULL is fine. ERR_IO: not all of the
 * file could be written; why says so where `say` has not. */
enum { LIVE_END_MS = 3000 };
enum err live_close(struct live_recording *r, uint64_t *ret_bytes /* of the file; may be NULL */, struct why *why);

/* After the world has taken it; borrows it. */
void live_change(struct live_recording *r, const struct change *c);
/* The world that the changes go into, borrowed; from then on keyframes are written. NULL: none for now. */
void live_world(struct live_recording *r, const struct world *w);
/* What was known is forgotten: the changes that follow go into an empty world, which live_world names. */
void live_anew(struct live_recording *r);
/* What the files say of where they come from, borrowed until it returns. The file begins with it: once at the start,
 * when it is known. */
void live_opening(struct live_recording *r, const char *context, const char *ns, const char *service);
/* About once a second: saves a loss of the head. service: its name; NULL: not known. */
void live_look(struct live_recording *r, const struct recovery *recovery, const char *service);

/* Saves the flight recorder; `say` tells how it went. path NULL: into the folder. What is at path stays as it is. */
void live_save(struct live_recording *r, const char *path);

const struct recorder *live_recorder(const struct live_recording *r);
bool live_file_failed(const struct live_recording *r);

#endif
