/*
 * monitor.h - the "monitor" kind: runs a command that prints neuron-monitor's JSON lines, locally or by ssh or kubectl.
 *
 * /bin/sh runs the command, which is restarted with back-off when it exits, and when it prints nothing for
 * MONITOR_SILENCE_MS. A malformed line is reported in the source's state and skipped. The sums of executions and errors
 * last as long as the backend, across restarts of the command.
 */
#ifndef RAYDECK_NEURON_MONITOR_H
#define RAYDECK_NEURON_MONITOR_H

#include "backends/backend.h"

enum {
    MONITOR_START_MS = 50,   /* after it is opened: the fork blocks the loop, and pods are to be asked for first */
    MONITOR_FIRST_MS = 1000, /* back-off */
    MONITOR_SILENCE_MS = 30000
};

extern const struct neuron_ops monitor_ops;

#endif
