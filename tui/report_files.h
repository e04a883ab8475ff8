/* report_files.h - the limits that a verdict is held to, and where its report goes: to stdout and into files. */
#ifndef RAYDECK_TUI_REPORT_FILES_H
#define RAYDECK_TUI_REPORT_FILES_H

#include "deploy/drill_past.h"
#include "tui/cli.h"

/* The limits of criteria.def, --criteria and --limit, the later over the earlier. ERR_USAGE. */
enum err report_limits(const struct cli *cli, struct criteria *ret, struct why *why);
/* Before there is anything to report: each file name of --report has a format, and nothing is there yet. */
enum err report_files_check(const struct cli *cli, struct why *why);
/* To stdout, as text or with -o json as JSON, and into each file of --report, all of which are tried; then what got
 * worse since `old` (NULL: not compared), on stdout, or on stderr beside JSON. The exit status: EXIT_FINE of a PASS in
 * which nothing did. */
int report_files_finish(const struct cli *cli, const struct drill_report *r, const struct drill_past *old);

#endif
