/* overlay_test.c - what lies over the screen: how it looks, what it takes for an answer, and what it does not. */
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/chat.h"
#include "tui/panes/command_palette.h"
#include "tui/panes/contexts_view.h"
#include "tui/panes/dialog.h"
#include "tui/panes/drill_view.h"
#include "tui/panes/explain.h"
#include "tui/panes/help.h"
#include "tui/panes/losses.h"
#include "tui/panes/nodes_view.h"
#include "tui/panes/picker.h"
#include "tui/panes/prompt_box.h"
#include "tui/panes/recordings_view.h"
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

static struct input key_input(uint32_t code)
{
    return (struct input){.type = INPUT_KEY, .key = code};
}

#define TYPE(box, handler, text)                                                                                       \
    for (const char *c_ = (text); *c_; c_++) {                                                                         \
        struct input in_ = key_input((unsigned char)*c_);                                                              \
        assert_int_equal(handler((box), &in_), OVERLAY_STAYS);                                                         \
    }

#define PRESS(box, handler, code) (handler((box), &(struct input){.type = INPUT_KEY, .key = (code)}))

/* A canvas that is not blank, so that what an overlay leaves of it can be seen. */
static void canvas_filled(struct canvas *cv, int rows, int cols)
{
    canvas_init(cv, rows, cols);
    canvas_fill(cv, 0, 0, rows, cols, ROLE_TEXT, '~');
}

static const struct dialog_kill kill_mistral = {
    .context = "trainium-inferentia",
    .ns = "mistral",
    .service = "mistral",
    .pod = "mistral-44qn2-head-d4544",
    .uid = "9c1e7a40-8b1f-4d5e-9f0e-1f2a3b4c5d6e",
    .grace_s = -1,
    .pod_grace_s = {30, true},
    .ft = TRI_YES,
    .reconnect_s = {600, true},
    .workers = 2,
    .worker = {{"mistral-44qn2-inf2-worker-7gq8p", "33cc"}, {"mistral-44qn2-inf2-worker-x2vlc", "44dd"}},
    .path = "API server proxy",
    .besides = {2, true},
};

static void show_dialog(const struct dialog *d, const char *name)
{
    static const int sizes[][2] = {{40, 120}, {24, 80}, {12, 40}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct canvas cv;
        char file[64];
        canvas_filled(&cv, sizes[i][0], sizes[i][1]);
        dialog_draw(d, &cv);
        snprintf(file, sizeof file, "dialog-%s-%dx%d", name, sizes[i][1], sizes[i][0]);
        screen_check(file, &cv, false);
        canvas_done(&cv);
    }
}

static void test_dialog_screens(void **state)
{
    (void)state;
    struct dialog d = {0};
    struct dialog_kill k = kill_mistral;
    dialog_open_kill(&d, &k);
    show_dialog(&d, "kill");
    TYPE(&d, dialog_input, "mist");
    assert_int_equal(PRESS(&d, dialog_input, KEYP_ENTER), OVERLAY_STAYS);
    show_dialog(&d, "kill-wrong");
    dialog_done(&d);
    k.ft = TRI_NO;
    k.grace_s = 0;
    k.development = true;
    dialog_open_kill(&d, &k);
    show_dialog(&d, "kill-ft-off");
    dialog_done(&d);
    k = kill_mistral;
    k.is_worker = true;
    k.pod = "mistral-44qn2-inf2-worker-q5rdw";
    k.besides = known_u64(1);
    dialog_open_kill(&d, &k);
    show_dialog(&d, "worker");
    dialog_done(&d);
    k.besides = known_u64(0);
    k.development = k.head_lost = true;
    k.workers = 0;
    dialog_open_kill(&d, &k);
    assert_string_equal(d.word, "mistral"); /* not by one key */
    show_dialog(&d, "worker-last");
    dialog_done(&d);
    dialog_open(&d, "Arm", "Allow changes in context trainium-inferentia for 15 minutes?", NULL, false);
    show_dialog(&d, "arm");
    dialog_done(&d);
    dialog_done(&d);
}

/* A key that comes too early is answered by what stands there: no "y yes" that would not work. */
static void test_a_question_says_that_it_is_not_yet_read(void **state)
{
    (void)state;
    struct dialog d = {0};
    struct canvas cv;
    dialog_open(&d, "Arm", "Allow changes?", NULL, false);
    for (int unread = 1; unread >= 0; unread--) {
        d.overlay.unread = unread;
        canvas_init(&cv, 24, 80);
        dialog_draw(&d, &cv);
        char *text = canvas_dump(&cv, false);
        assert_int_equal(strstr(text, "an answer counts in a moment; Esc cancels") != NULL, unread);
        assert_int_equal(strstr(text, "y yes") == NULL, unread);
        free(text);
        canvas_done(&cv);
    }
    dialog_done(&d);
}

