/*
 * drill_history.h - the reports of drills that are kept: $XDG_STATE_HOME/raydeck/drills, as JSON, the latest
 * DRILLS_KEPT; and an older report to compare with. Blocks: before a loop runs, and after it.
 */
#ifndef RAYDECK_TUI_DRILL_HISTORY_H
#define RAYDECK_TUI_DRILL_HISTORY_H

#include "backends/session/session.h"
#include "deploy/drill_past.h"
#include "tui/cli.h"

enum { DRILLS_KEPT = 200, DRILLS_REMEMBERED = 20 /* read as a session is opened */ };

/* Where a report is kept, with the extension of its format. NULL: neither XDG_STATE_HOME nor HOME is set. Caller frees.
 */
char *drill_history_path(const struct drill_report *r, enum drill_format format);
/* Writes it atomically, and deletes the oldest beyond DRILLS_KEPT. */
enum err drill_history_keep(const struct drill_report *r, struct why *why);
/* `drill --history`: those of the context, namespace and service that are given, all where none is. The exit status. */
int drill_history_print(const struct cli *cli);
/* Tells a session that was opened just now the losses of the latest reports, and of those that were recorded without a
 * drill. */
void drill_history_remember(struct session *s);
/* The report of --compare; *ret NULL without it. Caller frees. ERR_USAGE: it cannot be read as one. */
enum err drill_history_compared(const struct cli *cli, struct drill_past **ret, struct why *why);

#endif
