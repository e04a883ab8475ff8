/*
 * replay_session.h - a session of a recording with a loop of its own, for whatever reads a recording without the
 * console: it prints, draws or judges a moment of it.
 */
#ifndef RAYDECK_REPLAY_SESSION_H
#define RAYDECK_REPLAY_SESSION_H

#include "backends/session/replayer.h"

struct replay_session {
    struct loop *loop;
    struct session *session;
    struct replayer *replayer; /* at the recording's beginning: replayer_to plays on */
};

/* Borrows all until replay_session_close. Only one reads a recording at a time: another replayer of it has to begin
 * anew afterwards. calls NULL: none. */
void replay_session_open(struct replay_session *r, const struct conf *conf, struct recording *recording,
                         const struct session_calls *calls);
void replay_session_close(struct replay_session *r);

/* On stderr: what of the recording cannot be read, each with its path; the rest of it is shown. */
void replay_problems_report(const char *path, const struct recording_about *about);

#endif