static void test_contexts_screens(void **state)
{
    (void)state;
    static const struct contexts_row rows[] = {
        {"trainium-inferentia", "https://0A1B.gr7.us-west-2.eks.amazonaws.com", "mistral/mistral", "on the screen",
         VERDICT_OK, "YES"},
        {"prod", "https://9F8E.gr7.us-west-2.eks.amazonaws.com", "llm/mistral", "a deployment", VERDICT_NO,
         "HEAD DOWN"},
        {"stage", NULL, NULL, "–", VERDICT_UNKNOWN, NULL},
    };
    static const int sizes[][2] = {{40, 120}, {24, 80}, {12, 40}};
    struct contexts_view c;
    contexts_view_open(&c);
    contexts_view_begin(&c);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) contexts_view_add(&c, &rows[i]);
    contexts_view_end(&c);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct canvas cv;
        char file[64];
        canvas_filled(&cv, sizes[i][0], sizes[i][1]);
        c.overlay.ops->draw(&c.overlay, NULL, &cv);
        snprintf(file, sizeof file, "contexts-%dx%d", sizes[i][1], sizes[i][0]);
        screen_check(file, &cv, false);
        canvas_done(&cv);
    }
    assert_string_equal(contexts_view_choice(&c), "trainium-inferentia");
    assert_int_equal(c.overlay.ops->input(&c.overlay, NULL, &(struct input){.type = INPUT_KEY, .key = KEYP_DOWN}),
                     OVERLAY_STAYS);
    assert_string_equal(contexts_view_choice(&c), "prod");
    assert_int_equal(c.overlay.ops->input(&c.overlay, NULL, &(struct input){.type = INPUT_KEY, .key = 'c'}),
                     OVERLAY_ACTION);
    assert_int_equal(c.overlay.ops->input(&c.overlay, NULL, &(struct input){.type = INPUT_KEY, .key = KEYP_ENTER}),
                     OVERLAY_DONE);
    assert_int_equal(c.overlay.ops->input(&c.overlay, NULL, &(struct input){.type = INPUT_KEY, .key = KEYP_ESC}),
                     OVERLAY_CANCELLED);
    c.overlay.ops->done(&c.overlay);
}

/* A click where the text is drawn. */
static enum overlay_result text_click(struct overlay *o, const char *text)
{
    struct canvas cv;
    canvas_filled(&cv, 24, 80);
    overlays_update(&(struct overlay_stack){.top = o}, NULL, cv.rows, cv.cols);
    o->ops->draw(o, NULL, &cv);
    char *dump = canvas_dump(&cv, false), *line = dump, *end;
    struct input in = {.type = INPUT_MOUSE, .mouse = MOUSE_PRESS};
    const char *found = strstr(dump, text);
    if (!found) fail_msg("%s is not in\n%s", text, dump);
    for (; (end = strchr(line, '\n')) && end < found; line = end + 1) in.row++;
    for (; line < found; line++) in.col += ((unsigned char)*line & 0xC0) != 0x80;
    canvas_done(&cv);
    free(dump);
    return o->ops->input(o, NULL, &in);
}

static void test_clicks_in_a_list(void **state)
{
    (void)state;
    static const char *const names[] = {"prod", "stage", "dev"};
    struct contexts_view c;
    struct recordings_view r;
    contexts_view_open(&c);
    contexts_view_begin(&c);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        contexts_view_add(&c, &(struct contexts_row){.name = names[i], .state = "held"});
    contexts_view_end(&c);
    assert_int_equal(text_click(&c.overlay, "stage"), OVERLAY_STAYS);
    assert_string_equal(contexts_view_choice(&c), "stage");
    assert_int_equal(text_click(&c.overlay, "dev"), OVERLAY_STAYS);
    assert_string_equal(contexts_view_choice(&c), "dev");
    assert_int_equal(text_click(&c.overlay, "Enter shows"), OVERLAY_STAYS); /* beside the list: nothing */
    assert_string_equal(contexts_view_choice(&c), "dev");
    assert_int_equal(text_click(&c.overlay, "CONTEXT"), OVERLAY_STAYS);
    assert_int_equal(c.table.sort, 0);
    assert_int_equal(text_click(&c.overlay, "dev"), OVERLAY_DONE);
    c.overlay.ops->done(&c.overlay);
    recordings_view_open(&r, "/var/tmp");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) recordings_view_add(&r, names[i], 10, 0);
    recordings_view_ready(&r);
    assert_int_equal(text_click(&r.overlay, "stage"), OVERLAY_STAYS);
    assert_string_equal(table_selected(&r.table), "stage");
    assert_int_equal(text_click(&r.overlay, "stage"), OVERLAY_STAYS); /* it has nothing to open */
    r.overlay.ops->done(&r.overlay);
}

static void test_kill_takes_only_the_name(void **state)
{
    (void)state;
    struct dialog d = {0};
    dialog_open_kill(&d, &kill_mistral);
    assert_int_equal(PRESS(&d, dialog_input, 'y'), OVERLAY_STAYS);
    assert_int_equal(PRESS(&d, dialog_input, KEYP_ENTER), OVERLAY_STAYS);
    assert_true(d.wrong);
    assert_int_equal(PRESS(&d, dialog_input, KEYP_BACKSPACE), OVERLAY_STAYS);
    assert_false(d.wrong);
    assert_int_equal(PRESS(&d, dialog_input, KEYP_ENTER), OVERLAY_STAYS);
    TYPE(&d, dialog_input, "mistral");
    assert_int_equal(PRESS(&d, dialog_input, KEYP_ENTER), OVERLAY_DONE);
    assert_int_equal(PRESS(&d, dialog_input, 'x'), OVERLAY_STAYS);
    assert_int_equal(PRESS(&d, dialog_input, KEYP_ENTER), OVERLAY_STAYS);
    assert_int_equal(PRESS(&d, dialog_input, KEYP_ESC), OVERLAY_CANCELLED);
    dialog_done(&d);
}

static void test_a_paste_confirms_nothing(void **state)
{
    (void)state;
    struct dialog d = {0};
    struct input paste = {.type = INPUT_PASTE, .paste = "mistral", .paste_len = 7};
    dialog_open_kill(&d, &kill_mistral);
    assert_int_equal(dialog_input(&d, &paste), OVERLAY_STAYS);
    assert_int_equal(PRESS(&d, dialog_input, KEYP_ENTER), OVERLAY_STAYS);
    assert_string_equal(d.typed.text, "");
    dialog_done(&d);
}

