/*
 * arming_console_test.c - the console's READ-ONLY: disarming works everywhere, a cluster is not armed by another's
 * name, and a state folder whose file system hangs stops nothing and arms nothing.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/loop.h"
#include "tui/arming.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A state folder of the test's own, and the files that tell the preloaded library what to do. */
struct place {
    char *folder, *state, *hang, *log;
    char *hang_env, *log_env, *preload, *asan;
};

static struct place place_new(void)
{
    struct place p = {.folder = run_folder(), .preload = run_preload("slow_files")};
    const char *asan = getenv("ASAN_OPTIONS");
    p.state = mem_printf("XDG_STATE_HOME=%s/state", p.folder);
    p.hang = mem_printf("%s/hang", p.folder);
    p.log = mem_printf("%s/log", p.folder);
    p.hang_env = mem_printf("SLOW_FILES_HANG=%s", p.hang);
    p.log_env = mem_printf("SLOW_FILES_LOG=%s", p.log);
    p.asan = mem_printf("ASAN_OPTIONS=%s%sverify_asan_link_order=0", asan ? asan : "", asan ? ":" : "");
    return p;
}

static void place_done(struct place *p)
{
    run_remove(p->folder);
    char *all[] = {p->state, p->hang, p->log, p->hang_env, p->log_env, p->preload, p->asan};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) free(all[i]);
}

/* option: --config or --kubeconfig. */
static struct pty *console_start(const struct place *p, const char *option, const char *file)
{
    const char *const argv[] = {run_raydeck(), "--no-probe", "--neuron", "none", option, file, NULL};
    const char *const env[] = {p->state,   p->hang_env, p->log_env, "SLOW_FILES_NAME=armed.json",
                               p->preload, p->asan,     NULL};
    struct pty *pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
    pty_see(pty, "head +mistral-.*-head-");
    return pty;
}

static void console_leave(struct pty *pty)
{
    pty_send(pty, "\003");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 130);
    assert_true(pty_modes_restored(pty));
    pty_stop(pty);
}

/* Esc alone: what follows at once would make another key of it. */
static void overlay_escape(struct pty *pty, const char *what)
{
    pty_send(pty, "\033");
    assert_true(pty_wait_gone(pty, what, DEADLINE_MS));
}

static void console_arm(struct pty *pty)
{
    pty_send(pty, ":arm\r");
    pty_see(pty, "Arm this context");
    pty_see(pty, "y yes, do it");
    pty_send(pty, "y");
}

static void a_development_context_is_disarmed(void **state)
{
    (void)state;
    struct place p = place_new();
    struct sim_run *sim = sim_run_start((const char *const[]){"--speed", "5", NULL});
    struct pty *pty = console_start(&p, "--config", sim_run_config(sim));
    pty_send(pty, ":disarm\r");
    pty_see(pty, "READ-ONLY again");
    pty_see(pty, "raydeck-sim.*READ-ONLY");
    pty_send(pty, "xk");
    pty_see(pty, "Arm this context");
    pty_see(pty, "until :disarm");
    overlay_escape(pty, "Arm this context");
    /* Another console is told by the file. */
    struct pty *second = console_start(&p, "--config", sim_run_config(sim));
    pty_see(second, "raydeck-sim.*READ-ONLY");
    console_arm(second);
    pty_see(second, "changes are allowed again");
    assert_true(pty_wait_gone(second, "raydeck-sim.*READ-ONLY", DEADLINE_MS));
    console_leave(second);
    pty_send(pty, "xk"); /* a decision reads the file anew */
    pty_see(pty, "Kill the Ray head");
    overlay_escape(pty, "Kill the Ray head");
    console_leave(pty);
    sim_run_stop(sim);
    place_done(&p);
}

/* Arming would not help: the right is missing. */
static void who_may_not_delete_is_told_so_before_arming(void **state)
{
    (void)state;
    struct place p = place_new();
    struct sim_run *sim = sim_run_start(NULL);
    free(sim_run_say(sim, "deny delete pods"));
    char *kubeconfig = mem_printf("%s/kubeconfig", sim_run_folder(sim));
    struct pty *pty = console_start(&p, "--kubeconfig", kubeconfig);
    pty_see(pty, "READ-ONLY");
    pty_send(pty, ":doctor\r"); /* the review has been answered */
    pty_see(pty, "this user may not delete pods");
    pty_send(pty, "xk");
    pty_see(pty, "kill-head: this user may not delete pods in mistral");
    char *screen = pty_screen(pty);
    assert_null(strstr(screen, "Arm this context"));
    free(screen);
    console_leave(pty);
    const char *const argv[] = {run_raydeck(), "kill-head", "--kubeconfig", kubeconfig, NULL};
    struct run r = run_program(argv, (const char *const[]){p.state, NULL}, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 4);
    assert_non_null(strstr(r.err, "this user may not delete pods in mistral"));
    run_done(&r);
    free(kubeconfig);
    sim_run_stop(sim);
    place_done(&p);
}

