/* themes.c - see themes.h. */
#include "tui/themes.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THEME_FILE_MAX = 256 * 1024, FOLDER_MAX = 4096, FOLDERS = 3 };

static void folder_at(int which, char *out, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    out[0] = '\0';
    if (which == 0 && config && config[0] == '/')
        snprintf(out, size, "%s/raydeck/themes", config);
    else if (which == 0 && home && home[0] == '/')
        snprintf(out, size, "%s/.config/raydeck/themes", home);
    else if (which == 1)
        snprintf(out, size, "%s/themes", RAYDECK_DATADIR);
    if (which != 2) return;
    char self[FOLDER_MAX - 64];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0) return;
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    if (slash) *slash = '\0';
    snprintf(out, size, "%s/../themes", self);
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
    for (int i = 0; i < FOLDERS; i++) {
        char folder[FOLDER_MAX], path[FOLDER_MAX + 300];
        folder_at(i, folder, sizeof folder);
        if (!folder[0]) continue;
        snprintf(path, sizeof path, "%s/%.255s.yaml", folder, name);
        enum err err = load_file(path, ret, why);
        if (err != ERR_NOT_FOUND) return err;
    }
    return why_set(why, ERR_NOT_FOUND, "there is no theme called %s", name);
}

static bool listed(char *const *names, size_t count, const char *name)
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
        if (listed(names, *count, name))
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
    for (int i = 0; i < FOLDERS; i++) {
        char folder[FOLDER_MAX];
        folder_at(i, folder, sizeof folder);
        if (folder[0]) list_folder(folder, names, &count);
    }
    qsort(names + 1, count - 1, sizeof *names, by_name);
    return names;
}
