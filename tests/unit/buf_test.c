/* buf_test.c - Buffers and their limits. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void it_grows_up_to_its_limit(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 200);
    for (int i = 0; i < 20; i++) assert_int_equal(buf_str(&b, "0123456789"), ERR_OK);
    assert_int_equal(b.len, 200);
    assert_int_equal(buf_char(&b, 'x'), ERR_LIMIT);
    assert_int_equal(buf_add(&b, "", 0), ERR_OK);
    assert_int_equal(buf_printf(&b, "%d", 7), ERR_LIMIT);
    assert_int_equal(b.len, 200);
    assert_int_equal(b.data[200], '\0');
    assert_int_equal(strlen(b.data), 200);
    buf_done(&b);
    assert_int_equal(b.max, 200);
    assert_string_equal(buf_text(&b), "");
}

static void huge_lengths_are_a_limit(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_str(&b, "abc");
    assert_int_equal(buf_add(&b, "x", SIZE_MAX), ERR_LIMIT);
    assert_int_equal(buf_add(&b, "x", SIZE_MAX - 3), ERR_LIMIT);
    assert_string_equal(buf_text(&b), "abc");
    buf_done(&b);
    buf_init(&b, 0);
    assert_int_equal(buf_char(&b, 'x'), ERR_LIMIT);
    assert_int_equal(buf_printf(&b, "%s", ""), ERR_OK);
    buf_done(&b);
}

static void printf_drop_and_take(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(buf_printf(&b, "%s-%05d", "pod", 42), ERR_OK);
    assert_string_equal(buf_text(&b), "pod-00042");
    buf_drop(&b, 4);
    assert_string_equal(buf_text(&b), "00042");
    buf_drop(&b, 0);
    char *text = buf_take(&b);
    assert_string_equal(text, "00042");
    free(text);
    assert_null(b.data);
    text = buf_take(&b);
    assert_string_equal(text, "");
    free(text);
    buf_str(&b, "again");
    buf_clear(&b);
    assert_string_equal(buf_text(&b), "");
    buf_done(&b);
}

struct seen {
    char text[200];
    unsigned stop_after;
};

static bool on_line(void *arg, char *text, size_t len)
{
    struct seen *s = arg;
    assert_int_equal(strlen(text), len);
    size_t at = strlen(s->text);
    snprintf(s->text + at, sizeof s->text - at, "[%s]", text);
    return s->stop_after == 0 || --s->stop_after > 0;
}

static void lines_are_cut_out(void **state)
{
    (void)state;
    struct buf b;
    struct seen s = {.text = ""};
    buf_init(&b, 1000);
    buf_str(&b, "one\r\n\ntwo\nthr");
    assert_int_equal(buf_lines(&b, on_line, &s), 3);
    assert_string_equal(s.text, "[one][][two]");
    assert_string_equal(buf_text(&b), "thr");
    assert_int_equal(buf_lines(&b, on_line, &s), 0);
    buf_str(&b, "ee\nfour\nfive\n");
    s = (struct seen){.text = "", .stop_after = 2};
    assert_int_equal(buf_lines(&b, on_line, &s), 2);
    assert_string_equal(s.text, "[three][four]");
    assert_string_equal(buf_text(&b), "five\n");
    buf_done(&b);
}

static void a_wiped_buffer_is_empty_and_usable(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 8);
    buf_wipe(&b);
    assert_null(b.data);
    buf_str(&b, "hunter2");
    buf_wipe(&b);
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.cap, 0);
    assert_int_equal(buf_str(&b, "eight by"), ERR_OK);
    assert_int_equal(buf_char(&b, '!'), ERR_LIMIT);
    buf_done(&b);
}

/* The allocator gives the block that was freed last, where nothing joins it to another: what is in it still is what
 * growing has left. */
