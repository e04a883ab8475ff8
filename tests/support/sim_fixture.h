/* sim_fixture.h - a simulated cluster inside the test's own process, and a client that asks its API server. */
#ifndef RAYDECK_TESTS_SIM_FIXTURE_H
#define RAYDECK_TESTS_SIM_FIXTURE_H

#include "backends/link/http.h"
#include "backends/sim/sim.h"

#include <cjson/cJSON.h>

struct sim_fixture {
    struct loop *loop;
    struct sim *sim;
    struct http_client *http;
    char *folder, *bearer;
    bool holds_clock;
};

/* conf's dir and program are the sim's own. Fails the test where it does not start. */
struct sim_fixture *sim_fixture_new(const struct sim_conf *conf);
void sim_fixture_free(struct sim_fixture *b); /* checks that nothing is left in its folder */

/* The body as JSON; fails the test when the status is another. Caller frees. content_type NULL: none. */
cJSON *sim_fixture_ask(struct sim_fixture *b, const char *method, const char *path, const char *content_type,
                       const char *body, long status);
cJSON *sim_fixture_get(struct sim_fixture *b, const char *path, long status);
long sim_fixture_status(struct sim_fixture *b, const char *method, const char *path, const char *content_type,
                        const char *body);                     /* the answer's alone */
void sim_fixture_say(struct sim_fixture *b, const char *line); /* to its control socket; fails the test unless "ok" */

/* From now on the simulated time passes in the waits below alone, some milliseconds between two requests: what is there
 * for a moment is seen, however slow the machine is. */
void sim_fixture_hold_clock(struct sim_fixture *b);
/* A turn of the loop; and of the clock that is held. */
void sim_fixture_pass(struct sim_fixture *b);

/* Runs the loop until what is at that path has the text somewhere, or is not there; fails the test after DEADLINE_MS.
 * The object as it was then, the caller frees it. */
cJSON *sim_fixture_wait(struct sim_fixture *b, const char *path, const char *text);
void sim_fixture_wait_gone(struct sim_fixture *b, const char *path);

#endif
