/* record_command_test.c - recordings of a cluster: `raydeck record`, --record beside the console, :save, a loss that
 * saves itself; and what is never in one. */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/recording/frame_reader.h"
#include "backends/recording/recording_read.h"
#include "backends/recording/recordings_folder.h"
#include "backends/world/world.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAX = 64 << 20, USAGE = 2 };

/* The lines of all frames, as `zstd -dc` prints them. */
static char *lines_of(const char *path)
{
    struct buf file, all, lines;
    struct frame_found f;
    struct why why = {0};
    buf_init(&file, FILE_MAX);
    buf_init(&all, FILE_MAX);
    buf_init(&lines, FRAME_RAW_MAX);
    if (file_read(path, &file, &why)) fail_msg("%s", why.text);
    struct frame_scan scan = {.bytes = (const unsigned char *)file.data, .len = file.len};
    while (frame_next(&scan, &f)) {
        assert_int_equal(frame_lines(scan.bytes, &f, &lines, NULL), ERR_OK);
        buf_add(&all, buf_text(&lines), lines.len);
    }
    buf_done(&file);
    buf_done(&lines);
    return buf_take(&all);
}

/* The world at the end of a recording that has no problems. */
static struct world *world_of(const char *path)
{
    struct recording *r;
    struct recorded next;
    struct why why = {0};
    if (recording_open(path, &r, &why)) fail_msg("%s", why.text);
    struct world *w = world_new();
    while (recording_next(r, &next)) {
        if (next.change) world_apply(w, next.change);
        change_free(next.change);
    }
    assert_int_equal(recording_about(r)->problems, 0);
    recording_close(r);
    return w;
}

/* What must be in no recording: the token of the kubeconfig, and Redis' password. */
static void assert_no_secret(struct sim_run *sim, const char *text)
{
    static const char *const secrets[][3] = {{"kubeconfig", "token: ", "\n"}, {"env", "REDIS_PASSWORD=", "\n"}};
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
        struct buf file;
        char *path = mem_printf("%s/%s", sim_run_folder(sim), secrets[i][0]);
        buf_init(&file, 1 << 20);
        assert_int_equal(file_read(path, &file, NULL), ERR_OK);
        const char *at = strstr(buf_text(&file), secrets[i][1]);
        assert_non_null(at);
        at += strlen(secrets[i][1]);
        char *secret = mem_strn(at, strcspn(at, secrets[i][2]));
        assert_true(strlen(secret) >= 8);
        if (strstr(text, secret)) fail_msg("a recording holds the %s", secrets[i][1]);
        free(secret);
        free(path);
        buf_done(&file);
    }
}

static void a_record_has_three_worlds_and_no_secret(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    char *folder = run_folder(), *path = mem_printf("%s/a.rec", folder);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "record", path, "--for", "4", NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    if (r.status) fail_msg("status %d: %s%s", r.status, r.out, r.err);
    assert_non_null(strstr(r.err, "a.rec: 4s, "));
    run_done(&r);
    struct world *w = world_of(path);
    assert_int_equal(world_count(w, TABLE_RAYSERVICE), 1);
    (void)world_focus(w, world_first(w, TABLE_RAYSERVICE)->record->key);
    assert_true(world_count(w, TABLE_POD) >= 3);
    assert_true(world_count(w, TABLE_ACTOR) >= 1);
    assert_true(world_count(w, TABLE_CORE) >= 1);
    assert_true(world_count(w, TABLE_REQUEST) >= 1);
    world_free(w);
    char *lines = lines_of(path);
    assert_non_null(strstr(lines, "\"context\":\"raydeck-sim\""));
    assert_no_secret(sim, lines);
    free(lines);
    /* It is there now: another one leaves it alone. */
    r = run_program(argv, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, USAGE);
    assert_non_null(strstr(r.err, "is there already"));
    run_done(&r);
    free(path);
    run_remove(folder);
    sim_run_stop(sim);
}

static bool has_lines(const char *path, size_t wanted)
{
    struct recording *r = NULL;
    bool has = recording_open(path, &r, NULL) == ERR_OK && recording_about(r)->changes >= wanted;
    recording_close(r);
    return has;
}

