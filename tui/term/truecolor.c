/* truecolor.c - see truecolor.h. */
#include "tui/term/truecolor.h"

#include "tui/term/theme.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 256, FIRST = 16 /* the others are written otherwise */, PARAMS_MAX = 64 };

void truecolor_init(struct truecolor *t)
{
    for (int i = 0; i < NUMBERS; i++) {
        t->rgb[i] = -1;
        t->taken[i] = i < FIRST;
    }
}

void truecolor_keep(struct truecolor *t, int number)
{
    if (number >= 0 && number < NUMBERS) t->taken[number] = true;
}

int truecolor_number(struct truecolor *t, int32_t rgb)
{
    const int nearest = theme_nearest(COLOR_RGB | rgb, NUMBERS);
    for (int i = FIRST; i < NUMBERS; i++)
        if (t->rgb[i] == rgb) return i;
    for (int i = 0; i < NUMBERS; i++) {
        const int number = (nearest + i) % NUMBERS;
        if (t->taken[number]) continue;
        t->taken[number] = true;
        t->rgb[number] = rgb;
        return number;
    }
    return nearest;
}

/* One parameter; *at moves behind it and the semicolon. -1: there is none. */
static int param_read(const char **at, const char *end)
{
    int value = -1;
    for (; *at < end && **at >= '0' && **at <= '9'; ++*at)
        if (value < NUMBERS) value = (value < 0 ? 0 : value * 10) + (**at - '0');
    if (*at < end && **at == ';') ++*at;
    return value;
}

/* The parameters of one SGR: those of "38;5;N" whose N stands for a colour become "38;2;R;G;B". */
static void sgr_write(const struct truecolor *t, const char *from, const char *end, struct buf *out)
{
    for (const char *at = from; at < end;) {
        const char *begin = at, *ahead = at;
        const int kind = param_read(&at, end);
        ahead = at;
        const int five = param_read(&ahead, end), number = param_read(&ahead, end);
        const bool is_colour = (kind == 38 || kind == 48) && five == 5 && number >= 0 && number < NUMBERS;
        if (is_colour) at = ahead;
        if (is_colour && t->rgb[number] >= 0) {
            const unsigned rgb = (unsigned)t->rgb[number];
            buf_printf(out, "%d;2;%u;%u;%u%s", kind, rgb >> 16, rgb >> 8 & 255, rgb & 255, at < end ? ";" : "");
        } else {
            if (at == begin) at++;
            buf_add(out, begin, (size_t)(at - begin));
        }
    }
}

void truecolor_write(const struct truecolor *t, const char *bytes, size_t len, struct buf *out)
{
    for (const char *at = bytes, *end = bytes + len; at < end;) {
        const char *esc = memchr(at, '\033', (size_t)(end - at));
        const size_t plain = (size_t)((esc ? esc : end) - at);
        buf_add(out, at, plain);
        if (!esc) return;
        at = esc + 1;
        buf_char(out, '\033');
        if (at == end || *at != '[') continue;
        const char *params = ++at;
        while (at < end && at < params + PARAMS_MAX && ((*at >= '0' && *at <= '9') || *at == ';')) at++;
        buf_char(out, '[');
        if (at < end && *at == 'm')
            sgr_write(t, params, at, out);
        else
            buf_add(out, params, (size_t)(at - params));
    }
}
