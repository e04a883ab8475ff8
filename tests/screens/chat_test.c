/* chat_test.c - the conversation with the model: how it looks while answers come, fail and were stopped; what keys do.
 */
#include "tests/support/screen_file.h"
#include "tests/support/world_fixture.h"
#include "tui/panes/chat.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct stage {
    struct fixture f;
    struct chat chat;
    unsigned number;
};

static const struct chat_route openai = {"ingress mistral", "openai", "mistral-7b"};

static int stage_open(void **state)
{
    struct stage *s = mem_zero(1, sizeof *s);
    fixture_calm(&s->f);
    chat_open(&s->chat);
    *state = s;
    return 0;
}

static int stage_close(void **state)
{
    struct stage *s = *state;
    fixture_done(&s->f);
    free(s);
    return 0;
}

static struct request *prompt_new(struct stage *s, const char *phase, uint64_t ago_ms, const char *question,
                                  const char *answer)
{
    char key[32];
    snprintf(key, sizeof key, "prompt-%u", ++s->number);
    struct request *r = record_new(TABLE_REQUEST, key);
    record_set(&r->kind, "prompt");
    record_set(&r->phase, phase);
    record_set(&r->path, "ingress mistral");
    record_set(&r->question, question);
    record_set(&r->answer, answer);
    record_set(&r->head, "head up");
    r->due = known_u64(s->f.wall_ms - ago_ms);
    return r;
}

static void prompt_put(struct stage *s, struct request *r)
{
    fixture_put(&s->f, "prompt", WORLD_SERVE, r);
}

static void prompt_streamed(struct request *r, uint64_t first_us, uint64_t tokens)
{
    r->first_token_us = known_u64(first_us);
    r->tokens = known_u64(tokens);
    r->gap_us = known_u64(52000);
    r->gap_max_us = known_u64(90400);
    r->tokens_per_s = known_f64(18.34);
    record_set(&r->model, "mistral-7b");
}

/* One of each: by infer, streamed, failed, cut half-way, stopped, two in flight. */
static void chat_converse(struct stage *s)
{
    struct request *r = prompt_new(s, "ok", 90000, "What is the GCS?", "The GCS keeps cluster metadata.");
    record_set(&r->path, "API server proxy");
    r->latency_us = known_u64(4800000);
    prompt_put(s, r);
    r = prompt_new(s, "ok", 60000, "What is high availability?\nIn one sentence.",
                   "High availability means that the service keeps answering while a part of it is being replaced:\n"
                   "nothing that a request needs may exist only once.");
    prompt_streamed(r, 210000, 41);
    r->latency_us = known_u64(2310000);
    record_set(&r->head, "head down 5.4s");
    record_set(&r->finish, "length");
    prompt_put(s, r);
    r = prompt_new(s, "failed", 50000, "And now?", NULL);
    record_set(&r->failure, "refused");
    record_set(&r->why, "Failed to connect to k8s-abc.elb.amazonaws.com port 80: Connection refused");
    r->latency_us = known_u64(12000);
    prompt_put(s, r);
    r = prompt_new(s, "failed", 40000, "Tell me more", "There is more to");
    record_set(&r->failure, "cut");
    record_set(&r->why, "the connection was lost in the middle of the answer");
    prompt_streamed(r, 320000, 4);
    r->latency_us = known_u64(900000);
    prompt_put(s, r);
    r = prompt_new(s, "cancelled", 20000, "Count to a million", "One, two, three");
    prompt_streamed(r, 200000, 5);
    prompt_put(s, r);
    r = prompt_new(s, "waiting", 3100, "Are you there?", "Yes, the workers");
    prompt_streamed(r, 240000, 12);
    prompt_put(s, r);
    r = prompt_new(s, "waiting", 1200, "And you?", NULL);
    record_set(&r->head, NULL);
    prompt_put(s, r);
}

static void chat_show(struct stage *s, const char *name, int rows, int cols)
{
    struct view v = fixture_view(&s->f);
    struct canvas cv;
    char file[64];
    canvas_init(&cv, rows, cols);
    chat_update(&s->chat, &v, rows, cols);
    chat_draw(&s->chat, &v, &openai, &cv);
    snprintf(file, sizeof file, "chat-%s-%dx%d", name, cols, rows);
    screen_check(file, &cv, false);
    canvas_done(&cv);
}

