/* timeline_command_test.c - `raydeck timeline`: text and picture of a recording, the same in a report, and what it
 * refuses. */
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/run.h"

#include "backends/aws/xml_walk.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { USAGE = 2, CUT = 3000 };
#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"
#define README_PICTURE "docs/timeline.svg"

#define RUN(...) run_program((const char *const[]){run_raydeck(), __VA_ARGS__, NULL}, NULL, NULL, DEADLINE_MS)

static void text_has(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (!strstr(text, *words)) fail_msg("no \"%s\" in:\n%s", *words, text);
}

static void on_element(void *arg, const char *path, const char *text)
{
    (void)arg;
    (void)path;
    (void)text;
}

static void file_is_svg(const char *path)
{
    size_t len;
    struct why why = {0};
    char *text = fixture_read(path, &len);
    if (xml_walk(text, len, &(struct xml_calls){.close = on_element}, &why)) fail_msg("%s: %s", path, why.text);
    text_has(text, (const char *const[]){"<svg ", "2whjp", "8m2nh", "class=\"died\"", "at the cursor", NULL});
    free(text);
}

static void a_recording_is_drawn(void **state)
{
    (void)state;
    char *folder = run_folder(), *path = mem_printf("%s/x.svg", folder);
    struct run r = RUN("timeline", HEAD_KILL, "--at", "+34");
    assert_int_equal(r.status, 0);
    text_has(r.out, (const char *const[]){"RayService mistral/mistral", "T0 = delete accepted", "head   2whjp",
                                          "        8m2nh", "╳", "GCS    heartbeat", "Running 1/1, 0 restarts",
                                          "9   +14.1s  Serve RUNNING", "cursor +10.1s", NULL});
    run_done(&r);
    r = RUN("timeline", HEAD_KILL, "--from", "+4", "--to", "+20"); /* before the kill: no T0 is known */
    assert_int_equal(r.status, 0);
    assert_null(strstr(r.out, "T0"));
    run_done(&r);
    r = RUN("timeline", HEAD_KILL, "--svg", path, "--theme", "dark");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "");
    run_done(&r);
    file_is_svg(path);
    r = RUN("timeline", HEAD_KILL, "--svg", path);
    assert_int_equal(r.status, USAGE);
    assert_non_null(strstr(r.err, path));
    run_done(&r);
    free(path);
    run_remove(folder);
}

static void a_report_has_it(void **state)
{
    (void)state;
    char *folder = run_folder(), *svg = mem_printf("%s/x.svg", folder), *md = mem_printf("%s/x.md", folder);
    struct run r = RUN("replay", HEAD_KILL, "report", "--report", svg, "--report", md);
    assert_int_equal(strlen(r.err) == 0, 1);
    run_done(&r);
    file_is_svg(svg);
    char *text = fixture_read(md, NULL);
    text_has(text, (const char *const[]){"## Timeline", "\n     head   2whjp", "delete accepted: uid", NULL});
    free(text);
    free(svg);
    free(md);
    run_remove(folder);
}

/* README.md shows what the program draws: RAYDECK_ACCEPT=1 draws it anew. */
static void the_picture_of_the_readme_is_the_tools_own(void **state)
{
    (void)state;
    char *folder = run_folder(), *path = mem_printf("%s/x.svg", folder);
    struct run r = RUN("timeline", HEAD_KILL, "--from", "+9", "--to", "+70", "--at", "+34", "--svg", path);
    assert_int_equal(r.status, 0);
    run_done(&r);
    char *drawn = fixture_read(path, NULL);
    if (getenv("RAYDECK_ACCEPT")) assert_int_equal(file_write(README_PICTURE, drawn, strlen(drawn), NULL), ERR_OK);
    char *kept = fixture_read(README_PICTURE, NULL);
    assert_string_equal(drawn, kept);
    free(drawn);
    free(kept);
    free(path);
    run_remove(folder);
}

static void what_cannot_be_drawn_says_why(void **state)
{
    (void)state;
    char *folder = run_folder(), *empty = mem_printf("%s/empty", folder);
    assert_int_equal(file_write(empty, "", 0, NULL), ERR_OK);
    const struct {
        const char *argv[6], *said;
    } bad[] = {{{NULL}, "of which recording?"},
               {{empty}, "the file is empty"},
               {{"/dev/zero"}, "not a regular file"},
               {{"Makefile"}, "no recording"},
               {{HEAD_KILL, "--from", "soon"}, "--from soon: 14:03:11"},
               {{HEAD_KILL, "--from", "+30", "--to", "+10"}, "not after --from"},
               {{HEAD_KILL, "--to", "+9999"}, "--to +9999: not within the recording"},
               {{HEAD_KILL, "--theme", "pink", "--svg", "/nowhere/x.svg"}, "light or dark"},
               {{HEAD_KILL, "--svg", "/nowhere/x.svg"}, "/nowhere/x.svg"}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *argv[10] = {run_raydeck(), "timeline"};
        for (size_t k = 0; k < 6 && bad[i].argv[k]; k++) argv[k + 2] = bad[i].argv[k];
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        if (r.status != USAGE || !strstr(r.err, bad[i].said) || *r.out)
            fail_msg("case %zu: status %d: %s%s", i, r.status, r.err, r.out);
        run_done(&r);
    }
    free(empty);
    run_remove(folder);
}

/* One frame is a moment: nobody said --to. */
static void a_recording_cut_to_a_moment_is_said(void **state)
{
    (void)state;
    char *folder = run_folder(), *path = mem_printf("%s/cut.rec", folder);
    size_t len;
    struct why why = {0};
    char *text = fixture_read(HEAD_KILL, &len);
    assert_true(len > CUT);
    if (file_write(path, text, CUT, &why)) fail_msg("%s", why.text);
    struct run r = RUN("timeline", path);
    if (r.status != USAGE || !strstr(r.err, "no time passes") || strstr(r.err, "--to")) fail_msg("%s", r.err);
    run_done(&r);
    free(text);
    free(path);
    run_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_is_drawn),
        cmocka_unit_test(a_report_has_it),
        cmocka_unit_test(the_picture_of_the_readme_is_the_tools_own),
        cmocka_unit_test(what_cannot_be_drawn_says_why),
        cmocka_unit_test(a_recording_cut_to_a_moment_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
