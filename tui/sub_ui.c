/* sub_ui.c - `raydeck ui`: a way to the chat page of a RayService, at localhost, until interrupted. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/chat_page.h"
#include "tui/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIND_MS = 15 * 1000 };

struct ui {
    struct snapshot *snapshot;
    char *ns, *service; /* of the RayService */
    struct why why;     /* of the error that ends it; ERR_OK: none */
    unsigned port;
};

static void on_changed(void *arg, enum forward_phase phase, enum err err, const char *why)
{
    struct ui *u = arg;
    switch (phase) {
    case FORWARD_UP:
        printf("http://localhost:%u -> service/%s" CHAT_PAGE_SUFFIX ", namespace %s\n", u->port, u->service, u->ns);
        fflush(stdout);
        break;
    case FORWARD_STARTS: cli_say("%s; trying again", why); break;
    case FORWARD_FAILED:
        why_set(&u->why, err, "%s%s", why,
                err == ERR_NOT_FOUND ? ": `raydeck deploy --with ui` deploys the chat page"
                : err == ERR_IO      ? " (--port PORT)"
                                     : "");
        snapshot_wake(u->snapshot);
    }
}

static bool forward_is_over(void *arg)
{
    return ((const struct ui *)arg)->why.code != ERR_OK;
}

static bool service_is_known(void *arg)
{
    const struct ui *u = arg;
    return session_focus(snapshot_session(u->snapshot)).rayservice != NULL;
}

/* The page is there without a head too: only the RayService's name is needed. */
static enum err service_find(struct ui *u, const struct cli *cli, struct why *why)
{
    struct session *s = snapshot_session(u->snapshot);
    if (snapshot_until(u->snapshot, service_is_known, u, FIND_MS) == ERR_CANCELLED) return ERR_CANCELLED;
    const struct focus f = session_focus(s);
    const char *unread = session_unread_why(s);
    const char *service = f.rayservice ? f.rayservice->name : cli->conf.service;
    const char *ns = f.rayservice ? f.rayservice->ns : cli->conf.ns ? cli->conf.ns : session_default_ns(s);
    if (!service && unread) return why_set(why, ERR_NOT_FOUND, "the RayServices are not known: %s", unread);
    if (!service || !ns)
        return why_set(why, ERR_NOT_FOUND, "no RayService, or several: give --namespace and --service");
    u->ns = mem_str(ns);
    u->service = mem_str(service);
    return ERR_OK;
}

static enum err ui_run(struct ui *u, const struct cli *cli, struct why *why)
{
    const struct kube_ops *ops = NULL;
    struct kube *kube = session_kube(snapshot_session(u->snapshot), &ops);
    if (!kube || !ops->forward) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes with a chat page");
    enum err err = service_find(u, cli, why);
    if (err) return err;
    char *target = mem_printf("service/%s" CHAT_PAGE_SUFFIX, u->service);
    struct kube_forward *f = ops->forward(kube, &(struct kube_forward_conf){.ns = u->ns,
                                                                            .target = target,
                                                                            .local = u->port,
                                                                            .remote = CHAT_PAGE_PORT,
                                                                            .changed = on_changed,
                                                                            .arg = u});
    err = snapshot_until(u->snapshot, forward_is_over, u, SNAPSHOT_NO_LIMIT);
    ops->forward_close(f);
    free(target);
    if (err) return ERR_OK; /* a signal is its normal end */
    *why = u->why;
    return why->code;
}

int sub_ui(struct cli *cli)
{
    struct why why = {0};
    struct ui u = {.port = cli_port(cli, CHAT_PAGE_PORT)};
    int status = EXIT_FINE;
    u.snapshot = snapshot_begin(cli, &status);
    if (!u.snapshot) return status;
    const enum err err = ui_run(&u, cli, &why);
    if (err && why.text[0]) cli_say("%s", why.text);
    status = snapshot_exit_status(u.snapshot, err);
    snapshot_close(u.snapshot);
    free(u.ns);
    free(u.service);
    return status;
}
