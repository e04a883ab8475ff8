/*
 * step_script.h - an engine of steps (a deployment, a clean-up) from its start to its end against a server that plays a
 * script: what it said, what it asked the server, how it ended.
 */
#ifndef RAYDECK_TESTS_STEP_SCRIPT_H
#define RAYDECK_TESTS_STEP_SCRIPT_H

#include "deploy/step_engine.h"
#include "tests/support/kube_fixture.h"

struct step_script {
    struct kube_fixture fixture; /* first: its callbacks find their way back */
    struct step_engine *engine;
    char log[64 * 1024];  /* method and path of every request of ours */
    char said[64 * 1024]; /* every line and state: "  step: line", with ! for a warning and # for what is bad; "= step
                             state" */
    bool asked, over;
    enum err err;
    char why[ERR_TEXT_MAX];
};

/* Starts the server, and the client of its API for namespace mistral; s is zeroed. */
void step_script_open(struct step_script *s,
                      bool (*route)(struct kube_fixture *s, const char *request, struct tiny_reply *reply));
struct step_observer step_script_observer(struct step_script *s);
/* Plays until it asks, or to its end. */
void step_script_until_asked(struct step_script *s, struct step_engine *engine);
/* Answers if it asked, and plays to its end. */
void step_script_answer(struct step_script *s, bool yes);

/* For `route`: logs a request of the engine; false: the fixture answers it, it is one of the client's own. */
bool step_script_takes(struct step_script *s, const char *request);
/* Fails the test where it was not said. */
void step_script_said(const struct step_script *s, const char *text);

void text_append(char *to, size_t size, const char *text); /* cut off where it does not fit */

#endif
