/* sim_bed.h - a simulated cluster inside the test's own process, and a client that asks its API server. */
#ifndef RAYDECK_TESTS_SIM_BED_H
#define RAYDECK_TESTS_SIM_BED_H

#include "backends/link/http.h"
#include "backends/sim/sim.h"

#include <cjson/cJSON.h>

struct sim_bed {
    struct loop *loop;
    struct sim *sim;
    struct http_client *http;
    char *folder, *bearer;
};

/* conf's dir and program are the bed's own. Fails the test where it does not start. */
struct sim_bed *sim_bed_new(const struct sim_conf *conf);
void sim_bed_free(struct sim_bed *b); /* checks that nothing is left in its folder */

/* The body as JSON; fails the test when the status is another. Caller frees. content_type NULL: none. */
cJSON *sim_bed_ask(struct sim_bed *b, const char *method, const char *path, const char *content_type, const char *body,
                   long status);
cJSON *sim_bed_get(struct sim_bed *b, const char *path, long status);
long sim_bed_status(struct sim_bed *b, const char *method, const char *path, const char *content_type,
                    const char *body);                 /* the answer's alone */
void sim_bed_say(struct sim_bed *b, const char *line); /* to its control socket; fails the test unless "ok" */

/* Runs the loop until what is at that path has the text somewhere, or is not there; fails the test after 20 s. The
 * object as it was then, the caller frees it. */
cJSON *sim_bed_wait(struct sim_bed *b, const char *path, const char *text);
void sim_bed_wait_gone(struct sim_bed *b, const char *path);

#endif
