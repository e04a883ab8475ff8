/* redaction.h - replaces all texts of a change by stand-ins; see struct recorder_redaction. */
#ifndef RAYDECK_RECORDING_REDACTION_H
#define RAYDECK_RECORDING_REDACTION_H

#include "backends/recording/recorder.h"

/* Returns a redacted copy, owned by the caller. Equal texts get equal stand-ins, so that references stay valid. */
struct change *redaction_copy(const struct recorder_redaction *redaction, const struct change *c);

#endif
