/* themes.c - see themes.h. */
#include "tui/themes.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tui/places.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THEME_FILE_MAX = 256 * 1024 };

static void folder_at(int which, char *out, size_t size)
{
    place_folder(which, "themes", "themes", out, size);
}

static enum err load_file(const char *path, struct theme *ret, struct why *why)
{
    struct buf text;
    buf_init(&text, THEME_FILE_MAX);
    enum err err = file_read(path, &text, why);
    if (!err) err = theme_parse(path, buf_text(&text), text.len, ret, why);
    buf_done(&text);
    return err;
}

enum err themes_load(const char *name, struct theme *ret, struct why *why)
{
    if (!name || strcmp(name, "default") == 0) {
        theme_default(ret);
        return ERR_OK;
    }
    if (strchr(name, '/')) return load_file(name, ret, why);
    for (int i = 0; i < PLACES; i++) {
        char folder[PLACE_MAX], path[PLACE_MAX + 300];
        folder_at(i, folder, sizeof folder);
        if (!folder[0]) continue;
        snprintf(path, sizeof path, "%s/%.255s.yaml", folder, name);
        enum err err = load_file(path, ret, why);
        if (err != ERR_NOT_FOUND) return err;
    }
    return why_set(why, ERR_NOT_FOUND, "there is no theme called %s", name);
}

static bool is_listed(char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

static void list_folder(const char *folder, char **names, size_t *count)
{
    DIR *dir = opendir(folder);
    if (!dir) return;
    struct dirent *entry;
    while ((entry = readdir(dir)) && *count < THEMES_MAX) {
        size_t len = strlen(entry->d_name);
        if (len <= 5 || strcmp(entry->d_name + len - 5, ".yaml") != 0) continue;
        char *name = mem_strn(entry->d_name, len - 5);
        if (is_listed(names, *count, name))
            free(name);
        else
            names[(*count)++] = name;
    }
    closedir(dir);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **themes_list(void)
{
    char **names = mem_zero(THEMES_MAX + 1, sizeof *names);
    size_t count = 0;
    names[count++] = mem_str("default");
    for (int i = 0; i < PLACES; i++) {
        char folder[PLACE_MAX];
        folder_at(i, folder, sizeof folder);
        if (folder[0]) list_folder(folder, names, &count);
    }
    qsort(names + 1, count - 1, sizeof *names, by_name);
    return names;
}
