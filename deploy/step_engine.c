/* step_engine.c - Runs a table of steps from the loop. See step_engine.h. */
#include "deploy/step_engine.h"

#include "backends/link/clock.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static unsigned step_flags(const struct step_engine *e)
{
    return e->conf.defs[e->current].flags;
}

static struct step *step_current(struct step_engine *e)
{
    return &e->steps.item[e->current];
}

static uint64_t engine_now_ms(const struct step_engine *e)
{
    return clock_now_ms(loop_clock(e->conf.loop));
}

/* ---- order ---- */

static void engine_next(struct step_engine *e, void (*next)(void *arg), uint64_t ms)
{
    e->next = next;
    alarm_set(e->alarm, ms, 0);
}

static void engine_advance(struct step_engine *e)
{
    e->polling = false;
    e->current++;
    engine_next(e, NULL, 0);
}

/* The first end counts; steps that run always come after it. */
static void engine_end(struct step_engine *e, enum err err, const char *why)
{
    const bool unchanged = err && !e->confirmed;
    if (!e->ended)
        why_set(&e->end, err, "%s%s%s", why, unchanged ? ": nothing was " : "", unchanged ? e->conf.words.changed : "");
    e->ended = true;
    e->cancel.code = ERR_OK;
    engine_advance(e);
}

/* Returns whether the run was cancelled, and ends with this. */
static bool engine_cancelled(struct step_engine *e, const char *words)
{
    struct why why;
    const enum err err = e->cancel.code;
    if (!err) return false;
    if (words)
        why_set(&why, err, "%s: %s", e->cancel.text, words);
    else if (e->confirmed)
        step_engine_left(e, e->cancel.text, &why);
    else
        why = e->cancel;
    object_cancel(e->call);
    if (e->conf.cancelled) e->conf.cancelled(e->conf.arg);
    steps_log(&e->steps, e->current, TONE_BAD, "%s", e->cancel.text);
    steps_end(&e->steps, e->current);
    engine_end(e, err, why.text);
    return true;
}

static void step_begin(struct step_engine *e)
{
    for (; e->current < e->conf.count && e->ended && !(step_flags(e) & STEP_ALWAYS); e->current++)
        steps_skip(&e->steps, e->current);
    if (e->current == e->conf.count) {
        if (!e->ended) why_set(&e->end, e->err, "%s", e->err ? e->why.text : "done");
        e->over = true;
        e->conf.observer.done(e->conf.observer.arg, e->end.code, e->end.text);
    } else if (e->err && !e->ended && step_flags(e) & STEP_REQUIRES) {
        steps_skip(&e->steps, e->current);
        engine_end(e, e->err, e->why.text);
    } else {
        steps_begin(&e->steps, e->current);
        if (!(step_flags(e) & STEP_CONFIRMS)) {
            e->conf.defs[e->current].begin(e->conf.arg);
            return;
        }
        e->confirming = true;
        step_wait_text(e, "waiting for confirmation");
        e->conf.observer.confirm(e->conf.observer.arg);
    }
}

static void on_sent_read(void *arg, const struct object_answer *a)
{
    struct step_engine *e = arg;
    e->fate_known = change_fate(e->sent, a->err, a->why, a->object, e->fate, sizeof e->fate);
    engine_cancelled(e, NULL);
}

/* A change that is not answered: what holds is read, once. */
static void engine_read_sent(struct step_engine *e)
{
    e->sent = object_give_up(e->call);
    step_wait_text(e, "%s %s was not answered: reading the object", e->conf.words.request, e->sent->words);
    object_get(&e->cluster, e->sent->kind, e->sent->ns, e->sent->name, on_sent_read, e);
    engine_next(e, NULL, STEP_SENT_MS - STEP_ANSWER_MS);
}

/* The last call of each branch may close the engine. */
static void on_alarm(void *arg)
{
    struct step_engine *e = arg;
    void (*next)(void *) = e->next;
    e->next = NULL;
    if (e->cancel.code && object_change_of(e->call)) {
        engine_read_sent(e);
        return;
    }
    if (engine_cancelled(e, NULL)) return; /* nor is the reading answered in time */
    if (next)
        next(e->conf.arg);
    else
        step_begin(e);
}

