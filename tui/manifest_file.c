/* manifest_file.c - see manifest_file.h. */
#include "tui/manifest_file.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tui/places.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Shortens a path for display: normalised, and relative to the working directory. */
static void path_shorten(char *path, size_t size)
{
    char whole[PATH_MAX], here[PATH_MAX];
    if (!realpath(path, whole)) return;
    const size_t len = getcwd(here, sizeof here) ? strlen(here) : 0;
    const bool below = len && strncmp(whole, here, len) == 0 && whole[len] == '/';
    snprintf(path, size, "%s", below ? whole + len + 1 : whole);
}

/* A function to apply to a manifest's path. */
typedef enum err taker(void *arg, const char *path, struct why *why);

/* The file at `path`, or where that is NULL the one that raydeck ships under that name. */
static enum err file_take(const char *path, const char *shipped, taker *taken, void *arg, struct why *why)
{
    if (path) return taken(arg, path, why);
    for (int i = 0; i < PLACES; i++) {
        char folder[PLACE_MAX], file[PLACE_MAX + 128];
        place_folder(i, "assets", "deploy/assets", folder, sizeof folder);
        if (!folder[0]) continue;
        snprintf(file, sizeof file, "%s/%s", folder, shipped);
        path_shorten(file, sizeof file);
        enum err err = taken(arg, file, why);
        if (err != ERR_NOT_FOUND) return err;
    }
    return why_set(why, ERR_NOT_FOUND, "the manifest that raydeck ships (%s) is not to be found%s", shipped,
                   strcmp(shipped, MANIFEST_DEFAULT) == 0 ? ": say which with -f" : "");
}

static enum err manifest_load(void *arg, const char *path, struct why *why)
{
    struct buf text;
    buf_init(&text, MANIFEST_BYTES + 1);
    enum err err = file_read(path, &text, why);
    if (!err) err = manifest_parse(path, buf_text(&text), text.len, arg, NULL, why);
    buf_done(&text);
    return err;
}

enum err manifest_file_load(const char *path, bool cpu, struct manifest **ret, struct why *why)
{
    return file_take(path, cpu ? MANIFEST_CPU : MANIFEST_DEFAULT, manifest_load, ret, why);
}

enum err manifest_parts_load(unsigned parts, struct manifest *ret[PARTS], struct why *why)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < PARTS && !err; i++)
        if (parts & 1U << i) err = file_take(NULL, part_file((enum part)i), manifest_load, &ret[i], why);
    return err;
}

void manifest_parts_free(struct manifest *parts[PARTS])
{
    for (size_t i = 0; i < PARTS; i++) {
        manifest_free(parts[i]);
        parts[i] = NULL;
    }
}

struct linting {
    struct variables *vars;
    unsigned kuberay;
    struct findings *out;
    char **ret_file;
    bool input; /* stdin; path is only its name */
};

static enum err manifest_lint(void *arg, const char *path, struct why *why)
{
    struct linting *l = arg;
    struct buf text;
    const struct finding_where where = {.file = path, .line = 1, .column = 1};
    /* More than a manifest may have, so that the parser reports the limit. */
    buf_init(&text, 8 * (size_t)MANIFEST_BYTES);
    enum err err = l->input ? file_read_input(&text, why) : file_read(path, &text, why);
    if (!err) lint_text(path, buf_text(&text), text.len, l->vars, l->kuberay, l->out);
    if (err == ERR_LIMIT) {
        findings_add(l->out, RULE_M1, FINDING_ERROR, &where, "larger than %d MiB", MANIFEST_BYTES / 1024 / 1024);
        err = ERR_OK;
    }
    buf_done(&text);
    if (!err && l->ret_file) *l->ret_file = mem_str(path);
    return err;
}

enum err manifest_file_lint(const char *path, struct variables *vars, unsigned kuberay, struct findings *out,
                            char **ret_file, struct why *why)
{
    struct linting linting = {.vars = vars, .kuberay = kuberay, .out = out, .ret_file = ret_file};
    return file_take(path, MANIFEST_DEFAULT, manifest_lint, &linting, why);
}

enum err manifest_input_lint(struct variables *vars, unsigned kuberay, struct findings *out, struct why *why)
{
    struct linting linting = {.vars = vars, .kuberay = kuberay, .out = out, .input = true};
    return manifest_lint(&linting, "stdin", why);
}
