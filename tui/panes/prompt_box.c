/* prompt_box.c - the line in which a prompt is typed. */
#include "tui/panes/prompt_box.h"

#include "backends/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROMPT_COLS = 76 };

void prompt_box_open(struct prompt_box *p, const char *path_words)
{
    p->overlay = (struct overlay){.ops = &prompt_box_overlay};
    textbox_clear(&p->typed);
    p->typed.lines = false;
    p->to_chat = p->cut = false;
    free(p->draft);
    p->draft = NULL;
    snprintf(p->path, sizeof p->path, "%s", path_words ? path_words : "path not known yet");
}

void prompt_box_done(struct prompt_box *p)
{
    if (!p) return;
    free(p->last);
    free(p->draft);
    p->last = p->draft = NULL;
}

/* Up recalls the last prompt and keeps the draft; Down restores the draft. */
static bool prompt_recall(struct prompt_box *p, const struct input *in)
{
    if (in->type != INPUT_KEY || (in->key != KEYP_UP && in->key != KEYP_DOWN)) return false;
    if (in->key == KEYP_UP && p->last && !p->draft) {
        p->draft = mem_str(p->typed.text);
        textbox_set(&p->typed, p->last);
    } else if (in->key == KEYP_DOWN && p->draft) {
        textbox_set(&p->typed, p->draft);
        free(p->draft);
        p->draft = NULL;
    }
    return true;
}

/* Whether it has a newline before its end. */
static bool has_lines(const struct input *in)
{
    size_t len = in->paste_len;
    while (len && in->paste[len - 1] == '\n') len--;
    return memchr(in->paste, '\n', len) != NULL;
}

/* A paste of several lines goes to the chat, which has room for it. */
static enum overlay_result prompt_paste(struct prompt_box *p, const struct input *in)
{
    struct input text = *in;
    while (text.paste_len && text.paste[text.paste_len - 1] == '\n') text.paste_len--;
    p->typed.lines = p->to_chat = has_lines(in);
    textbox_input(&p->typed, &text);
    p->cut = p->typed.lost || in->paste_cut;
    return p->to_chat ? OVERLAY_DONE : OVERLAY_STAYS;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t")] == '\0';
}

enum overlay_result prompt_box_input(struct prompt_box *p, const struct input *in)
{
    if (in->type == INPUT_KEY && in->key == KEYP_ESC) return OVERLAY_CANCELLED;
    if (in->type == INPUT_KEY && in->key == KEYP_TAB) {
        p->to_chat = true;
        return OVERLAY_DONE;
    }
    if (in->type == INPUT_PASTE) return prompt_paste(p, in);
    p->cut = false;
    if (prompt_recall(p, in)) return OVERLAY_STAYS;
    if (in->type == INPUT_KEY && in->key == KEYP_ENTER) {
        if (is_blank(p->typed.text)) return OVERLAY_STAYS;
        free(p->last);
        p->last = mem_str(p->typed.text);
        return OVERLAY_DONE;
    }
    textbox_input(&p->typed, in);
    return OVERLAY_STAYS;
}

void prompt_box_draw(const struct prompt_box *p, struct canvas *cv)
{
    struct canvas in = overlay_box(cv, 3, PROMPT_COLS, ROLE_DIALOG, "Ask the model");
    canvas_fill(&in, 0, 0, 1, in.cols, ROLE_INPUT, ' ');
    textbox_draw(&p->typed, &in, 0, 0, in.cols, ROLE_INPUT);
    char text[256];
    snprintf(text, sizeof text, "by %s", p->path);
    canvas_field(&in, 1, 0, in.cols, ROLE_DIM, text);
    if (p->cut)
        canvas_field(&in, 2, 0, in.cols, ROLE_BAD, "the paste is truncated: it does not fit");
    else
        overlay_keys_draw(&p->overlay, &in, 2,
                          p->last ? "Enter sends · Up previous · Tab chat · Esc cancels"
                                  : "Enter sends · Tab chat · Esc cancels");
}

static void prompt_overlay_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    (void)v;
    prompt_box_draw((const struct prompt_box *)o, cv);
}

static enum overlay_result prompt_overlay_input(struct overlay *o, const struct view *v, const struct input *in)
{
    (void)v;
    return prompt_box_input((struct prompt_box *)o, in);
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {{"Enter", "Send it to the model"},
                                           {"Tab", "Go on in the chat, with what is typed"},
                                           {"↑ ↓", "The prompt before; back to what was typed"},
                                           {"Esc", "Cancel: nothing is sent"},
                                           {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops prompt_box_overlay = {.name = "prompt",
                                               .place = "this prompt",
                                               .keys = help_keys,
                                               .uses = OVERLAY_USES_FIELD,
                                               .typing = overlay_types_always,
                                               .draw = prompt_overlay_draw,
                                               .input = prompt_overlay_input};
