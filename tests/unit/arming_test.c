/* arming_test.c - READ-ONLY until armed, for a quarter of an hour, a context at a time. */
#include "tui/arming.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOW = 1000000 };

static char folder[64];

static int make_state(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/raydeck-arming-XXXXXX");
    return mkdtemp(folder) ? setenv("XDG_STATE_HOME", folder, 1) : -1;
}

static void state_path(char *out, size_t size, const char *name)
{
    snprintf(out, size, "%s/raydeck%s", folder, name);
}

static int remove_state(void **state)
{
    (void)state;
    char path[128];
    state_path(path, sizeof path, "/armed.json");
    unlink(path);
    state_path(path, sizeof path, "");
    rmdir(path);
    return rmdir(folder);
}

static void never_armed_is_read_only(void **state)
{
    (void)state;
    struct conf conf;
    conf_init(&conf);
    struct arming a = arming_of(&conf, "prod", NOW);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_false(arming_allows(&a));
    assert_string_equal(a.why, "this context has never been armed");
    a = arming_of(&conf, NULL, NOW);
    assert_false(arming_allows(&a));
    conf_done(&conf);
}

static void armed_for_fifteen_minutes_and_only_there(void **state)
{
    (void)state;
    struct conf conf;
    conf_init(&conf);
    assert_int_equal(arming_set(&conf, "prod", true, NOW, NULL), ERR_OK);
    struct arming a = arming_of(&conf, "prod", NOW + 1);
    assert_int_equal(a.state, ARMING_ARMED);
    assert_int_equal(a.until_wall_ms, NOW + ARMED_FOR_MS);
    a = arming_of(&conf, "other", NOW + 1);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    a = arming_of(&conf, "prod", NOW + ARMED_FOR_MS);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_string_equal(a.why, "this context is not armed any more");
    assert_int_equal(arming_set(&conf, "prod", true, NOW, NULL), ERR_OK);
    assert_int_equal(arming_set(&conf, "prod", false, NOW + 1, NULL), ERR_OK);
    a = arming_of(&conf, "prod", NOW + 2);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    conf_done(&conf);
}

/* A clock set back, or a file somebody wrote, must not arm for ever. */
static void a_far_future_does_not_arm(void **state)
{
    (void)state;
    struct conf conf;
    conf_init(&conf);
    assert_int_equal(arming_set(&conf, "prod", true, NOW + 10 * ARMED_FOR_MS, NULL), ERR_OK);
    struct arming a = arming_of(&conf, "prod", NOW);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    conf_done(&conf);
}

static void garbage_is_not_armed_and_said(void **state)
{
    (void)state;
    struct conf conf;
    conf_init(&conf);
    assert_int_equal(arming_set(&conf, "prod", true, NOW, NULL), ERR_OK);
    char path[128];
    state_path(path, sizeof path, "/armed.json");
    FILE *file = fopen(path, "w");
    fputs("{\"contexts\":", file);
    fclose(file);
    struct arming a = arming_of(&conf, "prod", NOW);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_true(a.why[0] != '\0');
    assert_int_equal(arming_set(&conf, "prod", true, NOW, NULL), ERR_OK); /* and can be repaired */
    a = arming_of(&conf, "prod", NOW);
    assert_int_equal(a.state, ARMING_ARMED);
    conf_done(&conf);
}

static void what_the_configuration_says_wins(void **state)
{
    (void)state;
    struct conf conf;
    struct why why = {0};
    conf_init(&conf);
    conf.contexts[0] = (struct conf_context){.name = mem_str("prod"), .readonly = true};
    conf.contexts[1] = (struct conf_context){.name = mem_str("kind"), .development = true};
    conf.context_count = 2;
    assert_int_equal(arming_set(&conf, "prod", true, NOW, &why), ERR_GUARD);
    assert_non_null(strstr(why.text, "read-only"));
    struct arming a = arming_of(&conf, "kind", NOW);
    assert_int_equal(a.state, ARMING_DEVELOPMENT);
    assert_true(arming_allows(&a));
    conf.read_only = true;
    a = arming_of(&conf, "kind", NOW);
    assert_int_equal(a.state, ARMING_FORBIDDEN);
    conf_done(&conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(never_armed_is_read_only, make_state, remove_state),
        cmocka_unit_test_setup_teardown(armed_for_fifteen_minutes_and_only_there, make_state, remove_state),
        cmocka_unit_test_setup_teardown(a_far_future_does_not_arm, make_state, remove_state),
        cmocka_unit_test_setup_teardown(garbage_is_not_armed_and_said, make_state, remove_state),
        cmocka_unit_test_setup_teardown(what_the_configuration_says_wins, make_state, remove_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
