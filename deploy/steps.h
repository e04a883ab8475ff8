/*
 * steps.h - how far a deployment or a clean-up is: its steps in order, each with its state and what it has logged.
 * Plain data with one observer: the console draws it, the command line prints it as it comes, step_engine.h runs it.
 *
 * Invariants: every text is safe; a step keeps its first STEP_LINES lines, what is beyond is counted.
 */
#ifndef RAYDECK_DEPLOY_STEPS_H
#define RAYDECK_DEPLOY_STEPS_H

#include <stdarg.h>
#include <stddef.h>

enum { STEPS_MAX = 12, STEP_LINES = 1000, STEP_TEXT_MAX = 1024 };

enum step_state { STEP_WAITING, STEP_RUNNING, STEP_OK, STEP_WARNED, STEP_FAILED, STEP_SKIPPED };
enum step_tone { TONE_PLAIN, TONE_WARN, TONE_BAD };

struct step_line {
    enum step_tone tone;
    char *text;
};
struct step {
    const char *name; /* NULL: no step of this one; it is neither told nor drawn */
    enum step_state state;
    struct step_line *line;
    size_t count, beyond;
    enum step_tone worst;    /* of all that was said, what is beyond among it */
    char now[STEP_TEXT_MAX]; /* what it waits for just now; "" when nothing */
};
struct steps {
    struct step item[STEPS_MAX];
    size_t count;
    /* line NULL: the state or `now` changed */
    void (*changed)(void *arg, const struct step *step, const struct step_line *line);
    void *arg;
};

void steps_init(struct steps *s, const char *const *names, size_t count);
void steps_done(struct steps *s);

const char *step_state_word(enum step_state state); /* "waiting", "running", "ok", "warning", "failed", "skipped" */

void steps_begin(struct steps *s, size_t step);
/* Adds a line. A bad one makes the step FAILED at its end, a warning WARNED. */
void steps_log(struct steps *s, size_t step, enum step_tone tone, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void steps_vlog(struct steps *s, size_t step, enum step_tone tone, const char *fmt, va_list ap)
    __attribute__((format(printf, 4, 0)));
/* Says what it waits for; nothing happens where that is what it said before. */
void steps_now(struct steps *s, size_t step, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Ends a step by what was said in it; returns the state. */
enum step_state steps_end(struct steps *s, size_t step);
void steps_skip(struct steps *s, size_t step);

#endif
