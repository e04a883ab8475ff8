/* storm_kube_test.c - an API server whose answers would make a storm of requests: what is asked of it stays bounded,
 * and what waits because of that says so. Each case counts what came within STORM_MS; a busy machine can only lower the
 * count. */
#include "backends/base/text.h"
#include "backends/kube/reflector.h"
#include "tests/support/kube_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STORM_MS = 4000, BURST = REFLECTOR_BURST, PAGES_MOST = 12 /* of a list whose tokens come again */ };

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
#define POD "{\"metadata\":{\"uid\":\"a\",\"name\":\"a\",\"namespace\":\"mistral\",\"resourceVersion\":\"8\"}}"
#define EVENT "{\"type\":\"ADDED\",\"object\":" POD "}\n"
#define BOOKMARK                                                                                                       \
    "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":"     \
    "\"9\"}}}\n"
#define EXPIRED                                                                                                        \
    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"too old resource "       \
    "version\",\"reason\":\"Expired\",\"code\":410}}\n"

static bool is_pods(const char *request)
{
    return strstr(request, "/pods?") != NULL;
}

/* How often the back-off allows a try in that time, the first one and two to spare included: half of each delay, which
 * doubles, is the least that is waited. */
static unsigned tries_most(uint64_t ms)
{
    unsigned tries = 3;
    uint64_t delay = REFLECTOR_FIRST_MS / 2;
    for (uint64_t at = delay; at <= ms; at += delay) {
        tries++;
        delay = delay * 2 > REFLECTOR_MOST_MS / 2 ? REFLECTOR_MOST_MS / 2 : delay * 2;
    }
    return tries;
}

static bool pods_are_asked_for_again(struct kube_fixture *s)
{
    return s->lists[TABLE_POD] >= 2 || s->watches[TABLE_POD] >= 2;
}

/* Returns the most that the back-off allows in the time that it took. */
static unsigned storm_kube(struct kube_fixture *s,
                           bool (*route)(struct kube_fixture *, const char *, struct tiny_reply *))
{
    const uint64_t began_ms = loop_now_ms();
    s->route = route;
    kube_fixture_start(s);
    kube_fixture_open(s, "{token: x}", "mistral");
    kube_fixture_for(s, STORM_MS);
    kube_fixture_until(s, pods_are_asked_for_again, "a second try");
    printf("lists %u, watches %u, connections %u\n", s->lists[TABLE_POD], s->watches[TABLE_POD],
           tiny_connections(s->server));
    return tries_most(loop_now_ms() - began_ms);
}

static bool is_throttled(struct kube_fixture *s)
{
    const struct source *src = world_source_named(s->world, "kube/pods");
    return src && src->err == ERR_THROTTLED && text_has(src->why, "throttled: ");
}

/* ---- watches that end at once ---- */

static bool event_and_end(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    (void)s;
    if (!is_pods(request) || !kube_fixture_is_watch(request)) return false;
    *reply = (struct tiny_reply){.bytes = HEAD EVENT, .hang_up = true};
    return true;
}

static void a_watch_that_brings_one_event_and_ends(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    const unsigned most = storm_kube(&s, event_and_end);
    assert_in_range(s.watches[TABLE_POD], 2, most);
    assert_int_equal(s.lists[TABLE_POD], 1);
    kube_fixture_until(&s, is_throttled, "the source says that it waits, and why");
    assert_int_equal(kube_fixture_state(&s, "kube/pods"), SOURCE_LIVE);
    kube_fixture_stop(&s);
}

static bool bookmark_and_end(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    (void)s;
    if (!is_pods(request) || !kube_fixture_is_watch(request)) return false;
    *reply = (struct tiny_reply){.bytes = HEAD BOOKMARK, .hang_up = true};
    return true;
}

static void a_watch_that_brings_one_bookmark_and_ends(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    const unsigned most = storm_kube(&s, bookmark_and_end);
    assert_in_range(s.watches[TABLE_POD], 2, most);
    kube_fixture_until(&s, is_throttled, "the source says that it waits, and why");
    kube_fixture_stop(&s);
}

static bool event_and_expired(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    (void)s;
    if (!is_pods(request) || !kube_fixture_is_watch(request)) return false;
    *reply = (struct tiny_reply){.bytes = HEAD EVENT EXPIRED, .hang_up = true};
    return true;
}

