/* sub_snapshot.c - `raydeck snapshot`: draws one frame of the console, as it stands on a cluster, on a simulated one or
 * at a moment of a recording, as text, JSON or SVG. */
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "tui/canvas_svg.h"
#include "tui/demo_cli.h"
#include "tui/frame.h"
#include "tui/page.h"
#include "tui/panes/layout.h"
#include "tui/redact.h"
#include "tui/replay_at.h"
#include "tui/replay_session.h"
#include "tui/snapshot.h"
#include "tui/themes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTLE_MS = 10 * 1000, ROWS = 40, COLS = 120, ROWS_MAX = 200, COLS_MAX = 400, DEMO_AT_MAX_S = 24 * 60 * 60 };

/* What a picture is drawn of and with. */
struct picture {
    const struct cli *cli;
    struct theme light, dark;
    bool is_light, is_dark; /* both: as the reader's page is */
    int rows, cols;
};

/* ---- the command line ------------------------------------------------------------------------------------------- */

static bool side_parse(const char **text, int least, int most, int *ret)
{
    const size_t digits = strspn(*text, "0123456789");
    uint64_t value;
    if (!digits || text_u64(*text, digits, (uint64_t)most, &value) || value < (uint64_t)least) return false;
    *text += digits;
    *ret = (int)value;
    return true;
}

static enum err size_parse(const char *text, struct picture *p, struct why *why)
{
    const char *at = text;
    p->rows = ROWS;
    p->cols = COLS;
    if (!text) return ERR_OK;
    if (side_parse(&at, LAYOUT_MIN_COLS, COLS_MAX, &p->cols) && *at == 'x' && at++ &&
        side_parse(&at, LAYOUT_MIN_ROWS, ROWS_MAX, &p->rows) && !*at)
        return ERR_OK;
    return why_set(why, ERR_USAGE, "--size %s: COLSxROWS is expected, from %dx%d to %dx%d", text, LAYOUT_MIN_COLS,
                   LAYOUT_MIN_ROWS, COLS_MAX, ROWS_MAX);
}

static enum err themes_take(const struct cli *cli, struct picture *p, struct why *why)
{
    const char *name = cli->conf.theme;
    enum err err = ERR_OK;
    p->is_light = !name || text_eq(name, "light");
    p->is_dark = !p->is_light || !name;
    if (p->is_light) err = themes_load("light", &p->light, why);
    if (!err && p->is_dark) err = themes_load(name && !text_eq(name, "dark") ? name : NULL, &p->dark, why);
    return cli_usage_of(err, why);
}

static enum err picture_parse(const struct cli *cli, struct picture *p, struct why *why)
{
    p->cli = cli;
    if (cli->svg && (cli->json || cli->text || cli->output))
        return why_set(why, ERR_USAGE, "snapshot: --svg, --text or --json, one of them");
    enum err err = cli->page ? page_check(cli->page, why) : ERR_OK;
    if (!err) err = size_parse(cli->size, p, why);
    if (!err) err = themes_take(cli, p, why);
    return err;
}

/* ---- output ----------------------------------------------------------------------------------------------------- */

/* A row as runs of one role each, whose texts together are the row. */
static cJSON *row_json(const struct canvas *cv, int row)
{
    cJSON *runs = cJSON_CreateArray();
    for (int col = 0, end; col < cv->cols; col = end) {
        const unsigned char role = canvas_cell(cv, row, col)->role;
        end = canvas_role_end(cv, row, col);
        const struct canvas run = canvas_sub(cv, row, col, 1, end - col);
        char *text = canvas_dump(&run, false);
        text[strcspn(text, "\n")] = '\0';
        cJSON *item = *text ? cJSON_CreateObject() : NULL;
        if (item) {
            cJSON_AddNumberToObject(item, "col", col);
            cJSON_AddStringToObject(item, "role", role_name((enum role)role));
            cJSON_AddStringToObject(item, "text", text);
            cJSON_AddItemToArray(runs, item);
        }
        free(text);
    }
    return runs;
}

static void json_print(const struct canvas *cv, uint64_t wall_ms)
{
    char stamp[STAMP_TEXT_MAX];
    cJSON *root = cJSON_CreateObject();
    cJSON_AddNumberToObject(root, "version", 1);
    cJSON_AddStringToObject(root, "time", stamp_iso(stamp, wall_ms));
    cJSON_AddNumberToObject(root, "cols", cv->cols);
    cJSON_AddNumberToObject(root, "rows", cv->rows);
    cJSON *rows = cJSON_AddArrayToObject(root, "lines");
    for (int row = 0; row < cv->rows; row++) cJSON_AddItemToArray(rows, row_json(cv, row));
    cli_print_json(root);
}

static enum err svg_write(const struct picture *p, const struct canvas *cv, const char *title, struct why *why)
{
    struct buf out;
    buf_init(&out, CANVAS_SVG_MAX);
    canvas_svg(cv, title, p->is_light ? &p->light : NULL, p->is_dark ? &p->dark : NULL, &out);
    const enum err err = cli_usage_of(file_write_new(p->cli->svg, buf_text(&out), out.len, why), why);
    buf_done(&out);
    return err;
}

