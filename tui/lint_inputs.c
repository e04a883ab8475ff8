/* lint_inputs.c - searches folders for manifests; see lint_inputs.h. */
#include "tui/lint_inputs.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void input_add(struct lint_inputs *in, char *path /* takes */, enum lint_input_kind kind, const char *folder)
{
    if (in->count == in->cap) in->items = mem_grow(in->items, in->cap = in->cap ? 2 * in->cap : 16, sizeof *in->items);
    in->items[in->count++] = (struct lint_input){path, kind, folder};
}

void lint_inputs_add_kind(struct lint_inputs *in, const char *path, enum lint_input_kind kind)
{
    input_add(in, mem_str(path), kind, NULL);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_chart(const char *folder)
{
    struct stat st;
    char *chart = mem_printf("%s/Chart.yaml", folder);
    const bool is = stat(chart, &st) == 0 && S_ISREG(st.st_mode);
    free(chart);
    return is;
}

static bool is_manifest_name(const char *name)
{
    return text_ends(name, ".yaml") || text_ends(name, ".yml") || text_ends(name, ".json");
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum err folder_walk(struct lint_inputs *in, const char *path, const char *folder, unsigned depth,
                            struct why *why);

/* An entry of a folder: a folder itself, a file of manifests, or nothing of ours (a socket is not read). */
static enum err entry_add(struct lint_inputs *in, char *path /* takes */, const char *folder, unsigned depth,
                          struct why *why)
{
    struct stat st = {0};
    enum err err = ERR_OK;
    bool file = lstat(path, &st) == 0 && S_ISREG(st.st_mode);
    const bool folder_itself = !file && S_ISDIR(st.st_mode);
    if (!file && !folder_itself) file = stat(path, &st) == 0 && S_ISREG(st.st_mode); /* a link to one */
    if (folder_itself) {
        err = folder_walk(in, path, folder, depth + 1, why);
    } else if (file && is_manifest_name(path) && in->count < LINT_INPUTS) {
        input_add(in, path, LINT_INPUT_FILE, folder);
        return ERR_OK;
    } else if (file && is_manifest_name(path)) {
        err = why_set(why, ERR_LIMIT, "%s: more than %d files: lint its parts", folder, LINT_INPUTS);
    }
    free(path);
    return err;
}

static enum err folder_walk(struct lint_inputs *in, const char *path, const char *folder, unsigned depth,
                            struct why *why)
{
    struct dirent **names = NULL;
    if (is_chart(path)) {
        input_add(in, mem_str(path), LINT_INPUT_CHART, depth ? folder : NULL);
        return ERR_OK;
    }
    if (depth > LINT_FOLDER_DEPTH) return why_set(why, ERR_LIMIT, "%s: folders are too deep", path);
    const int count = scandir(path, &names, is_shown, by_name);
    if (count < 0)
        return why_set(why, errno == EACCES ? ERR_FORBIDDEN : ERR_IO, "%s: cannot be read: %s", path, strerror(errno));
    enum err err = ERR_OK;
    const size_t len = strlen(path);
    const char *slash = len && path[len - 1] == '/' ? "" : "/";
    for (int i = 0; i < count; i++) {
        if (!err) err = entry_add(in, mem_printf("%s%s%s", path, slash, names[i]->d_name), folder, depth, why);
        free(names[i]);
    }
    free(names);
    return err;
}

enum err lint_inputs_add(struct lint_inputs *in, const char *path, struct why *why)
{
    if (strcmp(path, "-") != 0 && is_folder(path)) return folder_walk(in, path, path, 0, why);
    input_add(in, mem_str(path), strcmp(path, "-") == 0 ? LINT_INPUT_STDIN : LINT_INPUT_FILE, NULL);
    return ERR_OK;
}

void lint_inputs_done(struct lint_inputs *in)
{
    for (size_t i = 0; i < in->count; i++) free(in->items[i].path);
    free(in->items);
    *in = (struct lint_inputs){0};
}