static void an_event_then_410_lists_again(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    const unsigned most = storm_kube(&s, event_and_expired);
    assert_in_range(s.lists[TABLE_POD], 2, most);
    kube_fixture_until(&s, is_throttled, "the source says that it waits, and why");
    kube_fixture_stop(&s);
}

/* ---- lists that do not end ---- */

static bool list_expired(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!is_pods(request) || kube_fixture_is_watch(request)) return false;
    *reply = kube_fixture_file(s, 410, "tests/fixtures/kube/errors/410-expired-continue.json");
    return true;
}

static bool is_down(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/pods") == SOURCE_DOWN;
}

static void a_list_that_is_410_each_time(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    const unsigned most = storm_kube(&s, list_expired);
    assert_in_range(s.lists[TABLE_POD], 2, most);
    kube_fixture_until(&s, is_down, "the source says what it was told");
    kube_fixture_stop(&s);
}

enum { PAGE_MAX = 300 };

static struct tiny_reply page_reply(char room[PAGE_MAX], unsigned token)
{
    char body[128];
    int len = snprintf(body, sizeof body,
                       "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"%08u\"},\"items\":[]}", token);
    snprintf(room, PAGE_MAX, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len,
             body);
    return (struct tiny_reply){.bytes = room};
}

static bool same_page(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    static char room[PAGE_MAX];
    if (!is_pods(request) || kube_fixture_is_watch(request)) return false;
    *reply = page_reply(room, s->step++ % 3); /* a cycle of three */
    return true;
}

static void continue_tokens_that_come_again_end_the_list(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    const unsigned most = storm_kube(&s, same_page);
    /* each list is cut after a few pages, and the next one waits */
    assert_true(s.lists[TABLE_POD] <= most * PAGES_MOST);
    kube_fixture_until(&s, is_down, "the source says that the list does not end");
    assert_non_null(strstr(kube_fixture_why(&s, "kube/pods"), "continue token"));
    kube_fixture_stop(&s);
}

static bool other_page(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    static char room[PAGE_MAX];
    if (!is_pods(request) || kube_fixture_is_watch(request)) return false;
    *reply = page_reply(room, s->step++);
    return true;
}

static bool another_page_is_read(struct kube_fixture *s)
{
    return s->step > s->step_ms;
}

static void pages_without_end_are_read_slowly(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    storm_kube(&s, other_page);
    kube_fixture_until(&s, is_throttled, "the source says that it waits, and why");
    unsigned before = s.lists[TABLE_POD];
    uint64_t from = loop_now_ms();
    kube_fixture_for(&s, STORM_MS);
    uint64_t most = (loop_now_ms() - from) * REFLECTOR_RATE / 1000 + 2;
    assert_true(before >= BURST);
    assert_true(s.lists[TABLE_POD] - before <= most);
    s.step_ms = s.step;
    kube_fixture_until(&s, another_page_is_read, "a page: slowly, not never");
    kube_fixture_stop(&s);
}

/* ---- what must not be slowed ---- */

static bool watch_again(struct kube_fixture *s)
{
    return s->watches[TABLE_POD] >= 2;
}

static bool end_once(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!is_pods(request) || !kube_fixture_is_watch(request) || s->watches[TABLE_POD] > 1) return false;
    *reply = (struct tiny_reply){.bytes = HEAD EVENT, .hang_up = true};
    return true;
}

/* An API server that is replaced: the next one is asked at once, and nothing is said to be throttled. */
static void the_first_end_of_a_watch_is_followed_at_once(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = end_once};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, watch_again, "the second watch");
    assert_false(is_throttled(&s));
    assert_int_equal(s.downs, 0);
    assert_int_equal(s.lists[TABLE_POD], 1);
    kube_fixture_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_watch_that_brings_one_event_and_ends),
        cmocka_unit_test(a_watch_that_brings_one_bookmark_and_ends),
        cmocka_unit_test(an_event_then_410_lists_again),
        cmocka_unit_test(a_list_that_is_410_each_time),
        cmocka_unit_test(continue_tokens_that_come_again_end_the_list),
        cmocka_unit_test(pages_without_end_are_read_slowly),
        cmocka_unit_test(the_first_end_of_a_watch_is_followed_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
