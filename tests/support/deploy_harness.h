/*
 * deploy_harness.h - the engines of deploy/ without an interface, against the simulator's API server: what happens
 * between the question and its answer is the test's.
 */
#ifndef RAYDECK_TESTS_DEPLOY_HARNESS_H
#define RAYDECK_TESTS_DEPLOY_HARNESS_H

#include "backends/backend.h"
#include "deploy/cleanup.h"
#include "deploy/deploy.h"
#include "tests/support/sim_fixture.h"

struct deploy_harness {
    struct sim_fixture *sim;
    struct kube *kube;
    struct world *world;
    struct manifest *manifest;
    struct variables vars;
    struct deploy *deploy; /* one of these two */
    struct cleanup *cleanup;
    const char *no; /* why the client's guard allows no change; NULL: it allows every one */
    bool asked, over;
    enum err err;
    char why[ERR_TEXT_MAX];
    char said[64 * 1024]; /* "  step: line", with ! for a warning and # for what is bad; "= step state" */
};

struct deploy_harness *deploy_harness_new(const struct sim_conf *conf);
void deploy_harness_free(struct deploy_harness *r);

/* Each until the question, or the end. */
void deploy_harness_deploy(struct deploy_harness *r, const char *text, const char *(*environment)(const char *name));
void deploy_harness_cleanup(struct deploy_harness *r);
/* Answers, and goes on to the end. */
void deploy_harness_answer(struct deploy_harness *r, bool yes);

/* Fails the test where it was not said. */
void deploy_harness_said(const struct deploy_harness *r, const char *text);

#endif
