/*
 * replay_report.c - plays a recording twice: to find the latest loss of a head, and to sum up the requests that were
 * due since it began. The verdict is then what a live one would have been.
 */
#include "tui/replay_report.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/drill_fault.h"
#include "tui/drill_history.h"
#include "tui/replay_session.h"
#include "tui/report_files.h"
#include "tui/timeline_file.h"

#include <stdlib.h>

struct judging {
    struct request_tally *tally; /* NULL: the first time */
    struct session *session;
    struct outage outage;
    struct criteria limits;
    char *ray_version, *kuberay;
    bool has_redis, has_fields, has_neuron;
    uint64_t wall_ms;
    struct timeline_loss drawn; /* the second time */
};

static void on_applied(void *arg, const struct change *c)
{
    const struct judging *j = arg;
    if (j->tally) tally_observe(j->tally, session_world(j->session), c);
}

static bool world_is_read(const struct judging *j, enum world_kind kind)
{
    const struct session *s = j->session;
    return world_freshness(session_world(s), kind, clock_now_ms(session_clock(s)), NULL, NULL) != FRESH_OFF;
}

static void outage_take(struct judging *j)
{
    const struct session *s = j->session;
    const struct world *w = session_world(s);
    const struct focus f = session_focus(s);
    const struct recovery *r = session_recovery(s);
    struct outage now;

    j->wall_ms = clock_wall_ms(session_clock(s));
    outage_of(r, w, &f, clock_now_ms(session_clock(s)), j->wall_ms, &now);
    j->outage = now.state != OUTAGE_NONE && now.head_lost ? now : *outage_previous(r);
    if (j->outage.state == OUTAGE_NONE) j->outage = now;
    free(j->ray_version);
    free(j->kuberay);
    j->kuberay = mem_str(f.head ? f.head->kuberay : NULL);
    j->ray_version = mem_str(f.rayservice ? f.rayservice->ray_version : NULL);
    j->has_redis = world_is_read(j, WORLD_REDIS);
    j->has_fields = outage_fields_are_read(w);
    j->has_neuron = world_is_read(j, WORLD_NEURON);
}

static void recording_play(const struct cli *cli, struct recording *recording, uint64_t at_ms, struct judging *j)
{
    const struct session_calls calls = {.applied = on_applied, .arg = j};
    struct replay_session r;
    replay_session_open(&r, &cli->conf, recording, &calls);
    j->session = r.session;
    replayer_to(r.replayer, at_ms);
    if (j->tally) {
        tally_close(j->tally, session_world(j->session), j->wall_ms);
        timeline_loss_draw(&j->drawn, j->session, &j->outage, 0);
    } else {
        outage_take(j);
    }
    replay_session_close(&r);
}

/* By what the recording says of it: what this console did itself, or that a head was lost. */
static const char *fault_words(const struct outage *o, char out[DRILL_FAULT_TEXT_MAX])
{
    const int64_t grace_s = o->grace_s.known ? (int64_t)o->grace_s.value : -1;

    if (!outage_is_by_us(o)) return "loss of the head";
    return drill_fault_text(o->ours ? DRILL_FAULT_DELETE : DRILL_FAULT_GCS, grace_s, out);
}

int replay_report(const struct cli *cli, struct recording *recording, uint64_t at_ms)
{
    char fault[DRILL_FAULT_TEXT_MAX];
    struct judging j = {.tally = NULL};
    struct drill_verdict verdict;
    struct drill_report report;
    struct why why = {0};
    struct drill_past *old = NULL;
    enum err err = report_limits(cli, &j.limits, &why);

    if (!err) err = drill_history_compared(cli, &old, &why);
    if (!err) err = report_files_check(cli, &why);
    if (err) {
        cli_say("%s", why.text);
        free(old);
        return cli_exit_of(err);
    }
    recording_play(cli, recording, at_ms, &j);
    j.tally = mem_zero(1, sizeof *j.tally);
    tally_begin(j.tally, j.outage.service_uid, j.outage.t0_wall_ms);
    recording_play(cli, recording, at_ms, &j);
    drill_report_judge(&(struct verdict_ask){.outage = &j.outage,
                                             .tally = j.tally,
                                             .limits = &j.limits,
                                             .wall_ms = j.wall_ms,
                                             .has_redis = j.has_redis,
                                             .has_fields = j.has_redis && j.has_fields,
                                             .has_neuron = j.has_neuron,
                                             .has_prompts = tally_ended(&j.tally->sum[TALLY_PROMPTS]) > 0,
                                             .fault = fault_words(&j.outage, fault)},
                       &verdict, &report);
    report.context = recording_about(recording)->context;
    report.ray_version = j.ray_version;
    report.kuberay = j.kuberay;
    report.raydeck = RAYDECK_VERSION;
    report.timeline = j.drawn.text.len ? buf_text(&j.drawn.text) : NULL;
    report.picture = j.drawn.picture.len ? buf_text(&j.drawn.picture) : NULL;
    const int status = report_files_finish(cli, &report, old);
    timeline_loss_done(&j.drawn);
    free(old);
    free(j.tally);
    free(j.ray_version);
    free(j.kuberay);
    return status;
}
