/* app_forward.c - local ports that lead into the cluster, from the console: the chat page's (u), any other (f), and the
 * list of them. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/chat_page.h"
#include "tui/app_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PORT_DASHBOARD = 8265,
    PORT_SERVE = 8000,
    PORT_METRICS = 8080
}; /* Ray's defaults, as KubeRay's Services have them */

static void on_forward(void *arg, const struct forward_item *item)
{
    struct context *at = arg;
    if (item->phase == FORWARD_UP)
        context_say(at, false, "http://localhost:%u leads to %s", item->local, item->target);
    else
        context_say(at, true, "localhost:%u: %s%s", item->local, item->why.text,
                    item->phase == FORWARD_STARTS ? "; trying again" : "");
    at->app->dirty = true;
}

static void forward_begin(struct app *app, const char *ns, const char *target, unsigned local, unsigned remote)
{
    struct context *at = app->at;
    const struct forward_item *taken = NULL;
    struct why why = {0};
    if (!at->forwards) at->forwards = forwards_new(on_forward, at);
    if (!forwards_begin(at->forwards, at->session, ns, target, local, remote, &taken, &why))
        app_say(app, false, "kubectl port-forward %s %u:%u is starting; :forwards lists it", target, local, remote);
    else if (taken && text_eq(taken->target, target) && text_eq(taken->ns, ns) && taken->remote == remote)
        app_say(app, false, "http://localhost:%u leads to %s already (%s); :forwards lists it", local, target,
                forward_phase_word(taken->phase));
    else
        app_say(app, true, "%s", why.text);
}

void app_ui_open(struct app *app)
{
    const struct focus f = session_focus(app->at->session);
    if (!f.rayservice) {
        app_say(app, true, "ui: no RayService is in focus, whose chat page this would be");
        return;
    }
    char *target = mem_printf("service/%s" CHAT_PAGE_SUFFIX, f.rayservice->name);
    forward_begin(app, f.rayservice->ns, target, CHAT_PAGE_PORT, CHAT_PAGE_PORT);
    free(target);
}

/* ---- the dialog -------------------------------------------------------------------------------------------------- */

static void target_add(struct forward_target *targets, size_t *count, const char *words, unsigned port, const char *ns,
                       const char *kind, const char *name, const char *suffix)
{
    struct forward_target *t = &targets[*count];
    if (*count == FORWARD_TARGETS || !ns || !name) return;
    snprintf(t->words, sizeof t->words, "%s", words);
    snprintf(t->ns, sizeof t->ns, "%s", ns);
    const int n = snprintf(t->target, sizeof t->target, "%s/%s%s", kind, name, suffix);
    t->port = port;
    *count += n > 0 && (size_t)n < sizeof t->target;
}

/* The selected pod first, then the Services of the RayService. */
static size_t targets_collect(const struct app *app, struct forward_target *targets)
{
    const struct session *s = app->at->session;
    const struct focus f = session_focus(s);
    size_t count = 0;
    const struct pod *p = app_selected_pod(app);
    if (p) {
        const unsigned port = text_eq(p->role, "head")     ? PORT_DASHBOARD
                              : text_eq(p->role, "worker") ? PORT_SERVE
                                                           : PORT_METRICS;
        target_add(targets, &count, "the selected pod", port, p->ns, "pod", p->name, "");
    }
    if (!f.rayservice) return count;
    const char *ns = f.rayservice->ns, *name = f.rayservice->name;
    target_add(targets, &count, "Ray dashboard", PORT_DASHBOARD, ns, "service", name, "-head-svc");
    target_add(targets, &count, "Serve", PORT_SERVE, ns, "service", name, "-serve-svc");
    target_add(targets, &count, "metrics of the head", PORT_METRICS, ns, "service", name, "-head-svc");
    target_add(targets, &count, "chat page", CHAT_PAGE_PORT, ns, "service", name, CHAT_PAGE_SUFFIX);
    return count;
}

static void box_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    const struct forward_box *b = &app->forward;
    app_overlay_close(app);
    if (result != OVERLAY_DONE) return;
    const struct forward_target *t = &b->target[b->at];
    forward_begin(app, t->ns, t->target, b->local, b->remote);
}

void app_forward_ask(struct app *app)
{
    struct forward_target targets[FORWARD_TARGETS];
    const size_t count = targets_collect(app, targets);
    if (!count) {
        app_say(app, true, "port-forward: select a pod, or choose a RayService with :svc");
        return;
    }
    forward_box_open(&app->forward, targets, count);
    app_overlay_open(app, &app->forward.overlay, box_result);
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static void list_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    const unsigned port = forwards_view_choice(&app->forwards);
    if (result != OVERLAY_ACTION)
        app_overlay_close(app);
    else if (port && forwards_end(app->at->forwards, port))
        app_say(app, false, "localhost:%u is closed", port);
}

void app_forwards_show(struct app *app)
{
    forwards_view_open(&app->forwards);
    app_overlay_open(app, &app->forwards.overlay, list_result);
}

void app_forwards_update(struct app *app)
{
    const struct forwards *f = app->at->forwards;
    if (!overlay_is_open(&app->overlays, &app->forwards.overlay)) return;
    forwards_view_begin(&app->forwards);
    for (size_t i = 0; i < forwards_count(f); i++) {
        const struct forward_item *item = forwards_item(f, i);
        forwards_view_add(&app->forwards, &(struct forwards_row){.local = item->local,
                                                                 .remote = item->remote,
                                                                 .ns = item->ns,
                                                                 .target = item->target,
                                                                 .state = forward_phase_word(item->phase),
                                                                 .why = item->why.text,
                                                                 .role = item->phase == FORWARD_UP       ? ROLE_OK
                                                                         : item->phase == FORWARD_FAILED ? ROLE_BAD
                                                                                                         : ROLE_WARN});
    }
    forwards_view_end(&app->forwards);
}

void context_forwards_close(struct context *at)
{
    forwards_free(at->forwards);
    at->forwards = NULL;
}
