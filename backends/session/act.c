#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/serve_get.h"
#include "backends/session/session_inside.h"

#include <stdlib.h>
#include <string.h>

/* ---- killing the head ------------------------------------------------------------------------------------------ */

enum err session_may_delete(const struct session *s, struct why *why)
{
    const struct kube_where *where = session_where(s);
    const struct conf_context *said = where ? conf_context_of(s->conf, where->context) : NULL;
    struct focus f = session_focus(s);

    if (s->conf->read_only) return why_set(why, ERR_GUARD, "--read-only takes this command away");
    if (!s->kube) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes to ask");
    if (said && said->readonly)
        return why_set(why, ERR_GUARD, "config.yaml says readonly: true for the context %s", said->name);
    if (!(s->kube_ops->caps & KUBE_CAN_DELETE) || !s->kube_ops->delete_pod)
        return why_set(why, ERR_UNSUPPORTED, "this kind of Kubernetes source cannot delete");
    if (s->may_delete == TRI_NO)
        return why_set(why, ERR_FORBIDDEN, "this user may not delete pods in %s%s%s", s->may_ns,
                       s->may_why && *s->may_why ? ": " : "", s->may_why ? s->may_why : "");
    if (!f.head) return why_set(why, ERR_NOT_FOUND, "there is no head pod");
    return ERR_OK;
}

enum err session_kill_head(struct session *s, const char *uid, int64_t grace_s,
                           void (*done)(void *arg, enum err err, const char *why), void *arg, struct why *why)
{
    enum err err = session_may_delete(s, why);
    struct focus f = session_focus(s);

    if (err) return err;
    if (!text_eq(f.head->record.key, uid))
        return why_set(why, ERR_GUARD, "the head pod is not the one that was confirmed: it is %s now", f.head->name);
    s->kube_ops->delete_pod(s->kube, f.head->ns, f.head->name, uid, grace_s, done, arg);
    return ERR_OK;
}

/* ---- prompts --------------------------------------------------------------------------------------------------- */

struct asked {
    struct session *session;
    const struct prompt_ops *ops;
    struct prompt_run *run;
    void (*done)(void *arg, const struct request *r);
    void *arg;
    struct asked *next;
};

static const struct prompt_ops *prompt_kind_of(const char *kind)
{
    for (size_t i = 0; prompt_kinds[i]; i++) {
        if (text_eq(prompt_kinds[i]->kind, kind)) return prompt_kinds[i];
    }
    return NULL;
}

static void asked_unlink(struct asked *a)
{
    struct asked **at = &a->session->asked;

    while (*at != a) at = &(*at)->next;
    *at = a->next;
    a->session->asked_count--;
}

static void on_answer(void *arg, const struct request *r)
{
    struct asked *a = arg;

    asked_unlink(a);
    if (a->done) a->done(a->arg, r);
    free(a);
}

enum err session_may_ask(const struct session *s, const char **ret_path, struct why *why)
{
    struct serve_path path = {.words = NULL};

    if (!s->prompt_words) {
        if (!session_prompt_path(s, &path, why)) return why ? why->code : ERR_NOT_FOUND;
        serve_path_done(&path);
        return why_set(why, ERR_NOT_FOUND, "the way to Serve is being looked for");
    }
    if (ret_path) *ret_path = s->prompt_words;
    return ERR_OK;
}

enum err session_ask(struct session *s, const char *question, void (*done)(void *arg, const struct request *r),
                     void *arg, struct why *why)
{
    const char *kind = s->conf->prompt_kind ? s->conf->prompt_kind : "infer";
    const struct prompt_ops *ops = prompt_kind_of(kind);
    struct prompt_ask ask = {.question = question, .timeout_ms = SESSION_PROMPT_MS};

    if (!ops) return why_set(why, ERR_UNSUPPORTED, "prompts of the kind %s cannot be sent", kind);
    if (!question || !question[strspn(question, " \t\r\n")])
        return why_set(why, ERR_USAGE, "an empty prompt is not sent");
    if (s->asked_count >= SESSION_PROMPTS)
        return why_set(why, ERR_LIMIT, "%d prompts are waiting for an answer already", SESSION_PROMPTS);
    if (!session_prompt_path(s, &ask.path, why)) return why ? why->code : ERR_NOT_FOUND;

    struct asked *a = mem_zero(1, sizeof *a);
    char *id = mem_printf("prompt-%llu", (unsigned long long)++s->prompts);
    a->session = s;
    a->ops = ops;
    a->done = done;
    a->arg = arg;
    a->next = s->asked;
    s->asked = a;
    s->asked_count++;
    ask.id = id;
    ask.due_wall_ms = loop_wall_ms(s->loop);
    a->run = ops->ask(s->loop, &s->serve, &ask, &s->sink, on_answer, a);
    free(id);
    serve_path_done(&ask.path);
    return ERR_OK;
}

void session_stop_asking(struct session *s)
{
    /* A cancelled prompt tells its end, and so leaves the list. */
    while (s->asked) s->asked->ops->cancel(s->asked->run);
}
