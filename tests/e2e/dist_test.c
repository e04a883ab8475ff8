/* dist_test.c - `make dist` packs the same bytes whoever packs them and when, and what it packs is whole. Skipped
 * outside a git work tree. The build says which step of how many it is at. */
#include "tests/support/deadline.h"
#include "tests/support/run.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct run run_shell(const char *script, const char *folder)
{
    const char *const argv[] = {"/bin/sh", "-ec", script, "sh", folder, NULL};
    return run_program(argv, NULL, NULL, DEADLINE_MS);
}

/* A folder of the test's own; skips the test outside a git work tree and where a tool is missing. */
static char *folder_in_work_tree(const char *tools)
{
    char *folder = run_folder(), *script = mem_printf("git rev-parse HEAD && %s", tools);
    struct run git = run_shell(script, folder);
    const bool usable = git.status == 0;
    run_done(&git);
    free(script);
    if (!usable) {
        run_remove(folder);
        skip();
    }
    return folder;
}

static void the_archive_is_reproducible(void **state)
{
    (void)state;
    char *folder = folder_in_work_tree("command -v make gzip tar");
    struct run r = run_shell(
        "make -s dist BUILD=$1/a >&2\n"
        "(umask 077; TZ=Asia/Tokyo; export TZ; make -s dist BUILD=$1/b >&2)\n"
        "cmp $1/a/*.tar.gz $1/b/*.tar.gz\n"
        "tar -tzf $1/a/*.tar.gz | grep -x 'raydeck-[0-9.]*/\\(Makefile\\|tui/main.c\\|CHANGELOG.md\\)' | wc -l",
        folder);
    if (r.status != 0 || strcmp(r.out, "3\n") != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    run_remove(folder);
}

/* All that git has, and nothing else; and it is enough for make to know what to build. */
static void the_archive_is_whole(void **state)
{
    (void)state;
    char *folder = folder_in_work_tree("command -v make gzip tar");
    struct run r = run_shell("make -s dist BUILD=$1 >&2\n"
                             "tar -xzf $1/*.tar.gz -C $1\n"
                             "git ls-tree -r --name-only HEAD | sort >$1/held\n"
                             "(cd $1/raydeck-*/ && find . ! -type d | sed 's,^./,,' | sort) >$1/packed\n"
                             "diff $1/held $1/packed\n"
                             "cd $1/raydeck-*/ && make -n programs tests | grep -c tests/unit/cli_test.c",
                             folder);
    if (r.status != 0 || atoi(r.out) < 1) fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    run_remove(folder);
}

/* An archive is unpacked where no git is: it builds, and says why it cannot be packed again. */
static void without_git_dist_says_so(void **state)
{
    (void)state;
    char *folder = folder_in_work_tree("command -v make gzip tar");
    struct run r = run_shell("make -s dist BUILD=$1 >&2\n"
                             "tar -xzf $1/*.tar.gz -C $1\n"
                             "cd $1/raydeck-*/ && GIT_CEILING_DIRECTORIES=$1 make -s dist && exit 9\n"
                             "test ! -e build",
                             folder);
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    assert_non_null(strstr(r.err, "make dist packs what git has, and there is nothing here\n"));
    run_done(&r);
    run_remove(folder);
}

static void the_build_says_where_it_is(void **state)
{
    (void)state;
    char *folder = run_folder();
    struct run r = run_shell("make -j2 BUILD=$1/a $1/a/o/backends/base/err.o", folder);
    if (r.status) fail_msg("%d: %s%s", r.status, r.out, r.err);
    assert_string_equal(r.out, "[1/2] PROTO backends/redis/gcs.proto\n[2/2] CC    backends/base/err.c\n");
    run_done(&r);
    r = run_shell("make -s BUILD=$1/b $1/b/o/backends/base/err.o", folder);
    if (r.status) fail_msg("%d: %s%s", r.status, r.out, r.err);
    assert_string_equal(r.out, "");
    run_done(&r);
    r = run_shell("make V=1 BUILD=$1/c $1/c/o/backends/base/err.o | grep -c -- '-o '\"$1\"'/c/o/backends/base/err.o "
                  "backends/base/err.c'",
                  folder);
    if (r.status) fail_msg("V=1 shows no command: %d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    run_remove(folder);
}

/* Of deploy/, as git has it; the overlays find their base there. */
static void the_examples_are_installed(void **state)
{
    (void)state;
    char *folder = folder_in_work_tree("command -v make");
    struct run r = run_shell(
        "make -s install -o programs BUILD=\"${BUILD:-build}\" PREFIX=/usr DESTDIR=$1 >&2\n"
        "(cd deploy && git ls-files assets overlays | grep -vE '/demo/|/[.]|[.]png$' | sort) >$1/held\n"
        "(cd $1/usr/share/doc/raydeck/examples && find assets overlays -type f | grep -v '/[.]' | sort) >$1/installed\n"
        "diff $1/held $1/installed\n"
        "cd $1/usr/share/doc/raydeck/examples && test -x assets/terraform/install.sh && test ! -x overlays/README.md\n"
        "test -f overlays/cpu/../../assets/serve/kustomization.yaml",
        folder);
    if (r.status != 0) fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
    run_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_archive_is_reproducible), cmocka_unit_test(the_archive_is_whole),
        cmocka_unit_test(without_git_dist_says_so),    cmocka_unit_test(the_build_says_where_it_is),
        cmocka_unit_test(the_examples_are_installed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
