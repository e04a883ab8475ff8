/*
 * neuron_parse.h - one line of neuron-monitor -> records: the monitor, its cores, its devices.
 *
 * Format: the Neuron SDK's "Neuron Monitor User Guide", Output. Every section may be null, absent or empty, and all
 * three mean the same. What the runtimes say is merged: each lists all cores, those that are not its own with 0.
 *
 * Three things stay three things. No Neuron runtime: `held` is no, and utilisation unknown. Allocated but idle: held,
 * and 0 %. A runtime that could not be read (its error, a null report) may hold any core that no other one holds: those
 * are neither held nor free, and their utilisation is unknown, although the other runtimes list them with 0.
 *
 * Counts in a line are of its period; struct neuron_sums, which the caller keeps, makes them sums. Pure.
 */
#ifndef RAYDECK_NEURON_NEURON_PARSE_H
#define RAYDECK_NEURON_NEURON_PARSE_H

#include "backends/world/record.h"

enum {
    NEURON_CORES = CORESET_MAX, /* of one monitor; more are counted in `dropped` */
    NEURON_DEVICES = 128,
    NEURON_RUNTIMES = 256,
    NEURON_KINDS = 16, /* kinds of execution error */
    NEURON_TEXT_MAX = 256
};

/* Begins zeroed. Sums saturate. */
struct neuron_sums {
    bool known; /* a runtime told counts at least once */
    uint64_t completed, errors;
    uint64_t kind[NEURON_KINDS]; /* in the order of the parser's table of names */
};

/* Whose line it is: `source` is the source's id; knode and pod are NULL where not known. */
struct neuron_where {
    const char *source, *knode, *pod;
};
struct neuron_sample {
    struct monitor *monitor;
    struct core *core[NEURON_CORES]; /* by index, without gaps */
    struct device *device[NEURON_DEVICES];
    size_t cores, devices;
    uint64_t dropped; /* cores, devices and runtimes beyond the limits */
    uint64_t unread;  /* runtimes that are no objects: what they hold is not known */
};

/* The records are the caller's: neuron_sample_done frees those that are not NULL. On failure neither *ret nor *sums is
 * touched; why names the offset, or what is missing. Latencies are those of the slowest runtime; an execution that went
 * wrong is told twice by the monitor, by kind and by status, and counted once. */
enum err neuron_parse(const struct neuron_where *where, const char *line, size_t len, struct neuron_sums *sums,
                      struct neuron_sample *ret, struct why *why);
void neuron_sample_done(struct neuron_sample *sample);

#endif
