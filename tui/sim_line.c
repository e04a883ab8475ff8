/* sim_line.c - see sim_line.h. */
#include "tui/sim_line.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/bytes.h"

#include <stdlib.h>
#include <string.h>

struct sim_line {
    struct bytes *link;
    struct alarm *limit;
    char *line;
    struct buf said;
    void (*done)(void *arg, enum err err, const char *why);
    void *arg;
};

static void line_end(struct sim_line *s, enum err err, const char *why)
{
    void (*done)(void *, enum err, const char *) = s->done;
    s->done = NULL;
    alarm_stop(s->limit);
    if (done) done(s->arg, err, why);
}

static void on_opened(void *arg)
{
    struct sim_line *s = arg;
    bytes_write(s->link, s->line, strlen(s->line));
}

static void on_received(void *arg, const char *bytes, size_t len)
{
    struct sim_line *s = arg;
    char safe[256];
    if (!s->done) return;
    if (buf_add(&s->said, bytes, len)) {
        line_end(s, ERR_LIMIT, "its answer is too long");
        return;
    }
    const char *newline = memchr(buf_text(&s->said), '\n', s->said.len);
    if (!newline) return;
    text_safe_into(safe, sizeof safe, buf_text(&s->said), (size_t)(newline - buf_text(&s->said)));
    line_end(s, strncmp(safe, "ok", 2) == 0 ? ERR_OK : ERR_SERVER, safe);
}

static void on_closed(void *arg, enum err err, const char *why)
{
    line_end(arg, err, why ? why : err_word(err));
}

static void on_limit(void *arg)
{
    line_end(arg, ERR_TIMEOUT, "no answer");
}

struct sim_line *sim_line_say(struct loop *l, const char *path, const char *line,
                              void (*done)(void *arg, enum err err, const char *why), void *arg)
{
    struct sim_line *s = mem_zero(1, sizeof *s);
    s->done = done;
    s->arg = arg;
    s->line = mem_printf("%s\n", line);
    buf_init(&s->said, SIM_LINE_MAX);
    s->limit = alarm_new(l, on_limit, s);
    alarm_set(s->limit, SIM_LINE_LIMIT_MS, 0);
    const struct bytes_calls calls = {on_opened, on_received, on_closed, s};
    s->link = bytes_unix(l, path, &calls);
    return s;
}

void sim_line_free(struct sim_line *s)
{
    if (!s) return;
    bytes_free(s->link);
    alarm_free(s->limit);
    buf_done(&s->said);
    free(s->line);
    free(s);
}
