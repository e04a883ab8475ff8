#include "tui/manifest_file.h"

#include "backends/link/file.h"
#include "tui/places.h"

#include <stdio.h>

static enum err load(const char *path, struct manifest **ret, struct why *why)
{
    struct buf text;
    buf_init(&text, MANIFEST_BYTES + 1);
    enum err err = file_read(path, &text, why);
    if (!err) err = manifest_parse(path, buf_text(&text), text.len, ret, NULL, why);
    buf_done(&text);
    return err;
}

enum err manifest_file_load(const char *path, struct manifest **ret, struct why *why)
{
    if (path) return load(path, ret, why);
    for (int i = 0; i < PLACES; i++) {
        char folder[PLACE_MAX], file[PLACE_MAX + 64];
        place_folder(i, "assets", "deploy/assets", folder, sizeof folder);
        if (!folder[0]) continue;
        snprintf(file, sizeof file, "%s/%s", folder, MANIFEST_DEFAULT);
        enum err err = load(file, ret, why);
        if (err != ERR_NOT_FOUND) return err;
    }
    return why_set(why, ERR_NOT_FOUND, "the manifest that raydeck ships (%s) is not to be found: say which with -f",
                   MANIFEST_DEFAULT);
}
