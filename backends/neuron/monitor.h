/*
 * monitor.h - the "monitor" kind: a command that prints neuron-monitor's JSON lines, local or through ssh or kubectl.
 *
 * The command is started by /bin/sh and started again, with back-off, whenever it ends; one that says nothing for
 * MONITOR_SILENCE_MS is taken for hung and started anew. A bad line is told in the source's state and skipped. The
 * sums of executions and errors live as long as the backend, over every restart of the command.
 */
#ifndef RAYDECK_NEURON_MONITOR_H
#define RAYDECK_NEURON_MONITOR_H

#include "backends/backend.h"

enum {
    MONITOR_FIRST_MS = 1000, /* back-off */
    MONITOR_MOST_MS = 30000,
    MONITOR_SILENCE_MS = 30000
};

extern const struct neuron_ops monitor_ops;

#endif