static enum chat_action chat_press(struct stage *s, uint32_t key, unsigned mods)
{
    struct view v = fixture_view(&s->f);
    return chat_input(&s->chat, &v, &(struct input){.type = INPUT_KEY, .key = key, .mods = mods});
}

static void chat_type(struct stage *s, const char *text)
{
    for (; *text; text++) assert_int_equal(chat_press(s, (unsigned char)*text, 0), CHAT_STAYS);
}

static void test_screens(void **state)
{
    static const int sizes[][2] = {{40, 120}, {24, 80}, {10, 40}};
    struct stage *s = *state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) chat_show(s, "empty", sizes[i][0], sizes[i][1]);
    chat_converse(s);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) chat_show(s, "all", sizes[i][0], sizes[i][1]);
    chat_type(s, "Two lines, the first of which is longer than the narrowest screen");
    chat_press(s, KEYP_ENTER, MOD_ALT);
    chat_type(s, "and this");
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) chat_show(s, "typing", sizes[i][0], sizes[i][1]);
    fixture_kill_head(&s->f);
    chat_show(s, "killed", 24, 80);
    chat_show(s, "killed", 3, 30);
}

static void test_scroll(void **state)
{
    struct stage *s = *state;
    chat_converse(s);
    chat_show(s, "all", 10, 40);
    int max = s->chat.up_max;
    assert_true(max > 20);
    assert_int_equal(chat_press(s, KEYP_PGUP, 0), CHAT_STAYS);
    assert_int_equal(s->chat.up, s->chat.page - 1);
    chat_press(s, '<', MOD_ALT);
    assert_int_equal(s->chat.up, max);
    chat_show(s, "top", 10, 40);
    /* what is read stays where it is while more comes */
    prompt_put(s, prompt_new(s, "ok", 0, "more", "more"));
    chat_show(s, "top-and-more", 10, 40);
    assert_true(s->chat.up_max > max && s->chat.up == s->chat.up_max);
    struct view v = fixture_view(&s->f);
    chat_input(&s->chat, &v, &(struct input){.type = INPUT_MOUSE, .mouse = MOUSE_WHEEL_DOWN});
    assert_int_equal(s->chat.up, s->chat.up_max - 3);
    chat_press(s, '>', MOD_ALT);
    assert_int_equal(s->chat.up, 0);
    chat_press(s, KEYP_PGDN, 0);
    assert_int_equal(s->chat.up, 0);
}

static void test_keys(void **state)
{
    struct stage *s = *state;
    struct view v = fixture_view(&s->f);
    assert_null(chat_again(&v));
    assert_int_equal(chat_press(s, KEYP_ENTER, 0), CHAT_STAYS); /* nothing typed */
    chat_type(s, "  ");
    chat_press(s, 'j', MOD_CTRL);
    assert_int_equal(chat_press(s, KEYP_ENTER, 0), CHAT_STAYS);
    chat_press(s, 'u', MOD_CTRL);
    chat_press(s, KEYP_BACKSPACE, 0);
    chat_press(s, 'u', MOD_CTRL);
    chat_type(s, "q and s are text here");
    assert_int_equal(chat_press(s, KEYP_ENTER, 0), CHAT_SENDS);
    assert_string_equal(s->chat.typed.text, "q and s are text here");
    chat_sent(&s->chat);
    assert_string_equal(s->chat.typed.text, "");
    assert_int_equal(chat_press(s, 'x', MOD_CTRL), CHAT_STOPS);
    assert_int_equal(chat_press(s, 'r', MOD_CTRL), CHAT_AGAIN);
    assert_int_equal(chat_press(s, KEYP_ESC, 0), CHAT_LEAVES);
    static const char paste[] = "pasted\nq\tx";
    assert_int_equal(
        chat_input(&s->chat, &v, &(struct input){.type = INPUT_PASTE, .paste = paste, .paste_len = sizeof paste - 1}),
        CHAT_STAYS);
    assert_string_equal(s->chat.typed.text, "pasted\nq x");
    chat_notice(&s->chat, "64 prompts are waiting\x1b[2J");
    assert_string_equal(s->chat.notice, "64 prompts are waiting\\x1b[2J");
    chat_press(s, KEYP_LEFT, 0);
    assert_string_equal(s->chat.notice, "");
    chat_begin(&s->chat, "from the box"); /* what was being typed is not lost */
    assert_string_equal(s->chat.typed.text, "pasted\nq x\nfrom the box");
    chat_begin(&s->chat, "");
    assert_string_equal(s->chat.typed.text, "pasted\nq x\nfrom the box");
    textbox_set(&s->chat.typed, " \n");
    chat_begin(&s->chat, "from the box");
    assert_string_equal(s->chat.typed.text, "from the box");
}

