/*
 * neuron_parse.h - parses one line of neuron-monitor into records: the monitor, its cores, its devices.
 *
 * Format: the Neuron SDK's "Neuron Monitor User Guide", Output. A section may be null, absent or empty, which all mean
 * the same. The reports of all runtimes are merged: each lists all cores, those of other runtimes with 0.
 *
 * Three cases are distinguished. No Neuron runtime: `held` is no, utilisation is unknown. Allocated but idle: `held` is
 * yes, utilisation is 0 %. A runtime without a report (an error, null) may hold any core that no other runtime holds:
 * `held` and utilisation of those are unknown, although other runtimes list them with 0.
 *
 * Counts in a line are per period; struct neuron_sums, which the caller keeps, accumulates them. Pure.
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

/* Zero-initialised by the caller. Sums saturate. */
struct neuron_sums {
    bool known; /* a runtime has reported counts at least once */
    uint64_t completed, errors;
    uint64_t kind[NEURON_KINDS]; /* in the order of the parser's table of names */
};

/* Where the line comes from: `source` is the source's id; knode and pod are NULL if unknown. */
struct neuron_where {
    const char *source, *knode, *pod;
};
struct neuron_sample {
    struct monitor *monitor;
    struct core *core[NEURON_CORES]; /* by index, without gaps */
    struct device *device[NEURON_DEVICES];
    size_t cores, devices;
    uint64_t dropped; /* cores, devices and runtimes beyond the limits */
    uint64_t unread;  /* runtimes that are not JSON objects */
};

/* The caller owns the records; neuron_sample_done frees those that are not NULL. On failure *ret and *sums are
 * unchanged, and why has the offset, or what is missing. Latencies are the slowest runtime's. neuron-monitor reports a
 * failed execution twice, by kind and by status: it is counted once. */
enum err neuron_parse(const struct neuron_where *where, const char *line, size_t len, struct neuron_sums *sums,
                      struct neuron_sample *ret, struct why *why);
void neuron_sample_done(struct neuron_sample *sample);

#endif