static void growing_leaves_no_copy(void **state)
{
    (void)state;
    static const char secret[] = "hunter2";
    enum { BLOCKS = 8 };
    char *others[BLOCKS];
    struct buf b;
    buf_init(&b, 1024);
    while (b.len + sizeof secret < 60) assert_int_equal(buf_str(&b, secret), ERR_OK);
    const size_t size = b.cap;
    char *apart = mem_alloc(size); /* so that the block cannot grow where it is */
    while (b.cap == size) assert_int_equal(buf_str(&b, secret), ERR_OK);
    for (int i = 0; i < BLOCKS; i++) others[i] = mem_alloc(size);
    for (int i = 0; i < BLOCKS; i++) {
        assert_null(memmem(others[i], size, secret, sizeof secret - 1));
        free(others[i]);
    }
    free(apart);
    assert_int_equal(strncmp(b.data, secret, sizeof secret - 1), 0);
    buf_done(&b);
}

static void memory_helpers_copy(void **state)
{
    (void)state;
    assert_null(mem_str(NULL));
    char *a = mem_strn("a\0b", 3), *p = mem_printf("%s/%d", "x", 5);
    assert_memory_equal(a, "a\0b", 4);
    assert_string_equal(p, "x/5");
    free(a);
    free(p);
    int *zeros = mem_zero(4, sizeof *zeros);
    zeros = mem_grow(zeros, 8, sizeof *zeros);
    assert_int_equal(zeros[3], 0);
    free(zeros);
    mem_free_secret(NULL);
    char secret[8] = "hunter2";
    mem_wipe(secret, sizeof secret);
    assert_memory_equal(secret, "\0\0\0\0\0\0\0\0", 8);
}

static void say_hook(void)
{
    ssize_t n = write(STDOUT_FILENO, "hook", 4);
    (void)n;
}

/* In a child: what asks for too much runs the hook once and ends with status 70. */
static void exhaustion_ends_the_program(void **state)
{
    (void)state;
    int ends[2], status = 0;
    char said[64] = "";
    assert_int_equal(pipe(ends), 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        mem_on_exhausted(say_hook);
        mem_grow(NULL, SIZE_MAX / 2, 4);
        _exit(0);
    }
    close(ends[1]);
    size_t at = 0;
    for (ssize_t n; (n = read(ends[0], said + at, sizeof said - 1 - at)) > 0;) at += (size_t)n;
    close(ends[0]);
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 70);
    assert_string_equal(said, "hookraydeck: out of memory\n");
}

static void errors_have_words(void **state)
{
    (void)state;
    struct why why;
    assert_string_equal(err_word(ERR_OK), "ok");
    assert_string_equal(err_word(ERR_TIMEOUT), "timed out");
    assert_string_equal(err_word((enum err)9999), "unknown error");
    assert_int_equal(why_set(NULL, ERR_IO, "%d", 1), ERR_IO);
    assert_int_equal(why_set(&why, ERR_PARSE, "%s:%d", "bad\x1b[2J\n", 3), ERR_PARSE);
    assert_string_equal(why.text, "bad\\x1b[2J\\x0a:3");
    assert_int_equal(why_prefix(&why, "kubeconfig"), ERR_PARSE);
    assert_string_equal(why.text, "kubeconfig: bad\\x1b[2J\\x0a:3");
    assert_int_equal(why_prefix(NULL, "x"), ERR_OK);
}

static void a_long_reason_is_cut_between_characters(void **state)
{
    (void)state;
    struct why why;
    char text[3000] = "";
    for (size_t i = 0; i + 3 < sizeof text; i += 3) memcpy(text + i, "\xE2\x82\xAC", 3);
    why_set(&why, ERR_IO, "%s", text);
    size_t len = strlen(why.text);
    assert_true(len < ERR_TEXT_MAX && len >= ERR_TEXT_MAX - 4);
    assert_string_equal(why.text + len - 3, "\xE2\x80\xA6");
    assert_int_equal(len % 3, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_up_to_its_limit), cmocka_unit_test(huge_lengths_are_a_limit),
        cmocka_unit_test(growing_leaves_no_copy),   cmocka_unit_test(printf_drop_and_take),
        cmocka_unit_test(lines_are_cut_out),        cmocka_unit_test(a_wiped_buffer_is_empty_and_usable),
        cmocka_unit_test(memory_helpers_copy),      cmocka_unit_test(exhaustion_ends_the_program),
        cmocka_unit_test(errors_have_words),        cmocka_unit_test(a_long_reason_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
