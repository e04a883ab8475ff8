/* script.c - see script.h. */
#include "tui/script.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum phase {
    PHASE_BEGIN,
    PHASE_SPEED,
    PHASE_ZOOM,
    PHASE_PANE,
    PHASE_KEYS,
    PHASE_TYPE,
    PHASE_ENTER,
    PHASE_WAIT,
    PHASE_PAUSE,
    PHASE_END
};

struct script_run {
    struct script *script;
    enum script_state state;
    size_t step;
    enum phase phase;
    size_t at;                  /* index of the next key, or byte of the text to type */
    uint64_t next_due_ms;       /* earliest time of the next action */
    uint64_t begun_wall_ms;     /* start of the step */
    uint64_t since_ms;          /* start of the wait or the pause */
    const char *caption;        /* the script's, or "" */
    unsigned speed;             /* 0: unchanged */
    char why[2 * SCRIPT_WORDS]; /* it is paused */
    char line[4 * SCRIPT_WORDS];
};

struct script_run *script_run_new(struct script *script)
{
    struct script_run *run = mem_zero(1, sizeof *run);
    run->script = script;
    run->caption = "";
    return run;
}

void script_run_free(struct script_run *run)
{
    if (!run) return;
    script_free(run->script);
    free(run);
}

enum script_state script_state(const struct script_run *run)
{
    return run->state;
}

void script_pause(struct script_run *run, const char *why)
{
    if (run->state != SCRIPT_RUNNING) return;
    run->state = SCRIPT_PAUSED;
    snprintf(run->why, sizeof run->why, "%s", why);
}

/* Restarts a wait whose limit passed or that a key interrupted. */
void script_resume(struct script_run *run, const struct view *v)
{
    if (run->state != SCRIPT_PAUSED) return;
    run->state = SCRIPT_RUNNING;
    run->since_ms = v->now_ms;
}

void script_skip(struct script_run *run)
{
    if (run->state == SCRIPT_OVER) return;
    run->step++;
    run->phase = PHASE_BEGIN;
    run->state = run->step < run->script->count ? SCRIPT_RUNNING : SCRIPT_OVER;
}

void script_again(struct script_run *run)
{
    run->step = 0;
    run->phase = PHASE_BEGIN;
    run->state = SCRIPT_RUNNING;
    run->caption = "";
    run->speed = 0;
}

static void run_enter(struct script_run *run, enum phase phase, const struct view *v)
{
    run->phase = phase;
    run->at = 0;
    run->since_ms = v->now_ms;
}

static void step_begin(struct script_run *run, const struct script_step *step, const struct view *v)
{
    if (step->caption) run->caption = step->caption;
    run->begun_wall_ms = v->wall_ms;
    run->next_due_ms = v->now_ms;
    run_enter(run, PHASE_SPEED, v);
}

/* The step's next key; false: no more. */
static bool next_key(struct script_run *run, const struct script_step *step, const struct view *v,
                     struct script_act *ret)
{
    if (run->at == step->key_count) return false;
    *ret = (struct script_act){.type = SCRIPT_ACT_KEY, .key = step->keys[run->at++]};
    run->next_due_ms = v->now_ms + SCRIPT_KEY_GAP_MS;
    return true;
}

static bool next_letter(struct script_run *run, const struct script_step *step, const struct view *v,
                        struct script_act *ret)
{
    if (!step->type || !step->type[run->at]) return false;
    *ret = (struct script_act){.type = SCRIPT_ACT_KEY, .key = {.type = INPUT_KEY}};
    run->at += text_decode(step->type + run->at, strlen(step->type + run->at), &ret->key.key);
    run->next_due_ms = v->now_ms + (step->type[run->at] ? SCRIPT_TYPE_GAP_MS : SCRIPT_KEY_GAP_MS);
    return true;
}

/* True: the condition is met. Pauses the script if it can no longer be met. */
static bool step_waited(struct script_run *run, const struct script_step *step, const struct view *v)
{
    char now[SCRIPT_WORDS], why[2 * SCRIPT_WORDS];
    enum script_met met = script_met(step->wait, step->number, v, run->since_ms, run->begun_wall_ms, now);
    if (met == SCRIPT_NEVER)
        script_pause(run, now);
    else if (met == SCRIPT_NOT_YET && v->now_ms >= run->since_ms + step->limit_ms) {
        snprintf(why, sizeof why, "waited %llu s for %s%s%s", (unsigned long long)(step->limit_ms / 1000),
                 script_wait_what(step->wait), *now ? ": " : "", now);
        script_pause(run, why);
    }
    return met == SCRIPT_MET;
}

