/* dialog_kill.c - the text of the dialog before the head pod or a worker pod is deleted. */
#include "backends/base/buf.h"
#include "backends/base/text.h"
#include "tui/panes/dialog.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 8192, BASELINE_RECONNECT_S = 60 /* Ray's own, where nothing is set (facts/gcs.md) */ };

char *dialog_kill_command(const struct dialog_kill *k)
{
    struct buf b;
    buf_init(&b, BODY_MAX);
    buf_str(&b, "kubectl");
    if (k->context) {
        buf_str(&b, " --context ");
        text_shell_word(&b, k->context);
    }
    buf_str(&b, " -n ");
    text_shell_word(&b, k->ns ? k->ns : "default");
    buf_str(&b, " delete pod ");
    text_shell_word(&b, k->pod ? k->pod : "");
    if (k->grace_s >= 0) buf_printf(&b, " --grace-period=%lld", (long long)k->grace_s);
    if (k->grace_s == 0) buf_str(&b, " --force");
    char *text = buf_take(&b);
    buf_done(&b);
    return text;
}

static void body_grace(struct buf *b, const struct dialog_kill *k)
{
    if (k->grace_s == 0)
        buf_str(b, "grace      0 s: killed at once, as when it is OOMKilled\n");
    else if (k->grace_s > 0)
        buf_printf(b, "grace      %lld s, and then killed\n", (long long)k->grace_s);
    else if (k->pod_grace_s.known)
        buf_printf(b, "grace      the pod's own, %llu s: its %s that long\n", (unsigned long long)k->pod_grace_s.value,
                   k->is_worker ? "replicas drain" : "GCS runs on");
    else
        buf_str(b, "grace      the pod's own\n");
}

static void body_tolerance(struct buf *b, const struct dialog_kill *k)
{
    unsigned long long s = k->reconnect_s.known ? k->reconnect_s.value : BASELINE_RECONNECT_S;
    if (k->ft == TRI_YES)
        buf_printf(b,
                   "GCS fault tolerance is ON: a new head takes the state back from Redis. The %zu worker pod%s keep "
                   "serving if it is back within %llu s%s.\n",
                   k->workers, text_plural(k->workers), s, k->reconnect_s.known ? "" : " (Ray's default)");
    else if (k->ft == TRI_NO)
        buf_printf(b,
                   "GCS fault tolerance is OFF: the state dies with this pod. The %zu worker pod%s will be restarted, "
                   "models are "
                   "loaded again, and requests FAIL until then.\n",
                   k->workers, text_plural(k->workers));
    else
        buf_str(b, "GCS fault tolerance is NOT KNOWN: worker pods may be restarted and requests may fail.\n");
}

/* What is lost with a worker: its replicas, until KubeRay's new pod has started them. */
static void body_worker(struct buf *b, const struct dialog_kill *k)
{
    if (!k->besides.known)
        buf_str(b, "Whether another pod serves is NOT KNOWN: requests may FAIL until its successor serves.\n");
    else if (!k->besides.value)
        buf_str(b, "It is the ONLY pod that serves: requests FAIL until its successor has loaded the model.\n");
    else
        buf_printf(b,
                   "Its replicas stop, and start in the pod that KubeRay creates in its place. %llu Serve endpoint%s "
                   "on.\n",
                   (unsigned long long)k->besides.value, k->besides.value == 1 ? " goes" : "s go");
    if (k->head_lost) buf_str(b, "There is NO head now: no replica is placed again until there is one.\n");
}

/* The known risks. Without fault tolerance Redis plays no part. */
static void body_warnings(struct buf *b, const struct dialog_kill *k)
{
    const struct head_loss *loss = k->loss;
    if (!loss) return;
    if (loss->pod != VERDICT_OK && loss->pod_why[0])
        buf_printf(b, "survives?  %s: %s\n", loss->pod == VERDICT_UNKNOWN ? "NOT KNOWN" : verdict_word(loss->pod),
                   loss->pod_why);
    if (loss->node != VERDICT_OK && loss->node != loss->pod && loss->node_why[0])
        buf_printf(b, "node lost  %s: %s\n", loss->node == VERDICT_UNKNOWN ? "NOT KNOWN" : verdict_word(loss->node),
                   loss->node_why);
    if (k->ft != TRI_NO && loss->redis != VERDICT_OK && loss->redis_why[0])
        buf_printf(b, "Redis      %s\n", loss->redis_why);
}

