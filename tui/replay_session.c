/* replay_session.c - see replay_session.h. */
#include "tui/replay_session.h"

#include "backends/base/text.h"
#include "tui/cli.h"

void replay_session_open(struct replay_session *r, const struct conf *conf, struct recording *recording,
                         const struct session_calls *calls)
{
    r->loop = loop_new();
    r->session = session_open_replay(r->loop, conf, calls);
    r->replayer = replayer_new(r->loop, recording, r->session);
}

void replay_session_close(struct replay_session *r)
{
    replayer_free(r->replayer);
    session_close(r->session);
    loop_free(r->loop);
    *r = (struct replay_session){.loop = NULL};
}

void replay_problems_report(const char *path, const struct recording_about *about)
{
    for (size_t i = 0; i < about->problems && i < RECORDING_PROBLEMS; i++) cli_say("%s: %s", path, about->problem[i]);
    if (about->problems > RECORDING_PROBLEMS)
        cli_say("%s: and %zu problem%s more", path, about->problems - RECORDING_PROBLEMS,
                text_plural(about->problems - RECORDING_PROBLEMS));
}
