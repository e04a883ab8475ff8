/*
 * conf.h - the configuration: flags override the environment, which overrides config.yaml. Plain data; conf.c reads
 * config.yaml.
 *
 * NULL: not set, to be discovered. "none": without that world.
 *
 *   config.yaml              environment               flag
 *   kubeconfig: FILE         RAYDECK_KUBECONFIG        --kubeconfig      (KUBECONFIG is kube's own to look at)
 *   context: NAME            RAYDECK_CONTEXT           --context
 *   namespace: NS            RAYDECK_NAMESPACE         -n            "*" is all of them: -A
 *   rayservice: NAME         RAYDECK_RAYSERVICE        -s
 *   kubectl: COMMAND         RAYDECK_KUBECTL           for `kubectl exec` (drill --fault gcs); default: kubectl
 *   redis: URL               RAYDECK_REDIS             --redis
 *     or redis: {url, via, namespace, user, password, credentials}
 *                            RAYDECK_REDIS_VIA, RAYDECK_REDIS_NAMESPACE, RAYDECK_REDIS_USER, RAYDECK_REDIS_PASSWORD
 *                            RAYDECK_REDIS_CREDENTIALS --redis-credentials   rayservice: its own go to that URL
 *   neuron: COMMAND or URL, or a list of them
 *                            RAYDECK_NEURON (a line each)   --neuron
 *   prompt: URL              RAYDECK_PROMPT            --prompt          or one of the routes found: ingress, service,
 *                                                                        proxy (the API server's)
 *     or prompt: {url, kind} RAYDECK_PROMPT_KIND       --prompt-kind     infer, openai
 *   theme: NAME              RAYDECK_THEME             --theme
 *   color: WORD              RAYDECK_COLOR             --color           auto, always, never
 *   clipboard: WORD          RAYDECK_CLIPBOARD                           auto, osc52, off
 *   grace: SECONDS           RAYDECK_GRACE             --grace
 *   ascii, slow, read_only, no_probe, mouse, no_bell, no_title, no_recorder, stage: true or false
 *                            RAYDECK_ASCII … (1, true, yes; 0, false, no)
 *   demo: true               (written by raydeck-sim: the strip says DEMO)
 *   contexts: {NAME: {server: URL, ca: sha256:HEX, readonly: true, development: true}}    or a list of {name: NAME, …}
 *
 * A context's name does not identify a cluster: two kubeconfigs may each have a "prod". So `readonly` matches by name
 * (and by server and ca where given); `development` matches only the exact server and CA hash that `raydeck info`
 * prints.
 */
#ifndef RAYDECK_CONF_H
#define RAYDECK_CONF_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { CONF_NEURONS = 64, CONF_CONTEXTS = 256 };

/* Per-context settings of config.yaml. */
struct conf_context {
    char *name, *server, *ca; /* server, ca: NULL where not given */
    bool readonly;            /* may never be armed */
    bool development;         /* dialogs take a plain y */
};
struct conf {
    char *config_path; /* the file that was read, or NULL */
    char *kubeconfig, *context, *ns, *service;
    char *kubectl; /* a command, for the shell */
    char *redis, *redis_via, *redis_ns;
    char *redis_user, *redis_password; /* from the URL, the environment or config.yaml; wiped when freed */
    char *redis_credentials;    /* "rayservice": its user and password are sent to `redis`, whatever its address */
    char *neuron[CONF_NEURONS]; /* commands or URLs, or one "none" */
    size_t neurons;
    char *prompt, *prompt_kind; /* a URL; infer or openai */
    char *theme, *color;        /* auto, always, never */
    char *clipboard;            /* auto, osc52, off */
    bool all_namespaces;        /* of pods, RayClusters, events …: ns is NULL */
    bool ascii, slow, read_only, no_probe, demo, mouse, no_bell, no_title, no_recorder, stage;
    char *grace; /* grace period of a kill: seconds; NULL: the pod's own */
    struct conf_context contexts[CONF_CONTEXTS];
    size_t context_count;
};

/* One of config.yaml: "map: {key: …}", or "key: …" where map is NULL; env NULL: not in the environment. */
struct conf_setting {
    const char *map, *key, *env;
    bool is_flag;
};
bool conf_setting(size_t i, struct conf_setting *ret); /* the i-th; false: there are no more */

void conf_init(struct conf *c);
void conf_done(struct conf *c); /* frees and wipes */

/* Reads RAYDECK_* of the environment (getenv-like look-up), then the YAML bytes where a value is still NULL. Unknown
 * keys are errors that name file and line. */
enum err conf_from_env(struct conf *c, const char *(*get)(const char *name), struct why *why);
enum err conf_from_yaml(struct conf *c, const char *name, const char *bytes, size_t len, struct why *why);

/* The configuration of another context of the same kubeconfig: what names the first one's Redis, monitors, RayService
 * or route of prompts is left out, as are its user and password. Caller: conf_done. */
void conf_for_context(const struct conf *c, const char *context, struct conf *ret);

/* The namespace "*" becomes all_namespaces, before which a namespace of the environment or the file does not count. */
void conf_settle(struct conf *c);

/* Which cluster, and by which context; ca: "sha256:" and the hash of the CA's PEM bytes, NULL: none is configured. */
struct conf_cluster {
    const char *context, *server, *ca;
};
enum conf_mark {
    CONF_UNMARKED,
    CONF_READONLY,             /* wins over development */
    CONF_DEVELOPMENT,          /* of exactly this cluster */
    CONF_DEVELOPMENT_ELSEWHERE /* the configuration marks that context name, but not this server and CA */
};
enum conf_mark conf_mark_of(const struct conf *c, const struct conf_cluster *cluster);

#endif
