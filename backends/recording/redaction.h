/* redaction.h - a change with stand-ins in all its texts; see struct recorder_redaction. */
#ifndef RAYDECK_RECORDING_REDACTION_H
#define RAYDECK_RECORDING_REDACTION_H

#include "backends/recording/recorder.h"

/* A copy of it, which the caller owns. What belongs together stays so: the same text gets the same stand-in. */
struct change *redaction_copy(const struct recorder_redaction *redaction, const struct change *c);

#endif
