/* arming_test.c - READ-ONLY until armed, for a quarter of an hour, a cluster at a time. */
#include "tui/arming.h"

#include "backends/base/mem.h"
#include "backends/link/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct kube_where prod = {.context = "prod", .server = "https://one:6443", .ca = "sha256:aa", .id = "1a"};
static const struct kube_where prod_elsewhere = {
    .context = "prod", .server = "https://two:6443", .ca = "sha256:bb", .id = "2b"};
static const struct kube_where kind = {.context = "kind", .server = "https://one:6443", .ca = "sha256:aa", .id = "3c"};
static const struct arming_clock now = {.boot_ms = 5000000, .wall_ms = 1000000000, .boot_id = "boot-1"};
static const struct arming_text none = {.err = ERR_NOT_FOUND, .why = ""};

static struct arming_clock clock_later(uint64_t ms)
{
    struct arming_clock c = now;
    c.boot_ms += ms;
    c.wall_ms += ms;
    return c;
}

/* A configuration and the file's text, which each change replaces. */
struct fake_console {
    struct conf conf;
    char *text;
};

static int desk_open(void **state)
{
    struct fake_console *d = mem_zero(1, sizeof *d);
    conf_init(&d->conf);
    d->conf.contexts[0] = (struct conf_context){.name = mem_str("kind"),
                                                .server = mem_str("https://one:6443"),
                                                .ca = mem_str("sha256:aa"),
                                                .development = true};
    d->conf.context_count = 1;
    *state = d;
    return 0;
}

static int desk_close(void **state)
{
    struct fake_console *d = *state;
    conf_done(&d->conf);
    free(d->text);
    free(d);
    return 0;
}

static struct arming_text file_of(const struct fake_console *d)
{
    return d->text ? (struct arming_text){.text = d->text, .len = strlen(d->text)} : none;
}

static struct arming arming_at(const struct fake_console *d, const struct kube_where *where, struct arming_clock clock)
{
    const struct arming_text file = file_of(d);
    return arming_of(&d->conf, where, &file, &clock);
}

static enum err arming_write(struct fake_console *d, const struct kube_where *where, bool armed, struct why *why)
{
    const struct arming_text file = file_of(d);
    char *text = arming_change(&d->conf, where, &file, &now, armed, why);
    if (!text) return why ? why->code : ERR_GUARD;
    free(d->text);
    d->text = text;
    return ERR_OK;
}

static void never_armed_is_read_only(void **state)
{
    struct fake_console *d = *state;
    struct arming a = arming_at(d, &prod, now);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_false(arming_allows(&a));
    assert_string_equal(a.why, "this context has never been armed");
    a = arming_at(d, NULL, now);
    assert_false(arming_allows(&a));
    assert_string_equal(a.why, "there is no context to change");
}

static void armed_for_fifteen_minutes_and_only_there(void **state)
{
    struct fake_console *d = *state;
    assert_int_equal(arming_write(d, &prod, true, NULL), ERR_OK);
    struct arming a = arming_at(d, &prod, clock_later(1));
    assert_int_equal(a.state, ARMING_ARMED);
    assert_int_equal(a.until_ms, now.boot_ms + ARMED_FOR_MS);
    /* The same name in another kubeconfig is another cluster. */
    a = arming_at(d, &prod_elsewhere, clock_later(1));
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_string_equal(a.why, "this context has never been armed");
    a = arming_at(d, &prod, clock_later(ARMED_FOR_MS));
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_string_equal(a.why, "this context is not armed any more");
    assert_int_equal(arming_write(d, &prod, false, NULL), ERR_OK);
    a = arming_at(d, &prod, clock_later(2));
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_string_equal(a.why, "this context was disarmed; :arm arms it");
}

/* A clock that is set back or stands still, a file of another boot or that somebody wrote: none arms for ever. */
static void neither_clock_arms_for_ever(void **state)
{
    struct fake_console *d = *state;
    struct arming_clock c = clock_later(ARMED_FOR_MS + 1);
    assert_int_equal(arming_write(d, &prod, true, NULL), ERR_OK);
    c.wall_ms = now.wall_ms; /* stands still */
    struct arming a = arming_at(d, &prod, c);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    c = clock_later(1);
    c.wall_ms -= 3600 * 1000; /* was set back */
    a = arming_at(d, &prod, c);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    c = clock_later(1);
    c.boot_ms = 1000; /* started again */
    a = arming_at(d, &prod, c);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    c = clock_later(1);
    snprintf(c.boot_id, sizeof c.boot_id, "boot-2");
    a = arming_at(d, &prod, c);
    assert_int_equal(a.state, ARMING_READ_ONLY);
}

