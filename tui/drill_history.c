/* drill_history.c - keeps the reports of drills, and lists them; see drill_history.h. */
#include "tui/drill_history.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "backends/recording/recording_read.h"
#include "backends/recording/recordings_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char prefix[] = "drill-", extension[] = ".json";

/* ---- the folder ---------------------------------------------------------------------------------------------------
 */

static int is_report(const struct dirent *entry)
{
    const size_t len = strlen(entry->d_name), tail = sizeof extension - 1;

    return !strncmp(entry->d_name, prefix, sizeof prefix - 1) && len > tail &&
           !strcmp(entry->d_name + len - tail, extension);
}

/* A recording that the flight recorder saved by itself. */
static int is_loss(const struct dirent *entry)
{
    return !strncmp(entry->d_name, "loss-", 5);
}

/* The stamp in a name orders them by time. */
static int by_name_latest_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

static void reports_prune(const char *folder)
{
    struct dirent **entry;
    const int n = scandir(folder, &entry, is_report, by_name_latest_first);

    for (int i = 0; i < n; i++) {
        char *path = mem_printf("%s/%s", folder, entry[i]->d_name);
        if (i >= DRILLS_KEPT) unlink(path);
        free(path);
        free(entry[i]);
    }
    if (n >= 0) free(entry);
}

char *drill_history_path(const struct drill_report *r, enum drill_format format)
{
    char *folder = state_folder("drills");
    char *path =
        folder ? state_path(folder, "drill", r->wall_ms, r->outage->service, drill_format_extension(format)) : NULL;

    free(folder);
    return path;
}

enum err drill_history_keep(const struct drill_report *r, struct why *why)
{
    char *folder = state_folder("drills");
    struct buf text;

    if (!folder) return why_set(why, ERR_NOT_FOUND, "neither XDG_STATE_HOME nor HOME is set");
    char *path = state_path(folder, "drill", r->wall_ms, r->outage->service, extension);
    buf_init(&text, DRILL_REPORT_MAX);
    drill_report_write(r, DRILL_FORMAT_JSON, &text);
    enum err err = file_make_dirs(path, why);
    if (!err) err = file_write_unique(&path, buf_text(&text), text.len, why);
    if (!err) reports_prune(folder);
    buf_done(&text);
    free(path);
    free(folder);
    return err;
}

/* ---- what a session that is opened later knows ------------------------------------------------------------------- */

static enum err report_loss_read(const char *path, struct outage *ret)
{
    struct buf text;
    cJSON *json = NULL;

    buf_init(&text, DRILL_REPORT_MAX);
    enum err err = file_read(path, &text, NULL);
    if (!err) err = json_parse(buf_text(&text), text.len, &json, NULL);
    if (!err) err = outage_from_json(json_get(json, "outage"), ret);
    cJSON_Delete(json);
    buf_done(&text);
    return err;
}

static enum err recording_loss(const char *path, struct outage *ret)
{
    return recording_loss_read(path, ret, NULL);
}

/* The latest of a folder; read returns an error where there is no loss in a file. */
static void losses_remember(struct session *s, const char *name, int (*is_wanted)(const struct dirent *entry),
                            enum err (*read)(const char *path, struct outage *ret))
{
    char *folder = state_folder(name);
    struct dirent **entry;
    struct outage *kept = mem_zero(1, sizeof *kept);
    const int n = folder ? scandir(folder, &entry, is_wanted, by_name_latest_first) : -1;

    for (int i = 0; i < n; i++) {
        char *path = mem_printf("%s/%s", folder, entry[i]->d_name);
        if (i < DRILLS_REMEMBERED && !read(path, kept)) session_remember(s, kept);
        free(path);
        free(entry[i]);
    }
    if (n >= 0) free(entry);
    free(kept);
    free(folder);
}

void drill_history_remember(struct session *s)
{
    losses_remember(s, "drills", is_report, report_loss_read);
    losses_remember(s, "recordings", is_loss, recording_loss);
}

/* ---- the table ----------------------------------------------------------------------------------------------------
 */

static bool is_wanted(const struct cli *cli, const struct drill_past *p)
{
    const struct conf *c = &cli->conf;

    return (!c->context || text_eq(c->context, p->context)) && (!c->ns || text_eq(c->ns, p->ns)) &&
           (!c->service || text_eq(c->service, p->service));
}

static int by_service_and_time(const void *a, const void *b)
{
    const struct drill_past *x = a, *y = b;
    int order = strcmp(x->context, y->context);

    if (!order) order = strcmp(x->ns, y->ns);
    if (!order) order = strcmp(x->service, y->service);
    return order ? order : (x->judged_ms > y->judged_ms) - (x->judged_ms < y->judged_ms);
}

static enum err past_read(const char *path, struct drill_past *ret, struct why *why)
{
    struct buf text;

    buf_init(&text, DRILL_REPORT_MAX);
    enum err err = file_read(path, &text, why);
    if (!err) err = drill_past_read(path, buf_text(&text), text.len, ret, why);
    buf_done(&text);
    return err;
}

/* Those that cannot be read are named and left out. Returns how many there are; ret has DRILLS_KEPT places. */
static size_t pasts_read(const struct cli *cli, const char *folder, struct drill_past *ret)
{
    struct dirent **entry;
    const int n = scandir(folder, &entry, is_report, by_name_latest_first);
    size_t count = 0;

    for (int i = 0; i < n; i++) {
        struct why why = {0};
        char *path = mem_printf("%s/%s", folder, entry[i]->d_name);
        if (i < DRILLS_KEPT) {
            if (past_read(path, &ret[count], &why))
                cli_say("left out: %s", why.text);
            else if (is_wanted(cli, &ret[count]))
                count++;
        }
        free(path);
        free(entry[i]);
    }
    if (n >= 0) free(entry);
    return count;
}

int drill_history_print(const struct cli *cli)
{
    char *folder = state_folder("drills");
    struct drill_past *past = mem_zero(DRILLS_KEPT, sizeof *past);
    const size_t count = folder ? pasts_read(cli, folder, past) : 0;
    struct buf text;

    qsort(past, count, sizeof *past, by_service_and_time);
    buf_init(&text, DRILL_REPORT_MAX);
    drill_past_table(past, count, &text);
    if (count)
        fputs(buf_text(&text), stdout);
    else
        printf("no report of a drill is kept in %s\n", folder ? folder : "(neither XDG_STATE_HOME nor HOME is set)");
    buf_done(&text);
    free(past);
    free(folder);
    return EXIT_FINE;
}

enum err drill_history_compared(const struct cli *cli, struct drill_past **ret, struct why *why)
{
    *ret = NULL;
    if (!cli->compare) return ERR_OK;
    struct drill_past *past = mem_zero(1, sizeof *past);
    const enum err err = past_read(cli->compare, past, why);
    if (!err)
        *ret = past;
    else
        free(past);
    return cli_usage_of(err, why);
}
