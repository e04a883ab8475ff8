#include "backends/base/mem.h"
#include "backends/sim/api_own.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct later {
    struct api *api;
    struct https_request *request;
    struct alarm *alarm;
    unsigned status;
    const char *content_type;
    char *body;
    struct later *prev, *next;
};

static void later_free(struct later *l)
{
    DL_DELETE(l->api->later, l);
    alarm_free(l->alarm);
    free(l->body);
    free(l);
}

static void due(void *arg)
{
    struct later *l = arg;
    https_answer(l->request, l->status, l->content_type, l->body, strlen(l->body));
    later_free(l);
}

static void gone(void *arg)
{
    later_free(arg);
}

void api_answer_later(struct api *a, struct https_request *r, uint64_t delay_ms, unsigned status,
                      const char *content_type, char *body)
{
    struct later *l = mem_zero(1, sizeof *l);
    l->api = a;
    l->request = r;
    l->status = status;
    l->content_type = content_type;
    l->body = body;
    DL_APPEND(a->later, l);
    l->alarm = alarm_new(a->loop, due, l);
    alarm_set(l->alarm, delay_ms, 0);
    https_on_gone(r, gone, l);
}

void api_later_forget(struct api *a)
{
    while (a->later) later_free(a->later);
}
