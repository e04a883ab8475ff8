/* asset.c - see asset.h. The assembler includes the files: make writes their list (gen/assets.def). */
#include "tui/asset.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLACES = 3, PLACE_MAX = 4096 };
#define SUFFIX ".yaml"

/* The paths are from the top of the sources, where make runs. */
#define ASSET(id, name, path)                                                                                          \
    __asm__(".pushsection .rodata\n"                                                                                   \
            ".global raydeck_asset_" #id ", raydeck_asset_" #id "_end\n"                                               \
            "raydeck_asset_" #id ":\n"                                                                                 \
            ".incbin \"" path "\"\n"                                                                                   \
            "raydeck_asset_" #id "_end:\n"                                                                             \
            ".byte 0\n"                                                                                                \
            ".popsection\n");                                                                                          \
    extern const char raydeck_asset_##id[], raydeck_asset_##id##_end[];
#include "assets.def"
#undef ASSET

static const struct embedded {
    const char *name, *from, *to;
} embedded[] = {
#define ASSET(id, name, path) {name, raydeck_asset_##id, raydeck_asset_##id##_end},
#include "assets.def"
#undef ASSET
};

/* The which-th directory whose files take precedence, as "PLACE/name"; "" where there is none. */
static void place_path(int which, const char *name, char *out, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    out[0] = '\0';
    if (which == 0 && config && config[0] == '/')
        snprintf(out, size, "%s/raydeck/%s", config, name);
    else if (which == 0 && home && home[0] == '/')
        snprintf(out, size, "%s/.config/raydeck/%s", home, name);
    else if (which == 1)
        snprintf(out, size, "%s/%s", RAYDECK_DATADIR, name);
    if (which < 2) return;
    char self[PLACE_MAX - 512];
    const ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0) return;
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    if (slash) *slash = '\0';
    snprintf(out, size, "%s/../share/raydeck/%s", self, name);
}

static enum err embedded_read(const char *name, struct buf *out, struct why *why)
{
    for (size_t i = 0; i < ARRAY_LEN(embedded); i++) {
        if (strcmp(embedded[i].name, name) != 0) continue;
        const enum err err = buf_add(out, embedded[i].from, (size_t)(embedded[i].to - embedded[i].from));
        return err ? why_set(why, err, "%s: larger than %zu bytes", name, out->max) : ERR_OK;
    }
    return why_set(why, ERR_NOT_FOUND, "%s is not shipped with raydeck", name);
}

enum err asset_read(const char *name, struct buf *out, char **ret_path, struct why *why)
{
    for (int i = 0; i < PLACES; i++) {
        char path[PLACE_MAX];
        place_path(i, name, path, sizeof path);
        if (!path[0]) continue;
        const enum err err = file_read(path, out, why);
        if (err == ERR_NOT_FOUND) continue;
        *ret_path = mem_str(path);
        return err;
    }
    *ret_path = mem_printf("<raydeck>/%s", name);
    return embedded_read(name, out, why);
}

/* A file's name without ".yaml"; 0: it is another one. */
static size_t name_len(const char *file)
{
    const size_t len = strlen(file), suffix = strlen(SUFFIX);
    return len > suffix && strcmp(file + len - suffix, SUFFIX) == 0 ? len - suffix : 0;
}

static void folder_list(const char *folder, void (*found)(void *arg, const char *name, size_t len), void *arg)
{
    DIR *dir = opendir(folder);
    if (!dir) return;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        const size_t len = name_len(entry->d_name);
        if (len) found(arg, entry->d_name, len);
    }
    closedir(dir);
}

void asset_list(const char *folder, void (*found)(void *arg, const char *name, size_t len), void *arg)
{
    const size_t prefix = strlen(folder);
    for (size_t i = 0; i < ARRAY_LEN(embedded); i++) {
        const char *name = embedded[i].name;
        if (strncmp(name, folder, prefix) != 0 || name[prefix] != '/' || strchr(name + prefix + 1, '/')) continue;
        found(arg, name + prefix + 1, name_len(name + prefix + 1));
    }
    for (int i = 0; i < PLACES; i++) {
        char path[PLACE_MAX];
        place_path(i, folder, path, sizeof path);
        if (path[0]) folder_list(path, found, arg);
    }
}