static void one_context_name_in_two_kubeconfigs_is_two_clusters(void **state)
{
    (void)state;
    struct place p = place_new();
    struct sim_run *one = sim_run_start(NULL), *two = sim_run_start(NULL);
    char *file_one = mem_printf("%s/kubeconfig", sim_run_folder(one));
    char *file_two = mem_printf("%s/kubeconfig", sim_run_folder(two));
    struct pty *pty = console_start(&p, "--kubeconfig", file_one);
    console_arm(pty);
    pty_see(pty, "ARMED 1[345]m");
    struct pty *other = console_start(&p, "--kubeconfig", file_two);
    pty_see(other, "raydeck-sim.*READ-ONLY");
    pty_send(other, "xk");
    pty_see(other, "Arm this context");
    overlay_escape(other, "Arm this context");
    console_leave(other);
    console_leave(pty);
    /* Marked as development is the first one alone. */
    char *config = mem_printf("%s/config.yaml", p.folder);
    struct buf text;
    struct why why = {0};
    buf_init(&text, 65536);
    assert_int_equal(file_read(sim_run_config(one), &text, &why), ERR_OK);
    char *marks = strstr(buf_text(&text), "contexts:");
    assert_non_null(marks);
    char *mixed = mem_printf("kubeconfig: %s\n%s", file_two, marks);
    assert_int_equal(file_write(config, mixed, strlen(mixed), &why), ERR_OK);
    other = console_start(&p, "--config", config);
    pty_see(other, "raydeck-sim.*READ-ONLY");
    console_leave(other);
    buf_done(&text);
    free(mixed);
    free(config);
    free(file_one);
    free(file_two);
    sim_run_stop(one);
    sim_run_stop(two);
    place_done(&p);
}

static void a_state_folder_that_hangs_stops_and_arms_nothing(void **state)
{
    (void)state;
    struct place p = place_new();
    struct why why = {0};
    struct sim_run *sim = sim_run_start((const char *const[]){"--speed", "5", NULL});
    struct pty *pty = console_start(&p, "--config", sim_run_config(sim));
    assert_int_equal(file_write(p.hang, "", 0, &why), ERR_OK);
    pty_send(pty, "xk");
    pty_see(pty, "no answer from the file system in 2 s");
    pty_see(pty, "raydeck-sim.*READ-ONLY");
    pty_send(pty, "?"); /* the loop lives */
    pty_see(pty, "In this pane");
    overlay_escape(pty, "In this pane");
    console_leave(pty); /* with the read still in flight */
    unlink(p.hang);
    sim_run_stop(sim);
    place_done(&p);
}

/* The help over a question answers it with nothing that is typed there, and the question is read anew before it takes
 * an answer. */
static void the_help_over_a_question_answers_nothing(void **state)
{
    (void)state;
    struct place p = place_new();
    struct sim_run *sim = sim_run_start((const char *const[]){"--speed", "5", NULL});
    struct pty *pty = console_start(&p, "--config", sim_run_config(sim));
    char *before = sim_run_say(sim, "state");
    pty_send(pty, "xk");
    pty_see(pty, "Kill the Ray head");
    pty_see(pty, "y yes, do it .* help");
    pty_send(pty, "?");
    pty_see(pty, "In this question");
    pty_send(pty, "\ryy\r");
    overlay_escape(pty, "In this question");
    pty_see(pty, "Kill the Ray head");
    pty_see(pty, "y yes, do it");
    pty_send(pty, "\033OP");
    pty_see(pty, "In this question");
    pty_send(pty, "\033");
    assert_true(pty_wait_gone(pty, "In this question", DEADLINE_MS));
    pty_see(pty, "y yes, do it");
    char *after = sim_run_say(sim, "state");
    assert_string_equal(strstr(after, " mistral-"), strstr(before, " mistral-"));
    pty_send(pty, "y");
    pty_see(pty, "delete accepted");
    console_leave(pty);
    free(before);
    free(after);
    sim_run_stop(sim);
    place_done(&p);
}

