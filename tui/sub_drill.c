/* sub_drill.c - `raydeck drill`: the failover drill without a screen: prints its steps, then the report. */
#include "tui/drill_history.h"
#include "tui/guards.h"
#include "tui/question.h"
#include "tui/report_files.h"
#include "tui/snapshot_record.h"
#include "tui/steps_follow.h"
#include "tui/timeline_file.h"

#include "backends/base/mem.h"
#include "deploy/drill.h"

#include <signal.h>
#include <stdlib.h>

enum {
    FIND_TIMEOUT_MS = 15 * 1000,
    LONGEST_MS = 60 * 60 * 1000,
    QUESTION_MAX = 16 * 1024,
    HYPOTHESIS_MAX = 8 * 1024,
};

struct drilling {
    struct cli *cli;
    struct snapshot *snapshot;
    struct drill *drill;
    struct steps_follow follow;
    struct snapshot_record record; /* to --record, and into the flight recorder, which keeps the loss */
    struct criteria limits;
    struct drill_past *compared; /* the report of --compare; NULL: none */
    char *question;              /* NULL: the one above */
    double per_s;
    enum drill_fault fault;
    int64_t grace_s;
    bool interrupted;
};

/* ---- what the run asks for --------------------------------------------------------------------------------------- */

static enum err may_delete(void *arg, struct why *why)
{
    struct drilling *d = arg;
    const struct focus f = session_focus(snapshot_session(d->snapshot));
    struct buf text;
    enum err err = d->fault == DRILL_FAULT_GCS ? guards_context(d->cli, d->snapshot, why)
                                               : guards_delete(d->cli, d->snapshot, why);

    if (err) return err;
    buf_init(&text, HYPOTHESIS_MAX);
    drill_hypothesis(d->drill, &text);
    const bool asked = !d->cli->yes && question_can_be_asked();
    if (!asked) fputs(buf_text(&text), stderr);
    err =
        guards_confirm(d->cli, d->snapshot, asked ? buf_text(&text) : "", f.rayservice ? f.rayservice->name : "", why);
    buf_done(&text);
    return err;
}

/* Once the head is deleted, what happens is seen to its end: a first signal ends the load alone. */
static bool on_interrupted(void *arg)
{
    struct drilling *d = arg;

    /* A shell and the kernel may both signal a dropped line. */
    if (d->interrupted && snapshot_signal(d->snapshot) == SIGHUP) return true;
    if (d->interrupted || !drill_has_injected(d->drill)) return false;
    d->interrupted = true;
    drill_stop(d->drill);
    cli_say("interrupted: the load is stopped; the recovery is watched to its end and judged (^C again leaves)");
    return true;
}

/* ---- its recording ----------------------------------------------------------------------------------------------- */

static void on_said(void *arg, bool bad, const char *words)
{
    (void)arg;
    (void)bad;
    cli_say("%s", words);
}

static enum err on_begin(void *arg, struct loop *l, struct why *why)
{
    struct drilling *d = arg;
    return snapshot_record_begin(&d->record, l, why);
}

/* It ends with the verdict: what is judged is what is recorded. */
static void record_cut(struct drilling *d)
{
    const struct drill_report *report = d->drill ? drill_report(d->drill) : NULL;

    if (report && d->record.live && !d->record.cut) live_loss(d->record.live, report->outage);
    snapshot_record_cut(&d->record);
}

static void on_applied(void *arg, const struct change *c)
{
    struct drilling *d = arg;
    const struct session *s = d->snapshot ? snapshot_session(d->snapshot) : NULL;

    if (d->drill && drill_report(d->drill)) record_cut(d);
    snapshot_record_change(&d->record, c);
    if (d->record.live && !d->record.cut && s) live_look(d->record.live, session_recovery(s), session_focus(s).service);
    if (d->drill) drill_applied(d->drill, c);
}