static void test_plain_y_where_allowed(void **state)
{
    (void)state;
    struct dialog d = {0};
    struct dialog_kill k = kill_mistral;
    k.development = true;
    dialog_open_kill(&d, &k);
    assert_int_equal(PRESS(&d, dialog_input, KEYP_ENTER), OVERLAY_STAYS);
    assert_int_equal(PRESS(&d, dialog_input, 'Y'), OVERLAY_STAYS);
    struct input ctrl_y = {.type = INPUT_KEY, .key = 'y', .mods = MOD_CTRL};
    assert_int_equal(dialog_input(&d, &ctrl_y), OVERLAY_STAYS);
    assert_int_equal(PRESS(&d, dialog_input, 'n'), OVERLAY_DECLINED);
    assert_int_equal(PRESS(&d, dialog_input, 'q'), OVERLAY_DECLINED);
    assert_int_equal(PRESS(&d, dialog_input, 'y'), OVERLAY_DONE);
    dialog_done(&d);
}

static void check_command(struct dialog_kill k, const char *expected)
{
    char *command = dialog_kill_command(&k);
    assert_string_equal(command, expected);
    free(command);
}

static void test_kill_command(void **state)
{
    (void)state;
    struct dialog_kill k = kill_mistral;
    check_command(k, "kubectl --context trainium-inferentia -n mistral delete pod mistral-44qn2-head-d4544");
    k.grace_s = 5;
    k.context = NULL;
    check_command(k, "kubectl -n mistral delete pod mistral-44qn2-head-d4544 --grace-period=5");
    k.grace_s = 0;
    check_command(k, "kubectl -n mistral delete pod mistral-44qn2-head-d4544 --grace-period=0 --force");
    k.context = "arn:aws:eks:us-west-2:1:cluster/a b'c; rm";
    k.grace_s = -1;
    check_command(k, "kubectl --context 'arn:aws:eks:us-west-2:1:cluster/a b'\\''c; rm' -n mistral delete pod "
                     "mistral-44qn2-head-d4544");
}

/* What the dialog says of fault tolerance is what is known, no more. */
static void test_kill_says_what_it_means(void **state)
{
    (void)state;
    struct dialog d = {0};
    struct dialog_kill k = kill_mistral;
    struct head_loss loss = {.pod = VERDICT_NO, .redis = VERDICT_NO};
    dialog_open_kill(&d, &k);
    assert_non_null(strstr(d.body, "9c1e7a40-8b1f-4d5e-9f0e-1f2a3b4c5d6e"));
    assert_non_null(strstr(d.body, "fault tolerance is ON"));
    assert_non_null(strstr(d.body, "within 600 s"));
    assert_non_null(strstr(d.body, "the pod's own, 30 s"));
    dialog_done(&d);
    k.reconnect_s = UNKNOWN_U64;
    k.pod_grace_s = UNKNOWN_U64;
    dialog_open_kill(&d, &k);
    assert_non_null(strstr(d.body, "within 60 s (Ray's default)"));
    dialog_done(&d);
    k.ft = TRI_UNKNOWN;
    snprintf(loss.redis_why, sizeof loss.redis_why, "Redis down");
    k.loss = &loss;
    dialog_open_kill(&d, &k);
    assert_non_null(strstr(d.body, "NOT KNOWN"));
    assert_non_null(strstr(d.body, "Redis      Redis down"));
    assert_null(strstr(d.body, "fault tolerance is ON"));
    dialog_done(&d);
}

/* With what is at stake: what is in flight, which way requests go, who has to live on. */
static void test_kill_says_what_is_at_stake(void **state)
{
    (void)state;
    struct dialog_kill k = kill_mistral;
    struct head_loss loss = {.pod = VERDICT_NO, .redis = VERDICT_UNKNOWN};
    snprintf(loss.pod_why, sizeof loss.pod_why, "an upgrade is under way");
    snprintf(loss.redis_why, sizeof loss.redis_why, "Redis replicas not known");
    k.loss = &loss;
    k.in_flight = 1;
    k.marks = 2;
    char *text = dialog_kill_text(&k, false);
    assert_non_null(strstr(text, "marked     2 rows: marks do not count, this pod alone is deleted\n"));
    assert_ptr_equal(strstr(text, "GCS fault tolerance is ON"), text);
    assert_non_null(strstr(text, "survives?  NO: an upgrade is under way\n"));
    assert_non_null(strstr(text, "must live  mistral-44qn2-inf2-worker-7gq8p\n"));
    assert_non_null(strstr(text, "in flight  1 prompt of raydeck's\n"));
    assert_non_null(strstr(text, "by API server proxy: around the head, 2 Serve endpoints are not its own"));
    assert_non_null(strstr(text, "Redis replicas not known"));
    free(text);
    loss.pod = VERDICT_OK; /* the judgement of the answer, here too */
    loss.node = VERDICT_NO;
    snprintf(loss.node_why, sizeof loss.node_why, "the head and all ready workers are in zone us-west-2a");
    text = dialog_kill_text(&k, false);
    assert_non_null(strstr(text, "node lost  NO: the head and all ready workers are in zone us-west-2a\n"));
    free(text);
    k.workers = 7;
    k.worker[2] = k.worker[3] = k.worker[0];
    k.besides = known_u64(0);
    k.ft = TRI_NO;
    text = dialog_kill_text(&k, true);
    assert_ptr_equal(strstr(text, "GCS fault tolerance is OFF"), text);
    assert_non_null(strstr(text, "restarted  mistral-44qn2-inf2-worker-7gq8p, UID 33cc\n"));
    assert_non_null(strstr(text, "           and 3 more\n"));
    assert_non_null(strstr(text, "NOT around the head"));
    assert_null(strstr(text, "must live"));
    assert_null(strstr(text, "Redis replicas"));
    free(text);
    k.besides = UNKNOWN_U64;
    k.path = NULL;
    text = dialog_kill_text(&k, false);
    assert_non_null(strstr(text, "by a route not known yet: Serve's endpoints are not known"));
    free(text);
}