/* Disarmed by another console between the question and its answer. */
static void a_confirmed_dialog_reads_the_file_once_more(void **state)
{
    (void)state;
    struct place p = place_new();
    struct why why = {0};
    struct buf disarmed;
    char *path = mem_printf("%s/state/raydeck/armed.json", p.folder);
    struct sim_run *sim = sim_run_start((const char *const[]){"--speed", "5", NULL});
    struct pty *pty = console_start(&p, "--config", sim_run_config(sim));
    char *before = sim_run_say(sim, "state");
    pty_send(pty, ":disarm\r");
    pty_see(pty, "READ-ONLY again");
    buf_init(&disarmed, ARMED_FILE_MAX);
    assert_int_equal(file_read(path, &disarmed, &why), ERR_OK);
    assert_int_equal(unlink(path), 0);
    assert_true(pty_wait_gone(pty, "raydeck-sim.*READ-ONLY", DEADLINE_MS));
    pty_send(pty, "xk");
    pty_see(pty, "Kill the Ray head");
    pty_see(pty, "y yes, do it");
    assert_int_equal(file_write(path, buf_text(&disarmed), disarmed.len, &why), ERR_OK);
    pty_send(pty, "y");
    pty_see(pty, "READ-ONLY: this context was disarmed");
    char *after = sim_run_say(sim, "state");
    assert_string_equal(strstr(after, " mistral-"), strstr(before, " mistral-"));
    console_leave(pty);
    free(before);
    free(after);
    free(path);
    buf_done(&disarmed);
    sim_run_stop(sim);
    place_done(&p);
}

static struct pty *kill_head(const struct place *p, const char *kubeconfig)
{
    const char *const argv[] = {run_raydeck(), "--neuron", "none", "--kubeconfig", kubeconfig, "kill-head", NULL};
    const char *const env[] = {p->state, p->hang_env, "SLOW_FILES_NAME=armed.json", p->preload, p->asan, NULL};
    return pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
}

static void a_state_folder_that_hangs_holds_no_command(void **state)
{
    (void)state;
    struct place p = place_new();
    struct why why = {0};
    struct sim_run *sim = sim_run_start((const char *const[]){"--speed", "5", NULL});
    char *file = mem_printf("%s/kubeconfig", sim_run_folder(sim));
    assert_int_equal(file_write(p.hang, "", 0, &why), ERR_OK);
    struct pty *pty = kill_head(&p, file);
    pty_see(pty, "READ-ONLY: no answer from the file system in 2 s");
    pty_see(pty, "y or n:\n> *$");
    pty_send(pty, "y\n");
    pty_see(pty, "not armed: no answer from the file system in 2 s");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 3);
    pty_stop(pty);
    pty = kill_head(&p, file);
    pty_see(pty, "y or n:\n> *$");
    pty_send(pty, "y\n");
    pty_send(pty, "\003");
    pty_see(pty, "interrupted: nothing was deleted");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 130);
    pty_stop(pty);
    unlink(p.hang);
    free(file);
    sim_run_stop(sim);
    place_done(&p);
}

static off_t open_log_size(const struct place *p)
{
    struct stat st;
    return stat(p->log, &st) ? 0 : st.st_size;
}

static bool some_time_has_passed(struct pty *pty, void *until)
{
    (void)pty;
    return loop_now_ms() >= *(uint64_t *)until;
}

/* Armed, the clock on the screen ticks ten times a second; the file is not read for that. */
static void the_file_is_not_read_in_a_tick(void **state)
{
    (void)state;
    struct place p = place_new();
    struct sim_run *sim = sim_run_start(NULL);
    char *file = mem_printf("%s/kubeconfig", sim_run_folder(sim));
    struct pty *pty = console_start(&p, "--kubeconfig", file);
    console_arm(pty);
    pty_see(pty, "ARMED 1[345]m");
    const off_t before = open_log_size(&p);
    const uint64_t began = loop_now_ms();
    uint64_t until = began + 4000;
    pty_wait(pty, some_time_has_passed, &until, DEADLINE_MS);
    const uint64_t ms = loop_now_ms() - began;
    if ((uint64_t)(open_log_size(&p) - before) > 1 + ms / 2000)
        fail_msg("armed.json was opened %ld times in %llu ms", (long)(open_log_size(&p) - before),
                 (unsigned long long)ms);
    console_leave(pty);
    free(file);
    sim_run_stop(sim);
    place_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_development_context_is_disarmed),
        cmocka_unit_test(who_may_not_delete_is_told_so_before_arming),
        cmocka_unit_test(one_context_name_in_two_kubeconfigs_is_two_clusters),
        cmocka_unit_test(the_help_over_a_question_answers_nothing),
        cmocka_unit_test(a_confirmed_dialog_reads_the_file_once_more),
        cmocka_unit_test(a_state_folder_that_hangs_stops_and_arms_nothing),
        cmocka_unit_test(a_state_folder_that_hangs_holds_no_command),
        cmocka_unit_test(the_file_is_not_read_in_a_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
