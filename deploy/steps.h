/*
 * steps.h - the progress of a deployment or a clean-up: its steps in order, each with state and log. Plain data with
 * one observer: the console draws it, the command line prints it, step_engine.h updates it.
 *
 * Invariants: text is safe; a step keeps its first STEP_LINES lines and counts the rest.
 */
#ifndef RAYDECK_DEPLOY_STEPS_H
#define RAYDECK_DEPLOY_STEPS_H

#include <stdarg.h>
#include <stddef.h>

enum { STEPS_MAX = 12, STEP_LINES = 1000, STEP_TEXT_MAX = 1024 };

enum step_state { STEP_WAITING, STEP_RUNNING, STEP_OK, STEP_WARNED, STEP_FAILED, STEP_SKIPPED };
/* In order of weight. ADDED, REMOVED and CHANGED begin with their sign, HEADING is over them. */
enum step_tone { TONE_PLAIN, TONE_HEADING, TONE_ADDED, TONE_REMOVED, TONE_CHANGED, TONE_WARN, TONE_BAD };

struct step_line {
    enum step_tone tone;
    char *text;
};
struct step {
    const char *name; /* NULL: not part of this run */
    enum step_state state;
    struct step_line *line;
    size_t count, beyond;
    enum step_tone worst;    /* the worst of all lines, including dropped ones */
    char now[STEP_TEXT_MAX]; /* what it waits for; "": nothing */
};
struct steps {
    struct step item[STEPS_MAX];
    size_t count;
    /* line NULL: the state or `now` changed */
    void (*changed)(void *arg, const struct step *step, const struct step_line *line);
    void *arg;
};

/* names: count of them, at most STEPS_MAX; the strings are borrowed until steps_done. */
void steps_init(struct steps *s, const char *const *names, size_t count);
void steps_done(struct steps *s);

const char *step_state_word(enum step_state state); /* "waiting", "running", "ok", "warning", "failed", "skipped" */

void steps_begin(struct steps *s, size_t step);
/* Adds a line. TONE_BAD makes the step FAILED at its end, TONE_WARN WARNED. */
void steps_log(struct steps *s, size_t step, enum step_tone tone, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void steps_vlog(struct steps *s, size_t step, enum step_tone tone, const char *fmt, va_list ap)
    __attribute__((format(printf, 4, 0)));
/* Sets what it waits for; no-op if unchanged. */
void steps_now(struct steps *s, size_t step, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Ends a step according to its log; returns the state. */
enum step_state steps_end(struct steps *s, size_t step);
void steps_skip(struct steps *s, size_t step);

#endif
