/* asset_test.c - what raydeck ships is in the program, byte for byte; a file of the same name takes precedence. */
#include "tests/support/fixture.h"
#include "tests/support/run.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tui/asset.h"
#include "tui/themes.h"

#include <glob.h>
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

static char *folder; /* the user's: $XDG_CONFIG_HOME */

static int folder_setup(void **state)
{
    (void)state;
    folder = run_folder();
    setenv("XDG_CONFIG_HOME", folder, 1);
    return 0;
}

static int folder_teardown(void **state)
{
    (void)state;
    run_remove(folder);
    return 0;
}

static char *user_file(const char *name)
{
    char *path = mem_printf("%s/raydeck/%s", folder, name);
    assert_int_equal(file_make_dirs(path, NULL), ERR_OK);
    return path;
}

static void file_is_embedded(const char *path, const char *name)
{
    size_t len;
    char *text = fixture_read(path, &len), *named = NULL;
    struct buf out;
    struct why why;
    buf_init(&out, 1024 * 1024);
    if (asset_read(name, &out, &named, &why)) fail_msg("%s: %s", name, why.text);
    assert_int_equal(out.len, len);
    assert_memory_equal(buf_text(&out), text, len);
    assert_int_equal(strncmp(named, "<raydeck>/", 10), 0);
    assert_string_equal(named + 10, name);
    buf_done(&out);
    free(named);
    free(text);
}

static void every_file_of_the_sources_is_in_the_program(void **state)
{
    (void)state;
    static const char *const patterns[] = {"themes/*.yaml", "deploy/assets/*.yaml", "deploy/assets/*/*.yaml"};
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        glob_t found;
        assert_int_equal(glob(patterns[i], 0, NULL, &found), 0);
        for (size_t g = 0; g < found.gl_pathc; g++) {
            const char *path = found.gl_pathv[g];
            file_is_embedded(path, strncmp(path, "deploy/", 7) == 0 ? path + 7 : path);
        }
        globfree(&found);
    }
}

static void a_file_of_the_user_takes_precedence(void **state)
{
    (void)state;
    struct buf out;
    char *path = user_file("assets/ft-options.yaml"), *named = NULL;
    assert_int_equal(file_write(path, "mine\n", 5, NULL), ERR_OK);
    buf_init(&out, 1024);
    assert_int_equal(asset_read("assets/ft-options.yaml", &out, &named, NULL), ERR_OK);
    assert_string_equal(buf_text(&out), "mine\n");
    assert_string_equal(named, path);
    buf_done(&out);
    free(named);
    free(path);
}

/* The one in the program in its place would be another than what the user asked for. */
static void a_file_that_cannot_be_read_is_not_passed_over(void **state)
{
    (void)state;
    struct buf out;
    struct why why;
    char *path = user_file("themes/light.yaml"), *named = NULL;
    assert_int_equal(mkdir(path, 0700), 0);
    buf_init(&out, 1024);
    assert_int_not_equal(asset_read("themes/light.yaml", &out, &named, &why), ERR_OK);
    assert_non_null(strstr(why.text, path));
    assert_string_equal(named, path);
    assert_int_equal(rmdir(path), 0);
    buf_done(&out);
    free(named);
    free(path);
}

static void what_is_not_shipped_is_not_found(void **state)
{
    (void)state;
    static const char *const names[] = {"themes/none.yaml", "assets/ft-options", "../../README.md"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct buf out;
        char *named = NULL;
        buf_init(&out, 1024);
        assert_int_equal(asset_read(names[i], &out, &named, NULL), ERR_NOT_FOUND);
        assert_int_equal(out.len, 0);
        buf_done(&out);
        free(named);
    }
}

static void an_asset_beyond_the_limit_is_an_error(void **state)
{
    (void)state;
    struct buf out;
    char *named = NULL;
    struct why why;
    buf_init(&out, 8);
    assert_int_equal(asset_read("assets/walkthrough.yaml", &out, &named, &why), ERR_LIMIT);
    assert_string_equal(why.text, "assets/walkthrough.yaml: larger than 8 bytes");
    buf_done(&out);
    free(named);
}

/* How often the name is in the list, which is sorted. */
static size_t theme_count(char **names, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; names[i]; i++) {
        if (i) assert_true(strcmp(names[i - 1], names[i]) <= 0);
        if (strcmp(names[i], name) == 0) n++;
    }
    return n;
}

static void themes_are_listed_once_with_those_of_the_user(void **state)
{
    (void)state;
    char *mine = user_file("themes/mine.yaml"), *mono = user_file("themes/mono.yaml");
    assert_int_equal(file_write(mine, "", 0, NULL), ERR_OK);
    assert_int_equal(file_write(mono, "", 0, NULL), ERR_OK);
    char **names = themes_list();
    glob_t found;
    size_t listed = 0;
    assert_int_equal(glob("themes/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *file = strrchr(found.gl_pathv[i], '/') + 1;
        char *name = mem_strn(file, strlen(file) - strlen(".yaml"));
        if (theme_count(names, name) != 1) fail_msg("%s is listed %zu times", name, theme_count(names, name));
        free(name);
    }
    assert_int_equal(theme_count(names, "mine"), 1);
    while (names[listed]) free(names[listed++]);
    assert_int_equal(listed, found.gl_pathc + 1);
    globfree(&found);
    free(names);
    assert_int_equal(unlink(mine), 0);
    assert_int_equal(unlink(mono), 0);
    free(mine);
    free(mono);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_of_the_sources_is_in_the_program),
        cmocka_unit_test(a_file_of_the_user_takes_precedence),
        cmocka_unit_test(a_file_that_cannot_be_read_is_not_passed_over),
        cmocka_unit_test(what_is_not_shipped_is_not_found),
        cmocka_unit_test(an_asset_beyond_the_limit_is_an_error),
        cmocka_unit_test(themes_are_listed_once_with_those_of_the_user),
    };
    return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