static enum err picture_draw(const struct picture *p, const struct session *s, const char *context, struct why *why)
{
    const struct cli *cli = p->cli;
    const struct frame_conf conf = {context, cli->conf.demo, cli->redact, demo_cli_speed(cli), cli->page};
    const uint64_t wall_ms = clock_wall_ms(session_clock(s));
    struct canvas cv;
    char stamp[STAMP_TEXT_MAX], title[64];
    enum err err = ERR_OK;
    canvas_init(&cv, p->rows, p->cols);
    cv.ascii = cli->conf.ascii;
    err = frame_draw(s, &conf, &cv, why);
    if (cli->redactor) redact_canvas(cli->redactor, &cv);
    snprintf(title, sizeof title, "raydeck at %s", stamp_iso(stamp, wall_ms));
    if (err) {
        /* nothing is drawn */
    } else if (cli->svg) {
        err = svg_write(p, &cv, title, why);
    } else if (cli->json || cli_json(cli)) {
        json_print(&cv, wall_ms);
    } else {
        char *text = canvas_dump(&cv, false);
        fputs(text, stdout);
        free(text);
    }
    canvas_done(&cv);
    return err;
}

/* ---- of what ---------------------------------------------------------------------------------------------------- */

/* --at of a demo: seconds of the simulated cluster, from its start. */
static enum err demo_at_parse(const struct cli *cli, uint64_t *ret_s, struct why *why)
{
    const char *text = cli->at ? cli->at : "0";
    if (*text == '+') text++;
    if (text_u64(text, strlen(text), DEMO_AT_MAX_S, ret_s))
        return why_set(why, ERR_USAGE, "--at %s: of a demo, seconds from its start are expected", cli->at);
    return ERR_OK;
}

static bool is_never(void *arg)
{
    (void)arg;
    return false;
}

/* On a cluster, or on a simulated one after a while. */
static int live_draw(struct cli *cli, struct picture *p, uint64_t after_ms)
{
    int status = 0;
    struct why why = {0};
    const uint64_t begun_ms = loop_now_ms();
    struct snapshot *snapshot = snapshot_begin(cli, &status);
    if (!snapshot) return status;
    enum err err = snapshot_until_settled(snapshot, cli_timeout_ms(cli, SETTLE_MS));
    if (err != ERR_CANCELLED && !cli->conf.no_probe) err = snapshot_until_probed(snapshot);
    const uint64_t passed_ms = loop_now_ms() - begun_ms;
    if (err != ERR_CANCELLED && after_ms > passed_ms)
        err = snapshot_until(snapshot, is_never, NULL, after_ms - passed_ms);
    if (err == ERR_CANCELLED) {
        status = snapshot_exit_status(snapshot, err);
    } else {
        const struct session *session = snapshot_session(snapshot);
        const struct kube_where *where = session_where(session);
        err = picture_draw(p, session, where ? where->context : NULL, &why);
        if (err) cli_say("%s", why.text);
        status = err ? cli_exit_of(err) : EXIT_FINE;
    }
    snapshot_close(snapshot);
    return status;
}

static int demo_draw(struct cli *cli, struct picture *p)
{
    struct why why = {0};
    struct demo *demo = NULL;
    uint64_t after_s = 0;
    enum err err = demo_at_parse(cli, &after_s, &why);
    if (!err) err = demo_cli_start(cli, &demo, &why);
    if (err) {
        cli_say("%s", why.text);
        return cli_exit_of(err);
    }
    const int status = live_draw(cli, p, after_s * 1000 / demo_cli_speed(cli));
    demo_stop(demo);
    return status;
}

static int recording_draw(struct cli *cli, struct picture *p)
{
    struct why why = {0};
    struct recording *recording = NULL;
    uint64_t at_ms;
    enum err err = cli_usage_of(recording_open(cli->argv[0], &recording, &why), &why);
    if (!err) err = replay_at_parse("--at", cli->at, recording_about(recording), &at_ms, &why);
    if (!err) {
        const struct recording_about *about = recording_about(recording);
        struct replay_session r;
        replay_session_open(&r, &cli->conf, recording, NULL);
        replayer_to(r.replayer, at_ms);
        err = picture_draw(p, r.session, about->context, &why);
        replay_session_close(&r);
        replay_problems_report(cli->argv[0], about);
    }
    if (err) cli_say("%s", why.text);
    recording_close(recording);
    return err ? cli_exit_of(err) : EXIT_FINE;
}

int sub_snapshot(struct cli *cli)
{
    struct picture p = {0};
    struct why why = {0};
    enum err err = picture_parse(cli, &p, &why);
    if (!err && cli->argc > 1) err = why_set(&why, ERR_USAGE, "snapshot: FILE, or demo, is expected");
    if (err) {
        cli_say("%s", why.text);
        return cli_exit_of(err);
    }
    if (cli->argc == 0) return live_draw(cli, &p, 0);
    return text_eq(cli->argv[0], "demo") ? demo_draw(cli, &p) : recording_draw(cli, &p);
}
