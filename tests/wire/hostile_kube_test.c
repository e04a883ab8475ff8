/* hostile_kube_test.c - API servers that send what no server should: what can be read lives, what cannot is counted and
 * said, and no watch holds the loop. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_api_priv.h"
#include "backends/kube/reflector_priv.h"
#include "tests/support/gzip_zeros.h"
#include "tests/support/kube_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POD_WITH(uid, more)                                                                                            \
    "{\"metadata\":{\"uid\":\"" uid "\",\"name\":\"" uid "\",\"namespace\":\"mistral\",\"resourceVersion\":\"5\"},"    \
    "\"status\":{\"phase\":\"Running\"" more "}}"
#define POD(uid) POD_WITH(uid, "")
#define LIST(items) "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" items "]}"
#define ADDED(pod) "{\"type\":\"ADDED\",\"object\":" pod "}\n"
#define ENDED_WITH(message)                                                                                            \
    ",\"containerStatuses\":[{\"name\":\"ray\",\"ready\":false,\"restartCount\":1,\"state\":{\"terminated\":"          \
    "{\"exitCode\":1,\"reason\":\"Error\",\"message\":\"" message "\"}}}]"

/* What the pods' list and their watch are, and nothing else is wrong with the server. */
static const char *list, *stream;

static bool server_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?")) return false;
    if (kube_fixture_is_watch(request))
        *reply = kube_fixture_stream(s, s->watches[TABLE_POD] == 1 && stream ? stream : "");
    else
        *reply = kube_fixture_json(s, 200, list);
    return true;
}

static void open_with(struct kube_fixture *s, const char *pods, const char *events)
{
    list = pods;
    stream = events;
    s->route = server_route;
    kube_fixture_start(s);
    kube_fixture_open(s, "{token: x}", "mistral");
}

static bool last_is_there(struct kube_fixture *s)
{
    return world_find(s->world, TABLE_POD, "last") != NULL;
}

static bool all_can_be_read(struct kube_fixture *s)
{
    return s->lists[TABLE_POD] == 2 && !world_unread(s->world, TABLE_POD);
}

/* The message of a pod's only container. */
static const char *message_of(const struct kube_fixture *s, const char *uid)
{
    const struct row *row = world_find(s->world, TABLE_POD, uid);
    if (!row) return "no such pod";
    const struct pod *pod = ROW(row, pod);
    return pod->list_count && pod->list[0].message ? pod->list[0].message : "";
}

static void a_nul_in_a_message_is_shown(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    open_with(&s, LIST(POD_WITH("a", ENDED_WITH("before\\u0000after")) "," POD("b")),
              ADDED(POD_WITH("c", ENDED_WITH("\\u0000"))) ADDED(POD("last")));
    kube_fixture_until(&s, last_is_there, "the pods");
    assert_int_equal(s.downs, 0);
    assert_int_equal(world_count(s.world, TABLE_POD), 4);
    assert_int_equal(world_unread(s.world, TABLE_POD), 0);
    assert_string_equal(message_of(&s, "a"), "before\\x00after");
    assert_string_equal(message_of(&s, "c"), "\\x00");
    assert_int_equal(kube_fixture_state(&s, "kube/pods"), SOURCE_LIVE);
    kube_fixture_stop(&s);
}

static void bytes_that_are_no_text_are_shown(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    open_with(&s, LIST(POD_WITH("a", ENDED_WITH("\xff\xc3(\x01\\ud800"))),
              ADDED(POD_WITH("b", ENDED_WITH("\xed\xa0\x80"))) ADDED(POD("last")));
    kube_fixture_until(&s, last_is_there, "the pods");
    assert_int_equal(s.downs, 0);
    assert_string_equal(message_of(&s, "a"), "\\xff\\xc3(\\x01\\ud800");
    assert_string_equal(message_of(&s, "b"), "\\xed\\xa0\\x80");
    kube_fixture_stop(&s);
}

static void a_bad_item_of_a_list_is_left_out_and_counted(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    char words[200];
    open_with(
        &s,
        LIST("null,7,\"pod\",[],{},{\"metadata\":null},{\"metadata\":[]},{\"metadata\":{\"uid\":7}},"
             "{\"metadata\":{\"uid\":\"\"}},{\"metadata\":{\"name\":\"nameless\"},\"spec\":\"x\",\"status\":[]}," POD(
                 "a") "," POD("a") ",{\"metadata\":{\"uid\":\"b\",\"uid\":\"z\",\"name\":7},\"spec\":7,\"status\":"
                                   "{\"containerStatuses\":{\"a\":null},\"conditions\":[null,7]}}"),
        ADDED("{\"metadata\":{}}") ADDED("{\"metadata\":{\"uid\":\"d\"},\"status\":1e999}") ADDED(POD("last")));
    kube_fixture_until(&s, last_is_there, "the pods that can be read");
    assert_int_equal(s.downs, 0);
    assert_int_equal(world_unread(s.world, TABLE_POD), 11);
    assert_int_equal(world_count(s.world, TABLE_POD), 4); /* a, b, d, last */
    assert_int_equal(kube_fixture_state(&s, "kube/pods"), SOURCE_LIVE);
    assert_true(world_unread_words(s.world, TABLE_POD, words, sizeof words));
    assert_ptr_equal(strstr(words, "11 pods could not be read: a pod "), words);
    assert_int_equal(world_unread_of(s.world, WORLD_KUBE), 11);

    /* The next list says how many there are then. */
    list = LIST(POD("a"));
    for (int i = 0; i < API_KINDS; i++)
        if (s.be->kind[i] && s.be->kind[i]->table == TABLE_POD) reflector_relist(s.be->kind[i]);
    kube_fixture_until(&s, all_can_be_read, "the next list");
    assert_int_equal(world_count(s.world, TABLE_POD), 1);
    assert_false(world_unread_words(s.world, TABLE_POD, words, sizeof words));
    kube_fixture_stop(&s);
}