/* What servers say of the time is for their stamps: a frozen Date does not keep anything armed. */
static void the_clock_is_our_own(void **state)
{
    struct fake_console *d = *state;
    struct loop *loop = loop_new();
    const uint64_t before = loop_local_wall_ms();
    loop_sync_date(loop, before - 3600 * 1000);
    assert_true(loop_wall_ms(loop) < before);
    struct arming_clock c = arming_clock_now(loop_clock(loop));
    assert_true(c.wall_ms >= before && c.wall_ms < before + 60 * 1000);
    assert_true(c.boot_ms <= loop_now_ms() && loop_now_ms() - c.boot_ms < 60 * 1000);
    assert_true(c.boot_id[0] != '\0');
    struct arming a = {.state = ARMING_ARMED, .until_ms = c.boot_ms};
    arming_expire(&a, c.boot_ms);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    clock_set(loop_clock(loop), 5000, 7000); /* a replay's */
    c = arming_clock_now(loop_clock(loop));
    assert_int_equal(c.boot_ms, 5000);
    assert_int_equal(c.wall_ms, 7000);
    loop_free(loop);
    (void)d;
}

/* Version 1 knew contexts by their names. */
static void names_alone_arm_nothing(void **state)
{
    struct fake_console *d = *state;
    d->text = mem_printf("{\"version\":1,\"contexts\":{\"prod\":%llu,\"1a\":%llu}}", 1000000000ULL + 60000,
                         1000000000ULL + 60000);
    struct arming a = arming_at(d, &prod, now);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_string_equal(a.why, "this context has never been armed");
    assert_int_equal(arming_write(d, &prod, true, NULL), ERR_OK);
    assert_null(strstr(d->text, "contexts"));
    a = arming_at(d, &prod, clock_later(1));
    assert_int_equal(a.state, ARMING_ARMED);
}

static void garbage_is_not_armed_and_said(void **state)
{
    struct fake_console *d = *state;
    d->text = mem_str("{\"clusters\":");
    struct arming a = arming_at(d, &prod, now);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_true(strncmp(a.why, "armed.json: ", 12) == 0);
    a = arming_at(d, &kind, now); /* may have been disarmed */
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_int_equal(arming_write(d, &prod, true, NULL), ERR_OK); /* and can be repaired */
    a = arming_at(d, &prod, now);
    assert_int_equal(a.state, ARMING_ARMED);
    const struct arming_text unreadable = {.err = ERR_IO, .why = "armed.json: cannot be read"};
    a = arming_of(&d->conf, &prod, &unreadable, &now);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_string_equal(a.why, "armed.json: cannot be read");
}

static void a_development_context_can_be_disarmed(void **state)
{
    struct fake_console *d = *state;
    struct arming a = arming_at(d, &kind, now);
    assert_int_equal(a.state, ARMING_DEVELOPMENT);
    assert_true(arming_allows(&a));
    assert_int_equal(arming_write(d, &kind, false, NULL), ERR_OK);
    a = arming_at(d, &kind, clock_later(365 * 24 * 3600 * 1000ULL)); /* until it is armed again */
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_true(a.development);
    assert_string_equal(a.why, "this context was disarmed; :arm arms it");
    assert_int_equal(arming_write(d, &kind, true, NULL), ERR_OK);
    a = arming_at(d, &kind, clock_later(365 * 24 * 3600 * 1000ULL));
    assert_int_equal(a.state, ARMING_DEVELOPMENT);
}

static void what_the_configuration_says_wins(void **state)
{
    struct fake_console *d = *state;
    struct why why = {0};
    d->conf.contexts[1] = (struct conf_context){.name = mem_str("prod"), .readonly = true};
    d->conf.context_count = 2;
    assert_int_equal(arming_write(d, &prod, true, &why), ERR_GUARD);
    assert_non_null(strstr(why.text, "read-only"));
    struct kube_where other = kind;
    other.server = "https://two:6443";
    struct arming a = arming_at(d, &other, now);
    assert_int_equal(a.state, ARMING_READ_ONLY);
    assert_string_equal(a.why, "config.yaml's development: true for kind is of another server or ca (raydeck info)");
    d->conf.read_only = true;
    a = arming_at(d, &kind, now);
    assert_int_equal(a.state, ARMING_FORBIDDEN);
}

static void the_file_stays_small(void **state)
{
    struct fake_console *d = *state;
    char id[32];
    for (unsigned i = 0; i < ARMED_ENTRIES + 20; i++) {
        struct kube_where where = prod;
        snprintf(id, sizeof id, "id-%u", i);
        where.id = id;
        assert_int_equal(arming_write(d, &where, true, NULL), ERR_OK);
    }
    assert_true(strlen(d->text) < ARMED_FILE_MAX / 2);
    struct kube_where last = prod;
    last.id = id;
    struct arming a = arming_at(d, &last, clock_later(1));
    assert_int_equal(a.state, ARMING_ARMED);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)
    const struct CMUnitTest tests[] = {
        T(never_armed_is_read_only),
        T(armed_for_fifteen_minutes_and_only_there),
        T(neither_clock_arms_for_ever),
        T(the_clock_is_our_own),
        T(names_alone_arm_nothing),
        T(garbage_is_not_armed_and_said),
        T(a_development_context_can_be_disarmed),
        T(what_the_configuration_says_wins),
        T(the_file_stays_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
