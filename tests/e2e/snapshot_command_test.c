/* snapshot_command_test.c - `raydeck snapshot` as somebody would run it: on a recording and on the simulated cluster,
 * and the picture in README.md is what it draws. */
#include "backends/aws/xml_walk.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { USAGE = 2, PICTURE_BYTES = 32 * 1024 };
#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"
#define README_PICTURE "docs/console.svg"

#define RUN(...) run_program((const char *const[]){run_raydeck(), __VA_ARGS__, NULL}, NULL, NULL, DEADLINE_MS)

static void text_has(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (!strstr(text, *words)) fail_msg("no \"%s\" in:\n%s", *words, text);
}

static size_t lines_of(const char *text)
{
    size_t count = 0;
    for (; *text; text++) count += *text == '\n';
    return count;
}

static void a_recording_is_drawn_as_text(void **state)
{
    (void)state;
    struct run r = RUN("snapshot", HEAD_KILL, "--at", "+31");
    assert_int_equal(r.status, 0);
    text_has(r.out,
             (const char *const[]){"REPLAY", "HEAD DOWN        7.1s", "Recovery", "3 GCS in Redis", "? help", NULL});
    assert_int_equal(lines_of(r.out), 40);
    assert_null(strchr(r.out, '\033'));
    run_done(&r);
    r = RUN("snapshot", HEAD_KILL, "--at", "+31", "--size", "80x24", "--ascii", "--text");
    assert_int_equal(lines_of(r.out), 24);
    for (const char *c = r.out; *c; c++) assert_true((unsigned char)*c < 0x80);
    run_done(&r);
    r = RUN("snapshot", HEAD_KILL, "--at", "+31", "--redact");
    text_has(r.out, (const char *const[]){"REDACTED", "HEAD DOWN", NULL});
    run_done(&r);
}

/* Each pane alone, and the overlays that a view alone fills; what is none, or is not shown then, says so. */
static void every_page_has_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *page, *has;
    } pages[] = {{"pods", "K8S NODE"},   {"cores", "2 NeuronCores"},    {"heat", "tenths"},
                 {"gcs", "TABLE"},       {"requests", "probe GET"},     {"events", "ABOUT"},
                 {"doctor", "Doctor"},   {"timeline", "Timeline"},      {"recovery", "delete accepted"},
                 {"stage", "ANSWERING"}, {"nodes", "Kubernetes nodes"}, {"losses", "The last two head losses"},
                 {"explain 3", "3/6"}};
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        struct run r = RUN("snapshot", HEAD_KILL, "--at", "+31", "--page", pages[i].page);
        assert_int_equal(r.status, 0);
        assert_int_equal(lines_of(r.out), 40);
        text_has(r.out, (const char *const[]){pages[i].has, NULL});
        run_done(&r);
    }
    struct run r = RUN("snapshot", HEAD_KILL, "--at", "+31", "--page", "logs");
    assert_int_equal(r.status, USAGE);
    text_has(r.err, (const char *const[]){"logs: no such page: recovery, pods, cores", NULL});
    run_done(&r);
    r = RUN("snapshot", HEAD_KILL, "--at", "+31", "--page", "explain 9");
    assert_int_equal(r.status, USAGE);
    run_done(&r);
    r = RUN("snapshot", HEAD_KILL, "--at", "+1", "--page", "recovery");
    assert_int_not_equal(r.status, 0);
    text_has(r.err, (const char *const[]){"recovery: not shown at that moment", NULL});
    assert_string_equal(r.out, "");
    run_done(&r);
}

static void json_has_the_roles(void **state)
{
    (void)state;
    struct run r = RUN("snapshot", HEAD_KILL, "--at", "+31", "--json");
    cJSON *root = cJSON_Parse(r.out);
    assert_non_null(root);
    assert_int_equal(cJSON_GetArraySize(json_get(root, "lines")), 40);
    const cJSON *answer = cJSON_GetArrayItem(json_get(root, "lines"), 2);
    const cJSON *word = cJSON_GetArrayItem(answer, 1);
    assert_string_equal(json_str(word, "role"), "ok");
    assert_string_equal(json_str(word, "text"), "YES");
    cJSON_Delete(root);
    run_done(&r);
}

static void on_element(void *arg, const char *path, const char *text)
{
    (void)arg;
    (void)path;
    (void)text;
}