/* kill -9 in the middle: what was flushed is there. */
static void a_killed_record_is_read_to_that_moment(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    char *folder = run_folder(), *path = mem_printf("%s/killed.rec", folder);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "record", path, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv});
    for (int i = 0; i < DEADLINE_MS / 100 && !has_lines(path, 100); i++) pty_pump(p, 100);
    pty_signal(p, SIGKILL);
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 128 + SIGKILL);
    pty_stop(p);
    struct recording *r = NULL;
    assert_int_equal(recording_open(path, &r, NULL), ERR_OK);
    const struct recording_about *a = recording_about(r);
    assert_true(a->changes >= 100);
    assert_int_equal(a->problems, 1);
    assert_non_null(strstr(a->problem[0], "cut off"));
    recording_close(r);
    free(path);
    run_remove(folder);
    sim_run_stop(sim);
}

static void a_record_ends_whole_with_a_signal(void **state)
{
    (void)state;
    struct sim_run *sim = sim_run_start(NULL);
    char *folder = run_folder(), *path = mem_printf("%s/ended.rec", folder);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "record", path, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv});
    for (int i = 0; i < DEADLINE_MS / 100 && !has_lines(path, 50); i++) pty_pump(p, 100);
    pty_signal(p, SIGTERM);
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);
    struct world *w = world_of(path); /* without a problem */
    assert_true(world_count(w, TABLE_POD) >= 3);
    world_free(w);
    free(path);
    run_remove(folder);
    sim_run_stop(sim);
}

static void bad_words_make_no_file(void **state)
{
    (void)state;
    static const char *const bad[][5] = {{"record"},
                                         {"record", "x.rec", "y.rec"},
                                         {"record", "/nowhere/at all/x.rec", "--kubeconfig", "none"},
                                         {"record", "/dev/full", "--kubeconfig", "none"},
                                         {"record", "x.rec", "--for", "0"},
                                         {"record", "x.rec", "--for", "soon"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *argv[8] = {run_raydeck()};
        for (size_t k = 0; k < 5 && bad[i][k]; k++) argv[1 + k] = bad[i][k];
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        if (r.status != USAGE || !*r.err) fail_msg("%zu: status %d: %s", i, r.status, r.err);
        assert_int_equal(access("x.rec", F_OK), -1);
        run_done(&r);
    }
}

struct console {
    char *folder, *state_env;
    struct sim_run *sim;
    struct pty *pty;
};

static struct console console_start(const char *option, const char *value)
{
    struct console c = {.folder = run_folder(), .sim = sim_run_start(NULL)};
    c.state_env = mem_printf("XDG_STATE_HOME=%s/state", c.folder);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(c.sim), option, value, NULL};
    const char *const env[] = {c.state_env, NULL};
    c.pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 24, .cols = 120});
    pty_see(c.pty, "ANSWERING +YES");
    return c;
}

static void console_kill(struct console *c)
{
    pty_send(c->pty, "xk");
    pty_see(c->pty, "y yes, do it");
    pty_send(c->pty, "y");
    pty_see(c->pty, "HEAD DOWN");
}

static void console_end(struct console *c)
{
    pty_stop(c->pty);
    sim_run_stop(c->sim);
    run_remove(c->folder);
    free(c->state_env);
}

static void what_just_happened_can_be_saved(void **state)
{
    (void)state;
    struct console c = console_start(NULL, NULL);
    char *path = mem_printf("%s/mine.rec", c.folder), *command = mem_printf(":save %s\r", path);
    pty_send(c.pty, ":recordings\r");
    pty_see(c.pty, "none was saved yet");
    pty_send(c.pty, "\x1b");
    pty_wait_gone(c.pty, "none was saved yet", DEADLINE_MS);
    pty_send(c.pty, command);
    pty_see(c.pty, "saved, [0-9.]+ .*: ");
    struct world *w = world_of(path);
    assert_int_equal(world_count(w, TABLE_RAYSERVICE), 1);
    world_free(w);
    char *lines = lines_of(path);
    assert_no_secret(c.sim, lines);
    free(lines);
    pty_send(c.pty, ":save\r");
    pty_see(c.pty, "saved, .*/state/raydeck/recordings/saved-");
    pty_send(c.pty, ":recordings\r");
    pty_see(c.pty, "saved-[0-9]+T[0-9]+Z.*\\.rec");
    pty_send(c.pty, "\x1b");
    free(path);
    free(command);
    console_end(&c);
}

