/* prompting.c - the session's prompts: they go to the router of the RayService in focus. */
#include "backends/session/session_priv.h"

/* What has changed since the last reconcile counts for a prompt sent now. */
static struct prompt_router *router_now(struct session *s)
{
    session_services_update_routes(s);
    return s->services->router;
}

static enum err session_is_live(const struct session *s, struct why *why)
{
    return s->replays ? why_set(why, ERR_UNSUPPORTED, "a recording is replayed: nothing can be asked") : ERR_OK;
}

enum err session_may_ask(const struct session *s, const char **ret_path, struct why *why)
{
    struct why own = {.code = ERR_OK};
    if (session_is_live(s, why)) return ERR_UNSUPPORTED;
    const struct serve_path *route = prompt_router_route(s->services->router, &own);
    if (!route) {
        if (why) *why = own;
        return own.code;
    }
    if (ret_path) *ret_path = route->words;
    return ERR_OK;
}

const char *session_prompt_kind(const struct session *s, const char **ret_model)
{
    return s->replays ? NULL : prompt_router_protocol(s->services->router, ret_model);
}

enum err session_ask(struct session *s, const struct prompt *prompt, void (*done)(void *arg, const struct request *r),
                     void *arg, struct why *why)
{
    if (session_is_live(s, why)) return ERR_UNSUPPORTED;
    return prompt_router_ask(router_now(s), prompt, done, arg, why);
}

size_t session_stop_asking(struct session *s)
{
    size_t count = 0;
    for (struct session_service *of = s->services; of; of = of->next) count += prompt_router_cancel(of->router);
    return count;
}
