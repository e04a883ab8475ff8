/* forward_box.c - the dialog of a port-forward; see forward_box.h. */
#include "tui/panes/forward_box.h"

#include "backends/base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { BOX_ROWS = 5, BOX_COLS = 76 };

static void target_choose(struct forward_box *b, size_t at)
{
    char ports[24];
    b->at = at;
    b->wrong = false;
    snprintf(ports, sizeof ports, "%u:%u", b->target[at].port, b->target[at].port);
    textbox_set(&b->typed, ports);
}

void forward_box_open(struct forward_box *b, const struct forward_target *targets, size_t count)
{
    assert(count > 0 && count <= FORWARD_TARGETS);
    textbox_clear(&b->typed);
    b->overlay = (struct overlay){.ops = &forward_box_overlay};
    memcpy(b->target, targets, count * sizeof *targets);
    b->count = count;
    target_choose(b, 0);
}

static bool port_parse(const char *text, size_t len, unsigned *ret)
{
    uint64_t port;
    if (text_u64(text, len, UINT16_MAX, &port) || !port) return false;
    *ret = (unsigned)port;
    return true;
}

bool forward_ports_parse(const char *text, unsigned *ret_local, unsigned *ret_remote)
{
    const char *colon = strchr(text, ':');
    const size_t len = colon ? (size_t)(colon - text) : strlen(text);
    const char *second = colon ? colon + 1 : text;
    unsigned local, remote;
    if (!port_parse(text, len, &local) || !port_parse(second, strlen(second), &remote)) return false;
    *ret_local = local;
    *ret_remote = remote;
    return true;
}

static void box_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    const struct forward_box *b = (const struct forward_box *)o;
    const struct forward_target *t = &b->target[b->at];
    (void)v;
    struct canvas in = overlay_box(cv, BOX_ROWS, BOX_COLS, ROLE_DIALOG, "Forward a port");
    char text[FORWARD_NAME_MAX + 96];
    snprintf(text, sizeof text, "%s (%zu of %zu)", t->words, b->at + 1, b->count);
    canvas_text(&in, 0, 0, ROLE_DIM, "to");
    canvas_field(&in, 0, 7, in.cols - 7, ROLE_STRONG, text);
    canvas_field(&in, 1, 7, in.cols - 7, ROLE_DIALOG, t->target);
    canvas_text(&in, 2, 0, ROLE_DIM, "ports");
    canvas_fill(&in, 2, 7, 1, in.cols - 7, ROLE_INPUT, ' ');
    textbox_draw(&b->typed, &in, 2, 7, in.cols - 7, ROLE_INPUT);
    canvas_field(&in, 3, 7, in.cols - 7, b->wrong ? ROLE_BAD : ROLE_DIM,
                 b->wrong ? "LOCAL:REMOTE, two ports from 1 to 65535"
                          : "LOCAL:REMOTE · dashboard 8265 · serve 8000 · metrics 8080");
    overlay_keys_draw(o, &in, 4, "Enter forwards · Tab another target · Esc cancels");
}

static enum overlay_result box_input(struct overlay *o, const struct view *v, const struct input *in)
{
    struct forward_box *b = (struct forward_box *)o;
    (void)v;
    if (in->type == INPUT_KEY) {
        const bool back = in->key == KEYP_UP || in->key == KEYP_BACKTAB;
        if (in->key == KEYP_ESC) return OVERLAY_CANCELLED;
        if (back || in->key == KEYP_DOWN || in->key == KEYP_TAB) {
            target_choose(b, (b->at + (back ? b->count - 1 : 1)) % b->count);
            return OVERLAY_STAYS;
        }
        if (in->key == KEYP_ENTER) {
            b->wrong = !forward_ports_parse(b->typed.text, &b->local, &b->remote);
            return b->wrong ? OVERLAY_STAYS : OVERLAY_DONE;
        }
    }
    if (textbox_input(&b->typed, in)) b->wrong = false;
    return OVERLAY_STAYS;
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {{"Enter", "Forward the port"},
                                           {"Tab ↓", "The next target"},
                                           {"S-Tab ↑", "The target before"},
                                           {"Esc", "Cancel: nothing is forwarded"},
                                           {NULL, NULL}};
    (void)o;
    return keys;
}

const struct overlay_ops forward_box_overlay = {.name = "port-forward",
                                                .place = "this forwarding",
                                                .keys = help_keys,
                                                .uses = OVERLAY_USES_FIELD,
                                                .typing = overlay_types_always,
                                                .draw = box_draw,
                                                .input = box_input};
