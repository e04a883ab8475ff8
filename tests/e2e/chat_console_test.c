/*
 * chat_console_test.c - the conversation with the model in a pseudo-terminal: several lines, a paste with keys in it,
 * an answer while the head is down, one that is stopped and asked again; and `raydeck ask` with an answer that comes in
 * pieces.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/tiny_server.h"

#include "backends/base/mem.h"
#include "backends/link/loop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_conversation(void **state)
{
    (void)state;
    char *tmp = run_folder(), *tmp_env = mem_printf("TMPDIR=%s", tmp);
    const char *const argv[] = {run_raydeck(), "demo", "--speed", "1", NULL}, *const env[] = {tmp_env, NULL};
    struct pty *pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
    pty_see(pty, "ANSWERING +YES");
    pty_send(pty, "p");
    pty_see(pty, "Ask the model");
    pty_send(pty, "what is ray\t"); /* goes on in the conversation */
    pty_see(pty, "── Chat");
    pty_see(pty, "› what is ray$");
    pty_send(pty, "\033\rin two lines\r");
    pty_see(pty, "^ › what is ray$");
    pty_see(pty, "^   in two lines$");
    pty_see(pty, "✔ ok [0-9.]+ m?s");
    pty_see(pty, "head up · by API server proxy");
    pty_send(pty, "\033[200~q\nxk\033[201~"); /* text, not keys */
    pty_see(pty, "^  xk$");
    pty_send(pty, "\025\177\025\033");
    pty_wait_gone(pty, "── Chat", DEADLINE_MS);

    pty_send(pty, "xk");
    pty_see(pty, "y yes, do it");
    pty_send(pty, "y");
    pty_see(pty, "HEAD DOWN");
    pty_send(pty, "P");
    pty_see(pty, "── Ask .* head down [0-9.]+s");
    pty_send(pty, "and without the head\r");
    pty_see(pty, "✔ ok .*");
    pty_see(pty, "head down [0-9.]+s · by API server proxy");

    pty_send(pty, "one to be stopped\r");
    pty_see(pty, "▸ (waiting|streaming)");
    pty_send(pty, "\030");
    pty_see(pty, "✗ stopped");
    pty_send(pty, "\022"); /* again */
    pty_see(pty, "▸ (waiting|streaming)");
    pty_wait_gone(pty, "▸ (waiting|streaming)", DEADLINE_MS);
    pty_resize(pty, 10, 40);
    pty_see(pty, "── Chat");
    pty_send(pty, "\003");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 130);
    assert_true(pty_modes_restored(pty));
    pty_stop(pty);
    assert_int_equal(run_entries(tmp), 0);
    run_remove(tmp);
    free(tmp_env);
}

/* What was said goes along with what is asked next, until it is begun anew. */
static void a_conversation_goes_on(void **state)
{
    (void)state;
    char *tmp = run_folder(), *tmp_env = mem_printf("TMPDIR=%s", tmp);
    const char *const argv[] = {run_raydeck(), "demo", "--openai", NULL}, *const env[] = {tmp_env, NULL};
    struct pty *pty = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 40, .cols = 120});
    pty_see(pty, "ANSWERING +YES");
    pty_send(pty, "p");
    pty_see(pty, "Ask the model");
    pty_send(pty, "\033[200~what is\nthe GCS?\033[201~"); /* several lines: the conversation opens with them */
    pty_see(pty, "── Chat ─.* openai .* by ");
    pty_see(pty, "^  the GCS\\?$");
    pty_send(pty, "\nin two\r"); /* ^J breaks the line */
    pty_see(pty, "^   in two$");
    pty_see(pty, "✔ ok [0-9.]+ m?s");
    pty_send(pty, "\030");
    pty_see(pty, "nothing is in flight");
    pty_send(pty, "and then?\r");
    pty_see(pty, "· 1 earlier turn with it");
    pty_wait_gone(pty, "▸ (waiting|streaming)", DEADLINE_MS);
    pty_send(pty, "\024");
    pty_see(pty, "new conversation");
    pty_send(pty, "once more\r");
    pty_see(pty, "› once more");
    pty_wait_gone(pty, "▸ (waiting|streaming)", DEADLINE_MS);
    assert_false(pty_wait_for(pty, "2 earlier turns", 0));
    pty_send(pty, "\003");
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 130);
    pty_stop(pty);
    assert_int_equal(run_entries(tmp), 0);
    run_remove(tmp);
    free(tmp_env);
}

#define PIECE(text) "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"

/* What comes second is held back until the first was seen. */
struct slow {
    struct tiny_reply models, first;
};

static struct tiny_reply server_answer(void *arg, const char *request)
{
    struct slow *s = arg;
    return strncmp(request, "GET ", 4) == 0 ? s->models : s->first;
}

static bool loop_sees(struct pty *pty, struct loop *loop, const char *regex)
{
    uint64_t end = loop_now_ms() + DEADLINE_MS;
    while (loop_now_ms() < end) {
        loop_step(loop, 10);
        if (pty_wait_for(pty, regex, 10)) return true;
    }
    return false;
}

static void an_answer_comes_in_pieces(void **state)
{
    struct slow s = {
        .models = {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{\"data\":[{\"id\":\"m\"}]}\n"},
        .first = {.bytes = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" PIECE("The first half,") PIECE(" \\u001b[2J"),
                  .then = PIECE(" and the second.") "data: {\"choices\":[],\"usage\":{\"completion_tokens\":9}}\n\n"
                                                    "data: [DONE]\n\n",
                  .then_ms = 1500,
                  .hang_up = true}};
    (void)state;
    struct loop *loop = loop_new();
    struct tiny_server *server = tiny_start(loop, server_answer, &s);
    char *url = mem_str(tiny_url(server, ""));
    const char *const argv[] = {run_raydeck(),   "ask",      "--kubeconfig", "none",     "--redis",
                                "none",          "--neuron", "none",         "--prompt", url,
                                "--prompt-kind", "openai",   "two",          "halves?",  NULL};
    struct pty *pty = pty_start(&(struct pty_conf){.argv = argv, .rows = 24, .cols = 120});
    assert_true(loop_sees(pty, loop, "^The first half, \\\\x1b\\[2J$"));
    assert_false(pty_wait_for(pty, "second", 0));
    assert_true(loop_sees(pty, loop, "^The first half, \\\\x1b\\[2J and the second.$"));
    assert_true(loop_sees(pty, loop, "time to first token [0-9.]+ m?s, tokens 9, tokens/s [0-9.]+, between tokens"));
    assert_int_equal(pty_wait_exit(pty, DEADLINE_MS), 0);
    pty_stop(pty);
    tiny_stop(server);
    loop_free(loop);
    free(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conversation),
        cmocka_unit_test(a_conversation_goes_on),
        cmocka_unit_test(an_answer_comes_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
