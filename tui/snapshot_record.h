/*
 * snapshot_record.h - the recording of a subcommand's session: to a file, into the flight recorder, or both. Its
 * functions are what the hooks of snapshot_open_with call.
 */
#ifndef RAYDECK_SNAPSHOT_RECORD_H
#define RAYDECK_SNAPSHOT_RECORD_H

#include "tui/record_open.h"
#include "tui/snapshot.h"

struct snapshot_record {
    const struct cli *cli;
    struct record_conf conf;     /* the owner sets file, flight and say */
    struct live_recording *live; /* NULL: none, or it is closed */
    bool cut;
    /* Of the end. */
    enum err err; /* the file is not whole */
    struct why why;
    uint64_t changes, bytes;
};

/* hooks.begin: redacts where --redact says so. ERR_USAGE: the file cannot be created; why says so. */
enum err snapshot_record_begin(struct snapshot_record *r, struct loop *l, struct why *why);
void snapshot_record_opened(struct snapshot_record *r, struct snapshot *snapshot); /* its session is open */
void snapshot_record_change(struct snapshot_record *r, const struct change *c);    /* hooks.applied */
void snapshot_record_cut(struct snapshot_record *r);                               /* nothing is recorded any more */
void snapshot_record_end(struct snapshot_record *r);                               /* hooks.end */

#endif
