/*
 * status.h - prints the state of a session as text or JSON. Pure.
 *
 * JSON (version 1): {"version","time","replay" (of a recording, at that time),"service":{…},"answers":[…],"outage":{…}
 * (world/outage.h; null: none is watched), "serve_not_running":{"name","status","message","failed","upgrade"}
 * (world/serve_not_running.h; null: none is known),
 * "kubernetes":{"ok","age_ms","error","denied",…},"redis":{…},"neuron":{…},"sources":[…]}. denied: the kinds that may
 * not be read beside others that may, or in one namespace only. Of a source, namespace: the one that it reads, "*":
 * all. An unknown value is null, never 0.
 */
#ifndef RAYDECK_STATUS_H
#define RAYDECK_STATUS_H

#include "backends/base/json.h"
#include "backends/session/session.h"

#include <stdio.h>

struct cli;

struct status_of {
    const struct world *world;
    const struct outage *outage, *previous; /* never NULL */
    struct focus focus;
    const char *context; /* NULL: unknown */
    uint64_t now_ms, wall_ms;
    bool replay; /* of a recording: "now" is then */
};

/* The session's current state. Fills ret_outage, which the result borrows. */
struct status_of status_of_session(const struct session *session, const char *context, struct outage *ret_outage);

/* The answers with their lines of evidence: "answers" of status_json and of `doctor -o json`:
 * [{"question","verdict","answer","evidence","lines":[{"line","answer","evidence", of ANSWERING "by","age_ms"}]}]. */
void status_answers_text(const struct status_of *s, FILE *out);
cJSON *status_answers_json(const struct status_of *s); /* caller frees with cJSON_Delete */

void status_text(const struct status_of *s, FILE *out);
/* "REPLAY at …: recorded, …" of a recording, a line; else nothing. */
void status_replay_text(const struct status_of *s, FILE *out);
cJSON *status_json(const struct status_of *s); /* caller frees with cJSON_Delete */

/* The RayService that was asked for is not there, as far as Kubernetes is read. */
bool status_service_is_missing(const struct status_of *s);
/* ERR_OK, ERR_NOT_FOUND of a RayService that was asked for and is missing, or the err of the first configured world
 * that cannot be trusted now, or ERR_EXHAUSTED. */
enum err status_err(const struct status_of *s);

/* Prints the session's state on stdout in the requested format; returns the exit status. context NULL: unknown. */
int status_print(const struct cli *cli, const struct session *session, const char *context);
struct doctor_aws;
int doctor_print(const struct cli *cli, const struct session *session,
                 const struct doctor_aws *aws /* NULL: not queried */);

/* The rows that are there, in an order that every run has: Kubernetes' as its API lists them, what arrives in any order
 * (the GCS's records, NeuronCores) by key. The rows are the world's; caller frees the array (NULL: there are none). */
const struct row **status_rows(const struct world *w, enum table table, size_t *ret_count);

/* Why nothing of a world is watched; NULL: it is not configured, or its sources are on. Borrowed. */
const char *status_off_why(const struct status_of *s, enum world_kind kind);

#endif
