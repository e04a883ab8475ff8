/*
 * api.h - the simulated API server: the requests that raydeck sends, answered from the object store in the forms
 * recorded from Kubernetes 1.34 (Status errors, both kinds of 410, bookmarks, the proxies' 503).
 */
#ifndef RAYDECK_SIM_API_H
#define RAYDECK_SIM_API_H

#include "backends/sim/fault.h"
#include "backends/sim/https.h"
#include "backends/sim/kuberay.h"
#include "backends/sim/objects.h"
#include "backends/sim/template.h"

struct api_conf {
    struct objects *objects;
    struct kuberay *kuberay;
    const struct templates *templates;
    const char *token;  /* the only valid bearer token; borrowed */
    const bool *faults; /* FAULT_COUNT of them, borrowed; NULL: none */
    uint64_t seed;
    bool openai;          /* Serve also serves the OpenAI API */
    uint64_t bookmark_ms; /* interval of bookmarks; 0: a minute, as recorded */
    /* The body of GET /api/serve/applications/ while Serve runs (caller frees); NULL: none. */
    char *(*applications)(void *arg);
    /* Optional: called when that worker pod starts to compute a prompt, for ms. */
    void (*prompt)(void *arg, const char *pod, uint64_t ms);
    /* Optional: see struct sim_conf; with an argument of its own. */
    void (*requested)(void *arg, const char *verb, const char *group, const char *resource);
    void *requested_arg;
    void *arg;
};

struct api;
struct api *api_new(struct loop *l, const struct api_conf *conf);
void api_free(struct api *a); /* after the HTTPS server */
void api_handle(void *api, struct https_request *r);
void api_fault_changed(struct api *a, enum fault f);    /* of conf.faults */
void api_set_kuberay(struct api *a, struct kuberay *k); /* replaces it, after a reset */

/* Denies a verb to the token's user: access reviews answer no, and requests get a 403. resource as "services/proxy";
 * verb "*": any. False: no room. */
bool api_deny(struct api *a, const char *verb, const char *resource);
void api_allow(struct api *a); /* removes all denials */
void api_set_openai(struct api *a, bool on);
size_t api_watches(const struct api *a);

#endif
