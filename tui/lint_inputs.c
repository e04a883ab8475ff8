/* lint_inputs.c - searches folders for manifests; see lint_inputs.h. */
#include "tui/lint_inputs.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/lint_parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One walk through a folder that was named. */
struct walk {
    struct lint_inputs *in;
    const char *folder;
    struct lint_parts above;    /* what the kustomizations over the folder name */
    struct lint_parts rendered; /* what those in it name */
};

static struct lint_input *input_add(struct lint_inputs *in, char *path /* takes */, enum lint_input_kind kind,
                                    const char *folder)
{
    if (in->count == in->cap) in->items = mem_grow(in->items, in->cap = in->cap ? 2 * in->cap : 16, sizeof *in->items);
    in->items[in->count] = (struct lint_input){.path = path, .kind = kind, .folder = folder};
    return &in->items[in->count++];
}

static void input_free(struct lint_input *input)
{
    free(input->path);
    free(input->part);
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

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
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

/* A file that is a part of a kustomization, and not a manifest by itself, is named as such. */
static void file_add(struct lint_inputs *in, char *path /* takes */, const char *folder, const struct lint_parts *above)
{
    struct lint_input *input = input_add(in, path, LINT_INPUT_FILE, folder);
    const struct lint_part *part = lint_parts_find(above, path, false);
    if (part) input->part = mem_printf("it is named in %s of %s", part->field, part->of);
}

static enum err folder_walk(struct walk *w, const char *path, unsigned depth, bool only_rendered, struct why *why);

/* An entry of a folder: a folder itself, a file of manifests, or nothing of ours (a socket is not read). */
static enum err entry_add(struct walk *w, char *path /* takes */, unsigned depth, bool only_rendered, struct why *why)
{
    struct stat st = {0};
    enum err err = ERR_OK;
    bool file = lstat(path, &st) == 0 && S_ISREG(st.st_mode);
    const bool folder_itself = !file && S_ISDIR(st.st_mode);
    if (!file && !folder_itself) file = stat(path, &st) == 0 && S_ISREG(st.st_mode); /* a link to one */
    const bool wanted = file && !only_rendered && is_manifest_name(path);
    if (folder_itself) {
        err = folder_walk(w, path, depth + 1, only_rendered, why);
    } else if (wanted && w->in->count < LINT_INPUTS) {
        file_add(w->in, path, w->folder, &w->above);
        return ERR_OK;
    } else if (wanted) {
        err = why_set(why, ERR_LIMIT, "%s: more than %d files: lint its parts", w->folder, LINT_INPUTS);
    }
    free(path);
    return err;
}

static enum err entries_walk(struct walk *w, const char *path, unsigned depth, bool only_rendered, struct why *why)
{
    struct dirent **names = NULL;
    const int count = scandir(path, &names, is_shown, by_name);
    if (count < 0)
        return why_set(why, errno == EACCES ? ERR_FORBIDDEN : ERR_IO, "%s: cannot be read: %s", path, strerror(errno));
    enum err err = ERR_OK;
    const size_t len = strlen(path);
    const char *slash = len && path[len - 1] == '/' ? "" : "/";
    for (int i = 0; i < count; i++) {
        if (!err) err = entry_add(w, mem_printf("%s%s%s", path, slash, names[i]->d_name), depth, only_rendered, why);
        free(names[i]);
    }
    free(names);
    return err;
}

/* only_rendered: it lies in a kustomization, whose files are its resources and patches. What is rendered by itself can
 * lie in it. */
static enum err folder_walk(struct walk *w, const char *path, unsigned depth, bool only_rendered, struct why *why)
{
    const char *folder = depth ? w->folder : NULL;
    if (lint_is_chart(path)) {
        input_add(w->in, mem_str(path), LINT_INPUT_CHART, folder);
        return ERR_OK;
    }
    if (depth > LINT_FOLDER_DEPTH) return why_set(why, ERR_LIMIT, "%s: folders are too deep", path);
    if (lint_is_kustomization(path)) {
        bool component;
        lint_parts_add(&w->rendered, path, &component);
        struct lint_input *input = input_add(w->in, mem_str(path), LINT_INPUT_OVERLAY, folder);
        if (component) input->part = mem_str("it is a component, and nothing without an overlay that includes it");
        only_rendered = true;
    }
    return entries_walk(w, path, depth, only_rendered, why);
}

/* A base is checked as part of the overlays that are made of it. */
static void bases_drop(struct lint_inputs *in, size_t first, const struct lint_parts *rendered)
{
    size_t kept = first;
    for (size_t i = first; i < in->count; i++) {
        struct lint_input *input = &in->items[i];
        if (input->kind == LINT_INPUT_OVERLAY && input->folder && lint_parts_find(rendered, input->path, true))
            input_free(input);
        else
            in->items[kept++] = *input;
    }
    in->count = kept;
}

static char *folder_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? mem_strn(file, slash == file ? 1 : (size_t)(slash - file)) : mem_str(".");
}

static void named_file_add(struct lint_inputs *in, const char *path)
{
    char *folder = folder_of(path);
    struct lint_parts above = {0};
    if (!in->only_files && lint_is_of_folder(path) && is_file(path)) {
        const enum lint_input_kind kind = text_ends(path, "Chart.yaml") ? LINT_INPUT_CHART : LINT_INPUT_OVERLAY;
        input_add(in, folder, kind, NULL);
        return;
    }
    lint_parts_add_above(&above, folder);
    file_add(in, mem_str(path), NULL, &above);
    lint_parts_done(&above);
    struct lint_input *input = &in->items[in->count - 1];
    if (!input->part && lint_is_chart(folder)) input->part = mem_printf("it belongs to the Helm chart %s", folder);
    free(folder);
}

enum err lint_inputs_add(struct lint_inputs *in, const char *path, struct why *why)
{
    const size_t first = in->count;
    if (strcmp(path, "-") == 0) {
        input_add(in, mem_str(path), LINT_INPUT_STDIN, NULL);
        return ERR_OK;
    }
    if (!is_folder(path)) {
        named_file_add(in, path);
        return ERR_OK;
    }
    struct walk w = {.in = in, .folder = path};
    lint_parts_add_above(&w.above, path);
    const enum err err = folder_walk(&w, path, 0, false, why);
    bases_drop(in, first, &w.rendered);
    lint_parts_done(&w.above);
    lint_parts_done(&w.rendered);
    return err;
}

void lint_inputs_done(struct lint_inputs *in)
{
    for (size_t i = 0; i < in->count; i++) input_free(&in->items[i]);
    free(in->items);
    *in = (struct lint_inputs){0};
}