static void on_end(void *arg)
{
    struct drilling *d = arg;
    snapshot_record_end(&d->record);
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static enum err drilling_begin(struct drilling *d, struct why *why)
{
    struct session *s = snapshot_session(d->snapshot);
    enum err err = snapshot_find_service(d->snapshot, FIND_TIMEOUT_MS, why);

    if (!err && (snapshot_until_settled(d->snapshot, FIND_TIMEOUT_MS) == ERR_CANCELLED ||
                 snapshot_until_routed(d->snapshot) == ERR_CANCELLED))
        err = why_set(why, ERR_CANCELLED, "interrupted: nothing was deleted");
    if (err) return err;
    const struct drill_conf conf = {.loop = snapshot_loop(d->snapshot),
                                    .session = s,
                                    .limits = &d->limits,
                                    .per_s = d->per_s,
                                    .question = d->cli->no_prompts ? NULL
                                                : d->question      ? d->question
                                                                   : DRILL_QUESTION,
                                    .fault = d->fault,
                                    .grace_s = d->grace_s,
                                    .force = d->cli->force,
                                    .raydeck = RAYDECK_VERSION};
    d->follow = (struct steps_follow){.snapshot = d->snapshot,
                                      .guards = may_delete,
                                      .arg = d,
                                      .interrupted = on_interrupted,
                                      .as_messages = cli_json(d->cli)};
    const struct step_observer observer = steps_follow_observer(&d->follow);
    d->drill = drill_start(&conf, &observer);
    return ERR_OK;
}

static void by_hand_print(const struct drilling *d)
{
    struct buf text;

    buf_init(&text, HYPOTHESIS_MAX);
    drill_by_hand(d->drill, &text);
    fputs(buf_text(&text), stderr);
    buf_done(&text);
}

/* The exit status of a run whose head was deleted is the verdict's. */
static int drilling_report(const struct drilling *d, enum err err)
{
    const struct drill_report *judged = d->drill ? drill_report(d->drill) : NULL;
    struct timeline_loss drawn;
    struct why why = {0};

    if (!judged) return snapshot_exit_status(d->snapshot, err);
    if (!cli_json(d->cli)) putchar('\n');
    by_hand_print(d);
    timeline_loss_draw(&drawn, snapshot_session(d->snapshot), judged->outage, 0);
    struct drill_report report = *judged;
    report.timeline = drawn.text.len ? buf_text(&drawn.text) : NULL;
    report.picture = drawn.picture.len ? buf_text(&drawn.picture) : NULL;
    if (drill_history_keep(&report, &why)) cli_say("this report is not kept for --history: %s", why.text);
    const int status = report_files_finish(d->cli, &report, d->compared);
    timeline_loss_done(&drawn);
    return status;
}

int sub_drill(struct cli *cli)
{
    struct why why = {0};
    struct drilling d = {.cli = cli, .per_s = LOAD_PER_S};
    const struct snapshot_hooks hooks = {on_begin, on_applied, on_end, &d};
    if (cli->history) return drill_history_print(cli);
    enum err err = guards_words(cli, "which head is deleted", &why);

    if (!err) err = cli_words(cli, QUESTION_MAX, &d.question, &why);
    if (!err) err = cli_rate(cli, LOAD_PER_S_MAX, &d.per_s, &why);
    if (!err) err = report_limits(cli, &d.limits, &why);
    if (!err) err = report_files_check(cli, &why);
    if (!err) err = drill_history_compared(cli, &d.compared, &why);
    if (!err) err = cli_configure(cli, &why);
    if (!err) err = drill_fault_find(cli->fault, cli_grace(&cli->conf), &d.fault, &d.grace_s, &why);
    d.record = (struct snapshot_record){
        .cli = cli, .conf = {.file = cli->record, .flight = !cli->conf.no_recorder, .say = on_said}};
    if (!err) err = snapshot_open_with(cli, &hooks, &d.snapshot, &why);
    if (!err) snapshot_record_opened(&d.record, d.snapshot);
    if (!err) err = drilling_begin(&d, &why);
    if (!err) err = steps_follow(&d.follow, drill_engine(d.drill), LONGEST_MS, &why);
    if (err) cli_say("%s", why.text);
    int status = drilling_report(&d, err);
    record_cut(&d);
    drill_free(d.drill);
    d.drill = NULL;
    snapshot_close(d.snapshot);
    d.snapshot = NULL;
    if (d.record.err && d.record.why.text[0]) cli_say("%s", d.record.why.text);
    if (d.record.err && status == EXIT_FINE) status = EXIT_FAILED;
    free(d.compared);
    free(d.question);
    return status;
}
