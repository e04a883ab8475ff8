/* command_palette.c - the command palette. */
#include "tui/panes/command_palette.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

enum { PALETTE_COLS = 72, PALETTE_ROWS = 12, PALETTE_NAME = 16, PALETTE_KEYS = 10 };

static const struct {
    const char *name, *keys, *help;
} commands[] = {
#define CMD(id, name, keys, where, needs, word, help) {name, keys, help},
#include "tui/commands.def"
#undef CMD
};

void command_palette_open(struct command_palette *p, const char *text, bool (*may)(void *arg, const char *name),
                          void *arg)
{
    *p = (struct command_palette){.overlay = {.ops = &command_palette_overlay}, .may = may, .may_arg = arg};
    if (text) textbox_set(&p->typed, text);
}

/* The command's name is the first word; what follows is its argument. */
static size_t word_of(const struct command_palette *p, char *out, size_t size)
{
    const char *from = p->typed.text + strspn(p->typed.text, " ");
    size_t len = strcspn(from, " ");
    if (len >= size) len = size - 1;
    memcpy(out, from, len);
    out[len] = '\0';
    return (size_t)(from - p->typed.text) + len;
}

size_t command_palette_matches(const struct command_palette *p, size_t *out, size_t max)
{
    char word[64];
    size_t n = 0;
    word_of(p, word, sizeof word);
    size_t len = strlen(word);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < ARRAY_LEN(commands) && n < max; i++) {
            bool begins = strncmp(commands[i].name, word, len) == 0;
            if (round == 0 ? begins : !begins && text_has(commands[i].name, word)) out[n++] = i;
        }
    return n;
}

static void command_palette_complete(struct command_palette *p, size_t command, bool blank)
{
    char word[64], line[TEXTBOX_MAX];
    size_t end = word_of(p, word, sizeof word);
    const char *rest = p->typed.text + end;
    snprintf(line, sizeof line, "%s%s", commands[command].name, *rest ? rest : blank ? " " : "");
    textbox_set(&p->typed, line);
    p->picked = 0;
}

enum overlay_result command_palette_input(struct command_palette *p, const struct input *in)
{
    size_t found[ARRAY_LEN(commands)];
    size_t n = command_palette_matches(p, found, ARRAY_LEN(found));
    uint32_t key = in->type == INPUT_KEY ? in->key : 0;
    if (key == KEYP_ESC) return OVERLAY_CANCELLED;
    if (key == KEYP_UP && p->picked > 0) p->picked--;
    if (key == KEYP_DOWN && p->picked + 1 < n) p->picked++;
    if (key == KEYP_TAB && n) command_palette_complete(p, found[p->picked], true);
    if (key == KEYP_ENTER) {
        if (n) command_palette_complete(p, found[p->picked], false);
        return p->typed.text[strspn(p->typed.text, " ")] ? OVERLAY_DONE : OVERLAY_STAYS;
    }
    if (key == KEYP_BACKSPACE && p->typed.len == 0) return OVERLAY_CANCELLED;
    if (textbox_input(&p->typed, in)) p->picked = 0;
    return OVERLAY_STAYS;
}

static void draw_command(struct canvas *cv, int row, size_t command, bool picked, bool may)
{
    enum role role = picked ? ROLE_SELECTED : may ? ROLE_DIALOG : ROLE_KEY_OFF;
    char name[48];
    canvas_fill(cv, row, 0, 1, cv->cols, role, ' ');
    snprintf(name, sizeof name, "%s %s%s", picked ? ">" : " ", may ? "" : glyph(cv->ascii, GLYPH_CROSS),
             commands[command].name);
    canvas_field(cv, row, 0, PALETTE_NAME, role, name);
    canvas_field(cv, row, PALETTE_NAME + 1, PALETTE_KEYS, picked ? role : ROLE_KEY, commands[command].keys);
    if (cv->cols > PALETTE_NAME + PALETTE_KEYS + 2)
        canvas_field(cv, row, PALETTE_NAME + PALETTE_KEYS + 2, cv->cols - PALETTE_NAME - PALETTE_KEYS - 2, role,
                     commands[command].help);
}

void command_palette_draw(const struct command_palette *p, struct canvas *cv)
{
    size_t found[ARRAY_LEN(commands)];
    size_t n = command_palette_matches(p, found, ARRAY_LEN(found));
    struct canvas in = overlay_box(cv, PALETTE_ROWS, PALETTE_COLS, ROLE_DIALOG, "Command");
    canvas_fill(&in, 0, 0, 1, in.cols, ROLE_INPUT, ' ');
    canvas_text(&in, 0, 0, ROLE_KEY, ":");
    int page = in.rows - 1;
    size_t top = page > 0 && p->picked >= (size_t)page ? p->picked - (size_t)page + 1 : 0;
    for (int row = 0; row < page && top + (size_t)row < n; row++) {
        size_t at = top + (size_t)row;
        draw_command(&in, row + 1, found[at], at == p->picked, !p->may || p->may(p->may_arg, commands[found[at]].name));
    }
    if (n == 0) canvas_text(&in, 1, 0, ROLE_DIM, "no such command");
    textbox_draw(&p->typed, &in, 0, 1, in.cols - 1, ROLE_INPUT);
}

static void palette_overlay_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    (void)v;
    command_palette_draw((const struct command_palette *)o, cv);
}

static enum overlay_result palette_overlay_input(struct overlay *o, const struct view *v, const struct input *in)
{
    (void)v;
    return command_palette_input((struct command_palette *)o, in);
}

const struct overlay_ops command_palette_overlay = {
    .name = "palette", .draw = palette_overlay_draw, .input = palette_overlay_input};
