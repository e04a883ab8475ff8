/* dialog.c - a question over the screen, confirmed by a name or by y. */
#include "tui/panes/dialog.h"

#include "backends/base/mem.h"
#include "tui/draw/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIALOG_COLS = 76, DIALOG_ANSWER_ROWS = 2, DIALOG_SCROLL_MAX = 200 };

void dialog_open(struct dialog *d, const char *title, const char *body, const char *word, bool danger)
{
    *d = (struct dialog){.overlay = {.ops = &dialog_overlay}, .body = mem_str(body ? body : ""), .danger = danger};
    snprintf(d->title, sizeof d->title, "%s", title ? title : "");
    snprintf(d->word, sizeof d->word, "%s", word ? word : "");
}

void dialog_again(struct dialog *d)
{
    textbox_clear(&d->typed);
    d->wrong = false;
}

void dialog_done(struct dialog *d)
{
    if (!d) return;
    free(d->body);
    *d = (struct dialog){0};
}

/* A pasted word confirms nothing: only a typed one protects against a slip. */
enum overlay_result dialog_input(struct dialog *d, const struct input *in)
{
    if (in->type != INPUT_KEY) return OVERLAY_STAYS;
    if (in->key == KEYP_ESC) return OVERLAY_CANCELLED;
    if (in->key == KEYP_UP && d->top > 0) d->top--;
    if (in->key == KEYP_DOWN && d->top < DIALOG_SCROLL_MAX) d->top++;
    if (!d->word[0]) {
        if (in->mods & (MOD_CTRL | MOD_ALT)) return OVERLAY_STAYS;
        if (in->key == 'y') return OVERLAY_DONE;
        return in->key == 'n' || in->key == 'q' ? OVERLAY_DECLINED : OVERLAY_STAYS;
    }
    if (in->key == KEYP_ENTER) {
        if (strcmp(d->typed.text, d->word) == 0) return OVERLAY_DONE;
        d->wrong = d->typed.len > 0;
        return OVERLAY_STAYS;
    }
    if (textbox_input(&d->typed, in)) d->wrong = false;
    return OVERLAY_STAYS;
}

static void draw_answer(const struct dialog *d, struct canvas *cv, int row)
{
    if (d->overlay.unread) {
        canvas_text(cv, row, 0, ROLE_DIM, "an answer counts in a moment; Esc cancels");
        return;
    }
    if (!d->word[0]) {
        int col = canvas_text(cv, row, 0, ROLE_KEY, "y");
        col = canvas_text(cv, row, col, ROLE_DIALOG, d->danger ? " yes, do it   " : " yes   ");
        col = canvas_text(cv, row, col, ROLE_KEY, "n");
        col = canvas_text(cv, row, col, ROLE_DIALOG, " no   ");
        struct canvas rest = canvas_sub(cv, row, col, 1, cv->cols - col);
        overlay_keys_draw(&d->overlay, &rest, 0, "Esc cancels");
        return;
    }
    int col = canvas_text(cv, row, 0, ROLE_DIALOG, "type ");
    col = canvas_text(cv, row, col, ROLE_STRONG, d->word);
    col = canvas_text(cv, row, col, ROLE_DIALOG, " and Enter: ");
    int width = cv->cols - col;
    if (width >= 8) {
        canvas_fill(cv, row, col, 1, width, ROLE_INPUT, ' ');
        textbox_draw(&d->typed, cv, row, col, width, ROLE_INPUT);
    } else {
        canvas_fill(cv, row + 1, 0, 1, cv->cols, ROLE_INPUT, ' ');
        textbox_draw(&d->typed, cv, row + 1, 0, cv->cols, ROLE_INPUT);
        return;
    }
    if (d->wrong)
        canvas_text(cv, row + 1, 0, ROLE_BAD, "that does not match; nothing was done");
    else
        overlay_keys_draw(&d->overlay, cv, row + 1, "Esc cancels, nothing happens");
}

/* Where the text is longer than the screen it scrolls; the answer stays visible. */
void dialog_draw(const struct dialog *d, struct canvas *cv)
{
    int cols = cv->cols - 4 < DIALOG_COLS ? cv->cols - 4 : DIALOG_COLS;
    int answer = d->word[0] ? DIALOG_ANSWER_ROWS : 1, height = wrap_hang_height(d->body, cols > 0 ? cols : 1);
    struct canvas in = overlay_box(cv, height + 1 + answer, cols, d->danger ? ROLE_DANGER : ROLE_DIALOG, d->title);
    int room = in.rows - 1 - answer;
    if (room < 0) room = 0;
    bool more = height > room && room > 1;
    int shown = more ? room - 1 : room, last = height - shown;
    struct canvas body = canvas_sub(&in, 0, 0, shown, in.cols);
    wrap_hang_draw(&body, 0, 0, ROLE_DIALOG, d->body, !more ? 0 : d->top < last ? d->top : last);
    if (more) canvas_field(&in, shown, 0, in.cols, ROLE_WARN, "↑ ↓ more");
    draw_answer(d, &in, in.rows - answer);
}

static void dialog_overlay_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    (void)v;
    dialog_draw((const struct dialog *)o, cv);
}

static enum overlay_result dialog_overlay_input(struct overlay *o, const struct view *v, const struct input *in)
{
    (void)v;
    return dialog_input((struct dialog *)o, in);
}

static void dialog_overlay_resumed(struct overlay *o)
{
    dialog_again((struct dialog *)o);
}

static void dialog_overlay_done(struct overlay *o)
{
    dialog_done((struct dialog *)o);
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key of_key[] = {{"y", "Yes: it is done"},
                                             {"n q", "No"},
                                             {"↑ ↓", "Scroll the text, where it is longer than the screen"},
                                             {"Esc", "Cancel: nothing happens"},
                                             {NULL, NULL}};
    static const struct pane_key of_word[] = {
        {"Enter", "Yes, where the name is typed as it stands there; a pasted one is none"},
        {"↑ ↓", "Scroll the text, where it is longer than the screen"},
        {"^W ^U ^K ^Y", "Delete the word before, to the line's start, to its end; paste it back"},
        {"Esc", "Cancel: nothing happens"},
        {NULL, NULL}};
    return ((const struct dialog *)o)->word[0] ? of_word : of_key;
}

static bool takes_text(const struct overlay *o)
{
    return ((const struct dialog *)o)->word[0] != '\0';
}

const struct overlay_ops dialog_overlay = {.name = "dialog",
                                           .place = "this question",
                                           .keys = help_keys,
                                           .typing = takes_text,
                                           .no_text = true,
                                           .asks = true,
                                           .draw = dialog_overlay_draw,
                                           .input = dialog_overlay_input,
                                           .resumed = dialog_overlay_resumed,
                                           .done = dialog_overlay_done};
