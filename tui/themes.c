/* themes.c - see themes.h. */
#include "tui/themes.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tui/asset.h"

#include <stdlib.h>
#include <string.h>

enum { THEME_FILE_MAX = 256 * 1024 };

static enum err load_file(const char *path, struct theme *ret, struct why *why)
{
    struct buf text;
    buf_init(&text, THEME_FILE_MAX);
    enum err err = file_read(path, &text, why);
    if (!err) err = theme_parse(path, buf_text(&text), text.len, ret, why);
    buf_done(&text);
    return err;
}

static enum err load_shipped(const char *name, struct theme *ret, struct why *why)
{
    struct buf text;
    char *asset = mem_printf("themes/%s.yaml", name), *path = NULL;
    buf_init(&text, THEME_FILE_MAX);
    enum err err = asset_read(asset, &text, &path, why);
    if (!err) err = theme_parse(path, buf_text(&text), text.len, ret, why);
    if (err == ERR_NOT_FOUND) (void)why_set(why, err, "there is no theme called %s", name);
    buf_done(&text);
    free(path);
    free(asset);
    return err;
}

enum err themes_load(const char *name, struct theme *ret, struct why *why)
{
    if (!name || strcmp(name, "default") == 0) {
        theme_default(ret);
        return ERR_OK;
    }
    return strchr(name, '/') ? load_file(name, ret, why) : load_shipped(name, ret, why);
}

struct names {
    char **item;
    size_t count;
};

static void name_add(void *arg, const char *name, size_t len)
{
    struct names *names = arg;
    for (size_t i = 0; i < names->count; i++)
        if (strncmp(names->item[i], name, len) == 0 && !names->item[i][len]) return;
    if (names->count < THEMES_MAX) names->item[names->count++] = mem_strn(name, len);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **themes_list(void)
{
    struct names names = {.item = mem_zero(THEMES_MAX + 1, sizeof *names.item)};
    names.item[names.count++] = mem_str("default");
    asset_list("themes", name_add, &names);
    qsort(names.item + 1, names.count - 1, sizeof *names.item, by_name);
    return names.item;
}
