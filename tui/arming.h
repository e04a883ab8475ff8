/*
 * arming.h - may this context be changed? A context never seen before is READ-ONLY; arming lasts 15 minutes and is kept
 * in $XDG_STATE_HOME/raydeck/armed.json, so that a second console on the same machine knows. A context that config.yaml
 * marks `readonly: true` cannot be armed; one it marks `development: true` needs no arming.
 */
#ifndef RAYDECK_ARMING_H
#define RAYDECK_ARMING_H

#include "backends/conf.h"

#include <stdbool.h>
#include <stdint.h>

enum { ARMED_FOR_MS = 15 * 60 * 1000 };

enum arming_state { ARMING_READ_ONLY, ARMING_ARMED, ARMING_FORBIDDEN, ARMING_DEVELOPMENT };

struct arming {
    enum arming_state state;
    uint64_t until_wall_ms; /* of ARMING_ARMED */
    char why[160];          /* why not, for a person */
};

/* Reads the state of a context. A file that cannot be read or is malformed counts as not armed, and why says so. */
struct arming arming_of(const struct conf *conf, const char *context, uint64_t wall_ms);
/* Arms or disarms; ERR_GUARD where it is forbidden, ERR_IO. */
enum err arming_set(const struct conf *conf, const char *context, bool armed, uint64_t wall_ms, struct why *why);
/* Whether changes are allowed now. */
bool arming_allows(const struct arming *a);

#endif
