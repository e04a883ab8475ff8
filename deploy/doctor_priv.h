/* doctor_priv.h - shared by the rules; for doctor*.c only. */
#ifndef RAYDECK_DEPLOY_DOCTOR_PRIV_H
#define RAYDECK_DEPLOY_DOCTOR_PRIV_H

#include "deploy/doctor.h"

enum { DOCTOR_WHY_MAX = 256, DOCTOR_OBJECT_MAX = 320 };

struct doctor {
    const struct world *w;
    const struct focus *f;
    const struct doctor_ask *ask;
    struct findings *out;
    char service[DOCTOR_OBJECT_MAX]; /* "RayService mistral/mistral" */
    char redis[DOCTOR_OBJECT_MAX];   /* "Redis 10.0.0.7:6379" */
    char redis_why[DOCTOR_WHY_MAX];  /* why Redis is not live; "": it is */
};

/* Adds a finding about an object. */
void doctor_say(struct doctor *d, enum rule_id id, enum finding_severity severity, const char *object, const char *fmt,
                ...) __attribute__((format(printf, 5, 6)));
void doctor_say_pod(struct doctor *d, enum rule_id id, enum finding_severity severity, const struct pod *pod,
                    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* The API server does not let us read the Secret of Redis' password: Redis itself was not asked. */
bool doctor_secret_denied(const struct doctor *d);

/* Whether a Kubernetes table is live; else why not. `source` is its source's id. */
bool doctor_reads(const struct doctor *d, const char *source, enum table table, char why[DOCTOR_WHY_MAX]);
/* The same; if not, adds the rule's unknown about `object`. */
bool doctor_needs(struct doctor *d, enum rule_id id, const char *object, const char *source, enum table table);

/* Whether a version ("2.52.0", "Ray 2.49.1", "v1.7.0") is at least that; unknown if malformed. */
enum tri doctor_version_from(const char *version, unsigned major, unsigned minor);
/* Ray's version, from the RayService, else from its storage namespace in Redis; NULL unknown. */
const char *doctor_ray_version(const struct doctor *d);

/* AWS's data, if about the Redis that is read or that the RayService names; NULL: not queried, or about another. */
const struct doctor_aws *doctor_aws(const struct doctor *d);

const char *doctor_seconds(char out[32], uint64_t ms); /* "43 s", "12 min", "5 h" */

void doctor_kube(struct doctor *d);           /* D1 D2 D13 D14 D15 D18 D19 D21 D22 */
void doctor_pods(struct doctor *d);           /* D3 D4 D17 D20, L9 L12 L25 L28 */
void doctor_placing(struct doctor *d);        /* D16 */
void doctor_redis(struct doctor *d);          /* D5 D6 D7 D8 */
void doctor_redis_settings(struct doctor *d); /* D9 D10 D11 D12 */

#endif