static void a_loss_of_the_head_saves_itself(void **state)
{
    (void)state;
    struct console c = console_start(NULL, NULL);
    char *folder = mem_printf("%s/state/raydeck/recordings", c.folder);
    console_kill(&c);
    struct recordings_list list = {.count = 0};
    for (int i = 0; i < DEADLINE_MS / 100 && !list.count; i++) {
        pty_pump(c.pty, 100);
        recordings_list_done(&list);
        assert_int_equal(recordings_list(folder, &list, NULL), ERR_OK);
    }
    assert_int_equal(list.count, 1);
    assert_int_equal(strncmp(list.item[0].name, "loss-", 5), 0);
    char *path = mem_printf("%s/%s", folder, list.item[0].name);
    struct world *w = world_of(path);
    assert_int_equal(world_count(w, TABLE_RAYSERVICE), 1);
    world_free(w);
    recordings_list_done(&list);
    free(path);
    free(folder);
    console_end(&c);
}

static void without_a_recorder_nothing_is_kept(void **state)
{
    (void)state;
    struct console c = console_start("--no-recorder", NULL);
    char *folder = mem_printf("%s/state/raydeck/recordings", c.folder);
    pty_send(c.pty, ":save\r");
    pty_see(c.pty, "the flight recorder is off");
    console_kill(&c);
    pty_pump(c.pty, 2500);
    assert_int_equal(run_entries(folder), 0);
    free(folder);
    console_end(&c);
}

/* Beside the console, with stand-ins: no address of the cluster is in it, and what was asked is not. */
static void a_redacted_recording_can_be_handed_on(void **state)
{
    (void)state;
    char *folder = run_folder(), *path = mem_printf("%s/redacted.rec", folder);
    struct sim_run *sim = sim_run_start(NULL);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "--redact", "--record", path, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 24, .cols = 120});
    pty_see(p, "ANSWERING +YES");
    pty_send(p, "p");
    pty_see(p, "API server proxy");
    pty_send(p, "my private question\r");
    pty_see(p, "answered in");
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);
    char *lines = lines_of(path), node[128] = "";
    assert_null(strstr(lines, "my private question"));
    assert_non_null(strstr(lines, "[redacted]"));
    assert_non_null(strstr(lines, "\"redacted\":true"));
    assert_no_secret(sim, lines);
    free(lines);
    /* Stand-ins agree: the endpoints' addresses are those of pods still. */
    struct world *w = world_of(path);
    size_t joined = 0;
    WORLD_EACH (row, w, TABLE_SLICE) {
        const struct slice *s = ROW(row, slice);
        for (size_t i = 0; i < s->endpoints_count; i++)
            joined += world_with(w, POD_BY_IP, s->ns, s->endpoints[i].address) != NULL;
    }
    assert_true(joined >= 1);
    WORLD_EACH (row, w, TABLE_POD) {
        if (ROW(row, pod)->node) snprintf(node, sizeof node, "%s", ROW(row, pod)->node);
    }
    const char *const status[] = {run_raydeck(), "--config", sim_run_config(sim), "status", "-o", "json", NULL};
    struct run r = run_program(status, NULL, NULL, DEADLINE_MS);
    assert_true(node[0]);
    assert_non_null(strstr(r.out, "\"ip-100-64-"));
    char *quoted = mem_printf("\"%s\"", node);
    assert_null(strstr(r.out, quoted));
    free(quoted);
    run_done(&r);
    world_free(w);
    free(path);
    run_remove(folder);
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_has_three_worlds_and_no_secret),
        cmocka_unit_test(a_killed_record_is_read_to_that_moment),
        cmocka_unit_test(a_record_ends_whole_with_a_signal),
        cmocka_unit_test(bad_words_make_no_file),
        cmocka_unit_test(what_just_happened_can_be_saved),
        cmocka_unit_test(a_loss_of_the_head_saves_itself),
        cmocka_unit_test(without_a_recorder_nothing_is_kept),
        cmocka_unit_test(a_redacted_recording_can_be_handed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
