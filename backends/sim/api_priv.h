/* api_priv.h - internals of the simulated API server; for api*.c only. */
#ifndef RAYDECK_SIM_API_PRIV_H
#define RAYDECK_SIM_API_PRIV_H

#include "backends/sim/api.h"
#include "backends/sim/rng.h"

enum {
    API_SEGMENTS = 16,
    API_WATCHES = 512,
    API_DENIALS = 32,
    API_HELD_MS = 100 /* until a prompt that hangs is looked at again */
};

struct chat;
struct denial {
    char verb[16], resource[64];
};
struct watch;
struct tail;
struct api {
    struct loop *loop;
    struct api_conf conf;
    struct watch *watches;
    size_t watch_count;
    struct tail *tails; /* logs that are followed */
    struct alarm *bookmarks, *rubbish;
    uint64_t lists;   /* answered; the fault GARBAGE truncates every other one */
    uint64_t prompts; /* received; distributed round-robin over the replicas */
    uint64_t proxied; /* requests; determines each one's delay */
    struct rng rng;   /* for objects created by apply */
    struct later *later;
    struct chat *chats; /* answers that are being streamed */
    struct denial denied[API_DENIALS];
    size_t denials;
};

/* A parsed path: /api/v1/namespaces/NS/PLURAL/NAME/SUB/REST and its shorter forms. */
struct target {
    enum sim_kind kind;
    const char *group, *version, *plural, *ns, *name, *sub, *rest; /* "" where absent; rest begins with "/" */
};

bool api_fault(const struct api *a, enum fault f);

/* api_status.c */
void api_json(struct https_request *r, unsigned status, cJSON *body); /* takes body */
/* kind "" and name "": no details. reason NULL: none. */
cJSON *status_object(unsigned code, const char *reason, const char *message, const char *kind, const char *name);
void api_status(struct https_request *r, unsigned code, const char *reason, const char *message, const char *kind,
                const char *name);
void api_no_path(struct https_request *r); /* the text "404 page not found" */

/* api_routes.c */
void api_not_found(struct https_request *r, const struct target *t);
void api_not_allowed(struct https_request *r);

/* api_apply.c, api_json_patch.c, api_delete.c */
void api_apply(struct api *a, struct https_request *r, const struct target *t);
void api_create(struct api *a, struct https_request *r, const struct target *t); /* POST to the collection */
void api_json_patch(struct api *a, struct https_request *r, const struct target *t);
void api_delete(struct api *a, struct https_request *r, const struct target *t);

/* api_precondition.c: true: a Status was sent */
bool api_delete_refused(struct https_request *r, const struct target *t, const cJSON *options, const cJSON *obj);
bool api_apply_refused(struct https_request *r, const struct target *t, const cJSON *config, const cJSON *live);

/* api_deny.c */
bool api_denied(struct api *a, struct https_request *r, const struct target *t); /* true: a 403 was sent */
void api_review(struct api *a, struct https_request *r);                         /* a SelfSubjectAccessReview */

/* api_list.c */
void api_list(struct api *a, struct https_request *r, const struct target *t);
bool selector_matches(const char *labels, const char *fields, const cJSON *obj); /* selectors may be NULL */
cJSON *status_expired(const char *asked, uint64_t oldest);

/* api_watch.c */
void api_watch(struct api *a, struct https_request *r, const struct target *t);
void watches_event(void *api, const struct object_event *e);
void watches_expire(struct api *a);   /* 410 to all */
void watches_send_garbage(void *api); /* sends a malformed line to all watches */
void watches_bookmark(void *api);
void watches_close(struct api *a); /* closes and frees all */

/* api_log.c */
void api_log(struct api *a, struct https_request *r, const struct target *t);
void logs_event(struct api *a, const struct object_event *e);
void logs_close(struct api *a); /* closes and frees all */

/* api_proxy.c */
void api_proxy(struct api *a, struct https_request *r, const struct target *t);

/* api_chat.c: the OpenAI API (/v1/) of Serve, computed by `replica` */
void api_chat(struct api *a, struct https_request *r, const struct sim_pod *replica, const char *path);
void api_chats_free(struct api *a);

/* api_later.c: sends a response after a delay. Takes body. */
void api_answer_later(struct api *a, struct https_request *r, uint64_t delay_ms, unsigned status,
                      const char *content_type, char *body);
/* The same for the response of a replica in that pod, which faults may slow down, hold back or cut off; a 500 where it
 * has died by then. */
void api_answer_prompt(struct api *a, struct https_request *r, const char *pod, uint64_t delay_ms,
                       const char *content_type, char *body);
uint64_t api_prompt_ms(const struct api *a, uint64_t ms); /* ms as modified by faults */
bool api_prompts_hang(const struct api *a);               /* now: none is answered */
void api_later_free(struct api *a);

#endif
