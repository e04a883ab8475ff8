/* command_palette.c - the command palette. */
#include "tui/panes/command_palette.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/draw/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PALETTE_COLS = 76, PALETTE_ROWS = 12, PALETTE_NAME = 18, PALETTE_KEYS = 10, WORD_MAX = 64, HELP_LEAST = 16 };

/* The commands, then the aliases: those have the line they stand for, where commands have their keys. */
static const struct {
    const char *name, *keys, *help;
} entries[] = {
#define CMD(id, name, keys, where, needs, word, help) {name, keys, help},
#include "tui/commands.def"
#undef CMD
#define CMD(id, name, keys, where, needs, word, help)
#define ALIAS(name, line) {name, NULL, line},
#include "tui/commands.def"
#undef ALIAS
#undef CMD
};
/* What the arguments of a command can be. */
static const struct {
    const char *name, *words;
} arguments[] = {
#define CMD(id, name, keys, where, needs, word, help)
#define ARGS(name, words) {name, words},
#include "tui/commands.def"
#undef ARGS
#undef CMD
};

static bool is_alias(size_t entry)
{
    return !entries[entry].keys;
}

/* ---- history ---- */

void palette_history_add(struct palette_history *h, const char *line)
{
    size_t at = 0;
    while (at < h->count && strcmp(h->line[at], line) != 0) at++;
    if (at == h->count && h->count == PALETTE_HISTORY) at = 0;
    if (at < h->count) {
        free(h->line[at]);
        memmove(&h->line[at], &h->line[at + 1], (h->count - at - 1) * sizeof h->line[0]);
        h->count--;
    }
    h->line[h->count++] = mem_str(line);
}

void palette_history_done(struct palette_history *h)
{
    while (h->count) free(h->line[--h->count]);
}

/* The line further back than `back` for which match holds of the stem; 0: there is none. */
static size_t history_older(const struct command_palette *p, bool (*match)(const char *line, const char *stem))
{
    const size_t count = p->history ? p->history->count : 0;
    for (size_t back = p->back + 1; back <= count; back++)
        if (match(p->history->line[count - back], p->stem)) return back;
    return 0;
}

static bool line_begins(const char *line, const char *stem)
{
    return strncmp(line, stem, strlen(stem)) == 0;
}

static void stem_keep(struct command_palette *p)
{
    if (p->back) return;
    free(p->stem);
    p->stem = mem_str(p->typed.text);
}

static void history_show(struct command_palette *p, size_t back)
{
    p->back = back;
    textbox_set(&p->typed, back ? p->history->line[p->history->count - back] : p->stem);
    p->picked = 0;
}

static void history_back(struct command_palette *p, bool (*match)(const char *line, const char *stem))
{
    stem_keep(p);
    const size_t back = history_older(p, match);
    if (back) history_show(p, back);
}

/* Towards the typed line. */
static void history_forward(struct command_palette *p)
{
    size_t back = p->back - 1;
    while (back && !line_begins(p->history->line[p->history->count - back], p->stem)) back--;
    history_show(p, back);
}

/* ---- the line ---- */

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

const char *palette_argument(const struct command_palette *p)
{
    char word[WORD_MAX];
    const char *rest = p->typed.text + word_of(p, word, sizeof word);
    if (!word[0] || !*rest) return NULL;
    const char *last = strrchr(rest, ' ');
    return last + 1;
}

size_t command_palette_matches(const struct command_palette *p, size_t *out, size_t max)
{
    char word[WORD_MAX];
    size_t n = 0;
    word_of(p, word, sizeof word);
    const size_t len = strlen(word);
    /* Exactly so, then beginnings, then what contains it. Nothing typed: those first that no key has. */
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < ARRAY_LEN(entries) && n < max; i++) {
            const bool same = strcmp(entries[i].name, word) == 0, begins = strncmp(entries[i].name, word, len) == 0;
            const int fits = !len     ? is_alias(i) ? 3 : entries[i].keys[0] != '\0'
                             : same   ? 0
                             : begins ? 1
                             : !is_alias(i) && text_has(entries[i].name, word) ? 2
                                                                               : 3;
            if (fits == round) out[n++] = i;
        }
    return n;
}

/* ---- values ---- */

static void values_clear(struct command_palette *p)
{
    while (p->values) {
        free(p->value[--p->values]);
        free(p->about[p->values]);
    }
}