/* What a command is for is a sentence: it takes a second row rather than being cut. */
static void test_palette_cuts_no_sentence(void **state)
{
    (void)state;
    struct command_palette p;
    size_t found[200];
    command_palette_open(&p, NULL, NULL);
    const size_t n = command_palette_matches(&p, found, ARRAY_LEN(found));
    for (size_t i = 0; i < n; i++) {
        struct canvas cv;
        canvas_init(&cv, 24, 80);
        command_palette_draw(&p, &cv);
        char *text = canvas_dump(&cv, false);
        const char *cut = strstr(text, "…");
        while (cut && cut[-1] == ' ') cut = strstr(cut + 1, "…"); /* "requests, events …" is meant so */
        if (cut) fail_msg("entry %zu of %zu:\n%s", i, n, text);
        if (i && !strstr(text, "│ > ")) fail_msg("the selected entry %zu is out of sight:\n%s", i, text);
        free(text);
        canvas_done(&cv);
        PRESS(&p, command_palette_input, KEYP_DOWN);
    }
    command_palette_done(&p);
}

static void test_palette_completes(void **state)
{
    (void)state;
    struct command_palette p;
    command_palette_open(&p, NULL, NULL);
    TYPE(&p, command_palette_input, "ki");
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_TAB), OVERLAY_STAYS);
    assert_string_equal(p.typed.text, "kill-head ");
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "kill-head ");
    command_palette_open(&p, "svc ", NULL);
    TYPE(&p, command_palette_input, "ns/other");
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "svc ns/other");
    command_palette_open(&p, "sv", NULL);
    TYPE(&p, command_palette_input, " a");
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "svc a");
}

static void test_palette_chooses(void **state)
{
    (void)state;
    struct command_palette p;
    size_t found[64];
    command_palette_open(&p, "re", NULL);
    size_t n = command_palette_matches(&p, found, ARRAY_LEN(found));
    assert_true(n >= 2); /* refresh, redraw */
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_DOWN), OVERLAY_STAYS);
    assert_int_equal(p.picked, 1);
    for (size_t i = 0; i < n + 3; i++) PRESS(&p, command_palette_input, KEYP_DOWN);
    assert_int_equal(p.picked, n - 1);
    PRESS(&p, command_palette_input, KEYP_UP);
    TYPE(&p, command_palette_input, "d");
    assert_int_equal(p.picked, 0);
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "redraw");
}

/* ":top" of k9s must not run stop, nor ":m" arm. */
static void a_name_that_only_contains_the_word_is_not_run(void **state)
{
    (void)state;
    struct command_palette p;
    size_t found[64];
    command_palette_open(&p, "rm", NULL);
    assert_true(command_palette_matches(&p, found, ARRAY_LEN(found)) >= 2); /* arm, disarm */
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "rm");
    command_palette_open(&p, "rm now", NULL);
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "rm now");
    command_palette_open(&p, "rm", NULL);
    PRESS(&p, command_palette_input, KEYP_DOWN); /* selected by hand it is meant, the first of them first */
    assert_int_equal(p.picked, 0);
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "arm");
}

static void test_palette_ends(void **state)
{
    (void)state;
    struct command_palette p;
    command_palette_open(&p, NULL, NULL);
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_BACKSPACE), OVERLAY_CANCELLED);
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ESC), OVERLAY_CANCELLED);
    command_palette_open(&p, "nonsense", NULL);
    assert_int_equal(command_palette_matches(&p, (size_t[4]){0}, 4), 0);
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "nonsense");
    command_palette_open(&p, "   ", NULL);
    assert_int_equal(command_palette_matches(&p, (size_t[4]){0}, 4), 4);
}

/* Of an argument, whatever it is. */
static void values_offered(void *arg, struct command_palette *p, const char *words, const char *typed)
{
    (void)typed;
    snprintf(arg, 64, "%s", words);
    palette_offer(p, "mistral", "mistral-7b");
    palette_offer(p, "mistral-staging", "");
    palette_offer(p, "prod", "");
}

static void test_palette_completes_arguments(void **state)
{
    (void)state;
    struct command_palette p;
    struct canvas cv;
    char words[64] = "";
    const struct palette_calls calls = {.values = values_offered, .arg = words};
    command_palette_open(&p, "ns", &calls);
    assert_string_equal(words, "");
    PRESS(&p, command_palette_input, KEYP_TAB);
    assert_string_equal(p.typed.text, "ns ");
    assert_string_equal(words, "NAMESPACE all");
    TYPE(&p, command_palette_input, "m");
    PRESS(&p, command_palette_input, KEYP_TAB); /* as far as is certain */
    assert_string_equal(p.typed.text, "ns mistral");
    PRESS(&p, command_palette_input, KEYP_DOWN);
    canvas_filled(&cv, 24, 80);
    command_palette_draw(&p, &cv);
    screen_check("palette-values-80x24", &cv, false);
    canvas_done(&cv);
    PRESS(&p, command_palette_input, KEYP_TAB);
    assert_string_equal(p.typed.text, "ns mistral-staging");
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "ns mistral-staging");
    command_palette_done(&p);
    command_palette_open(&p, "namespaces p", &calls); /* an alias has the values of its command */
    PRESS(&p, command_palette_input, KEYP_TAB);
    assert_string_equal(p.typed.text, "namespaces prod");
    command_palette_done(&p);
    command_palette_open(&p, "ns ", &calls); /* Enter takes what was typed, unless the selection was moved */
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "ns ");
    command_palette_done(&p);
    words[0] = '\0';
    command_palette_open(&p, "arm ", &calls); /* which takes none */
    assert_string_equal(words, "");
    assert_int_equal(p.values, 0);
    command_palette_done(&p);
}

