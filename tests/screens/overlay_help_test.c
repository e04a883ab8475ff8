/* overlay_help_test.c - every overlay has its help: F1 opens it, and `?` where it is not text; it lists the keys that
 * work there, answers nothing, and Esc goes back to the overlay as it was. */
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/chat.h"
#include "tui/panes/columns_menu.h"
#include "tui/panes/command_palette.h"
#include "tui/panes/contexts_view.h"
#include "tui/panes/dialog.h"
#include "tui/panes/drill_view.h"
#include "tui/panes/explain.h"
#include "tui/panes/forward_box.h"
#include "tui/panes/forwards_view.h"
#include "tui/panes/help.h"
#include "tui/panes/log_view.h"
#include "tui/panes/losses.h"
#include "tui/panes/nodes_view.h"
#include "tui/panes/object_view.h"
#include "tui/panes/picker.h"
#include "tui/panes/prompt_box.h"
#include "tui/panes/recordings_view.h"
#include "tui/panes/select_text.h"
#include "tui/panes/steps_view.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 24, COLS = 80 };

struct harness {
    struct fixture f;
    struct view view;
    struct overlay_stack stack;
    struct help help;
};

static void harness_open(struct harness *h)
{
    *h = (struct harness){0};
    fixture_calm(&h->f);
    h->view = fixture_view(&h->f);
}

static char *harness_drawn(struct harness *h, const char *file)
{
    struct canvas cv;
    canvas_init(&cv, ROWS, COLS);
    canvas_fill(&cv, 0, 0, ROWS, COLS, ROLE_TEXT, '~');
    overlays_update(&h->stack, &h->view, ROWS, COLS);
    overlays_draw(&h->stack, &h->view, &cv);
    char *text = canvas_dump(&cv, true);
    if (file) screen_check(file, &cv, false);
    canvas_done(&cv);
    return text;
}

static struct input key_of(uint32_t key)
{
    return (struct input){.type = INPUT_KEY, .key = key};
}

/* As app_overlay.c does. */
static bool key_press(struct harness *h, uint32_t key)
{
    const struct input in = key_of(key);
    struct overlay *o = h->stack.top;
    if (overlay_wants_help(o, &in)) {
        help_open(&h->help, &(struct help_context){.overlay = o});
        overlay_push(&h->stack, &h->help.overlay, NULL);
        return true;
    }
    overlay_finish(&h->stack, o->ops->input(o, &h->view, &in), h);
    return false;
}

static void check_listed(const char *text, const struct overlay *o)
{
    for (const struct pane_key *k = o->ops->keys(o); k->keys; k++)
        if (!strstr(text, k->keys)) fail_msg("%s: its help does not list %s\n%s", o->ops->name, k->keys, text);
}

/* takes_text: `?` is text there. */
static void help_of(struct harness *h, struct overlay *o, const char *name, bool takes_text)
{
    char file[64], place[96];
    overlay_push(&h->stack, o, NULL);
    char *before = harness_drawn(h, NULL);
    assert_true(key_press(h, KEYP_F1));
    snprintf(file, sizeof file, "help-of-%s-%dx%d", name, COLS, ROWS);
    snprintf(place, sizeof place, "In %s", o->ops->place);
    char *help = harness_drawn(h, file);
    assert_non_null(strstr(help, place));
    check_listed(help, o);
    key_press(h, KEYP_ENTER); /* confirms nothing of what lies below */
    key_press(h, 'y');
    assert_ptr_equal(h->stack.top, &h->help.overlay);
    assert_true(overlay_is_open(&h->stack, o)); /* else nobody would keep it up to date */
    key_press(h, KEYP_ESC);
    assert_false(overlay_is_open(&h->stack, &h->help.overlay));
    assert_ptr_equal(h->stack.top, o);
    char *after = harness_drawn(h, NULL);
    assert_string_equal(after, before);
    if (takes_text) {
        assert_false(key_press(h, '?'));
        assert_ptr_equal(h->stack.top, o);
    } else {
        assert_true(key_press(h, '?'));
        key_press(h, '?');
        assert_ptr_equal(h->stack.top, o);
    }
    /* A line of its keys says how. */
    if (!strstr(before, takes_text ? "F1 help" : "? help")) fail_msg("%s shows no key of its help\n%s", name, before);
    overlay_pop(&h->stack);
    free(before);
    free(help);
    free(after);
}

static void test_questions(void **state)
{
    struct harness h;
    struct dialog d = {0};
    (void)state;
    harness_open(&h);
    dialog_open(&d, "Kill the Ray head", "deletes    mistral-44qn2-head-d4544", NULL, true);
    help_of(&h, &d.overlay, "question", false);
    dialog_open(&d, "Kill the Ray head", "deletes    mistral-44qn2-head-d4544", "mistral", true);
    for (const char *c = "mistra"; *c; c++)
        (void)dialog_input(&d, &(struct input){.type = INPUT_KEY, .key = (unsigned char)*c});
    help_of(&h, &d.overlay, "question-word", true);
    fixture_done(&h.f);
}

