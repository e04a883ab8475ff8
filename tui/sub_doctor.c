/* sub_doctor.c - `raydeck doctor`: waits until every backend has answered or failed, and checks the HA rules. Of the
 * exit status an error found comes first, an unreachable backend second. */
#include "backends/link/clock.h"
#include "deploy/doctor.h"
#include "deploy/redis_from.h"
#include "tui/snapshot.h"
#include "tui/status.h"

#include <stdlib.h>

enum { DOCTOR_TIMEOUT_MS = 10 * 1000, DOCTOR_CONFIG_MS = 1500, DOCTOR_TEXT_MAX = 16 * 1024 * 1024 };

static bool world_is_live(const struct session *s, enum world_kind world)
{
    const uint64_t now_ms = clock_now_ms(session_clock(s));
    return world_freshness(session_world(s), world, now_ms, NULL, NULL) == FRESH_LIVE;
}

/* Data read after the lists: the first poll of Redis, and the permission. Servers that are there answer both. */
static bool is_polled(void *arg)
{
    const struct session *s = snapshot_session(arg);
    const char *why;
    const struct redis *r = session_focus(s).redis;
    return (!r || r->rtt_us.known || !world_is_live(s, WORLD_REDIS)) &&
           (session_may_delete_pods(s, &why) != TRI_UNKNOWN || !world_is_live(s, WORLD_KUBE));
}

/* The same, and what is requested with that poll. A server may withhold it, so the wait is short. */
static bool is_checked(void *arg)
{
    const struct session *s = snapshot_session(arg);
    const char *why;
    const struct redis *r = session_focus(s).redis;
    bool redis = !r || (r->slow_count.known && r->timeout_s.known && (r->ray_connections.known || r->ray_why));
    return redis && session_may_delete_pods(s, &why) != TRI_UNKNOWN;
}

struct asking {
    struct snapshot *snapshot;
    struct redis_from *from; /* NULL: AWS is not queried */
    bool from_done;
};

static void on_aws(void *arg, enum err err, const char *why)
{
    struct asking *a = arg;
    (void)err; /* a failed query leaves its facts unknown, with the reason */
    (void)why;
    a->from_done = true;
    snapshot_wake(a->snapshot);
}

static bool aws_done(void *arg)
{
    const struct asking *a = arg;
    return !a->from || a->from_done;
}

/* The answers as `raydeck status` prints them, then the findings. */
static void print_findings(const struct cli *cli, const struct status_of *s, const struct findings *found)
{
    if (cli_json(cli)) {
        cJSON *json = findings_json(found);
        cJSON_AddItemToObject(json, "answers", status_answers_json(s));
        cli_print_json(json);
        return;
    }
    struct buf text;
    buf_init(&text, DOCTOR_TEXT_MAX);
    doctor_text(found, &text);
    status_replay_text(s, stdout);
    status_answers_text(s, stdout);
    printf("\n%s", buf_text(&text));
    buf_done(&text);
}

int doctor_print(const struct cli *cli, const struct session *session, const struct doctor_aws *aws)
{
    struct outage outage;
    struct status_of s = status_of_session(session, NULL, &outage);
    struct doctor_ask ask = {.now_ms = s.now_ms, .wall_ms = s.wall_ms, .aws = aws};
    struct findings found;
    ask.may_delete = session_may_delete_pods(session, &ask.may_why);
    findings_init(&found);
    doctor_of(s.world, &s.focus, &ask, &found);
    s.focus.errors = known_u64(found.of[FINDING_ERROR]);
    s.focus.warnings = known_u64(found.of[FINDING_WARNING]);
    print_findings(cli, &s, &found);
    const bool errors = found.of[FINDING_ERROR] > 0;
    findings_done(&found);
    return errors ? EXIT_FAILED : status_err(&s) ? EXIT_UNREACHED : EXIT_FINE;
}

int sub_doctor(struct cli *cli)
{
    int refused = 0;
    struct snapshot *snapshot = snapshot_begin(cli, &refused);
    if (!snapshot) return refused;
    struct asking asking = {.snapshot = snapshot};
    if (cli->redis_from)
        asking.from = redis_from_start(&(struct redis_from_conf){snapshot_loop(snapshot), cli->redis_from, 0},
                                       &(struct redis_from_calls){NULL, on_aws, &asking});
    enum err err = snapshot_until_settled(snapshot, cli_timeout_ms(cli, DOCTOR_TIMEOUT_MS));
    if (err != ERR_CANCELLED) {
        enum err waited = snapshot_until(snapshot, is_polled, snapshot, cli_timeout_ms(cli, DOCTOR_TIMEOUT_MS));
        if (waited != ERR_CANCELLED) waited = snapshot_until(snapshot, is_checked, snapshot, DOCTOR_CONFIG_MS);
        if (waited != ERR_CANCELLED)
            waited = snapshot_until(snapshot, aws_done, &asking, cli_timeout_ms(cli, DOCTOR_TIMEOUT_MS));
        if (waited != ERR_CANCELLED && !cli->conf.no_probe) waited = snapshot_until_probed(snapshot);
        if (waited == ERR_CANCELLED) err = waited;
    }
    const int status = err == ERR_CANCELLED ? snapshot_exit_status(snapshot, err)
                                            : doctor_print(cli, snapshot_session(snapshot),
                                                           asking.from ? redis_from_facts(asking.from) : NULL);
    redis_from_free(asking.from);
    snapshot_close(snapshot);
    return status;
}
