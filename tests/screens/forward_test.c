/* forward_test.c - the dialog of a port-forward and the list of forwarded ports, as text screens and by their keys. */
#include "tests/support/screen_file.h"
#include "tui/panes/forward_box.h"
#include "tui/panes/forwards_view.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const int sizes[][2] = {{40, 120}, {24, 80}, {12, 40}};

static enum overlay_result key_press(struct overlay *o, uint32_t key)
{
    return o->ops->input(o, NULL, &(struct input){.type = INPUT_KEY, .key = key});
}

static void overlay_screens(const struct overlay *o, const char *name)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct canvas cv;
        char file[64];
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        canvas_clear(&cv, ROLE_TEXT);
        o->ops->draw(o, NULL, &cv);
        snprintf(file, sizeof file, "%s-%dx%d", name, sizes[i][1], sizes[i][0]);
        screen_check(file, &cv, false);
        canvas_done(&cv);
    }
}

static void a_list_of_ports_closes_the_selected_one(void **state)
{
    (void)state;
    static const struct forwards_row rows[] = {
        {7860, 7860, "mistral", "service/mistral-chat", "up", "", ROLE_OK},
        {8265, 8265, "mistral", "pod/mistral-44qn2-head-d4544", "starting",
         "kubectl port-forward: kubectl ended with status 1: error: lost connection to pod", ROLE_WARN},
        {8000, 8000, "mistral", "service/mistral-serve-svc", "failed",
         "local port 8000 is taken: end the program that listens there, or choose another port", ROLE_BAD},
    };
    struct forwards_view f;
    forwards_view_open(&f);
    overlay_screens(&f.overlay, "forwards-none");
    assert_int_equal(forwards_view_choice(&f), 0);
    forwards_view_begin(&f);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) forwards_view_add(&f, &rows[i]);
    forwards_view_end(&f);
    overlay_screens(&f.overlay, "forwards");
    assert_int_equal(forwards_view_choice(&f), 7860);
    assert_int_equal(key_press(&f.overlay, KEYP_DOWN), OVERLAY_STAYS);
    assert_int_equal(forwards_view_choice(&f), 8265);
    overlay_screens(&f.overlay, "forwards-ended");
    assert_int_equal(key_press(&f.overlay, 'c'), OVERLAY_ACTION);
    assert_int_equal(key_press(&f.overlay, KEYP_ESC), OVERLAY_CANCELLED);
    f.overlay.ops->done(&f.overlay);
}

static void a_dialog_has_the_usual_port_of_its_target(void **state)
{
    (void)state;
    static const struct forward_target targets[] = {
        {"the selected pod", "pod/mistral-44qn2-head-d4544", "mistral", 8265},
        {"Serve", "service/mistral-serve-svc", "mistral", 8000},
        {"metrics of the head", "service/mistral-head-svc", "mistral", 8080},
    };
    struct forward_box *b = mem_zero(1, sizeof *b);
    forward_box_open(b, targets, 3);
    overlay_screens(&b->overlay, "forward-box");
    assert_int_equal(key_press(&b->overlay, KEYP_TAB), OVERLAY_STAYS);
    assert_string_equal(b->typed.text, "8000:8000");
    assert_int_equal(key_press(&b->overlay, KEYP_BACKTAB), OVERLAY_STAYS);
    assert_int_equal(key_press(&b->overlay, KEYP_UP), OVERLAY_STAYS);
    assert_string_equal(b->typed.text, "8080:8080");
    assert_int_equal(key_press(&b->overlay, 'x'), OVERLAY_STAYS);
    assert_int_equal(key_press(&b->overlay, KEYP_ENTER), OVERLAY_STAYS);
    assert_true(b->wrong);
    assert_int_equal(key_press(&b->overlay, KEYP_BACKSPACE), OVERLAY_STAYS);
    assert_false(b->wrong);
    assert_int_equal(key_press(&b->overlay, KEYP_ENTER), OVERLAY_DONE);
    assert_int_equal(b->local, 8080);
    assert_int_equal(b->remote, 8080);
    assert_int_equal(key_press(&b->overlay, KEYP_ESC), OVERLAY_CANCELLED);
    free(b);
}

static void ports_are_one_or_two_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      ":",        "8000:",    ":8000", "0",  "0:80",
                                      "65536", "80:65536", "80:80:80", "a",     "-1", " 80"};
    unsigned local = 1, remote = 2;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(forward_ports_parse(bad[i], &local, &remote));
        assert_int_equal(local, 1);
        assert_int_equal(remote, 2);
    }
    assert_true(forward_ports_parse("8265", &local, &remote));
    assert_int_equal(local, 8265);
    assert_int_equal(remote, 8265);
    assert_true(forward_ports_parse("1:65535", &local, &remote));
    assert_int_equal(local, 1);
    assert_int_equal(remote, 65535);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_list_of_ports_closes_the_selected_one),
                                       cmocka_unit_test(a_dialog_has_the_usual_port_of_its_target),
                                       cmocka_unit_test(ports_are_one_or_two_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
