/* sub_load.c - `raydeck load`: requests to the service at a fixed rate, by the users' route; prints what it measured.
 */
#include "tui/load_report.h"
#include "tui/safe_output.h"
#include "tui/snapshot.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/session/prompt_routes.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LOAD_FOR_S = 30,
    LOAD_FOR_MAX_S = 24 * 3600,
    QUESTION_MAX = 16 * 1024,
    REPORT_MAX = 16 * 1024,
    PROGRESS_COLS = 70,
};

struct loading {
    struct snapshot *snapshot;
    struct load_series series;
    struct load *load;
    uint64_t begun_ms, duration_ms, ended_ms; /* ended 0: it is not over */
    bool progress;
    uint64_t told_s;
};

/* ---- the command line -------------------------------------------------------------------------------------------- */

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static void on_over(void *arg)
{
    struct loading *loading = arg;

    loading->ended_ms = loop_now_ms();
    snapshot_wake(loading->snapshot);
}

static void progress_print(struct loading *loading)
{
    const uint64_t s = (loop_now_ms() - loading->begun_ms) / 1000;
    const struct load_sum *sum = load_sum(loading->load, 0);

    if (!loading->progress || s == loading->told_s) return;
    loading->told_s = s;
    char line[PROGRESS_COLS + 1];
    snprintf(line, sizeof line, "%llu s: %llu ok, %llu failed, %zu in flight", (unsigned long long)s,
             (unsigned long long)sum->ok, (unsigned long long)sum->failed, load_in_flight(loading->load));
    safe_output_return();
    fprintf(stderr, "%-*s", PROGRESS_COLS, line);
}

static bool is_over(void *arg)
{
    struct loading *loading = arg;

    progress_print(loading);
    return loading->ended_ms != 0;
}

/* Waits until the route and its protocol are known. */
static enum err route_find(const struct cli *cli, const struct loading *loading, struct why *why)
{
    enum err err = prompt_route_is_address(cli->conf.prompt) ? ERR_OK : snapshot_find_route(loading->snapshot, why);

    if (!err && snapshot_until_routed(loading->snapshot) == ERR_CANCELLED)
        err = why_set(why, ERR_CANCELLED, "interrupted");
    return err;
}

/* Interrupted, it still waits for what is in flight, until a second signal. */
static enum err load_follow(struct loading *loading, struct why *why)
{
    const struct load_conf conf = {.series = &loading->series, .count = 1, .duration_ms = loading->duration_ms};
    const struct load_calls calls = {.over = on_over, .arg = loading};
    enum err err = snapshot_signalled(loading->snapshot);

    if (err) return why_set(why, err, "interrupted");
    loading->begun_ms = loop_now_ms();
    err = session_load_start(snapshot_session(loading->snapshot), &conf, &calls, &loading->load, why);
    if (err) return err;
    err = snapshot_until(loading->snapshot, is_over, loading, SNAPSHOT_NO_LIMIT);
    if (err != ERR_CANCELLED) return err;
    loading->duration_ms = loop_now_ms() - loading->begun_ms;
    load_stop(loading->load);
    snapshot_clear_signal(loading->snapshot);
    (void)snapshot_until(loading->snapshot, is_over, loading, loading->series.timeout_ms);
    return err;
}

/* ---- what it measured -------------------------------------------------------------------------------------------- */

static void report_print(const struct cli *cli, const struct loading *loading)
{
    if (loading->progress) {
        safe_output_return();
        fprintf(stderr, "%*s", PROGRESS_COLS, "");
        safe_output_return();
    }
    if (cli_json(cli)) {
        cli_print_json(load_report_json(loading->load, 0, loading->duration_ms));
        return;
    }
    struct buf text;
    buf_init(&text, REPORT_MAX);
    load_report_text(loading->load, 0, loading->duration_ms, &text);
    fputs(buf_text(&text), stdout);
    buf_done(&text);
}

/* Of a failure that says nothing of the service, the route to it is to blame. */
static int load_status(const struct load_sum *s)
{
    const uint64_t ours = s->failure[SERVE_FAILURE_OURS] + s->failure[SERVE_FAILURE_FORBIDDEN] +
                          s->failure[SERVE_FAILURE_UNREACHABLE] + s->failure[SERVE_FAILURE_CANCELLED];

    if (s->failed > ours) return EXIT_FAILED;
    return s->failed || !s->ok ? EXIT_UNREACHED : EXIT_FINE;
}

int sub_load(struct cli *cli)
{
    struct why why = {0};
    char *question = NULL;
    uint64_t seconds = LOAD_FOR_S;
    struct loading loading = {.progress = isatty(STDERR_FILENO), .told_s = UINT64_MAX, .series = {.per_s = LOAD_PER_S}};
    enum err err = cli_words(cli, QUESTION_MAX, &question, &why);

    if (!err) err = cli_rate(cli, LOAD_PER_S_MAX, &loading.series.per_s, &why);
    if (!err) err = cli_for_seconds(cli, LOAD_FOR_MAX_S, &seconds, &why);
    if (!err) err = cli_configure(cli, &why);
    cli->conf.no_probe = true; /* no other requests beside its own */
    if (!err) err = snapshot_open(cli, &loading.snapshot, &why);
    loading.duration_ms = seconds * 1000;
    loading.series.name = "users' route";
    loading.series.question = question;
    loading.series.fresh = cli->fresh;
    loading.series.timeout_ms = cli_timeout_ms(cli, question ? PROMPT_ROUTER_TIMEOUT_MS : LOAD_TIMEOUT_MS);
    if (!err) err = route_find(cli, &loading, &why);
    if (!err) err = load_follow(&loading, &why);
    int status = snapshot_exit_status(loading.snapshot, err);
    if (loading.load) {
        report_print(cli, &loading);
        if (!err) status = load_status(load_sum(loading.load, 0));
    } else {
        cli_say("%s", why.text);
    }
    load_free(loading.load);
    snapshot_close(loading.snapshot);
    free(question);
    return status;
}
