/* sub_replay.c - `raydeck replay`: prints the state at a time of a recording, as status or doctor does. */
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/recording/recordings_folder.h"
#include "tui/app.h"
#include "tui/cast.h"
#include "tui/linear_run.h"
#include "tui/replay_at.h"
#include "tui/replay_report.h"
#include "tui/replay_session.h"
#include "tui/status.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int print_recordings(void)
{
    struct recordings_list list;
    struct why why = {0};
    char *folder = recordings_folder();
    enum err err =
        folder ? recordings_list(folder, &list, &why) : why_set(&why, ERR_IO, "neither XDG_STATE_HOME nor HOME is set");
    if (err) {
        cli_say("%s", why.text);
        free(folder);
        return cli_exit_of(err);
    }
    for (size_t i = 0; i < list.count; i++) {
        char stamp[STAMP_TEXT_MAX], size[TEXT_NUM_MAX];
        printf("%s  %9s  %s/%s\n", stamp_iso(stamp, list.item[i].saved_wall_ms),
               text_bytes(size, known_u64(list.item[i].bytes)), folder, list.item[i].name);
    }
    if (!list.count) cli_say("no recording was saved yet in %s", folder);
    if (list.more) cli_say("%zu more are not listed", list.more);
    recordings_list_done(&list);
    free(folder);
    return EXIT_FINE;
}

static int replay_print(const struct cli *cli, struct recording *recording, uint64_t at_ms, bool doctor)
{
    const struct recording_about *about = recording_about(recording);
    struct replay_session r;
    replay_session_open(&r, &cli->conf, recording, NULL);
    replayer_to(r.replayer, at_ms);
    const int status = doctor ? doctor_print(cli, r.session, NULL) : status_print(cli, r.session, about->context);
    replay_session_close(&r);
    return status;
}

/* In the console; reports unreadable parts at exit. */
static enum err replay_show(struct cli *cli, struct recording *recording, uint64_t at_ms, int *ret_status,
                            struct why *why)
{
    cli->replay = recording;
    cli->replay_at_ms = at_ms;
    enum err err = app_run(cli, ret_status, why);
    cli->replay = NULL;
    replay_problems_report(cli->argv[0], recording_about(recording));
    return err;
}

static int replay_status(const struct cli *cli, struct recording *recording, uint64_t at_ms)
{
    return replay_print(cli, recording, at_ms, false);
}

static int replay_doctor(const struct cli *cli, struct recording *recording, uint64_t at_ms)
{
    return replay_print(cli, recording, at_ms, true);
}

typedef int replay_printer(const struct cli *cli, struct recording *recording, uint64_t at_ms);

/* What is printed of it, by the word behind the file's name; NULL: there is no such word. */
static replay_printer *printer_of(const struct cli *cli)
{
    static const struct {
        const char *word;
        replay_printer *print;
    } printers[] = {{"status", replay_status}, {"doctor", replay_doctor}, {"report", replay_report}};

    if (cli->argc > 2) return NULL;
    if (cli->argc == 1 && cli->linear) return linear_replay;
    for (size_t i = 0; i < ARRAY_LEN(printers); i++)
        if (cli->argc == 1 || text_eq(cli->argv[1], printers[i].word)) return printers[i].print;
    return NULL;
}

static enum err replay_open(struct cli *cli, bool console, replay_printer *print, struct recording **ret,
                            uint64_t *ret_at_ms, struct why *why)
{
    const char *from = !cli->at && (console || print == linear_replay) ? "0" : cli->at;
    if (!print) return why_set(why, ERR_USAGE, "replay: FILE, and status, doctor or report, is expected");
    enum err err = cast_check(cli->cast, console, why);
    if (!err && (console || cli->conf.config_path)) err = cli_configure(cli, why); /* one that is named is read */
    if (!err) err = cli_usage_of(recording_open(cli->argv[0], ret, why), why);
    return err ? err : replay_at_parse("--at", from, recording_about(*ret), ret_at_ms, why);
}

int sub_replay(struct cli *cli)
{
    struct why why = {0};
    struct recording *recording = NULL;
    uint64_t at_ms = 0;
    if (cli->argc == 0) return print_recordings();
    replay_printer *print = printer_of(cli);
    const bool console =
        cli->argc == 1 && !cli->output && print != linear_replay && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    enum err err = replay_open(cli, console, print, &recording, &at_ms, &why);
    int status = EXIT_FINE;
    if (!err && console)
        err = replay_show(cli, recording, at_ms, &status, &why);
    else if (!err)
        status = print(cli, recording, at_ms);
    if (!err && !console) replay_problems_report(cli->argv[0], recording_about(recording));
    if (err) status = cli_exit_of(err);
    if (err) cli_say("%s", why.text);
    recording_close(recording);
    return status;
}
