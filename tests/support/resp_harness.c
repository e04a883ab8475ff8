/* resp_harness.c - a scripted Redis and one connection to it. */
#include "tests/support/resp_harness.h"

#include "backends/base/mem.h"
#include "tests/support/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct budget_rate harness_unlimited[BUDGET_KINDS];
const struct budget_rate harness_paced[BUDGET_KINDS] = {[BUDGET_REQUESTS] = {HARNESS_PACED_RATE, 1}};

static void array_of_keys(const struct resp_script *s, unsigned page, struct buf *out)
{
    buf_printf(out, "*%zu\r\n", s->keys_a_page);
    for (size_t i = 0; i < s->keys_a_page; i++)
        buf_printf(out, "$%zu\r\nk%0*zu\r\n", s->key_len, (int)s->key_len - 1, page * s->keys_a_page + i);
}

static void page_answer(struct resp_harness *b, struct buf *out)
{
    const struct resp_script *s = &b->script;
    char number[24];
    const bool last = b->page >= s->pages;
    snprintf(number, sizeof number, "%u", last ? 0 : b->page + 1);
    const char *cursor = b->page == 0 && s->cursor ? s->cursor : number;
    buf_printf(out, "*2\r\n$%zu\r\n%s\r\n", strlen(cursor), cursor);
    if (s->page)
        buf_str(out, s->page);
    else
        array_of_keys(s, b->page, out);
    b->page++;
}

static bool probe_hits(const struct resp_script *s, const char *command)
{
    if (!s->exists || strncmp(command + strlen("HSTRLEN "), s->exists, strlen(s->exists)) != 0) return false;
    return (strstr(command, "@INTERNAL_CONFIG:") != NULL) == s->of_config;
}

static bool answer_command(void *arg, const char *command, struct buf *out)
{
    struct resp_harness *b = arg;
    const struct resp_script *s = &b->script;
    if (strncmp(command, "CLIENT", 6) == 0) return false;
    buf_printf(&b->log, "%s\n", command);
    const size_t pending = b->conn ? resp_pending(b->conn) : 0;
    if (pending > b->pending_most) b->pending_most = pending;
    if (s->error_of && strncmp(command, s->error_of, strlen(s->error_of)) == 0) {
        buf_str(out, "-NOPERM no permissions\r\n");
        return true;
    }
    if (strncmp(command, "DBSIZE", 6) == 0)
        buf_printf(out, ":%llu\r\n", (unsigned long long)s->total);
    else if (strncmp(command, "SCAN", 4) == 0 || strncmp(command, "HSCAN", 5) == 0)
        page_answer(b, out);
    else if (strncmp(command, "HLEN", 4) == 0 && s->hlen)
        buf_str(out, s->hlen);
    else if (strncmp(command, "HKEYS", 5) == 0 && s->page)
        buf_str(out, s->page);
    else if (strncmp(command, "HKEYS", 5) == 0)
        array_of_keys(s, 0, out);
    else if (strncmp(command, "HSTRLEN", 7) == 0 && probe_hits(s, command))
        buf_str(out, ":7\r\n");
    else
        return false;
    return true;
}

static void on_opened(void *arg)
{
    ((struct resp_harness *)arg)->opened = true;
}

static void on_closed(void *arg, enum err err, const char *why)
{
    (void)arg;
    fail_msg("the connection is closed: %s: %s", err_word(err), why);
}

void resp_harness_hear(void *arg, struct change *c)
{
    struct resp_harness *b = arg;
    const struct gcstable *t = (const void *)c->record;
    if (c->type == CHANGE_PUT && c->record && c->record->table == TABLE_GCSTABLE) b->fields += t->fields.value;
    change_free(c);
}

void resp_harness_open(struct resp_harness *b, const struct resp_script *script, const struct budget_rate *rates)
{
    struct redis_url url = {0};
    struct why why;
    *b = (struct resp_harness){.loop = loop_new(), .script = *script};
    buf_init(&b->log, 16 * 1024 * 1024);
    buf_init(&b->found, 16 * 1024 * 1024);
    b->fake = fake_redis_start(b->loop, answer_command, b);
    assert_int_equal(redis_url_parse(fake_redis_url(b->fake), &url, &why), ERR_OK);
    gcs_view_init(&b->view, "redis", resp_harness_hear, b);
    b->conn = resp_open(b->loop, &url, NULL, &(struct resp_calls){on_opened, NULL, on_closed, b});
    redis_url_done(&url);
    STEP_UNTIL(b->loop, b->opened);
    assert_true(b->opened);
    b->began_ms = loop_now_ms();
    budget_init(&b->budget, rates, b->began_ms);
}

void resp_harness_close(struct resp_harness *b)
{
    resp_free(b->conn);
    key_scan_free(b->keys);
    hash_read_free(b->read);
    gcs_view_done(&b->view);
    fake_redis_stop(b->fake);
    loop_free(b->loop);
    buf_done(&b->log);
    buf_done(&b->found);
}

void resp_harness_run(struct resp_harness *b)
{
    STEP_UNTIL(b->loop, b->ends);
    if (!b->ends) fail_msg("it does not end; last asked: %s", buf_text(&b->log));
    b->took_ms = loop_now_ms() - b->began_ms;
    for (int i = 0; i < 5; i++) loop_step(b->loop, 0);
    assert_int_equal(b->ends, 1);
}

void resp_harness_progress(void *arg, uint64_t done, uint64_t total)
{
    struct resp_harness *b = arg;
    b->progress++;
    b->progress_of = done;
    b->progress_total = total;
}

unsigned resp_harness_asked(const struct resp_harness *b, const char *command)
{
    return fake_redis_commands(b->fake, command);
}

void resp_harness_paced(const struct resp_harness *b, unsigned calls)
{
    const uint64_t least = (uint64_t)(calls - 2) * 1000 / HARNESS_PACED_RATE;
    if (b->took_ms < least)
        fail_msg("%llu ms, %llu at least", (unsigned long long)b->took_ms, (unsigned long long)least);
}
