/* clipboard.c - see clipboard.h. */
#include "tui/term/clipboard.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <string.h>

enum err clipboard_bytes(const char *text, bool tmux, struct buf *out)
{
    const size_t len = strlen(text);
    if (len > CLIPBOARD_MAX) return ERR_LIMIT;
    if (!len) return ERR_USAGE;
    buf_str(out, "\033]52;c;");
    text_base64_encode(text, len, out);
    buf_str(out, "\a");
    if (!tmux) return ERR_OK;
    buf_str(out, "\033Ptmux;\033\033]52;c;"); /* each ESC within is doubled */
    text_base64_encode(text, len, out);
    buf_str(out, "\a\033\\");
    return ERR_OK;
}

/* A variable and how its value begins ("": any). */
static const struct {
    const char *name, *begins;
} takers[] = {
    {"KITTY_WINDOW_ID", ""},
    {"WEZTERM_PANE", ""},
    {"GHOSTTY_RESOURCES_DIR", ""},
    {"ALACRITTY_WINDOW_ID", ""},
    {"WT_SESSION", ""},
    {"TERM_PROGRAM", "WezTerm"},
    {"TERM_PROGRAM", "ghostty"},
    {"TERM_PROGRAM", "rio"},
    {"TERM_PROGRAM", "contour"},
    {"TERM", "xterm-kitty"},
    {"TERM", "xterm-ghostty"},
    {"TERM", "alacritty"},
    {"TERM", "foot"},
    {"TERM", "wezterm"},
    {"TERM", "contour"},
    {"TERM", "rio"},
};

bool clipboard_known(const char *(*get)(const char *name), bool *ret_tmux)
{
    const char *tmux = get("TMUX");
    *ret_tmux = tmux && *tmux;
    for (size_t i = 0; i < ARRAY_LEN(takers); i++) {
        const char *value = get(takers[i].name);
        if (value && *value && strncmp(value, takers[i].begins, strlen(takers[i].begins)) == 0) return true;
    }
    return *ret_tmux;
}