static void test_palette_history(void **state)
{
    (void)state;
    struct command_palette p;
    struct palette_history h = {.count = 0};
    static const char *const lines[] = {"theme light", "ns prod", "theme mono", "ns prod"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) palette_history_add(&h, lines[i]);
    assert_int_equal(h.count, 3);
    command_palette_open(&p, NULL, NULL);
    p.history = &h;
    PRESS(&p, command_palette_input, KEYP_UP);
    assert_string_equal(p.typed.text, "ns prod");
    PRESS(&p, command_palette_input, KEYP_UP);
    assert_string_equal(p.typed.text, "theme mono");
    PRESS(&p, command_palette_input, KEYP_DOWN);
    PRESS(&p, command_palette_input, KEYP_DOWN);
    assert_string_equal(p.typed.text, "");
    TYPE(&p, command_palette_input, "th");
    PRESS(&p, command_palette_input, KEYP_UP); /* of those that begin so */
    PRESS(&p, command_palette_input, KEYP_UP);
    PRESS(&p, command_palette_input, KEYP_UP);
    assert_string_equal(p.typed.text, "theme light");
    PRESS(&p, command_palette_input, KEYP_DOWN);
    assert_string_equal(p.typed.text, "theme mono");
    PRESS(&p, command_palette_input, KEYP_DOWN);
    assert_string_equal(p.typed.text, "th");
    command_palette_done(&p);
    command_palette_open(&p, "prod", NULL);
    p.history = &h;
    command_palette_input(&p, &(struct input){.type = INPUT_KEY, .key = 'r', .mods = MOD_CTRL});
    assert_string_equal(p.typed.text, "ns prod");
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    command_palette_done(&p);
    for (int i = 0; i < PALETTE_HISTORY + 5; i++) {
        char line[16];
        snprintf(line, sizeof line, "ns n%d", i);
        palette_history_add(&h, line);
    }
    assert_int_equal(h.count, PALETTE_HISTORY);
    assert_string_equal(h.line[PALETTE_HISTORY - 1], "ns n68");
    palette_history_done(&h);
}