/* README.md shows what the program draws: RAYDECK_ACCEPT=1 draws it anew. */
static void the_picture_of_the_readme_is_the_tools_own(void **state)
{
    (void)state;
    char *folder = run_folder(), *path = mem_printf("%s/x.svg", folder);
    struct why why = {0};
    size_t len;
    struct run r = RUN("snapshot", HEAD_KILL, "--at", "+31", "--svg", path);
    assert_int_equal(r.status, 0);
    run_done(&r);
    char *drawn = fixture_read(path, &len);
    if (xml_walk(drawn, len, &(struct xml_calls){.close = on_element}, &why)) fail_msg("%s", why.text);
    text_has(drawn, (const char *const[]){"prefers-color-scheme: dark", ">HEAD DOWN</tspan>", NULL});
    assert_null(strstr(drawn, "<script"));
    assert_true(len < PICTURE_BYTES);
    if (getenv("RAYDECK_ACCEPT")) assert_int_equal(file_write(README_PICTURE, drawn, len, NULL), ERR_OK);
    char *kept = fixture_read(README_PICTURE, NULL), *readme = fixture_read("README.md", NULL);
    assert_string_equal(drawn, kept);
    text_has(readme,
             (const char *const[]){"](" README_PICTURE ")", "raydeck snapshot " HEAD_KILL " --at +31 --svg", NULL});
    free(readme);
    free(drawn);
    free(kept);
    free(path);
    run_remove(folder);
}

static void the_simulated_cluster_is_drawn(void **state)
{
    (void)state;
    struct run r = RUN("snapshot", "demo", "--speed", "10", "--at", "+30");
    if (r.status) fail_msg("%d: %s", r.status, r.err);
    text_has(r.out, (const char *const[]){"DEMO", "ANSWERING        YES", "head   mistral-", "x act", NULL});
    run_done(&r);
    r = RUN("snapshot", "demo", "--speed", "10", "--at", "+30", "--size", "160x45"); /* with room for x's keys */
    text_has(r.out, (const char *const[]){"k kill", NULL});
    run_done(&r);
}

static void what_cannot_be_drawn_says_why(void **state)
{
    (void)state;
    const struct {
        const char *argv[6], *said;
    } bad[] = {{{"/dev/zero"}, "not a regular file"},
               {{HEAD_KILL, "--at", "soon"}, "is expected"},
               {{HEAD_KILL, "--size", "10x10"}, "COLSxROWS is expected"},
               {{HEAD_KILL, "--size", "80x24x"}, "COLSxROWS is expected"},
               {{HEAD_KILL, "--svg", "/nowhere/x.svg"}, "/nowhere/x.svg"},
               {{HEAD_KILL, "--svg", "/nowhere/x.svg", "--json"}, "one of them"},
               {{HEAD_KILL, "--svg", "/nowhere/x.svg", "--theme", "pink"}, "no theme called pink"},
               {{HEAD_KILL, "--theme", "dark"}, "--theme has no effect on snapshot without --svg"},
               {{"demo", "--at", "-3"}, "seconds from its start"},
               {{HEAD_KILL, "status"}, "FILE, or demo"},
               {{"--at", "+3"}, "--at has no effect on snapshot of a cluster"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *argv[10] = {run_raydeck(), "snapshot"};
        for (size_t k = 0; k < 6 && bad[i].argv[k]; k++) argv[k + 2] = bad[i].argv[k];
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        if (r.status != USAGE || !strstr(r.err, bad[i].said) || *r.out)
            fail_msg("case %zu: status %d: %s%s", i, r.status, r.err, r.out);
        run_done(&r);
    }
}

/* On the screen, on its message line, and by `status`; a folder without a kubeconfig is home. */
static void without_a_cluster_the_demo_is_offered(void **state)
{
    (void)state;
    char *folder = run_folder(), *home = mem_printf("HOME=%s", folder);
    const char *argv[] = {run_raydeck(), "--no-recorder", NULL}, *env[] = {home, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = env});
    pty_see(p, "^  no cluster\\? raydeck demo$");
    pty_see(p, "^ no cluster\\? raydeck demo$"); /* the message */
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);
    struct run r =
        run_program((const char *const[]){run_raydeck(), "status", "--timeout", "3", NULL}, env, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 3);
    text_has(r.out, (const char *const[]){"no kubeconfig", "no cluster? raydeck demo", NULL});
    run_done(&r);
    free(home);
    run_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_is_drawn_as_text),
        cmocka_unit_test(every_page_has_a_name),
        cmocka_unit_test(json_has_the_roles),
        cmocka_unit_test(the_picture_of_the_readme_is_the_tools_own),
        cmocka_unit_test(the_simulated_cluster_is_drawn),
        cmocka_unit_test(what_cannot_be_drawn_says_why),
        cmocka_unit_test(without_a_cluster_the_demo_is_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
