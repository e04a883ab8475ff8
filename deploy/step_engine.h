/*
 * step_engine.h - runs a const table of steps from the loop, one after the other; a deployment and a clean-up are such
 * tables, and a drill's phases can be one.
 *
 * A step works by callbacks: requests through `cluster`, step_later, step_poll. It ends by step_next, step_fail or
 * step_finish, once. The engine owns what is common to all: the order, the one continuation and the one request in
 * flight, the confirmation and its refusal while READ-ONLY, limits of a wait, cancelling, the end's error and words.
 *
 * The observer's `done` comes once, from the loop, and nothing is called after it. The engine may be closed in
 * `confirm` and in `done`, not in `changed`, below which a step's own code is on the stack.
 */
#ifndef RAYDECK_DEPLOY_STEP_ENGINE_H
#define RAYDECK_DEPLOY_STEP_ENGINE_H

#include "backends/link/loop.h"
#include "deploy/apply.h"
#include "deploy/steps.h"

enum {
    STEP_CONFIRMS = 1 << 0,  /* waits for step_engine_confirm; has no begin */
    STEP_STOPPABLE = 1 << 1, /* nothing is changed by it: a person may end the run in it at any time */
    STEP_CONTINUES = 1 << 2, /* when it fails, the steps after it run all the same */
    STEP_REQUIRES = 1 << 3,  /* where a step before it failed, the run ends instead */
    STEP_ALWAYS = 1 << 4,    /* runs in any case, however the run ended before it: a verdict, what is left */
};
enum {
    STEP_SENT_MS = 3000,            /* a cancelled run waits so long for what became of the change in flight, */
    STEP_ANSWER_MS = 1000,          /* of which so long for its answer, and then reads the object */
    STEP_SILENT_MS = 5 * 60 * 1000, /* an API server that answers no reading for so long is waited for no longer */
};

struct step_def {
    const char *name;
    void (*begin)(void *arg);
    unsigned flags;
};
/* How a cancelled or refused run is told, around "applied" or "deleted". */
struct step_words {
    const char *request; /* what is sent to an object: "the apply of" */
    const char *changed; /* "applied" */
    const char *left;    /* "only the logged objects were applied" */
    const char *again;   /* "deploy can safely be run again" */
};
struct step_observer {
    void (*changed)(void *arg, const struct step *step, const struct step_line *line); /* see steps.h */
    void (*confirm)(void *arg); /* to be answered by step_engine_confirm, at once or later */
    /* ERR_GUARD: the answer was no, or nothing may be changed; ERR_CANCELLED or as step_engine_cancel was told. */
    void (*done)(void *arg, enum err err, const char *why);
    void *arg;
};
/* Everything is borrowed until step_engine_close. */
struct step_engine_conf {
    struct loop *loop;
    struct cluster cluster;
    const struct step_def *defs;
    size_t count, first; /* the steps before `first` are not of this run: neither reported nor drawn */
    struct step_words words;
    struct step_observer observer;
    const char *(*left)(const void *arg); /* what a cancelled run leaves behind; it or what it returns NULL: by words */
    void (*cancelled)(void *arg);         /* ends what the step began beside its request; NULL: nothing */
    void *arg;                            /* of begin functions, continuations and the two above */
    uint64_t silent_ms;                   /* 0: STEP_SILENT_MS */
};

/* A wait until a condition is read as met. */
struct step_poll {
    /* Begins a reading, which is answered by step_unmet, step_unread or the end of the step, at once or later. */
    void (*read)(void *arg);
    uint64_t every_ms, limit_ms;
    uint64_t hang_ms;         /* 0: never */
    void (*hangs)(void *arg); /* once, after hang_ms: says why and the way out; NULL: step_status is logged */
    void (*late)(void *arg);  /* after limit_ms: ends the step; NULL: it fails with step_status */
};

/* Private but for its place in its owner's struct. */
struct step_engine {
    struct step_engine_conf conf;
    struct cluster cluster; /* conf's, noting the one request in flight: for every request of a step */
    struct object_call *call;
    struct object_change *sent; /* a change that was cancelled unanswered; NULL: none */
    char fate[STEP_TEXT_MAX];   /* what became of it, or why that is not known; "": it is being read */
    bool fate_known;
    struct steps steps;
    struct alarm *alarm; /* rings for `next`; NULL: the step `current` begins */
    void (*next)(void *arg);
    size_t current;
    enum err err; /* the first failure, but that what the manifest gets wrong outranks what is out of reach */
    struct why why, end, cancel; /* of the last failed step; of the run; of the cancelling */
    bool confirming, confirmed, ended, over, notifying;
    struct step_poll poll;
    uint64_t poll_began_ms, unread_ms; /* unread_ms 0: the last reading was answered */
    bool hang_said;
};

/* ---- for the owner ---- */

/* The first step begins from the loop. */
void step_engine_open(struct step_engine *e, const struct step_engine_conf *conf);
void step_engine_close(struct step_engine *e); /* ends without a word; a zeroed one is fine */
/* The answer of a step that confirms. It is refused with ERR_GUARD where nothing may be changed now. */
void step_engine_confirm(struct step_engine *e, bool yes);
/* Ends the run with err, "HOW: what was sent and what is left". No other change is sent; the one in flight is waited
 * for, and its object read again where it is not answered, up to STEP_SENT_MS. Steps that run always follow. */
void step_engine_cancel(struct step_engine *e, enum err err, const char *how);
const struct steps *step_engine_steps(const struct step_engine *e);
void step_engine_stop(struct step_engine *e);           /* cancels a step that is STEP_STOPPABLE; else nothing */
bool step_engine_may_stop(const struct step_engine *e); /* the step that runs is STEP_STOPPABLE */
/* A change is in flight, or may have been made: what cancelling now leaves behind, "HOW: …". */
void step_engine_left(const struct step_engine *e, const char *how, struct why *ret);

/* ---- for the step that runs ---- */

/* A bad line makes the step fail at its end: step_error or step_fail says with which err. */
void step_log(struct step_engine *e, enum step_tone tone, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Logs what is bad, and keeps err for the end; the step goes on. */
void step_error(struct step_engine *e, enum err err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* What it waits for; NULL where nothing was said yet. */
void step_wait_text(struct step_engine *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *step_waits_for(const struct step_engine *e);
size_t step_index(const struct step_engine *e);              /* in the table */
const struct step *step_logged(const struct step_engine *e); /* what it has logged so far */
enum err step_first_err(const struct step_engine *e);        /* of this step and those before it; ERR_OK: none */

void step_later(struct step_engine *e, void (*next)(void *arg), uint64_t ms); /* goes on from the loop */
void step_poll(struct step_engine *e, const struct step_poll *poll);          /* copied; the first reading begins now */
void step_unmet(struct step_engine *e);
void step_unread(struct step_engine *e, const char *why); /* the reading failed: no news about the condition */

void step_next(struct step_engine *e); /* done, by what it logged; an error in it fails the run, unless it CONTINUES */
void step_fail(struct step_engine *e, enum err err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Ends the run; the state of the step is by what it logged. */
void step_finish(struct step_engine *e, enum err err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
