/* steps.c - Steps, their states and lines. */
#include "deploy/steps.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void steps_init(struct steps *s, const char *const *names, size_t count)
{
    assert(count <= STEPS_MAX);
    *s = (struct steps){.count = count};
    for (size_t i = 0; i < count; i++) s->item[i].name = names[i];
}

void steps_done(struct steps *s)
{
    for (size_t i = 0; i < s->count; i++) {
        for (size_t j = 0; j < s->item[i].count; j++) free(s->item[i].line[j].text);
        free(s->item[i].line);
    }
    *s = (struct steps){0};
}

const char *step_state_word(enum step_state state)
{
    static const char *const words[] = {
        [STEP_WAITING] = "waiting", [STEP_RUNNING] = "running", [STEP_OK] = "ok",
        [STEP_WARNED] = "warning",  [STEP_FAILED] = "failed",   [STEP_SKIPPED] = "skipped"};
    return words[state];
}

static void steps_notify(const struct steps *s, size_t step, const struct step_line *line)
{
    if (s->changed && s->item[step].name) s->changed(s->arg, &s->item[step], line);
}

static void set_state(struct steps *s, size_t step, enum step_state state)
{
    s->item[step].state = state;
    s->item[step].now[0] = '\0';
    steps_notify(s, step, NULL);
}

void steps_begin(struct steps *s, size_t step)
{
    set_state(s, step, STEP_RUNNING);
}

void steps_log(struct steps *s, size_t step, enum step_tone tone, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    steps_vlog(s, step, tone, fmt, ap);
    va_end(ap);
}

void steps_vlog(struct steps *s, size_t step, enum step_tone tone, const char *fmt, va_list ap)
{
    struct step *st = &s->item[step];
    struct buf b;
    if (tone > st->worst) st->worst = tone;
    if (st->count == STEP_LINES) {
        st->beyond++;
        return;
    }
    buf_init(&b, (size_t)64 * 1024);
    buf_vprintf(&b, fmt, ap);
    st->line = mem_grow(st->line, st->count + 1, sizeof *st->line);
    struct step_line *line = &st->line[st->count++];
    *line = (struct step_line){tone, text_safe(buf_text(&b), b.len, TEXT_ONE_LINE, STEP_TEXT_MAX)};
    buf_done(&b);
    steps_notify(s, step, line);
}

void steps_now(struct steps *s, size_t step, const char *fmt, ...)
{
    struct step *st = &s->item[step];
    char text[STEP_TEXT_MAX], safe[STEP_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    text_safe_into(safe, sizeof safe, text, strlen(text));
    if (strcmp(safe, st->now) == 0) return;
    memcpy(st->now, safe, sizeof safe);
    steps_notify(s, step, NULL);
}

enum step_state steps_end(struct steps *s, size_t step)
{
    const struct step *st = &s->item[step];
    set_state(s, step, st->worst == TONE_BAD ? STEP_FAILED : st->worst == TONE_WARN ? STEP_WARNED : STEP_OK);
    return st->state;
}

void steps_skip(struct steps *s, size_t step)
{
    set_state(s, step, STEP_SKIPPED);
}
