/*
 * needs.h - whether a command's needs (commands.h) are met, as far as the session and the command line say: what a
 * recording, a simulated cluster, or the lack of Kubernetes cannot give. The footer, the help, the palette and the
 * command itself go by this one function; arming is the console's (app_may).
 */
#ifndef RAYDECK_NEEDS_H
#define RAYDECK_NEEDS_H

#include "backends/session/session.h"
#include "tui/commands.h"

struct needs_given {
    const struct session *session;
    bool demo, script, recorder; /* the cluster is simulated; a script runs; the flight recorder does */
};

/* ERR_UNSUPPORTED, or the error of session_may_ask, with a sentence. */
enum err needs_check(const struct needs_given *given, unsigned needs, struct why *why);

/* Never met while a recording is replayed, or (replay false) while none is: such a key is not offered at all. */
bool needs_exclude(unsigned needs, bool replay);

#endif
