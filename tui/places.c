/* places.c - see places.h. */
#include "tui/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void place_folder(int which, const char *name, const char *beside, char *out, size_t size)
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
    char self[PLACE_MAX - 64];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0) return;
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    if (slash) *slash = '\0';
    if (which == 2)
        snprintf(out, size, "%s/../share/raydeck/%s", self, name);
    else
        snprintf(out, size, "%s/../%s%s", self, which == 4 ? "../" : "", beside);
}