static const char *argument_words(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(entries); i++)
        if (is_alias(i) && strcmp(entries[i].name, name) == 0 && !strchr(entries[i].help, ' ')) name = entries[i].help;
    for (size_t i = 0; i < ARRAY_LEN(arguments); i++)
        if (strcmp(arguments[i].name, name) == 0) return arguments[i].words;
    return NULL;
}

/* Requests the values of the argument that is typed; after each change of the line. Those of before stay, for files
 * come later: which of them begin with what is typed is decided where they are used. */
static void values_update(struct command_palette *p)
{
    char name[WORD_MAX];
    const char *typed = palette_argument(p);
    word_of(p, name, sizeof name);
    const char *words = typed ? argument_words(name) : NULL;
    if (words != p->words || p->values == PALETTE_VALUES) values_clear(p);
    p->words = words;
    if (words && p->calls.values) p->calls.values(p->calls.arg, p, words, typed);
}

void palette_offer(struct command_palette *p, const char *value, const char *about)
{
    for (size_t i = 0; i < p->values; i++)
        if (strcmp(p->value[i], value) == 0) return;
    if (p->values == PALETTE_VALUES) return;
    p->value[p->values] = mem_str(value);
    p->about[p->values++] = mem_str(about ? about : "");
}

/* Of the offered ones those that begin with what is typed. */
static size_t values_matching(const struct command_palette *p, size_t out[PALETTE_VALUES])
{
    const char *typed = palette_argument(p);
    size_t n = 0;
    for (size_t i = 0; typed && i < p->values; i++)
        if (strncmp(p->value[i], typed, strlen(typed)) == 0) out[n++] = i;
    return n;
}

/* Replaces the last word by that; a name that has only begun is followed by nothing. */
static void argument_set(struct command_palette *p, const char *value, size_t len)
{
    const char *typed = palette_argument(p);
    char *line = mem_printf("%.*s%.*s", (int)(typed - p->typed.text), p->typed.text, (int)len, value);
    textbox_set(&p->typed, line);
    free(line);
    p->picked = 0;
    p->moved = false;
}

/* As far as all of them agree, never within a character; where that is no more than is typed, the selected one. */
static void value_complete(struct command_palette *p)
{
    size_t found[PALETTE_VALUES];
    const size_t n = values_matching(p, found);
    if (!n) return;
    const char *first = p->value[found[0]];
    size_t common = strlen(first);
    for (size_t i = 1; i < n; i++) {
        size_t same = 0;
        while (same < common && p->value[found[i]][same] == first[same]) same++;
        common = same;
    }
    while (common && ((unsigned char)first[common] & 0xC0) == 0x80) common--;
    const char *picked = p->value[found[p->picked < n ? p->picked : 0]];
    if (p->moved || common <= strlen(palette_argument(p)))
        argument_set(p, picked, strlen(picked));
    else
        argument_set(p, first, common);
    values_update(p);
}

/* Whether Enter takes the selection: what merely contains the typed word ("stop", of "top") was not meant by it. */
static bool selection_is_meant(const struct command_palette *p, const size_t *found, size_t n)
{
    char word[WORD_MAX];
    const size_t len = (word_of(p, word, sizeof word), strlen(word));
    return n && (p->moved || strncmp(entries[found[0]].name, word, len) == 0);
}

/* ---- input ---- */

void command_palette_open(struct command_palette *p, const char *text, const struct palette_calls *calls)
{
    *p = (struct command_palette){.overlay = {.ops = &command_palette_overlay}};
    if (calls) p->calls = *calls;
    if (text) textbox_set(&p->typed, text);
    values_update(p);
}

void command_palette_done(struct command_palette *p)
{
    values_clear(p);
    free(p->stem);
    p->stem = NULL;
}

static void name_complete(struct command_palette *p, size_t entry, bool blank)
{
    char word[WORD_MAX];
    const char *rest = p->typed.text + word_of(p, word, sizeof word);
    char *line = mem_printf("%s%s", entries[entry].name, *rest ? rest : blank ? " " : "");
    textbox_set(&p->typed, line);
    free(line);
    p->picked = 0;
    p->moved = false;
}

