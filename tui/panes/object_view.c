/* object_view.c - draws an object that was read, with its title and its state (read when, old, deleted). */
#include "tui/panes/object_view.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "tui/panes/pane_tools.h"
#include "tui/panes/text_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void object_view_open(struct object_view *v, const char *title, enum object_form form)
{
    *v = (struct object_view){.overlay = {.ops = &object_overlay}, .form = form};
    snprintf(v->title, sizeof v->title, "%s", title);
    text_view_open(&v->view, true, false);
}

const char *object_view_text(const struct object_view *v)
{
    return v->text[v->form];
}

static void form_show(struct object_view *v, enum object_form form)
{
    const char *text = v->text[form];
    v->form = form;
    text_folds_set(&v->folds, text ? text : "", text ? strlen(text) : 0);
}

void object_view_set(struct object_view *v, char *describe, char *yaml, uint64_t wall_ms)
{
    free(v->text[OBJECT_DESCRIBE]);
    free(v->text[OBJECT_YAML]);
    v->text[OBJECT_DESCRIBE] = describe;
    v->text[OBJECT_YAML] = yaml;
    v->read_wall_ms = wall_ms;
    v->trouble[0] = '\0';
    form_show(v, v->form);
}

void object_view_failed(struct object_view *v, const char *why)
{
    text_safe_into(v->trouble, sizeof v->trouble, why, strlen(why));
}

/* ---- the overlay ---- */

static bool is_old(const struct object_view *v)
{
    return v->trouble[0] && v->text[v->form];
}

static void view_update(struct overlay *o, const struct view *view, int rows, int cols)
{
    struct object_view *v = (struct object_view *)o;
    const struct text_source source = text_folds_source(&v->folds);
    (void)view;
    text_view_update(&v->view, &source, rows - TEXT_PAGE_ROWS - is_old(v), cols - 2);
}

static void draw_old(const struct object_view *v, const struct view *view, struct canvas *body)
{
    char age[TEXT_NUM_MAX], words[512];
    const uint64_t ms = view->wall_ms > v->read_wall_ms ? view->wall_ms - v->read_wall_ms : 0;
    snprintf(words, sizeof words, "OLD, read %s ago: %s", text_duration(age, ms), v->trouble);
    canvas_field(body, 0, 0, body->cols, ROLE_STALE, words);
}

static void view_draw(const struct overlay *o, const struct view *view, struct canvas *cv)
{
    const struct object_view *v = (const struct object_view *)o;
    const struct text_source source = text_folds_source((struct text_folds *)(uintptr_t)&v->folds);
    char right[64] = "", stamp[STAMP_TEXT_MAX];
    if (v->text[v->form])
        snprintf(right, sizeof right, "%s, read %s", v->form == OBJECT_YAML ? "YAML" : "described",
                 stamp_clock(stamp, v->read_wall_ms));
    const bool yaml = v->form == OBJECT_YAML;
    const struct footer_key keys[] = {{"Enter", "fold", true, false},
                                      {"F", "all", true, false},
                                      {.key = "y", .word = yaml ? NULL : "YAML", .enabled = true},
                                      {.key = "d", .word = yaml ? "describe" : NULL, .enabled = true},
                                      {"r", "read again", true, false},
                                      {"w", "save", true, false},
                                      {"W", "wrap", true, false}};
    struct canvas body = text_page_draw(cv, view, v->title, right, keys, ARRAY_LEN(keys));
    if (!v->text[v->form]) {
        struct canvas inside = canvas_sub(&body, 0, 1, body.rows, body.cols);
        pane_say(&inside, 1, v->trouble[0] ? ROLE_WARN : ROLE_DIM, v->trouble[0] ? v->trouble : "reading it …");
        return;
    }
    if (is_old(v)) {
        draw_old(v, view, &body);
        body = canvas_sub(&body, 1, 0, body.rows - 1, body.cols);
    }
    text_view_draw(&v->view, &source, &body);
    if (is_old(v)) pane_stale(&body);
}

static bool fold_input(struct object_view *v, uint32_t key)
{
    const bool folded = text_folds_is_folded(&v->folds, v->view.cursor);
    switch (key) {
    case KEYP_ENTER: v->view.cursor = text_folds_set_folded(&v->folds, v->view.cursor, !folded); return true;
    case '-': v->view.cursor = text_folds_set_folded(&v->folds, v->view.cursor, true); return true;
    case '+':
    case '=': v->view.cursor = text_folds_set_folded(&v->folds, v->view.cursor, false); return true;
    case 'F': text_folds_all(&v->folds); return true;
    case 'd': form_show(v, OBJECT_DESCRIBE); return true;
    case 'y': form_show(v, OBJECT_YAML); return true;
    default: return false;
    }
}

static enum overlay_result view_input(struct overlay *o, const struct view *view, const struct input *in)
{
    struct object_view *v = (struct object_view *)o;
    const struct text_source source = text_folds_source(&v->folds);
    const bool plain = in->type == INPUT_KEY && !(in->mods & (MOD_CTRL | MOD_ALT));
    (void)view;
    if (plain && !text_view_typing(&v->view) && fold_input(v, in->key)) return OVERLAY_STAYS;
    switch (text_view_input(&v->view, &source, in)) {
    case TEXT_VIEW_SAVE: return OVERLAY_SAVE;
    case TEXT_VIEW_USED: return OVERLAY_STAYS;
    case TEXT_VIEW_UNUSED: break;
    }
    if (plain && in->key == 'r') return OVERLAY_ACTION;
    return text_page_input(in);
}

static void view_text(const struct overlay *o, struct buf *out)
{
    const char *text = object_view_text((const struct object_view *)o);
    if (text) (void)buf_str(out, text);
}

static void view_done(struct overlay *o)
{
    struct object_view *v = (struct object_view *)o;
    for (size_t i = 0; i < OBJECT_FORMS; i++) free(v->text[i]);
    text_folds_done(&v->folds);
    text_view_done(&v->view);
    *v = (struct object_view){.title = ""};
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {{"Enter - +", "Fold the key, or unfold it"},
                                           {"F", "Fold all, unfold all"},
                                           {"y d", "Show it as YAML; described"},
                                           {"r", "Read it again"},
                                           {":", "Type a command"},
                                           {"Esc q", "Leave; a search that is shown ends first"},
                                           {NULL, NULL}};
    (void)o;
    return keys;
}

static bool takes_text(const struct overlay *o)
{
    return text_view_typing(&((const struct object_view *)o)->view);
}

const struct overlay_ops object_overlay = {.name = "object",
                                           .place = "this object",
                                           .keys = help_keys,
                                           .uses = OVERLAY_USES_TEXT,
                                           .typing = takes_text,
                                           .update = view_update,
                                           .draw = view_draw,
                                           .input = view_input,
                                           .text = view_text,
                                           .done = view_done};
