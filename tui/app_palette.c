/* app_palette.c - the command palette of the console: what it offers, and the line that it returns. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/blocking.h"
#include "tui/app_priv.h"
#include "tui/object_target.h"
#include "tui/values.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WORD_MAX = 64 };

static bool palette_may(void *arg, const char *name)
{
    enum command_id id;
    return command_named(name, strlen(name), &id) && app_may(arg, id, NULL) == ERR_OK;
}

/* The argument that is typed can be a file. */
static bool palette_takes_files(const struct command_palette *p)
{
    return p->words && strstr(p->words, "FILE");
}

/* ---- files: listed on a thread, for their file system may hang ---- */

struct file_names {
    char *typed; /* as it stood when they were requested */
    char *folder, *prefix;
    char *name[PALETTE_VALUES]; /* whole paths as typed, of a folder with a slash at the end */
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A hidden file is offered where its dot was typed; one with a blank could not be told from two words. */
static bool is_offered(const struct file_names *f, const char *name)
{
    return strncmp(name, f->prefix, strlen(f->prefix)) == 0 && (name[0] != '.' || f->prefix[0] == '.') &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strchr(name, ' ') &&
           text_is_safe(name, strlen(name), TEXT_ONE_LINE);
}

static void file_names_list(void *data)
{
    struct file_names *f = data;
    DIR *dir = opendir(f->folder[0] ? f->folder : ".");
    for (const struct dirent *entry; dir && f->count < PALETTE_VALUES && (entry = readdir(dir));) {
        struct stat about;
        if (!is_offered(f, entry->d_name)) continue;
        char *path = mem_printf("%s%s", f->folder, entry->d_name);
        const bool folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
        f->name[f->count++] = mem_printf("%s%s", path, folder ? "/" : "");
        free(path);
    }
    if (dir) closedir(dir);
    qsort(f->name, f->count, sizeof f->name[0], by_name);
}

static void file_names_free(void *data)
{
    struct file_names *f = data;
    while (f->count) free(f->name[--f->count]);
    free(f->typed);
    free(f->folder);
    free(f->prefix);
    free(f);
}

static void files_offer(struct app *app, const char *typed);

/* What was typed since is listed now: one list at a time, however fast somebody types, and however slow the disk is. */
static void file_names_listed(void *arg, void *data)
{
    struct app *app = arg;
    const struct file_names *f = data;
    app->naming_files = NULL;
    if (!overlay_is_open(&app->overlays, &app->palette.overlay)) return;
    const char *typed = palette_argument(&app->palette);
    if (!typed || !palette_takes_files(&app->palette)) return;
    if (strcmp(typed, f->typed) != 0) {
        files_offer(app, typed);
        return;
    }
    for (size_t i = 0; i < f->count; i++) palette_offer(&app->palette, f->name[i], "");
    app_redraw(app);
}

static void files_offer(struct app *app, const char *typed)
{
    static const struct blocking_ops ops = {file_names_list, file_names_listed, file_names_free};
    const char *slash = strrchr(typed, '/');
    const size_t folder = slash ? (size_t)(slash - typed) + 1 : 0;
    if (app->naming_files) return;
    struct file_names *f = mem_zero(1, sizeof *f);
    f->typed = mem_str(typed);
    f->folder = mem_strn(typed, folder);
    f->prefix = mem_str(typed + folder);
    if (blocking_start(app->loop, &ops, f, app, &app->naming_files)) app->naming_files = NULL;
}

/* ---- values ---- */

static void value_offer(void *arg, const char *value, const char *suffix, const char *about)
{
    (void)suffix; /* of variables: no command of the console takes any */
    if (text_is_safe(value, strlen(value), TEXT_ONE_LINE)) palette_offer(arg, value, about);
}

static void palette_values(void *arg, struct command_palette *p, const char *words, const char *typed)
{
    struct app *app = arg;
    const struct values_from from = {.session = app->at->session, .themes = app->themes};
    while (*words) {
        char word[WORD_MAX];
        const size_t len = strcspn(words, " ");
        snprintf(word, sizeof word, "%.*s", (int)len, words);
        if (strcmp(word, "FILE") == 0)
            files_offer(app, typed);
        else if (!values_of(word, &from, value_offer, p))
            palette_offer(p, word, "");
        words += len + strspn(words + len, " ");
    }
}

/* ---- the line ---- */

/* Of kinds that Kubernetes has and no page here lists, as `:deployments` in k9s: how one of them is read. */
static void palette_unknown(const char *word, char *out, size_t size)
{
    const char *nearest = command_nearest(word);
    if (object_kind_named(word, strlen(word)))
        snprintf(out, size, "no list of them here; :yaml %.40s NAME shows one, :describe too", word);
    else
        snprintf(out, size, "no such command%s%s", nearest ? ", the nearest is " : "", nearest ? nearest : "");
}

static void palette_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    char *line = mem_str(app->palette.typed.text), *args = mem_zero(1, TEXTBOX_MAX);
    enum command_id id;
    app_overlay_close(app);
    if (result != OVERLAY_DONE) goto out;
    palette_history_add(&app->typed_lines, line);
    if (command_parse(line, &id, args, TEXTBOX_MAX)) {
        app_command(app, id, args);
        goto out;
    }
    line[strcspn(line, " ")] = '\0';
    char words[PALETTE_UNKNOWN];
    palette_unknown(line, words, sizeof words);
    app_say(app, true, "%s: %s; ? lists all commands", line, words);
out:
    free(line);
    free(args);
}

void app_palette_open(struct app *app, const char *text)
{
    const struct palette_calls calls = {palette_may, palette_values, palette_unknown, app};
    command_palette_open(&app->palette, *text ? text : NULL, &calls);
    app->palette.history = &app->typed_lines;
    app_overlay_open(app, &app->palette.overlay, palette_result);
}

void app_palette_choose(struct app *app, const char *name)
{
    char *line = mem_printf("%s ", name);
    app_palette_open(app, line);
    app->palette.moved = true;
    free(line);
}

void app_palette_stop(struct app *app)
{
    blocking_abandon(app->naming_files);
    app->naming_files = NULL;
}
