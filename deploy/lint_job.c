/* lint_job.c - K4: what KubeRay's operator refuses of a RayJob, and of a RayCronJob's. As its validation has it, by
 * version (ray-operator controllers/ray/utils/validation.go, 1.3 to 1.6). */
#include "deploy/lint_ray.h"

#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { RULES_COMPARED = 64 };

/* A number that is written in the file; `otherwise` where there is none. */
static double job_number(const struct yaml_node *map, const char *key, double otherwise)
{
    ray_number(map, key, &otherwise);
    return otherwise;
}

static bool job_selects(const struct ray *r)
{
    const struct yaml_node *selector = yaml_get(r->spec, "clusterSelector");
    return selector && selector->kind == YAML_MAP && selector->count;
}

static bool is_mode(const struct ray *r, const char *mode)
{
    return text_eq(yaml_str(r->spec, "submissionMode"), mode);
}

static void check_cluster(struct lint *l, const struct ray *r)
{
    const struct yaml_node *selector = yaml_get(r->spec, "clusterSelector");
    const char *name = yaml_str(selector, "ray.io/cluster");
    if (!job_selects(r)) {
        if (!r->cluster) lint_say(l, RULE_K4, r->spec, "one of rayClusterSpec and clusterSelector must be set");
        return;
    }
    if (yaml_bool(r->spec, "suspend", false))
        lint_say(l, RULE_K4, selector, "a RayJob with a clusterSelector cannot be suspended");
    if (lint_kuberay_has(l, 5) && (!name || !*name))
        lint_say(l, RULE_K4, selector, "clusterSelector has no ray.io/cluster, the RayCluster's name");
    if (lint_kuberay_has(l, 5) && is_mode(r, "SidecarMode"))
        lint_say(l, RULE_K4, selector, "clusterSelector is not supported in SidecarMode");
    if (lint_kuberay_has(l, 6) && job_number(r->spec, "backoffLimit", 0) > 0)
        lint_say(l, RULE_K4, yaml_get(r->spec, "backoffLimit"), "backoffLimit is incompatible with clusterSelector");
}

static void check_mode(struct lint *l, const struct ray *r)
{
    static const char *const submitter[] = {"submitterPodTemplate", "submitterConfig", NULL};
    const char *policy = yaml_str(ray_pod(r->head), "restartPolicy");
    if (is_mode(r, "InteractiveMode") && lint_kuberay_has(l, 4) && job_number(r->spec, "backoffLimit", 0) > 0)
        lint_say(l, RULE_K4, yaml_get(r->spec, "backoffLimit"), "backoffLimit is incompatible with InteractiveMode");
    if (!is_mode(r, "SidecarMode") || !lint_kuberay_has(l, 5)) return;
    for (size_t i = 0; submitter[i]; i++) {
        const struct yaml_node *at = yaml_get(r->spec, submitter[i]);
        if (at && at->kind == YAML_MAP) lint_say(l, RULE_K4, at, "SidecarMode does not support %s", submitter[i]);
    }
    if (policy && *policy && strcmp(policy, "Never") != 0)
        lint_say(l, RULE_K4, yaml_get(ray_pod(r->head), "restartPolicy"),
                 "restartPolicy of the head must be Never or unset in SidecarMode");
}

static void check_times(struct lint *l, const struct ray *r)
{
    static const struct {
        const char *key;
        double least;
        unsigned since;
    } all[] = {{"activeDeadlineSeconds", 1, 3},
               {"backoffLimit", 0, 3},
               {"ttlSecondsAfterFinished", 0, 4},
               {"preRunningDeadlineSeconds", 1, 6}};
    const bool shuts_down = yaml_bool(r->spec, "shutdownAfterJobFinishes", false);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (job_number(r->spec, all[i].key, all[i].least) < all[i].least && lint_kuberay_has(l, all[i].since))
            lint_say(l, RULE_K4, yaml_get(r->spec, all[i].key), "%s must be %.0f or more", all[i].key, all[i].least);
    if (!shuts_down && yaml_bool(r->spec, "suspend", false))
        lint_say(l, RULE_K4, yaml_get(r->spec, "suspend"),
                 "a RayJob can be suspended only with shutdownAfterJobFinishes: true");
    if (!shuts_down && job_number(r->spec, "ttlSecondsAfterFinished", 0) > 0 && lint_kuberay_has(l, 4))
        lint_say(l, RULE_K4, yaml_get(r->spec, "ttlSecondsAfterFinished"),
                 "ttlSecondsAfterFinished needs shutdownAfterJobFinishes: true");
}

/* What a policy deletes, in the order in which it may. */
static int policy_rank(const char *policy)
{
    static const char *const order[] = {"DeleteWorkers", "DeleteCluster", "DeleteSelf"};
    for (int i = 0; i < 3; i++)
        if (text_eq(policy, order[i])) return i;
    return -1;
}

/* NULL: the policy can be carried out for this job. */
static const char *policy_problem(const struct ray *r, const char *policy)
{
    const int rank = policy_rank(policy);
    if (job_selects(r) && (rank == 0 || rank == 1)) return "is not supported with a clusterSelector";
    return rank == 0 && r->autoscales ? "is not supported with the autoscaler enabled" : NULL;
}

static bool same_condition(const struct yaml_node *a, const struct yaml_node *b)
{
    static const char *const keys[] = {"jobStatus", "jobDeploymentStatus"};
    for (size_t i = 0; i < 2; i++)
        if (yaml_str(a, keys[i]) && text_eq(yaml_str(a, keys[i]), yaml_str(b, keys[i]))) return true;
    return false;
}

