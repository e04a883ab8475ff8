/* doctor_priv.h - between doctor*.c alone: one look at the world, and what its rules have in common. */
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
    char redis_why[DOCTOR_WHY_MAX];  /* why Redis is not read now; "" where it is */
};

/* A finding about an object. */
void doctor_say(struct doctor *d, enum rule_id id, enum finding_severity severity, const char *object, const char *fmt,
                ...) __attribute__((format(printf, 5, 6)));
void doctor_say_pod(struct doctor *d, enum rule_id id, enum finding_severity severity, const struct pod *pod,
                    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* The API server does not let us read the Secret of Redis' password: Redis itself was not asked. */
bool doctor_secret_denied(const struct doctor *d);

/* Is a table of Kubernetes read, and now? `source` is its source's id. Else why not, in words. */
bool doctor_reads(const struct doctor *d, const char *source, enum table table, char why[DOCTOR_WHY_MAX]);
/* The same; what is not read is said as the rule's unknown, about `object`. */
bool doctor_needs(struct doctor *d, enum rule_id id, const char *object, const char *source, enum table table);

/* Is a version ("2.52.0", "Ray 2.49.1", "v1.7.0") at least that? Unknown where it is none. */
enum tri doctor_version_from(const char *version, unsigned major, unsigned minor);
/* Ray's: the RayService's word, else that of the storage namespace in Redis; NULL unknown. */
const char *doctor_ray_version(const struct doctor *d);

/* What AWS says, if it is of the Redis that is looked at or that the RayService names; NULL: not asked, or of another.
 */
const struct doctor_aws *doctor_aws(const struct doctor *d);

const char *doctor_seconds(char out[32], uint64_t ms); /* "43 s", "12 min", "5 h" */

void doctor_kube(struct doctor *d);           /* D1 D2 D13 D14 D15 D18 D19 */
void doctor_pods(struct doctor *d);           /* D3 D4 D17 D20, L9 L12 L25 L28 */
void doctor_placing(struct doctor *d);        /* D16 */
void doctor_redis(struct doctor *d);          /* D5 D6 D7 D8 */
void doctor_redis_settings(struct doctor *d); /* D9 D10 D11 D12 */

#endif
