/* sub_ui.c - `raydeck ui`: a way to the chat page of a RayService, at localhost, until interrupted. */
#include "backends/base/mem.h"
#include "backends/kube/kube_forward.h"
#include "tui/snapshot.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIND_MS = 15 * 1000, UI_PORT = 7860 };

struct ui {
    struct snapshot *snapshot;
    char *ns, *page; /* of its Service */
    enum err err;    /* that ends it */
    struct why why;
};

static void on_state(void *arg, bool up, enum err err, const char *why)
{
    struct ui *u = arg;
    if (up) {
        printf("http://localhost:%d -> service/%s, namespace %s\n", UI_PORT, u->page, u->ns);
        fflush(stdout);
    } else if (err == ERR_NOT_FOUND) {
        u->err = why_set(&u->why, ERR_UNSUPPORTED, "%s", why);
        snapshot_wake(u->snapshot);
    } else {
        cli_say("%s; trying again", why);
    }
}

static bool is_over(void *arg)
{
    return ((const struct ui *)arg)->err != ERR_OK;
}

static bool service_is_known(void *arg)
{
    const struct ui *u = arg;
    return session_focus(snapshot_session(u->snapshot)).rayservice != NULL;
}

/* The page is there without a head too: only the RayService's name is needed. */
static enum err page_find(struct ui *u, const struct cli *cli, struct why *why)
{
    struct session *s = snapshot_session(u->snapshot);
    if (snapshot_until(u->snapshot, service_is_known, u, FIND_MS) == ERR_CANCELLED) return ERR_CANCELLED;
    const struct focus f = session_focus(s);
    const char *service = f.rayservice ? f.rayservice->name : cli->conf.service;
    const char *ns = f.rayservice ? f.rayservice->ns : cli->conf.ns ? cli->conf.ns : session_default_ns(s);
    if (!service || !ns)
        return why_set(why, ERR_NOT_FOUND, "no RayService, or several: give --namespace and --service");
    u->ns = mem_str(ns);
    u->page = mem_printf("%s-chat", service);
    return ERR_OK;
}

static enum err ui_run(struct ui *u, const struct cli *cli, struct why *why)
{
    const struct kube_ops *ops = NULL;
    struct kube *kube = session_kube(snapshot_session(u->snapshot), &ops);
    if (!kube || !ops->forward) return why_set(why, ERR_UNSUPPORTED, "there is no Kubernetes with a chat page");
    enum err err = page_find(u, cli, why);
    if (err) return err;
    struct kube_forward *f = ops->forward(
        kube,
        &(struct kube_forward_conf){.ns = u->ns, .service = u->page, .port = UI_PORT, .state = on_state, .arg = u});
    err = snapshot_until(u->snapshot, is_over, u, SNAPSHOT_NO_LIMIT);
    kube_forward_close(f);
    if (err) return ERR_OK; /* a signal is its normal end */
    *why = u->why;
    return u->err;
}

int sub_ui(struct cli *cli)
{
    struct why why = {0};
    struct ui u = {.err = ERR_OK};
    int status = EXIT_FINE;
    u.snapshot = snapshot_begin(cli, &status);
    if (!u.snapshot) return status;
    const enum err err = ui_run(&u, cli, &why);
    if (err && why.text[0]) cli_say("%s", why.text);
    status = snapshot_exit_status(u.snapshot, err);
    snapshot_close(u.snapshot);
    free(u.ns);
    free(u.page);
    return status;
}