static void test_palette_names_people_type(void **state)
{
    (void)state;
    struct command_palette p;
    struct canvas cv;
    command_palette_open(&p, "po", NULL);
    canvas_filled(&cv, 24, 80);
    command_palette_draw(&p, &cv);
    screen_check("palette-alias-80x24", &cv, false);
    assert_int_equal(PRESS(&p, command_palette_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "po");
    command_palette_open(&p, NULL, NULL); /* nothing typed: what no key has comes first */
    command_palette_draw(&p, &cv);
    screen_check("palette-empty-80x24", &cv, false);
    canvas_done(&cv);
}

static bool works_without_a_cluster(void *arg, const char *name)
{
    static const char *const none[] = {"kill-head", "drill", "deploy", "cleanup", "ask", "chat", "pause", "step"};
    (void)arg;
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        if (strcmp(none[i], name) == 0) return false;
    return true;
}

/* Every key that is listed works: in the pane in focus, with what there is now. */
static void test_help_lists_what_works(void **state)
{
    (void)state;
    static const struct {
        const struct pane_ops *pane;
        bool table;
        const char *name;
    } cases[] = {{&pods_pane_ops, true, "pods"}, {&timeline_pane_ops, false, "timeline"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct help_context about = {
            .pane = cases[i].pane, .table = cases[i].table, .rows = cases[i].table, .works = works_without_a_cluster};
        struct help h;
        struct canvas cv;
        char file[64];
        help_open(&h, &about);
        bool sort = false, mark = false, not_now = false;
        for (size_t n = 0; n < h.count; n++) {
            sort |= strcmp(h.line[n].name, "sort") == 0;
            mark |= strcmp(h.line[n].name, "mark") == 0;
            not_now |= strstr(h.line[n].help, "more do not work now") != NULL;
            assert_true(!h.line[n].name[0] || works_without_a_cluster(NULL, h.line[n].name));
            assert_true(strncmp(h.line[n].keys, "x ", 2) != 0 || strcmp(h.line[n].name, "restart-worker") == 0 ||
                        works_without_a_cluster(NULL, h.line[n].name));
        }
        assert_int_equal(sort, cases[i].table);
        assert_int_equal(mark, cases[i].table);
        assert_true(not_now);
        canvas_filled(&cv, 24, 80);
        help_size(&h, 24, 80);
        help_draw(&h, &cv);
        snprintf(file, sizeof file, "help-%s-80x24", cases[i].name);
        screen_check(file, &cv, false);
        canvas_done(&cv);
        help_done(&h);
    }
}

static bool all_but_kill(void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "kill-head") != 0;
}

static void test_palette_screen(void **state)
{
    (void)state;
    struct command_palette p;
    struct canvas cv;
    command_palette_open(&p, "k", &(struct palette_calls){.may = all_but_kill});
    canvas_filled(&cv, 24, 80);
    command_palette_draw(&p, &cv);
    screen_check("palette-80x24", &cv, false);
    canvas_done(&cv);
    canvas_filled(&cv, 10, 40);
    command_palette_open(&p, "zzz", NULL);
    command_palette_draw(&p, &cv);
    screen_check("palette-none-40x10", &cv, false);
    canvas_done(&cv);
}

static void test_prompt_box(void **state)
{
    (void)state;
    struct prompt_box p = {0};
    struct canvas cv;
    prompt_box_open(&p, "API server proxy");
    assert_int_equal(PRESS(&p, prompt_box_input, KEYP_ENTER), OVERLAY_STAYS);
    TYPE(&p, prompt_box_input, "  ");
    assert_int_equal(PRESS(&p, prompt_box_input, KEYP_ENTER), OVERLAY_STAYS);
    TYPE(&p, prompt_box_input, "What is a GCS?");
    canvas_filled(&cv, 24, 80);
    prompt_box_draw(&p, &cv);
    screen_check("prompt-80x24", &cv, false);
    canvas_done(&cv);
    assert_int_equal(PRESS(&p, prompt_box_input, KEYP_ENTER), OVERLAY_DONE);
    assert_string_equal(p.typed.text, "  What is a GCS?");
    prompt_box_open(&p, NULL);
    assert_string_equal(p.typed.text, "");
    PRESS(&p, prompt_box_input, KEYP_UP);
    assert_string_equal(p.typed.text, "  What is a GCS?");
    assert_int_equal(PRESS(&p, prompt_box_input, 'q'), OVERLAY_STAYS);
    assert_int_equal(PRESS(&p, prompt_box_input, KEYP_ESC), OVERLAY_CANCELLED);
    prompt_box_open(&p, NULL);
    TYPE(&p, prompt_box_input, "half a thought"); /* Up does not lose it */
    PRESS(&p, prompt_box_input, KEYP_UP);
    PRESS(&p, prompt_box_input, KEYP_UP);
    assert_string_equal(p.typed.text, "  What is a GCS?");
    PRESS(&p, prompt_box_input, KEYP_DOWN);
    assert_string_equal(p.typed.text, "half a thought");
    PRESS(&p, prompt_box_input, KEYP_DOWN);
    assert_string_equal(p.typed.text, "half a thought");
    prompt_box_done(&p);
    prompt_box_done(&p);
}

static enum overlay_result box_pasted(struct prompt_box *p, const char *text)
{
    return prompt_box_input(p, &(struct input){.type = INPUT_PASTE, .paste = text, .paste_len = strlen(text)});
}

/* A paste of several lines is for the conversation; one that is too long says so. */
static void test_prompt_box_pastes(void **state)
{
    (void)state;
    struct prompt_box p = {0};
    struct canvas cv;
    prompt_box_open(&p, "API server proxy");
    assert_int_equal(box_pasted(&p, "one line\n"), OVERLAY_STAYS);
    assert_string_equal(p.typed.text, "one line");
    assert_int_equal(box_pasted(&p, ", one\ntwo\n"), OVERLAY_DONE);
    assert_true(p.to_chat);
    assert_string_equal(p.typed.text, "one line, one\ntwo");
    prompt_box_open(&p, "API server proxy");
    char *big = mem_alloc(TEXTBOX_MAX + 1);
    memset(big, 'x', TEXTBOX_MAX);
    big[TEXTBOX_MAX] = '\0';
    assert_int_equal(box_pasted(&p, big), OVERLAY_STAYS);
    free(big);
    canvas_filled(&cv, 24, 80);
    prompt_box_draw(&p, &cv);
    char *drawn = canvas_dump(&cv, false);
    assert_non_null(strstr(drawn, "the paste is truncated"));
    free(drawn);
    canvas_done(&cv);
    prompt_box_done(&p);
}

static void put_service(struct fixture *f, const char *uid, const char *ns, const char *name, enum tri ft)
{
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, uid);
    record_set(&rs->ns, ns);
    record_set(&rs->name, name);
    record_set(&rs->service_status, "Running");
    rs->ft = ft;
    rs->created = known_u64(f->wall_ms - 86400000);
    fixture_put(f, "kube/rayservices", WORLD_KUBE, rs);
}

/* Its first deployment failed: KubeRay leaves serviceStatus empty. */
static void put_failed_service(struct fixture *f)
{
    struct rayservice *rs = record_new(TABLE_RAYSERVICE, "u3");
    record_set(&rs->ns, "qwen");
    record_set(&rs->name, "qwen-3");
    record_set(&rs->pending_cluster, "qwen-3-x7k2p");
    struct deployment *one = RECORD_APPEND(rs, pending);
    record_set(&one->app, "qwen");
    record_set(&one->app_status, "DEPLOY_FAILED");
    rs->created = known_u64(f->wall_ms - 60000);
    fixture_put(f, "kube/rayservices", WORLD_KUBE, rs);
}

static void test_picker(void **state)
{
    (void)state;
    struct fixture f;
    struct picker p = {0};
    struct canvas cv;
    const char *ns = NULL, *name = NULL;
    picker_done(&p);
    fixture_empty(&f);
    picker_open(&p);
    picker_update(&p, f.world, f.wall_ms);
    assert_false(picker_choice(&p, f.world, &ns, &name));
    assert_int_equal(PRESS(&p, picker_input, KEYP_ENTER), OVERLAY_STAYS);
    put_service(&f, "u1", "mistral", "mistral", TRI_YES);
    put_service(&f, "u2", "llama", "llama-3", TRI_NO);
    put_failed_service(&f);
    picker_update(&p, f.world, f.wall_ms);
    canvas_filled(&cv, 24, 80);
    picker_draw(&p, &cv);
    screen_check("picker-80x24", &cv, false);
    canvas_done(&cv);
    PRESS(&p, picker_input, KEYP_DOWN);
    assert_int_equal(PRESS(&p, picker_input, KEYP_ENTER), OVERLAY_DONE);
    assert_true(picker_choice(&p, f.world, &ns, &name));
    assert_string_equal(ns, "llama");
    assert_string_equal(name, "llama-3");
    assert_int_equal(PRESS(&p, picker_input, 'q'), OVERLAY_CANCELLED);
    picker_done(&p);
    fixture_done(&f);
}