static enum overlay_result line_enter(struct command_palette *p, const size_t *found, size_t n)
{
    size_t values[PALETTE_VALUES];
    const size_t of_value = p->moved ? values_matching(p, values) : 0;
    if (palette_argument(p)) {
        if (p->picked < of_value) argument_set(p, p->value[values[p->picked]], strlen(p->value[values[p->picked]]));
        const size_t picked = n ? found[0] : 0;
        char word[WORD_MAX];
        word_of(p, word, sizeof word);
        const bool begins = n && strncmp(entries[picked].name, word, strlen(word)) == 0;
        if (begins && strcmp(entries[picked].name, word) != 0) name_complete(p, picked, false);
    } else if (selection_is_meant(p, found, n)) {
        name_complete(p, found[p->picked], false);
    }
    return p->typed.text[strspn(p->typed.text, " ")] ? OVERLAY_DONE : OVERLAY_STAYS;
}

static void selection_move(struct command_palette *p, size_t n, bool up, bool shown)
{
    if (!up && !shown && n && !p->back) {
        p->moved = true; /* to the first, which was not selected yet */
    } else if (up && p->picked > 0) {
        p->picked--;
        p->moved = true;
    } else if (up) {
        history_back(p, line_begins);
        values_update(p);
    } else if (p->back) {
        history_forward(p);
        values_update(p);
    } else if (p->picked + 1 < n) {
        p->picked++;
        p->moved = true;
    }
}

/* How an input moves the selection: -1, 1, or 0. The wheel goes no further up than to the first. */
static int selection_step(const struct command_palette *p, const struct input *in)
{
    const bool ctrl = in->type == INPUT_KEY && in->mods == MOD_CTRL;
    if (in->type == INPUT_MOUSE)
        return in->mouse == MOUSE_WHEEL_DOWN ? 1 : in->mouse == MOUSE_WHEEL_UP && p->picked > 0 ? -1 : 0;
    if (in->key == KEYP_UP || (ctrl && in->key == 'p')) return -1;
    return in->key == KEYP_DOWN || (ctrl && in->key == 'n') ? 1 : 0;
}

static void line_complete(struct command_palette *p, const size_t *found, size_t n)
{
    if (palette_argument(p)) {
        value_complete(p);
    } else if (n) {
        name_complete(p, found[p->picked], true);
        values_update(p);
    }
}

static void line_type(struct command_palette *p, const struct input *in)
{
    if (!textbox_input(&p->typed, in)) return;
    p->picked = p->back = 0;
    p->moved = false;
    values_update(p);
}

enum overlay_result command_palette_input(struct command_palette *p, const struct input *in)
{
    size_t found[ARRAY_LEN(entries)], values[PALETTE_VALUES];
    const size_t names = command_palette_matches(p, found, ARRAY_LEN(found));
    const size_t n = palette_argument(p) ? values_matching(p, values) : names;
    const uint32_t key = in->type == INPUT_KEY ? in->key : 0;
    const int step = selection_step(p, in);
    if (key == KEYP_ESC || (key == KEYP_BACKSPACE && p->typed.len == 0)) return OVERLAY_CANCELLED;
    if (key == KEYP_ENTER) return line_enter(p, found, names);
    if (step) {
        selection_move(p, n, step < 0, palette_argument(p) || selection_is_meant(p, found, names));
    } else if (key == 'r' && in->mods == MOD_CTRL) {
        history_back(p, text_has);
        values_update(p);
    } else if (key == KEYP_TAB) {
        line_complete(p, found, names);
    } else {
        line_type(p, in);
    }
    return OVERLAY_STAYS;
}

/* ---- drawing ---- */

/* The column of what an entry is for; 0: there is no room for it. */
static int help_at(int cols)
{
    const int at = PALETTE_NAME + PALETTE_KEYS + 2;
    return cols > at + HELP_LEAST ? at : 0;
}

/* As many rows as its sentence needs: none is cut. */
static int entry_rows(size_t entry, int cols)
{
    const int at = help_at(cols), rows = at ? wrap_height(entries[entry].help, cols - at) : 1;
    return rows > 1 ? rows : 1;
}

/* The first entry that is shown, so that the selected one is, whole. */
static size_t first_entry(const struct command_palette *p, const size_t *found, size_t n, int rows, int cols)
{
    size_t first = p->picked < n ? p->picked : 0;
    int left = rows - (n ? entry_rows(found[first], cols) : 0);
    while (first && (left -= entry_rows(found[first - 1], cols)) >= 0) first--;
    return first;
}

