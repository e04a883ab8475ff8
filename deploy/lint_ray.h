/*
 * lint_ray.h - shared by the rules of lint: accessors for Ray objects and Serve configurations, and findings. For
 * deploy/lint*.c only. Accessors accept NULL and return NULL for absent or mistyped members.
 */
#ifndef RAYDECK_DEPLOY_LINT_RAY_H
#define RAYDECK_DEPLOY_LINT_RAY_H

#include "deploy/lint.h"

struct lint {
    const struct manifest *m;
    const struct variables *vars;
    const struct manifest_object *o; /* the object being checked */
    struct findings *out;
    unsigned kuberay; /* its minor version of 1; 0: not said */
};
/* Whether KubeRay is 1.minor or later; true where it is not said. */
bool lint_kuberay_has(const struct lint *l, unsigned minor);

enum ray_kind { RAY_SERVICE, RAY_CLUSTER, RAY_JOB };
struct ray {
    enum ray_kind kind;
    const struct yaml_node *spec, *cluster; /* a RayCluster's spec is its cluster */
    const struct yaml_node *annotations, *options, *head, *workers;
    const struct yaml_node *ft_annotation; /* ray.io/ft-enabled, any value */
    bool ft;                               /* on, by annotation or option */
    bool autoscales;
    bool cron; /* a RayCronJob: spec is its jobTemplate, a RayJob's, without annotations */
};
/* False: not an object of ray.io. */
bool ray_of(const struct manifest_object *o, struct ray *ret);

const struct yaml_node *ray_list(const struct yaml_node *map, const char *key);
const struct yaml_node *ray_pod(const struct yaml_node *group);                   /* template.spec */
const struct yaml_node *ray_container(const struct yaml_node *group);             /* Ray's own: the first */
const struct yaml_node *ray_env(const struct yaml_node *group, const char *name); /* the entry: {name, value, …} */
bool ray_env_open(const struct yaml_node *group); /* has envFrom: unknown variables may be set */
const char *ray_group_name(const struct ray *r, const struct yaml_node *group); /* "head", or the worker group's */
const struct yaml_node *ray_redis_address(const struct ray *r); /* a scalar, or an env entry without a value; or NULL */
bool ray_autoscaler_v2(const struct ray *r);                    /* by autoscalerOptions.version */
bool ray_number(const struct yaml_node *map, const char *key, double *ret);
/* The minimum and maximum of worker pods. */
struct ray_pods {
    double least, most;
};
struct ray_pods ray_group_pods(const struct ray *r, const struct yaml_node *group);

/* serveConfigV2, parsed. */
struct serve {
    struct yaml *doc;               /* NULL where it is not a string */
    const struct yaml_node *string; /* the scalar in the manifest */
    const struct yaml_node *root;
};
/* False: absent or malformed (a finding of M4). Caller: serve_done. */
bool serve_of(struct lint *l, const struct ray *r, struct serve *ret);
void serve_done(struct serve *s);
struct yaml_place serve_place(const struct lint *l, const struct serve *s, const struct yaml_node *node);
/* Serve's applications: `index` from 0; NULL after the last. A configuration of one application is its own. */
const struct yaml_node *serve_app(const struct serve *s, size_t index);
/* The minimum and maximum of a deployment's replicas. */
struct ray_pods serve_replicas(const struct yaml_node *deployment);

void lint_say(struct lint *l, enum rule_id id, const struct yaml_node *at /* NULL: the object */, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void lint_say_as(struct lint *l, enum rule_id id, enum finding_severity severity, struct yaml_place at, const char *fmt,
                 ...) __attribute__((format(printf, 5, 6)));

/* The edit that corrects the finding added last (finding.h). What an alias shares is left alone.
 * - scalar: the scalar becomes `text`; drop: an entry of a map goes; rename: its key; insert: `entry` ("key: value")
 * becomes the first of a map. */
void lint_edit_scalar(struct lint *l, const struct yaml_node *scalar, const char *text);
void lint_edit_drop(struct lint *l, const struct yaml_node *entry);
void lint_edit_rename(struct lint *l, const struct yaml_node *entry, struct yaml_place at, const char *name);
void lint_edit_insert(struct lint *l, const struct yaml_node *map, const char *entry);

/* The groups of rules. Those without a Ray object check the whole manifest. */
void lint_templating(struct lint *l);
void lint_schema(struct lint *l);       /* of the object, whatever its kind */
void lint_enumerations(struct lint *l); /* enumerations of the object, where it is a Pod, a Service or a claim */
void lint_pod_enumerations(struct lint *l, const char *group, const struct yaml_node *pod); /* of a group's pod */
void lint_fault(struct lint *l, const struct ray *r);
void lint_operator(struct lint *l, const struct ray *r);
void lint_job(struct lint *l, const struct ray *r);
void lint_cron(struct lint *l); /* of a RayCronJob */
void lint_misplaced(struct lint *l, const struct ray *r);
void lint_serve(struct lint *l, const struct ray *r, const struct serve *s);
void lint_redundancy(struct lint *l, const struct ray *r, const struct serve *s /* NULL: none */);
void lint_drift(struct lint *l, const struct ray *r, const struct serve *s);
void lint_neuron(struct lint *l, const struct ray *r, const struct serve *s);
void lint_redis(struct lint *l, const struct ray *r);
void lint_start(struct lint *l, const struct ray *r);
void lint_requests(struct lint *l, const struct ray *r, const struct serve *s);
void lint_placing(struct lint *l, const struct ray *r, const struct serve *s);
void lint_routes(struct lint *l);
/* Of a route: a backend by the name of a RayService's serve service in the same file, and its port (NULL: none). */
void lint_serve_backend(struct lint *l, const struct yaml_node *at, const char *host, const char *ns, const char *port);
void lint_namespaces(struct lint *l);
/* Moves findings from index `first` on, that comments of the manifest ignore: the last of all. */
void lint_ignore(struct lint *l, size_t first);

#endif
