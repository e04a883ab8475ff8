/*
 * step_engine.h - runs a const table of steps sequentially from the loop: a deployment, a clean-up, the phases of a
 * drill.
 *
 * A step proceeds by callbacks (requests through `cluster`, step_later, step_poll) and ends with one call of step_next,
 * step_fail or step_finish. The engine handles order, the single continuation and request in flight, the confirmation
 * and its refusal while READ-ONLY, timeouts, cancelling, and the outcome.
 *
 * The observer's `done` is called once, from the loop, as the last callback. The engine may be closed in `confirm` and
 * `done`, but not in `changed`, during which a step's code is on the stack.
 */
#ifndef RAYDECK_DEPLOY_STEP_ENGINE_H
#define RAYDECK_DEPLOY_STEP_ENGINE_H

#include "backends/link/loop.h"
#include "deploy/apply.h"
#include "deploy/steps.h"

enum {
    STEP_CONFIRMS = 1 << 0,  /* waits for step_engine_confirm; has no begin */
    STEP_STOPPABLE = 1 << 1, /* changes nothing: the user may stop the run during it */
    STEP_CONTINUES = 1 << 2, /* if it fails, the following steps still run */
    STEP_REQUIRES = 1 << 3,  /* if an earlier step failed, the run ends here */
    STEP_ALWAYS = 1 << 4,    /* always runs, however the run ended: a verdict, a summary */
};
enum {
    STEP_SENT_MS = 3000,            /* a cancelled run waits so long for the outcome of the change in flight, */
    STEP_ANSWER_MS = 1000,          /* of that, so long for its answer; then reads the object */
    STEP_SILENT_MS = 5 * 60 * 1000, /* fails if the API server answers no read for so long */
};

struct step_def {
    const char *name;
    void (*begin)(void *arg);
    unsigned flags;
};
/* Messages of a cancelled or refused run. */
struct step_words {
    const char *request; /* a request: "the apply of" */
    const char *changed; /* "applied" */
    const char *left;    /* "only the logged objects were applied" */
    const char *again;   /* "deploy can safely be run again" */
};
struct step_observer {
    void (*changed)(void *arg, const struct step *step, const struct step_line *line); /* see steps.h */
    void (*confirm)(void *arg); /* the owner answers with step_engine_confirm, at once or later */
    /* ERR_GUARD: declined, or READ-ONLY; ERR_CANCELLED or the err of step_engine_cancel. */
    void (*done)(void *arg, enum err err, const char *why);
    void *arg;
};
/* Everything is borrowed until step_engine_close. */
struct step_engine_conf {
    struct loop *loop;
    struct cluster cluster;
    const struct step_def *defs;
    size_t count, first; /* steps before `first` are omitted from this run */
    struct step_words words;
    struct step_observer observer;
    const char *(*left)(
        const void *arg);         /* what a cancelled run leaves behind; NULL, also as the result: as in words */
    void (*cancelled)(void *arg); /* cancels what the step started besides its request; NULL: nothing */
    void *arg;                    /* of begin functions, continuations and the two above */
    uint64_t silent_ms;           /* 0: STEP_SILENT_MS */
};

/* Polls until a condition is met. */
struct step_poll {
    /* Starts a read, which ends with step_unmet, step_unread or the end of the step, at once or later. */
    void (*read)(void *arg);
    uint64_t every_ms, limit_ms;
    uint64_t hang_ms; /* 0: never */
    void (*hangs)(
        void *arg);          /* once, after hang_ms: logs the reason and a remedy; NULL: logs what the step waits for */
    void (*late)(void *arg); /* after limit_ms: ends the step; NULL: it fails with what the step waits for */
};

/* Private, but embedded in its owner's struct. */
struct step_engine {
    struct step_engine_conf conf;
    struct cluster cluster; /* conf's, tracking the request in flight; for all requests of a step */
    struct object_call *call;
    struct object_change *sent; /* a change cancelled while unanswered; NULL: none */
    char fate[STEP_TEXT_MAX];   /* its outcome, or why it is unknown; "": being read */
    bool fate_known;
    struct steps steps;
    struct alarm *alarm; /* calls `next`; NULL: starts the step `current` */
    void (*next)(void *arg);
    size_t current;
    enum err err; /* the first failure; an invalid manifest takes precedence over an unreachable cluster */
    struct why why, end, cancel; /* of the last failed step; of the run; of the cancelling */
    bool confirming, confirmed, ended, over, notifying;
    struct step_poll poll;
    uint64_t poll_began_ms, unread_since_ms; /* unread_since_ms 0: the last read was answered */
    bool polling, hang_said;
};

/* ---- for the owner ---- */

/* The first step starts from the loop. */
void step_engine_open(struct step_engine *e, const struct step_engine_conf *conf);
void step_engine_close(struct step_engine *e); /* ends without callbacks; a zeroed one is fine */
/* Answers the confirmation. A yes fails with ERR_GUARD while READ-ONLY. */
void step_engine_confirm(struct step_engine *e, bool yes);
/* Ends the run with err, "HOW: what was sent and what is left". Sends no other change; waits up to STEP_SENT_MS for the
 * one in flight, and reads its object if it is not answered. STEP_ALWAYS steps follow. */
void step_engine_cancel(struct step_engine *e, enum err err, const char *how);
const struct steps *step_engine_steps(const struct step_engine *e);
void step_engine_stop(struct step_engine *e);           /* cancels a STEP_STOPPABLE step; else no-op */
bool step_engine_may_stop(const struct step_engine *e); /* the current step is STEP_STOPPABLE */
/* How long the running step has polled, and for how long it may at most; false: it does not. */
bool step_engine_deadline(const struct step_engine *e, uint64_t *ret_elapsed_ms, uint64_t *ret_limit_ms);
/* What cancelling now would leave behind, "HOW: …". */
void step_engine_left(const struct step_engine *e, const char *how, struct why *ret);

/* ---- for the step that runs ---- */

/* A TONE_BAD line makes the step fail at its end: step_error or step_fail sets the err. */
void step_log(struct step_engine *e, enum step_tone tone, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Logs an error, and keeps err for the end; the step continues. */
void step_error(struct step_engine *e, enum err err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* What the step waits for, as set by step_wait_text. */
void step_wait_text(struct step_engine *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *step_waits_for(const struct step_engine *e);
size_t step_index(const struct step_engine *e);              /* in the table */
const struct step *step_logged(const struct step_engine *e); /* its log so far */
enum err step_first_err(const struct step_engine *e);        /* of this and earlier steps; ERR_OK: none */

void step_later(struct step_engine *e, void (*next)(void *arg), uint64_t ms); /* continues from the loop */
void step_poll(struct step_engine *e, const struct step_poll *poll);          /* copied; the first read starts now */
void step_unmet(struct step_engine *e);
void step_unread(struct step_engine *e, const char *why); /* the read failed: the condition is unknown */

void step_next(struct step_engine *e); /* done; a logged error fails the run, unless STEP_CONTINUES */
void step_fail(struct step_engine *e, enum err err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Ends the run; the step's state depends on its log. */
void step_finish(struct step_engine *e, enum err err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
