/*
 * deploy_script.h - a deployment from a manifest to its end against a server that plays a script. What a test's own
 * rows do not answer is answered as by a cluster where all is well.
 */
#ifndef RAYDECK_TESTS_DEPLOY_SCRIPT_H
#define RAYDECK_TESTS_DEPLOY_SCRIPT_H

#include "deploy/deploy.h"
#include "tests/support/answer_rows.h"
#include "tests/support/step_script.h"

/* The secret that the usual manifest refers to. */
#define TOKEN "hf_abcdefghijklmnopqrstuvwxyz"
#define BASE64_TOKEN "aGZfYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo="

struct deploy_script {
    struct step_script run; /* first: the route finds its way back */
    const struct answer_row *rows;
    unsigned seen[ANSWER_ROWS_MAX], seen_usual[ANSWER_ROWS_MAX];
    char bodies[512 * 1024];
    bool empty; /* what nobody answers is not there */
    char question[8 * 1024];
    struct deploy *deploy;
    enum tri answering;
    bool no_probes; /* nobody says whether Serve answers */
};

struct deploy_script_how {
    const char *text; /* NULL: a RayService, an Ingress and a Secret, which lint takes */
    const char *ns;
    bool dry_run, no;
    bool redis_dev;    /* with the Redis for development, as it is shipped */
    const char *token; /* NULL: TOKEN; "": none */
    const char *(*environment)(const char *name);
    void (*opened)(struct deploy_script *r); /* before it begins; NULL: nothing */
};

/* The caller frees it with free(). rows: the test's own, ended by one without a start; NULL: none. */
struct deploy_script *deploy_script_new(const struct answer_row *rows);
/* To its end; the question is answered at once. Fails the test where the secret was printed anywhere. */
void deploy_script_run(struct deploy_script *r, const struct deploy_script_how *how);
/* step_script_said. */
void deploy_script_said(const struct deploy_script *r, const char *text);

#endif
