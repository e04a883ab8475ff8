/* lint_harness.c - a manifest in, findings out. */
#include "tests/support/lint_harness.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char lint_clean[] =
    "apiVersion: ray.io/v1\n"                                               /* 1 */
    "kind: RayService\n"                                                    /* 2 */
    "metadata:\n"                                                           /* 3 */
    "  name: demo\n"                                                        /* 4 */
    "  namespace: prod\n"                                                   /* 5 */
    "  annotations: {}\n"                                                   /* 6 */
    "spec:\n"                                                               /* 7 */
    "  excludeHeadPodFromServeSvc: true\n"                                  /* 8 */
    "  serveConfigV2: |\n"                                                  /* 9 */
    "    applications:\n"                                                   /* 10 */
    "    - import_path: app:app\n"                                          /* 11 */
    "      deployments:\n"                                                  /* 12 */
    "      - name: Ingress\n"                                               /* 13 */
    "        num_replicas: 2\n"                                             /* 14 */
    "        max_replicas_per_node: 1\n"                                    /* 15 */
    "      - name: model\n"                                                 /* 16 */
    "        max_replicas_per_node: 1\n"                                    /* 17 */
    "        autoscaling_config: {min_replicas: 2, max_replicas: 4}\n"      /* 18 */
    "        ray_actor_options: {resources: {neuron_cores: 2}}\n"           /* 19 */
    "  rayClusterConfig:\n"                                                 /* 20 */
    "    rayVersion: \"2.22.0\"\n"                                          /* 21 */
    "    enableInTreeAutoscaling: true\n"                                   /* 22 */
    "    gcsFaultToleranceOptions:\n"                                       /* 23 */
    "      redisAddress: rediss://redis.example:6379\n"                     /* 24 */
    "      redisPassword: {valueFrom: {secretKeyRef: {name: r, key: p}}}\n" /* 25 */
    "    headGroupSpec:\n"                                                  /* 26 */
    "      rayStartParams: {num-cpus: \"0\"}\n"                             /* 27 */
    "      template:\n"                                                     /* 28 */
    "        spec:\n"                                                       /* 29 */
    "          containers:\n"                                               /* 30 */
    "          - name: head\n"                                              /* 31 */
    "            image: example/ray:2.22.0-py310\n"                         /* 32 */
    "            env:\n"                                                    /* 33 */
    "            - {name: RAY_grpc_client_keepalive_time_ms, value: \"2000\"}\n"
    "            - {name: RAY_grpc_client_keepalive_timeout_ms, value: \"3000\"}\n"
    "    workerGroupSpecs:\n"                                              /* 36 */
    "    - groupName: inf2\n"                                              /* 37 */
    "      minReplicas: 2\n"                                               /* 38 */
    "      replicas: 2\n"                                                  /* 39 */
    "      maxReplicas: 4\n"                                               /* 40 */
    "      rayStartParams: {resources: '\"{\\\"neuron_cores\\\": 4}\"'}\n" /* 41 */
    "      template:\n"                                                    /* 42 */
    "        spec:\n"                                                      /* 43 */
    "          containers:\n"                                              /* 44 */
    "          - name: worker\n"                                           /* 45 */
    "            image: example/ray:2.22.0-py310\n"                        /* 46 */
    "            env:\n"                                                   /* 47 */
    "            - {name: RAY_grpc_client_keepalive_time_ms, value: \"2001\"}\n"
    "            - {name: RAY_grpc_client_keepalive_timeout_ms, value: \"3001\"}\n"
    "            resources: {limits: {aws.amazon.com/neuron: \"2\"}}\n" /* 50 */
    "---\n"
    "apiVersion: networking.k8s.io/v1\n" /* 52 */
    "kind: Ingress\n"
    "metadata: {name: demo, namespace: prod}\n" /* 54 */
    "spec:\n"
    "  rules:\n"
    "  - http:\n"
    "      paths:\n" /* 58 */
    "      - {path: /, pathType: Prefix, backend: {service: {name: demo-serve-svc, port: {number: 8000}}}}\n";

char *lint_edited(const char *old, const char *with)
{
    if (!old) return mem_str(lint_clean);
    const char *at = strstr(lint_clean, old);
    if (!at) fail_msg("the clean manifest has no \"%s\"", old);
    return mem_printf("%.*s%s%s", (int)(at - lint_clean), lint_clean, with, at + strlen(old));
}

static struct findings run_with(const char *text, const char *const *assignments, unsigned kuberay)
{
    struct findings found;
    struct variables vars;
    struct why why = {0};
    findings_init(&found);
    variables_init(&vars, NULL);
    for (; assignments && *assignments; assignments++) {
        enum err err = variables_give(&vars, *assignments, &why);
        if (err) fail_msg("%s", why.text);
    }
    lint_text("m.yaml", text, strlen(text), &vars, kuberay, &found);
    findings_sort(&found);
    variables_done(&vars);
    return found;
}

struct findings lint_run(const char *text, const char *const *assignments)
{
    return run_with(text, assignments, LINT_KUBERAY_ANY);
}

struct findings lint_run_for(const char *text, unsigned kuberay)
{
    return run_with(text, NULL, kuberay);
}

char *lint_words(const struct findings *f)
{
    struct buf out;
    buf_init(&out, 4096);
    for (int id = 0; id < RULES; id++) {
        bool sure = false, unknown = false;
        for (size_t i = 0; i < f->count; i++) {
            if (f->items[i].rule != rule_get((enum rule_id)id)) continue;
            if (f->items[i].severity == FINDING_UNKNOWN)
                unknown = true;
            else
                sure = true;
        }
        if (sure) buf_printf(&out, "%s%s", out.len ? " " : "", rule_get((enum rule_id)id)->id);
        if (unknown) buf_printf(&out, "%s%s?", out.len ? " " : "", rule_get((enum rule_id)id)->id);
    }
    return buf_take(&out);
}

const struct finding *lint_first(const struct findings *f, enum rule_id id)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i].rule == rule_get(id)) return &f->items[i];
    return NULL;
}

void lint_cases_for(unsigned kuberay, const struct lint_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct lint_case *c = &cases[i];
        char *text = lint_edited(c->old, c->with);
        struct findings f = lint_run_for(text, kuberay);
        char *words = lint_words(&f);
        if (strcmp(words, c->words) != 0)
            fail_msg("\"%s\" finds \"%s\", not \"%s\"%s%s", c->with ? c->with : "", words, c->words,
                     f.count ? ": " : "", f.count ? f.items[0].message : "");
        if (c->message) assert_string_equal(f.items[0].message, c->message);
        if (c->line) assert_int_equal(f.items[0].where.line, c->line);
        free(words);
        findings_done(&f);
        free(text);
    }
}

void lint_cases(const struct lint_case *cases, size_t count)
{
    lint_cases_for(LINT_KUBERAY_ANY, cases, count);
}
