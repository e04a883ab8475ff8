/* replay_at.h - parses a position in a recording. Pure. */
#ifndef RAYDECK_REPLAY_AT_H
#define RAYDECK_REPLAY_AT_H

#include "backends/recording/recording_read.h"

/* what: the option or the command that text is given to, for the message ("--at"). text: "14:03:11" or "14:03" (UTC,
 * the first such time in it), RFC 3339, "+90" or "90" (seconds from its beginning),
 * "-30" (before its end); NULL: its end. ERR_USAGE: none of these, or outside the recording. */
enum err replay_at_parse(const char *what, const char *text, const struct recording_about *about, uint64_t *ret_at_ms,
                         struct why *why);

#endif