static void test_recall_and_again(void **state)
{
    struct stage *s = *state;
    prompt_put(s, prompt_new(s, "ok", 9000, "first", "1"));
    prompt_put(s, prompt_new(s, "failed", 8000, "second", NULL));
    prompt_put(s, prompt_new(s, "ok", 7000, "third\nline", "3"));
    struct view v = fixture_view(&s->f);
    assert_string_equal(chat_again(&v), "second");
    chat_press(s, KEYP_UP, 0);
    assert_string_equal(s->chat.typed.text, "third\nline");
    chat_press(s, KEYP_UP, 0); /* to its first line */
    assert_string_equal(s->chat.typed.text, "third\nline");
    chat_press(s, 'p', MOD_CTRL);
    assert_string_equal(s->chat.typed.text, "second");
    chat_press(s, KEYP_UP, 0);
    chat_press(s, KEYP_UP, 0);
    assert_string_equal(s->chat.typed.text, "first");
    chat_press(s, KEYP_DOWN, 0);
    assert_string_equal(s->chat.typed.text, "second");
    chat_press(s, KEYP_DOWN, 0);
    chat_press(s, 'n', MOD_CTRL);
    assert_string_equal(s->chat.typed.text, "");
}

/* What was being typed is there again below what was asked before. */
static void test_draft_is_kept(void **state)
{
    struct stage *s = *state;
    prompt_put(s, prompt_new(s, "ok", 9000, "first", "1"));
    chat_type(s, "half a");
    chat_press(s, KEYP_ENTER, MOD_ALT);
    chat_type(s, "thought");
    chat_press(s, KEYP_UP, 0); /* to its first line */
    chat_press(s, KEYP_UP, 0);
    assert_string_equal(s->chat.typed.text, "first");
    chat_press(s, KEYP_DOWN, 0);
    assert_string_equal(s->chat.typed.text, "half a\nthought");
}

/* What was asked again since it failed is not what is asked again now. */
static void test_again_is_of_what_was_not_retried(void **state)
{
    struct stage *s = *state;
    struct view v = fixture_view(&s->f);
    prompt_put(s, prompt_new(s, "failed", 9000, "old", NULL));
    prompt_put(s, prompt_new(s, "cancelled", 8000, "stopped", NULL));
    prompt_put(s, prompt_new(s, "ok", 7000, "stopped", "yes"));
    prompt_put(s, prompt_new(s, "ok", 6000, "old", "yes"));
    assert_string_equal(chat_again(&v), "old"); /* the newest */
    prompt_put(s, prompt_new(s, "ok", 5000, "new", "yes"));
    assert_string_equal(chat_again(&v), "new");
    prompt_put(s, prompt_new(s, "failed", 4000, "newer", NULL));
    assert_string_equal(chat_again(&v), "newer");
}

/* The drill sends one again and again: it is no turn of the chat, nor what ^R and Up bring back. */
static void test_prompts_of_a_load_are_no_turns(void **state)
{
    struct stage *s = *state;
    struct view v = fixture_view(&s->f);
    prompt_put(s, prompt_new(s, "ok", 9000, "a person's", "yes"));
    struct request *r = prompt_new(s, "failed", 4000, "the drill's", NULL);
    record_set(&r->series, "prompts");
    prompt_put(s, r);
    assert_string_equal(chat_again(&v), "a person's");
    chat_press(s, KEYP_UP, 0);
    assert_string_equal(s->chat.typed.text, "a person's");
    assert_null(chat_prompt(&v, 1));
}

static void test_anew(void **state)
{
    struct stage *s = *state;
    char first[CHAT_TALK_MAX], second[CHAT_TALK_MAX];
    chat_talk(&s->chat, first);
    chat_type(s, "typed");
    assert_int_equal(chat_press(s, 't', MOD_CTRL), CHAT_ANEW);
    assert_string_not_equal(chat_talk(&s->chat, second), first);
    assert_non_null(strstr(s->chat.notice, "new conversation"));
    assert_string_equal(s->chat.typed.text, "typed");
}

