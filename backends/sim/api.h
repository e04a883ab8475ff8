/*
 * api.h - the simulated API server: what raydeck asks of Kubernetes, answered from the objects, in the forms recorded
 * from Kubernetes 1.34 (Status errors, 410 both ways, bookmarks, proxies' 503).
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
    const char *token; /* the one bearer token that is let in; borrowed */
    uint64_t seed;
    bool openai;          /* Serve has a model behind the OpenAI API too */
    uint64_t bookmark_ms; /* between a watch's bookmarks; 0: a minute, as recorded */
    /* The body of GET /api/serve/applications/ while Serve runs (caller frees); NULL: none. */
    char *(*applications)(void *arg);
    /* Optional: that worker pod computes a prompt for so long. */
    void (*prompt)(void *arg, const char *pod, uint64_t ms);
    void *arg;
};

struct api;
struct api *api_new(struct loop *l, const struct api_conf *conf);
void api_free(struct api *a); /* after the HTTPS server */
void api_handle(void *api, struct https_request *r);
void api_fault(struct api *a, enum fault f, bool on); /* WATCH_410, GARBAGE and SERVE_… */
void api_kuberay(struct api *a, struct kuberay *k);   /* another one from now on */

/* What the token's user may not do from now on: access reviews say so, and requests get a 403. resource as
 * "services/proxy"; verb "*": any. False where there is no room. */
bool api_deny(struct api *a, const char *verb, const char *resource);
void api_allow(struct api *a); /* all of it again */
void api_openai(struct api *a, bool on);
size_t api_watches(const struct api *a);

#endif