static void body_workers(struct buf *b, const struct dialog_kill *k, bool with_uids)
{
    const char *label = k->is_worker       ? "others    "
                        : k->ft == TRI_YES ? "must live "
                        : k->ft == TRI_NO  ? "restarted "
                                           : "workers   ";
    size_t shown = k->workers < DIALOG_WORKERS ? k->workers : DIALOG_WORKERS;
    if (!k->workers) buf_printf(b, "%s no worker pods\n", label);
    for (size_t i = 0; i < shown; i++) {
        const struct dialog_worker *one = &k->worker[i];
        buf_printf(b, "%s %s", i ? "          " : label, one->name ? one->name : "–");
        buf_printf(b, with_uids ? ", UID %s\n" : "\n", one->uid ? one->uid : "–");
    }
    if (k->workers > shown) buf_printf(b, "           and %zu more\n", k->workers - shown);
}

static void body_requests(struct buf *b, const struct dialog_kill *k)
{
    if (k->in_flight)
        buf_printf(b, "in flight  %zu prompt%s of raydeck's\n", k->in_flight, text_plural(k->in_flight));
    else
        buf_str(b, "in flight  no prompt of raydeck's; others' are not seen\n");
    buf_printf(b, "requests   by %s: ", k->path ? k->path : "a route not known yet");
    const char *what = k->is_worker ? "this pod" : "the head";
    if (!k->besides.known)
        buf_printf(b, "Serve's endpoints are not known, %s may be the only one\n", what);
    else if (!k->besides.value)
        buf_printf(b, "NOT around %s, Serve has no other endpoint\n", what);
    else
        buf_printf(b, "around %s, %llu Serve endpoint%s not its own\n", what, (unsigned long long)k->besides.value,
                   k->besides.value == 1 ? " is" : "s are");
}

/* The consequences come first: a small screen shows only the first lines. */
char *dialog_kill_text(const struct dialog_kill *k, bool with_uids)
{
    struct buf b;
    char *command = dialog_kill_command(k);
    buf_init(&b, BODY_MAX);
    if (k->is_worker) {
        body_worker(&b, k);
    } else {
        body_tolerance(&b, k);
        body_warnings(&b, k);
    }
    buf_printf(&b, "\ndeletes    %s\nby UID     %s, and no other\n", k->pod ? k->pod : "–", k->uid ? k->uid : "–");
    if (k->marks)
        buf_printf(&b, "marked     %zu row%s: marks do not count, this pod alone is deleted\n", k->marks,
                   text_plural(k->marks));
    buf_printf(&b, "of         RayService %s/%s\n", k->ns ? k->ns : "–", k->service ? k->service : "–");
    buf_printf(&b, "context    %s\n", k->context ? k->context : "–");
    body_grace(&b, k);
    body_workers(&b, k, with_uids);
    body_requests(&b, k);
    /* kubectl delete has no precondition: it takes whichever pod has the name by then. */
    buf_printf(&b, "\nBy name:   %s\n           (not the same: kubectl does not check the UID)\n", command);
    char *text = buf_take(&b);
    buf_done(&b);
    free(command);
    return text;
}

void dialog_open_kill(struct dialog *d, const struct dialog_kill *k)
{
    char *text = dialog_kill_text(k, false);
    /* What nobody serves after is not deleted by one key, not even where everything is for trying. */
    const bool last = k->is_worker && !(k->besides.known && k->besides.value);
    dialog_open(d, k->is_worker ? "Delete a worker pod" : "Kill the Ray head", text,
                k->development && !last ? NULL : k->service, true);
    free(text);
}
