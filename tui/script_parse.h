/*
 * script_parse.h - parses a walkthrough (YAML) into steps. No I/O.
 *
 *   title: Losing the head
 *   steps:
 *   - caption: Now it goes.      # stays until the next one; "" takes it away
 *     speed: 4                   # of the simulated cluster
 *     zoom: gcs                  # a pane alone on the screen; none: all of them again
 *     pane: requests             # has the focus: on a small screen it is the one that is shown
 *     keys: x k                  # as commands.def writes them, separated by blanks
 *     type: Are you there?       # typed, and then Enter
 *     wait: head-down            # a condition of SCRIPT_WAIT_MAP
 *     limit: 30                  # seconds to wait at most
 *     then: Gone. No grace.      # the caption once the condition is met: what it says has been seen
 *     pause: 3                   # seconds
 *
 * A step performs its members in this order. Every problem of a file is reported with its line, not only the first.
 */
#ifndef RAYDECK_SCRIPT_PARSE_H
#define RAYDECK_SCRIPT_PARSE_H

#include "backends/base/err.h"
#include "tui/term/input.h"

#include <stdint.h>

enum {
    SCRIPT_BYTES = 256 * 1024,
    SCRIPT_STEPS = 500,
    SCRIPT_KEYS = 64,     /* of a step */
    SCRIPT_CAPTION = 300, /* bytes, and of what is typed */
    SCRIPT_SECONDS = 3600,
    SCRIPT_SPEED = 100,
    SCRIPT_LIMIT_S = 120, /* default of a wait */
    SCRIPT_PROBLEMS = 64
};

/* X(NAME, word, takes a number, what is waited for) */
#define SCRIPT_WAIT_MAP(X)                                                                                             \
    X(NONE, "", false, "")                                                                                             \
    X(ANSWERING, "answering", false, "requests to be answered")                                                        \
    X(PODS_READY, "pods-ready", true, "pods to be ready")                                                              \
    X(SERVE_RUNNING, "serve-running", false, "Serve to be RUNNING")                                                    \
    X(APPLIED, "applied", false, "the RayService to be accepted")                                                      \
    X(HEAD_DOWN, "head-down", false, "the head to go")                                                                 \
    X(GCS_SILENT, "gcs-silent", false, "the GCS to be silent")                                                         \
    X(RECOVERED, "recovered", false, "the recovery to be over")                                                        \
    X(WORKERS_RESTARTED, "workers-restarted", false, "every worker pod to have restarted and to be ready")             \
    X(UNHARMED, "unharmed", false, "every request answered, every worker pod and runtime the same")                    \
    X(ANSWERED, "answered", false, "the prompt's answer")                                                              \
    X(ANSWERED_HEADLESS, "answered-headless", false, "the prompt's answer while there is no head")                     \
    X(DRILL_ASKS, "drill-asks", false, "the drill to ask")                                                             \
    X(DRILL_PASSED, "drill-passed", false, "the drill's verdict, a PASS")                                              \
    X(GONE, "gone", false, "the RayService and its pods to be gone")                                                   \
    X(SECONDS, "seconds", true, "seconds")
enum script_wait_kind {
#define X(name, word, number, what) WAIT_##name,
    SCRIPT_WAIT_MAP(X)
#undef X
        WAIT_COUNT
};

enum { SCRIPT_ZOOM_NONE = '-' };
struct script_step {
    unsigned line;
    char *caption; /* safe text; NULL: unchanged */
    char *then;    /* the caption once the wait is met; safe text; NULL: unchanged */
    char *type;    /* safe text; NULL: nothing */
    struct input keys[SCRIPT_KEYS];
    size_t key_count;
    char zoom;      /* a pane's letter, SCRIPT_ZOOM_NONE, or 0: unchanged */
    char pane;      /* a pane's letter, or 0 */
    unsigned speed; /* 0: unchanged */
    enum script_wait_kind wait;
    unsigned number; /* of the wait, if it takes one */
    uint64_t limit_ms, pause_ms;
};
struct script {
    char *title; /* safe text; NULL: none */
    struct script_step *steps;
    size_t count; /* > 0 */
};

/* ERR_PARSE or ERR_LIMIT with the first problem in why, "FILE:LINE: …". Each one goes to `problem` too (may be NULL).
 * Caller: script_free. */
enum err script_parse(const char *name, const char *bytes, size_t len,
                      void (*problem)(void *arg, unsigned line, const char *text), void *arg, struct script **ret,
                      struct why *why);
void script_free(struct script *s); /* NULL is fine */

const char *script_wait_word(enum script_wait_kind wait); /* "head-down" */
const char *script_wait_what(enum script_wait_kind wait); /* "the head to go" */

#endif