static void a_value_that_is_nested_too_deep_is_not_there(void **state)
{
    (void)state;
    struct kube_fixture s = {0};
    struct buf text;
    buf_init(&text, 1024 * 1024);
    buf_str(&text,
            "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" POD("a") ",{\"metadata\":{\"uid\":\"deep\",\"x\":");
    for (int i = 0; i < 100000; i++) buf_char(&text, '[');
    for (int i = 0; i < 100000; i++) buf_char(&text, ']');
    buf_str(&text, "}}," POD("last") "]}");
    open_with(&s, buf_text(&text), NULL);
    kube_fixture_until(&s, last_is_there, "the pods");
    assert_int_equal(s.downs, 0);
    assert_int_equal(world_count(s.world, TABLE_POD), 3);
    buf_done(&text);
    kube_fixture_stop(&s);
}

static bool is_down(struct kube_fixture *s)
{
    return s->downs > 0 && text_has(s->last_down, "kube/pods: ");
}

static bool nodes_are_live(struct kube_fixture *s)
{
    return kube_fixture_state(s, "kube/nodes") == SOURCE_LIVE;
}

static bool bomb_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || !kube_fixture_is_watch(request)) return false;
    struct buf bomb, text;
    buf_init(&bomb, 1024 * 1024);
    buf_init(&text, 1024 * 1024);
    gzip_zeros(&bomb, 128 * 1024 * 1024);
    buf_printf(&text, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", bomb.len);
    buf_add(&text, bomb.data, bomb.len);
    buf_done(&bomb);
    *reply = (struct tiny_reply){.len = text.len, .bytes = kube_fixture_keep(s, buf_take(&text))};
    return true;
}

static void a_gzip_bomb_on_a_watch_is_refused(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = bomb_route};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, is_down, "the end of the watch");
    assert_true(text_has(s.last_down, "the stream is compressed, which was not requested"));
    kube_fixture_until(&s, nodes_are_live, "the other kinds");
    kube_fixture_stop(&s);
}

static bool endless_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || !kube_fixture_is_watch(request)) return false;
    static const char head[] = "HTTP/1.1 200 OK\r\n\r\n{\"type\":\"";
    size_t len = 9 * 1024 * 1024;
    char *text = mem_alloc(len + 1);
    memset(text, 'x', len);
    text[len] = '\0';
    memcpy(text, head, sizeof head - 1);
    *reply = (struct tiny_reply){.bytes = kube_fixture_keep(s, text), .len = len};
    return true;
}

static void a_line_without_an_end_is_a_limit(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = endless_route};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, is_down, "the end of the watch");
    assert_true(text_has(s.last_down, "line 1 of the watch is longer than 8 MiB"));
    kube_fixture_stop(&s);
}

/* A byte now and then keeps the connection, and is no sign of life of the watch. */
static bool drip_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?") || !kube_fixture_is_watch(request)) return false;
    *reply = (struct tiny_reply){.bytes = "HTTP/1.1 200 OK\r\n\r\n{\"ty", .then = "pe", .then_ms = 150};
    for (int i = 0; i < API_KINDS; i++)
        if (s->be->kind[i] && s->be->kind[i]->table == TABLE_POD) s->be->kind[i]->silence_ms = 100;
    return true;
}

static void a_line_that_drips_is_not_waited_for(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = drip_route};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, is_down, "the end of the watch");
    assert_true(text_has(s.last_down, "no whole line of the watch"));
    kube_fixture_stop(&s);
}

static bool loop_route(struct kube_fixture *s, const char *request, struct tiny_reply *reply)
{
    if (!strstr(request, "/pods?")) return false;
    (void)s;
    *reply = (struct tiny_reply){.bytes = "HTTP/1.1 307 X\r\nLocation: /api/v1/pods\r\nContent-Length: 0\r\n\r\n"};
    return true;
}

/* A redirect is not followed, so that no loop of them is; the Authorization header goes nowhere else. */
static void a_redirect_is_said_and_not_followed(void **state)
{
    (void)state;
    struct kube_fixture s = {.route = loop_route};
    kube_fixture_start(&s);
    kube_fixture_open(&s, "{token: x}", "mistral");
    kube_fixture_until(&s, is_down, "the answer");
    assert_int_equal(s.lists[TABLE_POD], 1);
    kube_fixture_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nul_in_a_message_is_shown),
        cmocka_unit_test(bytes_that_are_no_text_are_shown),
        cmocka_unit_test(a_bad_item_of_a_list_is_left_out_and_counted),
        cmocka_unit_test(a_value_that_is_nested_too_deep_is_not_there),
        cmocka_unit_test(a_gzip_bomb_on_a_watch_is_refused),
        cmocka_unit_test(a_line_without_an_end_is_a_limit),
        cmocka_unit_test(a_line_that_drips_is_not_waited_for),
        cmocka_unit_test(a_redirect_is_said_and_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
