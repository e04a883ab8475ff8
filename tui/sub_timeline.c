/* sub_timeline.c - `raydeck timeline`: draws the timeline of a recording, as text or as SVG. */
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "tui/cli.h"
#include "tui/replay_at.h"
#include "tui/replay_session.h"
#include "tui/timeline_file.h"

#include <string.h>

struct drawing {
    uint64_t from_ms, to_ms, cursor_ms;
    enum svg_theme theme;
};

static enum err times_parse(const struct cli *cli, const struct recording_about *about, struct drawing *d,
                            struct why *why)
{
    enum err err = replay_at_parse("--from", cli->from ? cli->from : "0", about, &d->from_ms, why);
    if (!err) err = replay_at_parse("--to", cli->to, about, &d->to_ms, why);
    if (!err && about->end_ms <= about->begin_ms)
        err = why_set(why, ERR_PARSE, "no time passes in what can be read of it: there is no timeline to draw");
    if (!err && d->to_ms <= d->from_ms) err = why_set(why, ERR_USAGE, "--to: it is not after --from");
    if (!err && !cli->from && d->to_ms - d->from_ms > TIMELINE_MS) d->from_ms = d->to_ms - TIMELINE_MS;
    if (!err && d->to_ms - d->from_ms > TIMELINE_MS)
        err = why_set(why, ERR_USAGE, "--from, --to: more than two hours are not kept");
    d->cursor_ms = d->to_ms;
    if (!err && cli->at) err = replay_at_parse("--at", cli->at, about, &d->cursor_ms, why);
    return err;
}

static enum svg_theme theme_of(const char *name)
{
    if (!name) return SVG_AUTO;
    return text_eq(name, "dark") ? SVG_DARK : SVG_LIGHT; /* checked by cli_parse */
}

static enum err drawing_write(const struct cli *cli, const struct session *session, const struct drawing *d,
                              struct why *why)
{
    const struct focus f = session_focus(session);
    struct outage outage;
    timeline_file_outage(session, &outage);
    const struct timeline_scene scene = {.timeline = session_timeline(session),
                                         .outage = &outage,
                                         .past = outage_past(session_recovery(session)),
                                         .from_ms = d->from_ms,
                                         .to_ms = d->to_ms,
                                         .cursor_ms = d->cursor_ms,
                                         .selected = TIMELINE_LANES};
    struct buf out;
    enum err err = ERR_OK;
    buf_init(&out, TIMELINE_SVG_MAX);
    if (cli->svg) {
        timeline_file_svg(&scene, &f, d->theme, cli->redactor, &out);
        err = cli_usage_of(file_write_new(cli->svg, buf_text(&out), out.len, why), why);
    } else {
        timeline_file_text(&scene, &f, cli->conf.ascii, cli->redactor, &out);
        fputs(buf_text(&out), stdout);
    }
    buf_done(&out);
    return err;
}

static enum err recording_draw(const struct cli *cli, struct recording *recording, const struct drawing *d,
                               struct why *why)
{
    struct replay_session r;
    replay_session_open(&r, &cli->conf, recording, NULL);
    replayer_to(r.replayer, d->to_ms);
    const enum err err = drawing_write(cli, r.session, d, why);
    replay_session_close(&r);
    return err;
}

int sub_timeline(struct cli *cli)
{
    struct why why = {0};
    struct recording *recording = NULL;
    struct drawing d = {.theme = theme_of(cli->conf.theme)};
    enum err err = cli->argc == 1
                       ? ERR_OK
                       : why_set(&why, ERR_USAGE, "timeline: of which recording? raydeck timeline FILE [--svg OUT]");
    if (!err) err = cli_usage_of(recording_open(cli->argv[0], &recording, &why), &why);
    if (!err) err = times_parse(cli, recording_about(recording), &d, &why);
    if (!err) err = recording_draw(cli, recording, &d, &why);
    if (!err) replay_problems_report(cli->argv[0], recording_about(recording));
    const int status = err ? cli_exit_of(err) : EXIT_FINE;
    if (err) cli_say("%s", why.text);
    recording_close(recording);
    return status;
}
