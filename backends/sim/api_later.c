/* api_later.c - delayed responses, dropped when the client disconnects. */
#include "backends/base/mem.h"
#include "backends/sim/api_priv.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { SLOW_TIMES = 10 };

struct later {
    struct api *api;
    struct https_request *request;
    struct alarm *alarm;
    unsigned status;
    const char *content_type;
    char *body;
    char *pod; /* of a prompt: its replica's; NULL: none */
    bool cut;
    struct later *prev, *next;
};

static void later_free(struct later *l)
{
    DL_DELETE(l->api->later, l);
    alarm_free(l->alarm);
    free(l->body);
    free(l->pod);
    free(l);
}

/* Sends half of the body, then cuts the connection. */
static void later_unlink(struct later *l)
{
    struct https_stream *s = https_stream_new(l->request, l->content_type, NULL, NULL);
    (void)https_stream_write(s, l->body, strlen(l->body) / 2);
    https_stream_cut(s);
}

/* Its pod has gone, or runs no replica any more. */
static bool replica_died(const struct later *l)
{
    const struct sim_pod *p = l->pod ? kuberay_pod(l->api->conf.kuberay, l->pod) : NULL;
    return l->pod && (!p || p->serving == SERVING_NOT);
}

static void later_send(void *arg)
{
    static const char died[] = "Internal Server Error"; /* Serve's, where the replica's actor dies */
    struct later *l = arg;
    if (l->pod && api_prompts_hang(l->api)) {
        alarm_set(l->alarm, API_HELD_MS, 0);
        return;
    }
    if (l->cut)
        later_unlink(l);
    else if (replica_died(l))
        https_answer(l->request, 500, "text/plain; charset=utf-8", died, sizeof died - 1);
    else
        https_answer(l->request, l->status, l->content_type, l->body, strlen(l->body));
    later_free(l);
}

static void later_dropped(void *arg)
{
    later_free(arg);
}

static struct later *later_new(struct api *a, struct https_request *r, uint64_t delay_ms, unsigned status,
                               const char *content_type, char *body)
{
    struct later *l = mem_zero(1, sizeof *l);
    l->api = a;
    l->request = r;
    l->status = status;
    l->content_type = content_type;
    l->body = body;
    DL_APPEND(a->later, l);
    l->alarm = alarm_new(a->loop, later_send, l);
    alarm_set(l->alarm, delay_ms, 0);
    https_on_gone(r, later_dropped, l);
    return l;
}

void api_answer_later(struct api *a, struct https_request *r, uint64_t delay_ms, unsigned status,
                      const char *content_type, char *body)
{
    (void)later_new(a, r, delay_ms, status, content_type, body);
}

uint64_t api_prompt_ms(const struct api *a, uint64_t ms)
{
    return api_fault(a, FAULT_SERVE_SLOW) ? SLOW_TIMES * ms : ms;
}

bool api_prompts_hang(const struct api *a)
{
    return api_fault(a, FAULT_PROMPTS_HANG) && !kuberay_serve_running(a->conf.kuberay);
}

void api_answer_prompt(struct api *a, struct https_request *r, const char *pod, uint64_t delay_ms,
                       const char *content_type, char *body)
{
    struct later *l = later_new(a, r, api_prompt_ms(a, delay_ms), 200, content_type, body);
    l->pod = mem_str(pod);
    l->cut = api_fault(a, FAULT_SERVE_CUT);
}

void api_later_free(struct api *a)
{
    while (a->later) later_free(a->later);
}