/* Runs one phase; true: *ret must be performed. A finished phase advances. */
static bool phase_next(struct script_run *run, const struct script_step *step, const struct view *v,
                       struct script_act *ret)
{
    enum phase phase = run->phase;
    switch (phase) {
    case PHASE_BEGIN: step_begin(run, step, v); return false;
    case PHASE_SPEED:
        run_enter(run, PHASE_ZOOM, v);
        if (step->speed) run->speed = step->speed;
        *ret = (struct script_act){.type = SCRIPT_ACT_SPEED, .speed = step->speed};
        return step->speed != 0;
    case PHASE_ZOOM:
        run_enter(run, PHASE_PANE, v);
        *ret = (struct script_act){.type = SCRIPT_ACT_ZOOM, .pane = step->zoom};
        return step->zoom != 0;
    case PHASE_PANE:
        run_enter(run, PHASE_KEYS, v);
        *ret = (struct script_act){.type = SCRIPT_ACT_PANE, .pane = step->pane};
        return step->pane != 0;
    case PHASE_KEYS:
        if (next_key(run, step, v, ret)) return true;
        break;
    case PHASE_TYPE:
        if (next_letter(run, step, v, ret)) return true;
        break;
    case PHASE_ENTER:
        run_enter(run, PHASE_WAIT, v);
        *ret = (struct script_act){.type = SCRIPT_ACT_KEY, .key = {.type = INPUT_KEY, .key = KEYP_ENTER}};
        return step->type != NULL;
    case PHASE_WAIT:
        if (!step_waited(run, step, v)) return false;
        if (step->then) run->caption = step->then;
        break;
    case PHASE_PAUSE:
        if (v->now_ms < run->since_ms + step->pause_ms) return false;
        break;
    case PHASE_END: script_skip(run); return false;
    }
    run_enter(run, phase + 1, v);
    return false;
}

bool script_next(struct script_run *run, const struct view *v, struct script_act *ret)
{
    while (run->state == SCRIPT_RUNNING && (run->phase == PHASE_BEGIN || v->now_ms >= run->next_due_ms)) {
        enum phase phase = run->phase;
        size_t step = run->step;
        if (phase_next(run, &run->script->steps[step], v, ret)) return true;
        if (run->phase == phase && run->step == step) return false; /* it waits */
    }
    return false;
}

/* ---- what is shown ---- */

static void state_words(const struct script_run *run, const struct view *v, char *out, size_t size)
{
    const struct script_step *step = &run->script->steps[run->step];
    char now[SCRIPT_WORDS] = "", speed[32] = "";
    unsigned long long passed = (v->now_ms - run->since_ms) / 1000, limit = step->limit_ms / 1000;
    if (run->speed > 1) snprintf(speed, sizeof speed, "simulator %ux", run->speed);
    const char *gap = *speed ? " · " : "";
    if (run->phase == PHASE_WAIT && step->wait == WAIT_SECONDS)
        snprintf(out, size, "%s%s%llu s of %u s", speed, gap, passed, step->number);
    else if (run->phase == PHASE_WAIT && step->wait) {
        script_met(step->wait, step->number, v, run->since_ms, run->begun_wall_ms, now);
        snprintf(out, size, "%s%swaiting for %s, %llu s of %llu s%s%s", speed, gap, script_wait_what(step->wait),
                 passed, limit, *now ? ": " : "", now);
    } else if (run->phase == PHASE_KEYS || run->phase == PHASE_TYPE)
        snprintf(out, size, "%s%spressing keys", speed, gap);
    else
        snprintf(out, size, "%s", speed);
}

bool script_caption(struct script_run *run, const struct view *v, struct caption *ret)
{
    char words[2 * SCRIPT_WORDS];
    size_t count = run->script->count;
    if (run->state == SCRIPT_OVER) return false;
    *ret = (struct caption){run->caption, run->line, "any key takes over", run->state == SCRIPT_PAUSED};
    if (ret->paused) {
        snprintf(run->line, sizeof run->line, " PAUSED at %zu/%zu: %s ", run->step + 1, count, run->why);
        ret->hint = ":script goes on";
        return true;
    }
    state_words(run, v, words, sizeof words);
    snprintf(run->line, sizeof run->line, "%zu/%zu  %s", run->step + 1, count, words);
    return true;
}
