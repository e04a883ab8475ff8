/* sub_status.c - `raydeck status`: waits until every world has answered or failed, prints, and says by its exit status
 * whether all could be reached. */
#include "deploy/doctor.h"
#include "tui/look.h"
#include "tui/status.h"

#include <stdlib.h>

enum { STATUS_TIMEOUT_MS = 10 * 1000, PROBE_WAIT_MS = 2500 };

/* ANSWERING rests on probes: one that was answered, or failed, says more than none. */
static bool probed(void *arg)
{
    struct probe_sum sum = probe_sum_of(session_world(look_session(arg)), "probe", 0);
    return sum.ok + sum.slow + sum.failed > 0;
}

static void print(const struct cli *cli, const struct status_of *s)
{
    if (!cli_json(cli)) {
        status_text(s, stdout);
        return;
    }
    cJSON *json = status_json(s);
    char *text = cJSON_Print(json);
    puts(text);
    free(text);
    cJSON_Delete(json);
}

int sub_status(struct cli *cli)
{
    struct why why = {0};
    struct look *look = NULL;
    enum err err = cli_configure(cli, &why);
    if (!err) err = look_open(cli, &look, &why);
    if (err) {
        cli_say("%s", why.text);
        return cli_exit_of(err);
    }
    err = look_until_settled(look, cli_timeout_ms(cli, STATUS_TIMEOUT_MS));
    if (!err && !cli->conf.no_probe) {
        /* No probe at all is an answer as well, so running out of time here is not an error. */
        enum err waited = look_until(look, probed, look, PROBE_WAIT_MS);
        if (waited == ERR_CANCELLED) err = waited;
    }
    int status = look_exit_of(look, ERR_CANCELLED);
    if (err != ERR_CANCELLED) {
        const struct session *session = look_session(look);
        const struct kube_where *where = session_where(session);
        struct outage outage;
        struct status_of s = {.world = session_world(session),
                              .outage = &outage,
                              .before = outage_before(session_recovery(session)),
                              .focus = session_focus(session),
                              .context = where ? where->context : NULL,
                              .now_ms = loop_now_ms(),
                              .wall_ms = loop_wall_ms(look_loop(look))};
        outage_of(session_recovery(session), s.world, &s.focus, s.now_ms, s.wall_ms, &outage);
        s.focus.warnings = doctor_warnings(s.world, &s.focus, s.now_ms, s.wall_ms);
        print(cli, &s);
        status = status_err(&s) ? EXIT_UNREACHED : EXIT_FINE;
    }
    look_close(look);
    return status;
}