static void test_help(void **state)
{
    static const int sizes[][2] = {{40, 120}, {24, 80}, {10, 40}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct help h;
        struct canvas cv;
        char file[64];
        help_open(&h, NULL);
        help_size(&h, sizes[i][0], sizes[i][1]);
        canvas_filled(&cv, sizes[i][0], sizes[i][1]);
        help_draw(&h, &cv);
        snprintf(file, sizeof file, "help-%dx%d", sizes[i][1], sizes[i][0]);
        screen_check(file, &cv, false);
        assert_int_equal(PRESS(&h, help_input, 'G'), OVERLAY_STAYS);
        const uint64_t last = h.view.top;
        PRESS(&h, help_input, 'j');
        assert_int_equal(h.view.top, last);
        PRESS(&h, help_input, 'g');
        PRESS(&h, help_input, 'k');
        assert_int_equal(h.view.top, 0);
        PRESS(&h, help_input, '/');
        for (const char *key = "q?"; *key; key++) /* typed, and no command */
            assert_int_equal(PRESS(&h, help_input, (uint32_t)*key), OVERLAY_STAYS);
        PRESS(&h, help_input, KEYP_BACKSPACE);
        PRESS(&h, help_input, KEYP_BACKSPACE);
        for (const char *key = "head"; *key; key++) PRESS(&h, help_input, (uint32_t)*key);
        help_size(&h, sizes[i][0], sizes[i][1]);
        help_draw(&h, &cv);
        char *drawn = canvas_dump(&cv, false);
        assert_non_null(strstr(drawn, "/head ")); /* no screen of its own: each new command would change it */
        assert_non_null(strstr(drawn, " 1/"));
        free(drawn);
        assert_int_equal(PRESS(&h, help_input, KEYP_ESC), OVERLAY_STAYS);
        assert_int_equal(PRESS(&h, help_input, '?'), OVERLAY_CANCELLED);
        help_done(&h);
        canvas_done(&cv);
    }
}

/* However small the screen is, nothing is drawn outside, nothing is hidden that must be answered. */
static void test_tiny(void **state)
{
    (void)state;
    for (int rows = 0; rows < 14; rows++)
        for (int cols = 0; cols < 50; cols += 3) {
            struct canvas cv;
            struct dialog d = {0};
            struct command_palette p;
            struct prompt_box b = {0};
            struct help h;
            canvas_init(&cv, rows, cols);
            dialog_open_kill(&d, &kill_mistral);
            command_palette_open(&p, "k", NULL);
            prompt_box_open(&b, "x");
            help_open(&h, NULL);
            dialog_draw(&d, &cv);
            if (rows >= 6 && cols >= 30) {
                char *text = canvas_dump(&cv, false);
                assert_non_null(strstr(text, "type mistral"));
                free(text);
            }
            command_palette_draw(&p, &cv);
            prompt_box_draw(&b, &cv);
            help_draw(&h, &cv);
            dialog_done(&d);
            canvas_done(&cv);
        }
}

static void test_prompt_to_chat(void **state)
{
    (void)state;
    struct prompt_box p = {.last = NULL};
    prompt_box_open(&p, NULL);
    TYPE(&p, prompt_box_input, "half a");
    assert_false(p.to_chat);
    assert_int_equal(PRESS(&p, prompt_box_input, KEYP_TAB), OVERLAY_DONE);
    assert_true(p.to_chat);
    assert_string_equal(p.typed.text, "half a");
    assert_null(p.last); /* it was not sent */
    prompt_box_open(&p, NULL);
    assert_false(p.to_chat);
    prompt_box_done(&p);
}

/* ---- the stack ---- */

struct owner {
    struct overlay_stack stack;
    int results[OVERLAY_ACTION + 1];
};

static void on_result(void *arg, enum overlay_result result)
{
    struct owner *owner = arg;
    owner->results[result]++;
    if (result != OVERLAY_ACTION) overlay_pop(&owner->stack);
}

static void press_top(struct owner *owner, const struct view *v, uint32_t code)
{
    struct overlay *top = owner->stack.top;
    const struct input in = key_input(code);
    overlay_finish(&owner->stack, top->ops->input(top, v, &in), owner);
}

/* A dialog over the steps that it is about: no is a no, Esc is none, and the steps are there again. */
static void test_a_dialog_over_the_steps(void **state)
{
    static const char *const names[] = {"apply"};
    (void)state;
    struct owner owner = {.results = {0}};
    struct steps steps;
    struct steps_view view = {.title = "Deploy", .steps = &steps, .asks = true};
    struct dialog d = {0};
    const struct view v = {.now_ms = 1};
    steps_init(&steps, names, 1);
    steps_view_open(&view);
    overlay_push(&owner.stack, &view.overlay, on_result);
    press_top(&owner, &v, KEYP_ENTER);
    assert_int_equal(owner.results[OVERLAY_ACTION], 1);
    assert_int_equal(view.action, STEPS_CONFIRM);
    assert_ptr_equal(owner.stack.top, &view.overlay);
    static const struct {
        uint32_t key;
        enum overlay_result result;
    } answers[] = {{KEYP_ESC, OVERLAY_CANCELLED}, {'n', OVERLAY_DECLINED}, {'y', OVERLAY_DONE}};
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        struct canvas cv;
        dialog_open(&d, "Apply this?", "body", NULL, false);
        overlay_push(&owner.stack, &d.overlay, on_result);
        assert_true(owner.stack.top->ops->asks);
        canvas_filled(&cv, 24, 80);
        overlays_update(&owner.stack, &v, 24, 80);
        overlays_draw(&owner.stack, &v, &cv);
        char *drawn = canvas_dump(&cv, false);
        assert_non_null(strstr(drawn, "Apply this?"));
        assert_non_null(strstr(drawn, "Deploy"));
        free(drawn);
        canvas_done(&cv);
        press_top(&owner, &v, answers[i].key);
        assert_int_equal(owner.results[answers[i].result], 1);
        assert_null(d.body); /* closed: what it held is freed */
        assert_ptr_equal(owner.stack.top, &view.overlay);
    }
    press_top(&owner, &v, 'n');
    assert_int_equal(owner.results[OVERLAY_DECLINED], 2);
    assert_null(owner.stack.top);
    overlay_pop(&owner.stack); /* none is open */
    steps_done(&steps);
}