/* ---- for the owner ---- */

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    struct step_engine *e = arg;
    if (!e->conf.observer.changed) return;
    e->notifying = true;
    e->conf.observer.changed(e->conf.observer.arg, step, line);
    e->notifying = false;
}

void step_engine_open(struct step_engine *e, const struct step_engine_conf *conf)
{
    const char *names[STEPS_MAX];
    for (size_t i = 0; i < conf->count; i++) names[i] = i < conf->first ? NULL : conf->defs[i].name;
    *e = (struct step_engine){.conf = *conf, .cluster = conf->cluster, .current = conf->first};
    if (!e->conf.silent_ms) e->conf.silent_ms = STEP_SILENT_MS;
    e->cluster.in_flight = &e->call;
    steps_init(&e->steps, names, conf->count);
    e->steps.changed = on_changed;
    e->steps.arg = e;
    e->alarm = clock_alarm_new(loop_clock(conf->loop), on_alarm, e);
    engine_next(e, NULL, 0);
}

void step_engine_close(struct step_engine *e)
{
    assert(!e->notifying);
    object_cancel(e->call);
    object_change_free(e->sent);
    alarm_free(e->alarm);
    steps_done(&e->steps);
    *e = (struct step_engine){0};
}

void step_engine_confirm(struct step_engine *e, bool yes)
{
    struct why why = {0};
    if (!e->confirming) return;
    e->confirming = false;
    if (!yes)
        why_set(&why, ERR_GUARD, "not confirmed");
    else
        cluster_may_change(&e->cluster, &why);
    if (why.code) {
        step_fail(e, ERR_GUARD, "%s", why.text);
        return;
    }
    e->confirmed = true;
    step_next(e);
}

void step_engine_cancel(struct step_engine *e, enum err err, const char *how)
{
    const bool running = e->current < e->conf.count && step_current(e)->state == STEP_RUNNING;
    assert(!e->notifying);
    if (e->over || e->cancel.code || (e->ended && !running)) return;
    e->confirming = false;
    /* Between two steps: the one that would begin does not. */
    if (!running) steps_begin(&e->steps, e->current);
    why_set(&e->cancel, err, "%s", how);
    if (object_change_of(e->call))
        engine_next(e, NULL, STEP_ANSWER_MS);
    else
        engine_cancelled(e, NULL);
}

void step_engine_stop(struct step_engine *e)
{
    if (step_engine_may_stop(e)) step_engine_cancel(e, ERR_CANCELLED, "stopped");
}

const struct steps *step_engine_steps(const struct step_engine *e)
{
    return &e->steps;
}

bool step_engine_may_stop(const struct step_engine *e)
{
    return e->current < e->conf.count && e->steps.item[e->current].state == STEP_RUNNING &&
           step_flags(e) & STEP_STOPPABLE;
}

bool step_engine_deadline(const struct step_engine *e, uint64_t *ret_elapsed_ms, uint64_t *ret_limit_ms)
{
    if (!e->polling) return false;
    *ret_elapsed_ms = engine_now_ms(e) - e->poll_began_ms;
    *ret_limit_ms = e->poll.limit_ms;
    return true;
}

void step_engine_left(const struct step_engine *e, const char *how, struct why *ret)
{
    const struct step_words *w = &e->conf.words;
    const char *left = e->conf.left ? e->conf.left(e->conf.arg) : NULL;
    const struct object_change *sent = e->sent ? e->sent : object_change_of(e->call);
    if (sent && e->fate_known)
        why_set(ret, ERR_CANCELLED, "%s: %s %s was sent: %s; %s; %s", how, w->request, sent->words, e->fate, w->left,
                w->again);
    else if (sent)
        why_set(ret, ERR_CANCELLED, "%s: %s %s was sent, its outcome is unknown: %s; %s; %s", how, w->request,
                sent->words, e->fate[0] ? e->fate : "the API server does not answer", w->left, w->again);
    else if (!e->confirmed)
        why_set(ret, ERR_CANCELLED, "%s: nothing was %s", how, w->changed);
    else if (left)
        why_set(ret, ERR_CANCELLED, "%s: %s", how, left);
    else
        why_set(ret, ERR_CANCELLED, "%s: %s; %s", how, w->left, w->again);
}

/* ---- for the step that runs ---- */

void step_log(struct step_engine *e, enum step_tone tone, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    steps_vlog(&e->steps, e->current, tone, fmt, ap);
    va_end(ap);
}

