/* replay_report.h - the verdict on the loss of a head that a recording shows. */
#ifndef RAYDECK_TUI_REPLAY_REPORT_H
#define RAYDECK_TUI_REPLAY_REPORT_H

#include "backends/recording/recording_read.h"
#include "tui/cli.h"

/* Judges the latest loss of a head at that moment of the recording, and prints and writes the report. Returns the exit
 * status: EXIT_FINE for PASS alone. */
int replay_report(const struct cli *cli, struct recording *recording, uint64_t at_ms);

#endif
