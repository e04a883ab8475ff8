/*
 * live_recording.h - records a running console: to a file with --record, and always to the flight recorder, which is
 * saved on request and, automatically, when a head is lost. Never blocks the loop.
 *
 * A loss is saved when it is detected, so that a console that exits keeps it, and again under the same name when its
 * outage is final, to include the recovery.
 */
#ifndef RAYDECK_RECORDING_LIVE_RECORDING_H
#define RAYDECK_RECORDING_LIVE_RECORDING_H

#include "backends/link/loop.h"
#include "backends/recording/recorder.h"
#include "backends/world/outage.h"
#include "backends/world/recovery.h"

struct live_conf {
    const char *file; /* NULL: none */
    bool flight;
    const char *folder; /* for recordings of losses; NULL: none */
    bool saves_losses;  /* save losses automatically, into folder */
    struct recorder_redaction redaction;
    struct recorder_opening opening;                     /* as known now; live_opening completes it */
    void (*say)(void *arg, bool bad, const char *words); /* from the loop; a message for the user */
    void *arg;
};
struct live_recording;

/* Copies conf. Creates the file, which blocks: call it before the loop runs. ERR_CONFLICT: the file exists. */
enum err live_open(struct loop *l, const struct live_conf *conf, struct live_recording **ret, struct why *why);
/* Runs the loop for at most LIVE_END_MS to write the rest; then frees. NULL is fine. ERR_IO: the file is incomplete;
 * why says so unless `say` has. */
enum { LIVE_END_MS = 3000 };
enum err live_close(struct live_recording *r, uint64_t *ret_bytes /* of the file; may be NULL */, struct why *why);

/* Records a change; call it after world_apply. Borrows it. */
void live_change(struct live_recording *r, const struct change *c);
/* Sets the world that the changes are applied to, borrowed; with one, writes keyframes. NULL: none for now. */
void live_world(struct live_recording *r, const struct world *w);
/* The following changes are applied to a new, empty world, which live_world sets. */
void live_anew(struct live_recording *r);
/* Sets the opening of the files (their origin), borrowed until it returns. Call it once, as soon as it is known. */
void live_opening(struct live_recording *r, const char *context, const char *ns, const char *service);
/* Call it about once a second: saves a loss of the head. service: its name; NULL: unknown. */
void live_look(struct live_recording *r, const struct recovery *recovery, const char *service);

/* What a loss was, once it is final: its recording's opening says it, unless that is redacted. Copied. */
void live_loss(struct live_recording *r, const struct outage *outage);

/* Saves the flight recorder and reports the outcome by `say`. path NULL: into folder. Never overwrites a file. */
void live_save(struct live_recording *r, const char *path);

const struct recorder *live_recorder(const struct live_recording *r);
/* live_close would wait: it writes a file, is saving, or has a loss of the head to save. */
bool live_is_busy(const struct live_recording *r);
bool live_file_failed(const struct live_recording *r);

#endif