static void step_keep_error(struct step_engine *e, enum err err, const char *why)
{
    if (!e->err || err == ERR_PARSE) e->err = err;
    why_set(&e->why, err, "%s", why);
}

void step_error(struct step_engine *e, enum err err, const char *fmt, ...)
{
    char text[STEP_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    steps_log(&e->steps, e->current, TONE_BAD, "%s", text);
    step_keep_error(e, err, text);
}

void step_wait_text(struct step_engine *e, const char *fmt, ...)
{
    char text[STEP_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    steps_now(&e->steps, e->current, "%s", text);
}

const char *step_waits_for(const struct step_engine *e)
{
    const char *now = e->steps.item[e->current].now;
    return now[0] ? now : "nothing reported";
}

const struct step *step_logged(const struct step_engine *e)
{
    return &e->steps.item[e->current];
}

size_t step_index(const struct step_engine *e)
{
    return e->current;
}

enum err step_first_err(const struct step_engine *e)
{
    return e->err;
}

void step_later(struct step_engine *e, void (*next)(void *arg), uint64_t ms)
{
    if (!engine_cancelled(e, NULL)) engine_next(e, next, ms);
}

void step_next(struct step_engine *e)
{
    if (engine_cancelled(e, NULL)) return;
    if (steps_end(&e->steps, e->current) == STEP_FAILED && !(step_flags(e) & STEP_CONTINUES))
        engine_end(e, e->err, e->why.text);
    else
        engine_advance(e);
}

/* The reason of an end; true: the engine was cancelled, and ends by that. */
static bool end_is_cancelled(struct step_engine *e, char text[ERR_TEXT_MAX], const char *fmt, va_list ap)
{
    vsnprintf(text, ERR_TEXT_MAX, fmt, ap);
    return engine_cancelled(e, text);
}

void step_fail(struct step_engine *e, enum err err, const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    const bool cancelled = end_is_cancelled(e, text, fmt, ap);
    va_end(ap);
    if (cancelled) return;
    if (step_current(e)->worst != TONE_BAD) steps_log(&e->steps, e->current, TONE_BAD, "%s", text);
    step_keep_error(e, err, text);
    steps_end(&e->steps, e->current);
    if (step_flags(e) & STEP_CONTINUES)
        engine_advance(e);
    else
        engine_end(e, err, text);
}

void step_finish(struct step_engine *e, enum err err, const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    const bool cancelled = end_is_cancelled(e, text, fmt, ap);
    va_end(ap);
    if (cancelled) return;
    steps_end(&e->steps, e->current);
    engine_end(e, err, text);
}

/* ---- waits ---- */

void step_poll(struct step_engine *e, const struct step_poll *poll)
{
    e->poll = *poll;
    e->poll_began_ms = engine_now_ms(e);
    e->polling = true;
    e->unread_since_ms = 0;
    e->hang_said = false;
    e->poll.read(e->conf.arg);
}

static void poll_late(struct step_engine *e)
{
    if (e->poll.late)
        e->poll.late(e->conf.arg);
    else
        step_fail(e, ERR_TIMEOUT, "timed out: %s", step_waits_for(e));
}

static void poll_again(struct step_engine *e, bool late)
{
    const uint64_t waited = engine_now_ms(e) - e->poll_began_ms;
    if (engine_cancelled(e, NULL)) return;
    if (e->poll.hang_ms && waited >= e->poll.hang_ms && !e->hang_said) {
        e->hang_said = true;
        if (e->poll.hangs)
            e->poll.hangs(e->conf.arg);
        else
            step_log(e, TONE_WARN, "stuck: %s", step_waits_for(e));
    }
    if (late || waited >= e->poll.limit_ms)
        poll_late(e);
    else
        engine_next(e, e->poll.read, e->poll.every_ms);
}

void step_unmet(struct step_engine *e)
{
    e->unread_since_ms = 0;
    poll_again(e, false);
}

void step_unread(struct step_engine *e, const char *why)
{
    const uint64_t now = engine_now_ms(e);
    step_wait_text(e, "the API server: %s", why);
    if (!e->unread_since_ms) e->unread_since_ms = now;
    poll_again(e, now - e->unread_since_ms >= e->conf.silent_ms);
}
