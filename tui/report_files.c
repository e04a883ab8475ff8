/* report_files.c - reads the limits of a verdict, and writes its report; see report_files.h. */
#include "tui/report_files.h"

#include "backends/base/buf.h"
#include "backends/link/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CRITERIA_FILE_MAX = 64 * 1024 };

enum err report_limits(const struct cli *cli, struct criteria *ret, struct why *why)
{
    struct buf text;
    enum err err = ERR_OK;

    criteria_init(ret);
    if (cli->criteria) {
        buf_init(&text, CRITERIA_FILE_MAX);
        err = file_read(cli->criteria, &text, why);
        if (!err) err = criteria_read(ret, cli->criteria, buf_text(&text), text.len, why);
        buf_done(&text);
    }
    for (size_t i = 0; !err && i < cli->limits.count; i++) err = criteria_set(ret, cli->limits.item[i], why);
    return cli_usage_of(err, why);
}

static enum err folder_check(const char *path, struct why *why)
{
    const char *slash = strrchr(path, '/');
    char folder[4096] = ".";

    if (slash && (size_t)(slash - path) >= sizeof folder)
        return why_set(why, ERR_USAGE, "--report: the path is too long");
    if (slash) snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + (slash == path), path);
    if (access(folder, W_OK | X_OK) == 0) return ERR_OK;
    return why_set(why, ERR_USAGE, "--report %s: %s", path, strerror(errno));
}

enum err report_files_check(const struct cli *cli, struct why *why)
{
    enum drill_format format;

    for (size_t i = 0; i < cli->reports.count; i++) {
        const char *path = cli->reports.item[i];
        enum err err = drill_format_of(path, &format, why);
        if (err) return err;
        if (access(path, F_OK) == 0) return why_set(why, ERR_USAGE, "--report %s: it exists already", path);
        err = folder_check(path, why);
        if (err) return err;
    }
    return ERR_OK;
}

static enum err report_file_write(const char *path, const struct drill_report *r, struct why *why)
{
    enum drill_format format;
    struct buf text;
    enum err err = drill_format_of(path, &format, why);

    if (err) return err;
    buf_init(&text, DRILL_REPORT_MAX);
    drill_report_write(r, format, &text);
    err = file_write_new(path, buf_text(&text), text.len, why);
    buf_done(&text);
    return err;
}

static enum err report_files_write(const struct cli *cli, const struct drill_report *r, struct why *why)
{
    struct buf text;
    enum err first = ERR_OK;

    buf_init(&text, DRILL_REPORT_MAX);
    drill_report_write(r, cli_json(cli) ? DRILL_FORMAT_JSON : DRILL_FORMAT_TEXT, &text);
    fputs(buf_text(&text), stdout);
    buf_done(&text);
    for (size_t i = 0; i < cli->reports.count; i++) {
        struct why own = {0};
        const enum err err = report_file_write(cli->reports.item[i], r, &own);
        if (err && !first) *why = own;
        if (!first) first = err;
    }
    return first;
}

int report_files_finish(const struct cli *cli, const struct drill_report *r, const struct drill_past *old)
{
    struct why why = {0};
    struct buf text;
    const enum err err = report_files_write(cli, r, &why);
    size_t worse = 0;

    if (err) cli_say("%s", why.text);
    buf_init(&text, DRILL_REPORT_MAX);
    if (old) worse = drill_past_compare(old, r, &text);
    if (old) fprintf(cli_json(cli) ? stderr : stdout, "\n%s", buf_text(&text));
    buf_done(&text);
    return err || worse || r->verdict->result != DRILL_PASS ? EXIT_FAILED : EXIT_FINE;
}