static void test_boxes(void **state)
{
    static const struct forward_target targets[] = {
        {.words = "the dashboard", .target = "service/mistral-head-svc", .port = 8265}};
    struct harness h;
    struct prompt_box prompt = {.last = NULL};
    struct forward_box forward;
    struct command_palette palette;
    struct select_text select;
    struct chat *chat = mem_zero(1, sizeof *chat);
    (void)state;
    harness_open(&h);
    prompt_box_open(&prompt, NULL);
    help_of(&h, &prompt.overlay, "prompt", true);
    prompt_box_done(&prompt);
    forward_box_open(&forward, targets, ARRAY_LEN(targets));
    help_of(&h, &forward.overlay, "forward", true);
    command_palette_open(&palette, NULL, NULL);
    help_of(&h, &palette.overlay, "palette", true);
    select_text_open(&select, "kubectl get pod", "the terminal takes no OSC 52", false);
    help_of(&h, &select.overlay, "select", false);
    chat_open(chat);
    help_of(&h, &chat->overlay, "chat", true);
    free(chat);
    fixture_done(&h.f);
}

static struct table_view *no_table(void *arg, int *ret_cols)
{
    *ret_cols = COLS;
    return arg;
}

static void test_lists(void **state)
{
    struct harness h;
    struct picker picker;
    struct recordings_view recordings;
    struct contexts_view contexts;
    struct forwards_view forwards;
    struct nodes_view nodes;
    struct columns_menu columns;
    struct losses losses = {0};
    static const struct column two[] = {{.title = "NAME", .min = 8, .max = 8}, {.title = "STATUS", .min = 8, .max = 8}};
    struct table_view table;
    (void)state;
    harness_open(&h);
    picker_open(&picker);
    help_of(&h, &picker.overlay, "picker", false);
    recordings_view_open(&recordings, "/var/recordings");
    recordings_view_ready(&recordings);
    help_of(&h, &recordings.overlay, "recordings", false);
    contexts_view_open(&contexts);
    help_of(&h, &contexts.overlay, "contexts", false);
    forwards_view_open(&forwards);
    help_of(&h, &forwards.overlay, "forwards", false);
    nodes_view_open(&nodes);
    help_of(&h, &nodes.overlay, "nodes", false);
    table_init(&table, two, 2);
    columns_menu_open(&columns, no_table, &table);
    help_of(&h, &columns.overlay, "columns", false);
    table_done(&table);
    losses_open(&losses);
    help_of(&h, &losses.overlay, "losses", false);
    fixture_done(&h.f);
}

static void test_texts(void **state)
{
    struct harness h;
    struct object_view object = {.title = ""};
    struct log_view logs = {.streams = 0};
    struct explain explain = {0};
    (void)state;
    harness_open(&h);
    object_view_open(&object, "Pod mistral/mistral-44qn2-head-d4544", OBJECT_YAML);
    help_of(&h, &object.overlay, "object", false);
    log_view_open(&logs);
    help_of(&h, &logs.overlay, "log", false);
    explain_open(&explain, 0);
    help_of(&h, &explain.overlay, "explain", false);
    fixture_done(&h.f);
}

static void test_steps(void **state)
{
    static const struct {
        const char *name;
        bool asks, stops, ended;
    } cases[] = {{"steps", false, false, false},
                 {"steps-asking", true, false, false},
                 {"steps-stoppable", false, true, false},
                 {"steps-over", false, false, true}};
    static const struct steps none = {0};
    struct harness h;
    (void)state;
    harness_open(&h);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct steps_view v = {.steps = &none, .asks = cases[i].asks, .stops = cases[i].stops};
        struct drill_view d = {.steps = &none, .title = "Drill", .asks = cases[i].asks, .injected = cases[i].stops};
        char name[32];
        snprintf(v.title, sizeof v.title, "Deploy");
        if (cases[i].ended) snprintf(v.end, sizeof v.end, "done");
        steps_view_open(&v);
        help_of(&h, &v.overlay, cases[i].name, false);
        drill_view_open(&d);
        snprintf(name, sizeof name, "drill%s", cases[i].name + strlen("steps"));
        help_of(&h, &d.overlay, name, false);
    }
    fixture_done(&h.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_questions), cmocka_unit_test(test_boxes),
                                       cmocka_unit_test(test_lists), cmocka_unit_test(test_texts),
                                       cmocka_unit_test(test_steps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