static void test_a_long_paste_says_that_it_is_cut(void **state)
{
    struct stage *s = *state;
    struct view v = fixture_view(&s->f);
    char *big = mem_alloc(TEXTBOX_MAX + 1);
    memset(big, 'x', TEXTBOX_MAX);
    const struct input paste = {.type = INPUT_PASTE, .paste = big, .paste_len = TEXTBOX_MAX};
    assert_int_equal(chat_input(&s->chat, &v, &paste), CHAT_STAYS);
    free(big);
    assert_non_null(strstr(s->chat.notice, "truncated: a prompt has at most 16383 bytes"));
    chat_press(s, 'u', MOD_CTRL);
    assert_string_equal(s->chat.notice, "");
}

static char *chat_drawn(struct stage *s, const struct chat_route *route)
{
    struct view v = fixture_view(&s->f);
    struct canvas cv;
    canvas_init(&cv, 24, 120);
    chat_update(&s->chat, &v, 24, 120);
    chat_draw(&s->chat, &v, route, &cv);
    char *text = canvas_dump(&cv, false);
    canvas_done(&cv);
    return text;
}

static void chat_shows(struct stage *s, const struct chat_route *route, const char *text)
{
    char *all = chat_drawn(s, route);
    if (!strstr(all, text)) fail_msg("not drawn: %s\n%s", text, all);
    free(all);
}

/* How it ended, and what went along. */
static void test_ends_and_turns(void **state)
{
    struct stage *s = *state;
    static const struct chat_route infer = {"API server proxy", "infer", NULL};
    struct request *r = prompt_new(s, "ok", 9000, "filtered", "The");
    record_set(&r->finish, "content_filter");
    r->earlier = known_u64(2);
    r->dropped = known_u64(1);
    prompt_put(s, r);
    prompt_put(s, prompt_new(s, "ok", 8000, "silent", ""));
    r = prompt_new(s, "ok", 7000, "first", "x");
    r->earlier = r->dropped = known_u64(0);
    prompt_put(s, r);
    chat_shows(s, &openai, " · 2 earlier turns with it, 1 left out · stopped by the content filter");
    chat_shows(s, &openai, "ingress mistral · the answer is empty");
    chat_shows(s, &infer, "infer, one prompt at a time, by API server proxy");
}

/* More turns than are shown, and an answer as long as one may be. */
static void test_many(void **state)
{
    struct stage *s = *state;
    struct canvas cv;
    char *longest = mem_alloc(256 * 1024 + 1);
    memset(longest, 'x', 256 * 1024);
    for (size_t i = 7; i < 256 * 1024; i += 8) longest[i] = ' ';
    longest[256 * 1024] = '\0';
    for (int i = 0; i < CHAT_TURNS + 20; i++) prompt_put(s, prompt_new(s, "ok", 1000, "again", "yes"));
    prompt_put(s, prompt_new(s, "ok", 500, "the last", longest));
    free(longest);
    struct view v = fixture_view(&s->f);
    canvas_init(&cv, 24, 80);
    for (int i = 0; i < 50; i++) {
        chat_update(&s->chat, &v, 24, 80);
        chat_draw(&s->chat, &v, &openai, &cv);
    }
    /* 199 turns of a question, two lines about it, an answer and a blank; the last one is of 3,641 lines */
    assert_int_equal(s->chat.up_max + s->chat.page, 199 * 5 + 4 + (256 * 1024 / 8 + 8) / 9);
    chat_press(s, '<', MOD_ALT);
    chat_draw(&s->chat, &v, &openai, &cv);
    char *text = canvas_dump(&cv, false);
    assert_non_null(strstr(text, "again"));
    assert_non_null(strstr(text, "lines below"));
    free(text);
    canvas_done(&cv);
}

int main(void)
{
#define ON_STAGE(f) cmocka_unit_test_setup_teardown(f, stage_open, stage_close)
    const struct CMUnitTest tests[] = {
        ON_STAGE(test_screens),
        ON_STAGE(test_scroll),
        ON_STAGE(test_keys),
        ON_STAGE(test_recall_and_again),
        ON_STAGE(test_many),
        ON_STAGE(test_draft_is_kept),
        ON_STAGE(test_prompts_of_a_load_are_no_turns),
        ON_STAGE(test_anew),
        ON_STAGE(test_ends_and_turns),
        ON_STAGE(test_again_is_of_what_was_not_retried),
        ON_STAGE(test_a_long_paste_says_that_it_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
