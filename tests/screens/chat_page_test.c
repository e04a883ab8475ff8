/* chat_page_test.c - the chat page's row under the probes: its pods, and whether it answers; unknown is not no. */
#include "backends/world/chat_page.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/request_kind.h"
#include "tests/support/fake_console.h"
#include "tests/support/screen_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void page_put(struct fixture *f, enum tri second_ready)
{
    struct slice *s = record_new(TABLE_SLICE, "page-slice-uid");
    record_set(&s->ns, "mistral");
    record_set(&s->name, "mistral-chat-8xk2z");
    record_set(&s->service, "mistral-chat");
    for (int i = 0; i < 2; i++) {
        struct endpoint *e = RECORD_APPEND(s, endpoints);
        record_set(&e->pod, i ? "mistral-chat-6d9f7-b7x2k" : "mistral-chat-6d9f7-4qz8n");
        e->ready = i ? second_ready : TRI_YES;
    }
    fixture_put(f, "kube/endpointslices", WORLD_KUBE, s);
}

static void page_answers(struct fixture *f, enum source_state state, const char *why)
{
    fixture_apply(f, change_source(PROBER_PAGE_SOURCE, WORLD_CONSOLE, state, state == SOURCE_DOWN ? ERR_SERVER : ERR_OK,
                                   why, "API server proxy"));
}

static void words_are(struct fixture *f, const char *expected)
{
    char words[CHAT_PAGE_TEXT_MAX];
    const struct chat_page page = chat_page_at(f->world, &f->focus, f->now_ms);
    assert_string_equal(chat_page_words(&page, words), expected);
}

static void unknown_is_not_no(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    words_are(&f, "");
    page_put(&f, TRI_NO);
    words_are(&f, "1/2 pods ready, whether it answers is not known");
    page_answers(&f, SOURCE_CONNECTING, NULL);
    words_are(&f, "1/2 pods ready, whether it answers is not known");
    page_answers(&f, SOURCE_LIVE, NULL);
    words_are(&f, "1/2 pods ready, answers");
    page_answers(&f, SOURCE_DENIED, "services/proxy is forbidden");
    words_are(&f, "1/2 pods ready, whether it answers is not known: services/proxy is forbidden");
    page_answers(&f, SOURCE_DOWN, "HTTP status 502");
    words_are(&f, "1/2 pods ready, does NOT answer: HTTP status 502");
    page_answers(&f, SOURCE_LIVE, NULL);
    fixture_sleep(&f, 20 * 1000);
    words_are(&f, "1/2 pods ready, whether it answers is not known: the last answer is too old");
    fixture_done(&f);
}

/* A Service without pods answers nobody: that needs no probe. */
static void a_service_without_pods_does_not_answer(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    struct slice *s = record_new(TABLE_SLICE, "page-slice-uid");
    record_set(&s->ns, "mistral");
    record_set(&s->name, "mistral-chat-8xk2z");
    record_set(&s->service, "mistral-chat");
    fixture_put(&f, "kube/endpointslices", WORLD_KUBE, s);
    words_are(&f, "0/0 pods ready, does NOT answer: it has no pods");
    page_answers(&f, SOURCE_LIVE, NULL); /* of a pod that is gone */
    words_are(&f, "0/0 pods ready, does NOT answer: it has no pods");
    page_put(&f, TRI_YES);
    words_are(&f, "2/2 pods ready, answers");
    fixture_done(&f);
}

/* Its own state takes no other world down. */
static void a_page_that_is_down_leaves_serve_alone(void **state)
{
    (void)state;
    struct fixture f;
    fixture_calm(&f);
    page_put(&f, TRI_YES);
    const enum freshness before = world_freshness(f.world, WORLD_SERVE, f.now_ms, NULL, NULL);
    page_answers(&f, SOURCE_DOWN, "HTTP status 502");
    assert_int_equal(world_freshness(f.world, WORLD_SERVE, f.now_ms, NULL, NULL), before);
    const struct serve_endpoints e = serve_endpoints_of(f.world, &f.focus);
    assert_int_equal(e.ready, 2); /* its pods are no endpoints of Serve's */
    fixture_done(&f);
}

static void it_stands_under_the_probes(void **state)
{
    (void)state;
    struct fake_console d;
    fake_console_open(&d, 40, 120);
    page_put(&d.f, TRI_YES);
    page_answers(&d.f, SOURCE_LIVE, NULL);
    fake_console_update(&d);
    struct canvas cv;
    canvas_init(&cv, 40, 120);
    canvas_clear(&cv, ROLE_TEXT);
    screen_draw(d.s, &d.v, &cv);
    screen_check("chat-page-120x40", &cv, false);
    canvas_done(&cv);
    fake_console_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_is_not_no), cmocka_unit_test(a_service_without_pods_does_not_answer),
        cmocka_unit_test(a_page_that_is_down_leaves_serve_alone), cmocka_unit_test(it_stands_under_the_probes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
