/* sub_status.c - `raydeck status`: waits until every backend has answered or failed, and prints the state. The exit
 * status reports whether all were reachable, and no outage of the head runs. */
#include "deploy/doctor.h"
#include "tui/snapshot.h"
#include "tui/status.h"

#include <stdlib.h>

enum { STATUS_TIMEOUT_MS = 10 * 1000 };

/* ANSWERING needs at least one probe that was answered or failed. */
static void print_status(const struct cli *cli, const struct status_of *s)
{
    if (!cli_json(cli)) {
        status_text(s, stdout);
        return;
    }
    cli_print_json(status_json(s));
}

struct status_of status_of_session(const struct session *session, const char *context, struct outage *ret_outage)
{
    struct status_of s = {.world = session_world(session),
                          .outage = ret_outage,
                          .previous = outage_previous(session_recovery(session)),
                          .focus = session_focus(session),
                          .context = context,
                          .now_ms = clock_now_ms(session_clock(session)),
                          .wall_ms = clock_wall_ms(session_clock(session)),
                          .replay = session_replays(session)};
    outage_of(session_recovery(session), s.world, &s.focus, s.now_ms, s.wall_ms, ret_outage);
    doctor_count(s.world, &s.focus, s.now_ms, s.wall_ms);
    return s;
}

int status_print(const struct cli *cli, const struct session *session, const char *context)
{
    struct outage outage;
    const struct status_of s = status_of_session(session, context, &outage);
    print_status(cli, &s);
    return status_err(&s) || outage.state == OUTAGE_RUNNING ? EXIT_UNREACHED : EXIT_FINE;
}

int sub_status(struct cli *cli)
{
    int refused = 0;
    struct snapshot *snapshot = snapshot_begin(cli, &refused);
    if (!snapshot) return refused;
    enum err err = snapshot_until_settled(snapshot, cli_timeout_ms(cli, STATUS_TIMEOUT_MS));
    if (!err && !cli->conf.no_probe) err = snapshot_until_probed(snapshot);
    int status = snapshot_exit_status(snapshot, ERR_CANCELLED);
    if (err != ERR_CANCELLED) {
        const struct session *session = snapshot_session(snapshot);
        const struct kube_where *where = session_where(session);
        status = status_print(cli, session, where ? where->context : NULL);
    }
    snapshot_close(snapshot);
    return status;
}
