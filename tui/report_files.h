/* report_files.h - the limits that a verdict is held to, and where its report goes: to stdout and into files. */
#ifndef RAYDECK_TUI_REPORT_FILES_H
#define RAYDECK_TUI_REPORT_FILES_H

#include "deploy/drill_report.h"
#include "tui/cli.h"

/* The limits of criteria.def, --criteria and --limit, the later over the earlier. ERR_USAGE. */
enum err report_limits(const struct cli *cli, struct criteria *ret, struct why *why);
/* Before there is anything to report: each file name of --report has a format, and nothing is there yet. */
enum err report_files_check(const struct cli *cli, struct why *why);
/* To stdout, as text or with -o json as JSON, and into each file of --report. All are tried; the first error. */
enum err report_files_write(const struct cli *cli, const struct drill_report *r, struct why *why);

#endif