static void compare_rules(struct lint *l, const struct yaml_node *rule, const struct yaml_node *earlier)
{
    const struct yaml_node *a = yaml_get(rule, "condition"), *b = yaml_get(earlier, "condition");
    const char *policy = yaml_str(rule, "policy"), *other = yaml_str(earlier, "policy");
    const int rank = policy_rank(policy), other_rank = policy_rank(other);
    const double ttl = job_number(a, "ttlSeconds", 0), other_ttl = job_number(b, "ttlSeconds", 0);
    if (!policy || !other || !same_condition(a, b)) return;
    if (strcmp(policy, other) == 0)
        lint_say(l, RULE_K4, rule, "deletionRules: a second rule for %s and the same status", policy);
    else if (rank >= 0 && other_rank >= 0 && (rank > other_rank ? ttl < other_ttl : ttl > other_ttl))
        lint_say(l, RULE_K4, rule,
                 "deletionRules: ttlSeconds must not decrease from DeleteWorkers over DeleteCluster to "
                 "DeleteSelf");
}

static void check_rules(struct lint *l, const struct ray *r, const struct yaml_node *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct yaml_node *rule = rules->items[i], *condition = yaml_get(rule, "condition");
        const char *policy = yaml_str(rule, "policy"), *problem = policy_problem(r, policy);
        const bool by_job = yaml_str(condition, "jobStatus"),
                   by_deployment = yaml_str(condition, "jobDeploymentStatus");
        if (condition && by_job == by_deployment && lint_kuberay_has(l, 6))
            lint_say(l, RULE_K4, condition,
                     "deletionRules: exactly one of jobStatus and jobDeploymentStatus must be set");
        if (job_number(condition, "ttlSeconds", 0) < 0)
            lint_say(l, RULE_K4, condition, "deletionRules: ttlSeconds must not be negative");
        if (problem) lint_say(l, RULE_K4, rule, "deletionRules: %s %s", policy, problem);
        for (size_t k = 0; k < i && i < RULES_COMPARED; k++) compare_rules(l, rule, rules->items[k]);
    }
}

/* onSuccess and onFailure, the older form. */
static void check_policies(struct lint *l, const struct ray *r, const struct yaml_node *strategy)
{
    static const char *const names[] = {"onSuccess", "onFailure"};
    for (size_t i = 0; i < 2; i++) {
        const struct yaml_node *on = yaml_get(strategy, names[i]);
        const char *policy = yaml_str(on, "policy"), *problem = policy_problem(r, policy);
        if (!on)
            lint_say(l, RULE_K4, strategy, "deletionStrategy: onSuccess and onFailure must both be set");
        else if (!policy)
            lint_say(l, RULE_K4, on, "deletionStrategy: %s has no policy", names[i]);
        else if (problem)
            lint_say(l, RULE_K4, on, "deletionStrategy: %s %s", policy, problem);
        else if (text_eq(policy, "DeleteNone") && yaml_bool(r->spec, "shutdownAfterJobFinishes", false))
            lint_say(l, RULE_K4, on, "deletionStrategy: DeleteNone contradicts shutdownAfterJobFinishes");
    }
}

static void check_deletion(struct lint *l, const struct ray *r)
{
    const struct yaml_node *strategy = yaml_get(r->spec, "deletionStrategy"),
                           *older = yaml_get(r->spec, "deletionPolicy");
    const struct yaml_node *rules = ray_list(strategy, "deletionRules");
    const bool by_policy = yaml_get(strategy, "onSuccess") || yaml_get(strategy, "onFailure");
    const bool by_rules = rules && rules->count;
    if (older && !lint_kuberay_has(l, 5))
        lint_say(l, RULE_K4, older, "deletionPolicy needs the feature gate RayJobDeletionPolicy");
    if (!strategy || strategy->kind != YAML_MAP || !lint_kuberay_has(l, 5)) return;
    if (!lint_kuberay_has(l, 6))
        lint_say(l, RULE_K4, strategy,
                 "before KubeRay 1.6 deletionStrategy needs the feature gate RayJobDeletionPolicy");
    if (by_rules && yaml_bool(r->spec, "shutdownAfterJobFinishes", false))
        lint_say(l, RULE_K4, rules, "deletionRules and shutdownAfterJobFinishes exclude each other");
    if (by_rules && by_policy)
        lint_say(l, RULE_K4, rules, "deletionRules cannot be set beside onSuccess and onFailure");
    else if (by_rules)
        check_rules(l, r, rules);
    else if (by_policy)
        check_policies(l, r, strategy);
    else
        lint_say(l, RULE_K4, strategy, "deletionStrategy needs deletionRules, or both onSuccess and onFailure");
}

static void check_runtime_env(struct lint *l, const struct ray *r)
{
    const struct yaml_node *env = yaml_get(r->spec, "runtimeEnvYAML");
    struct yaml_place at = {0};
    struct why why = {0};
    struct yaml *doc = NULL;
    if (!env || env->kind != YAML_SCALAR || strchr(env->text, '$')) return;
    if (yaml_parse_all(&(struct yaml_text){"runtimeEnvYAML", env->text, strlen(env->text), NULL, 0}, 1, &doc, &at,
                       &why))
        lint_say_as(l, RULE_K4, FINDING_ERROR, manifest_inner_place(l->m, env, at), "%s", why.text);
    else if (yaml_root(doc) && yaml_root(doc)->kind != YAML_MAP)
        lint_say(l, RULE_K4, env, "runtimeEnvYAML is not a map");
    yaml_tree_free(doc);
}

void lint_job(struct lint *l, const struct ray *r)
{
    if (r->cron) lint_cron(l);
    if (!r->spec || r->spec->kind != YAML_MAP) return;
    check_cluster(l, r);
    check_mode(l, r);
    check_times(l, r);
    check_deletion(l, r);
    check_runtime_env(l, r);
}
