/* dialog_kill.c - the text of the dialog before the head pod is deleted. */
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
        buf_printf(b, "grace      the pod's own, %llu s: its GCS runs on that long\n",
                   (unsigned long long)k->pod_grace_s.value);
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
    const char *label = k->ft == TRI_YES ? "must live " : k->ft == TRI_NO ? "restarted " : "workers   ";
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
    if (!k->besides_head.known)
        buf_str(b, "Serve's endpoints are not known, the head may be the only one\n");
    else if (!k->besides_head.value)
        buf_str(b, "NOT around the head, Serve has no other endpoint\n");
    else
        buf_printf(b, "around the head, %llu Serve endpoint%s not its own\n", (unsigned long long)k->besides_head.value,
                   k->besides_head.value == 1 ? " is" : "s are");
}

/* The consequences come first: a small screen shows only the first lines. */
char *dialog_kill_text(const struct dialog_kill *k, bool with_uids)
{
    struct buf b;
    char *command = dialog_kill_command(k);
    buf_init(&b, BODY_MAX);
    body_tolerance(&b, k);
    body_warnings(&b, k);
    buf_printf(&b, "\ndeletes    %s\nby UID     %s, and no other\n", k->pod ? k->pod : "–", k->uid ? k->uid : "–");
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
    dialog_open(d, "Kill the Ray head", text, k->development ? NULL : k->service, true);
    free(text);
}