/* Every kind: drawn on whatever size without having been updated for it, closed by Esc without a handler. */
static void test_every_overlay(void **state)
{
    (void)state;
    struct fixture f;
    struct overlay_stack stack = {NULL};
    struct steps steps;
    static const char *const names[] = {"apply"};
    struct help help;
    struct command_palette palette;
    struct prompt_box prompt = {0};
    struct chat *chat = mem_zero(1, sizeof *chat);
    struct picker picker;
    struct losses losses = {0};
    struct explain explain;
    struct dialog dialog;
    struct steps_view view = {.title = "Deploy", .steps = &steps};
    struct drill_view drill = {.title = "Drill", .steps = &steps};
    struct nodes_view nodes;
    struct overlay *const all[] = {&help.overlay,   &palette.overlay, &prompt.overlay,  &chat->overlay,
                                   &picker.overlay, &losses.overlay,  &explain.overlay, &dialog.overlay,
                                   &view.overlay,   &drill.overlay,   &nodes.overlay};
    const char *seen[ARRAY_LEN(all)];
    const struct input esc = key_input(KEYP_ESC);
    fixture_calm(&f);
    struct view v = fixture_view(&f);
    steps_init(&steps, names, 1);
    help_open(&help, NULL);
    command_palette_open(&palette, NULL, &(struct palette_calls){.may = all_but_kill});
    prompt_box_open(&prompt, NULL);
    chat_open(chat);
    picker_open(&picker);
    losses_open(&losses);
    explain_open(&explain, 0);
    dialog_open(&dialog, "Quit?", "body", NULL, false);
    steps_view_open(&view);
    drill_view_open(&drill);
    nodes_view_open(&nodes);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct overlay *o = all[i];
        overlay_push(&stack, o, NULL);
        for (int rows = 1; rows < 30; rows += 4)
            for (int cols = 1; cols < 100; cols += 9) {
                struct canvas cv;
                canvas_init(&cv, rows, cols);
                if (rows > 20) overlays_update(&stack, &v, rows, cols);
                overlays_draw(&stack, &v, &cv);
                canvas_done(&cv);
            }
        if (o->ops->resumed) o->ops->resumed(o);
        assert_ptr_equal(stack.top, o);
        seen[i] = o->ops->name;
        for (size_t j = 0; j < i; j++) assert_string_not_equal(seen[i], seen[j]);
        /* What is typed behind a '/' is text, or else its owner has to swallow it. */
        const struct input slash = key_input('/'), q = key_input('q');
        enum overlay_result result = OVERLAY_STAYS;
        if (!o->ops->no_text) {
            assert_int_equal(o->ops->input(o, &v, &slash), OVERLAY_STAYS);
            assert_int_equal(o->ops->input(o, &v, &q), OVERLAY_STAYS);
        }
        for (int escs = 0; escs < 3 && result == OVERLAY_STAYS; escs++) result = o->ops->input(o, &v, &esc);
        overlay_finish(&stack, result, NULL);
        assert_null(stack.top);
    }
    prompt_box_done(&prompt);
    steps_done(&steps);
    fixture_done(&f);
    free(chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialog_screens),
        cmocka_unit_test(test_a_question_says_that_it_is_not_yet_read),
        cmocka_unit_test(test_contexts_screens),
        cmocka_unit_test(test_clicks_in_a_list),
        cmocka_unit_test(test_kill_takes_only_the_name),
        cmocka_unit_test(test_a_paste_confirms_nothing),
        cmocka_unit_test(test_plain_y_where_allowed),
        cmocka_unit_test(test_kill_command),
        cmocka_unit_test(test_kill_says_what_it_means),
        cmocka_unit_test(test_kill_says_what_is_at_stake),
        cmocka_unit_test(test_palette_cuts_no_sentence),
        cmocka_unit_test(test_palette_completes),
        cmocka_unit_test(test_palette_chooses),
        cmocka_unit_test(test_help_lists_what_works),
        cmocka_unit_test(test_palette_completes_arguments),
        cmocka_unit_test(test_palette_history),
        cmocka_unit_test(test_palette_names_people_type),
        cmocka_unit_test(test_palette_ends),
        cmocka_unit_test(a_name_that_only_contains_the_word_is_not_run),
        cmocka_unit_test(test_palette_screen),
        cmocka_unit_test(test_prompt_box),
        cmocka_unit_test(test_prompt_box_pastes),
        cmocka_unit_test(test_picker),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_prompt_to_chat),
        cmocka_unit_test(test_tiny),
        cmocka_unit_test(test_a_dialog_over_the_steps),
        cmocka_unit_test(test_every_overlay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