static void draw_entry(struct canvas *cv, int row, size_t entry, bool picked, bool may)
{
    const enum role role = picked ? ROLE_SELECTED : may ? ROLE_DIALOG : ROLE_KEY_OFF;
    char name[48];
    const int at = help_at(cv->cols);
    canvas_fill(cv, row, 0, entry_rows(entry, cv->cols), cv->cols, role, ' ');
    snprintf(name, sizeof name, "%s %s%s", picked ? ">" : " ", may ? "" : glyph(cv->ascii, GLYPH_CROSS),
             entries[entry].name);
    canvas_field(cv, row, 0, PALETTE_NAME, role, name);
    canvas_field(cv, row, PALETTE_NAME + 1, PALETTE_KEYS, picked ? role : ROLE_KEY,
                 is_alias(entry) ? "is" : entries[entry].keys);
    if (at) wrap_draw(cv, row, at, role, entries[entry].help, 0);
}

static void draw_value(struct canvas *cv, int row, const char *value, const char *about, bool picked)
{
    const enum role role = picked ? ROLE_SELECTED : ROLE_DIALOG;
    const int width = (int)text_width(value), at = width + 4 > PALETTE_NAME ? width + 4 : PALETTE_NAME + 1;
    canvas_fill(cv, row, 0, 1, cv->cols, role, ' ');
    if (picked) canvas_text(cv, row, 0, role, ">");
    canvas_field(cv, row, 2, cv->cols - 2, role, value);
    if (at < cv->cols) canvas_field(cv, row, at, cv->cols - at, picked ? role : ROLE_DIM, about);
}

static bool name_may(const struct command_palette *p, size_t entry)
{
    return is_alias(entry) || !p->calls.may || p->calls.may(p->calls.arg, entries[entry].name);
}

static void draw_none(const struct command_palette *p, struct canvas *in)
{
    char word[WORD_MAX];
    word_of(p, word, sizeof word);
    char words[PALETTE_UNKNOWN] = "no such command";
    if (p->calls.unknown) p->calls.unknown(word, words, sizeof words);
    canvas_text(in, 1, 0, ROLE_DIM, words);
}

static void draw_values(const struct command_palette *p, struct canvas *in, const size_t *values, size_t n)
{
    const int page = in->rows - 1;
    const size_t top = page > 0 && p->picked >= (size_t)page ? p->picked - (size_t)page + 1 : 0;
    for (size_t at = top; at < n && (int)(at - top) < page; at++)
        draw_value(in, (int)(at - top) + 1, p->value[values[at]], p->about[values[at]], p->moved && at == p->picked);
}

static void draw_names(const struct command_palette *p, struct canvas *in, const size_t *found, size_t n)
{
    const bool meant = selection_is_meant(p, found, n);
    int row = 1;
    for (size_t at = first_entry(p, found, n, in->rows - 1, in->cols); at < n; at++) {
        const int rows = entry_rows(found[at], in->cols);
        if (row > 1 && row + rows > in->rows) break;
        draw_entry(in, row, found[at], meant && at == p->picked, name_may(p, found[at]));
        row += rows;
    }
}

void command_palette_draw(const struct command_palette *p, struct canvas *cv)
{
    size_t found[ARRAY_LEN(entries)], values[PALETTE_VALUES];
    const size_t names = command_palette_matches(p, found, ARRAY_LEN(found)), offered = values_matching(p, values);
    const bool argument = palette_argument(p) && argument_words(entries[names ? found[0] : 0].name);
    struct canvas in = overlay_box(
        cv, PALETTE_ROWS, PALETTE_COLS, ROLE_DIALOG,
        cv->cols < PALETTE_COLS ? "Command" : "Command ─ Enter runs · Tab completes · Esc cancels · F1 help");
    canvas_fill(&in, 0, 0, 1, in.cols, ROLE_INPUT, ' ');
    canvas_text(&in, 0, 0, ROLE_KEY, ":");
    if (argument)
        draw_values(p, &in, values, offered);
    else
        draw_names(p, &in, found, names);
    if (names == 0) draw_none(p, &in);
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

static void palette_overlay_done(struct overlay *o)
{
    command_palette_done((struct command_palette *)o);
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {
        {"Enter", "Run the selected command"},
        {"Tab", "Complete it, or its argument"},
        {"↑ ↓ ^P ^N", "Select in the list; from its first row up: the lines of before"},
        {"^R", "The lines of before that contain what is typed"},
        {"Esc", "Cancel (or Backspace on an empty line)"},
        {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops command_palette_overlay = {.name = "palette",
                                                    .place = "this command line",
                                                    .keys = help_keys,
                                                    .uses = OVERLAY_USES_FIELD,
                                                    .typing = overlay_types_always,
                                                    .draw = palette_overlay_draw,
                                                    .input = palette_overlay_input,
                                                    .done = palette_overlay_done};
