/* pods_detail.c - one pod in detail. */
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/world/serve_not_running.h"
#include "tui/panes/detail.h"
#include "tui/panes/pods.h"

#include <stdio.h>
#include <string.h>

enum { SERVE_WORDS_MAX = 1600 /* bytes: a whole message */ };

static void loss_line(struct buf *out, const char *what, enum verdict v, const char *why, const char *more)
{
    const char *word = verdict_word(v);
    const int width = 10 + (int)(strlen(word) - text_width(word)); /* in bytes */
    buf_printf(out, "%-22s %-*s %s%s%s\n", what, width, word, or_dash(why), more[0] ? " · " : "", more);
}

/* Its Serve controller is the head's. */
static void of_serve(const struct view *v, struct buf *out)
{
    const struct serve_not_running serve = serve_not_running_of(v->world, v->focus);
    char words[SERVE_WORDS_MAX];
    if (serve.status) buf_printf(out, "Serve: %s\n", serve_not_running_words(&serve, words, sizeof words));
}

static void of_head(const struct view *v, const struct pod *pod, struct buf *out)
{
    struct head_loss loss = head_loss_of(v->world, v->focus, v->now_ms);
    const struct rayservice *rs = v->focus->rayservice;
    const struct outage *last = outage_last(v->outage, v->previous);
    char secs[TEXT_NUM_MAX], more[64] = "";
    buf_str(out, "Runs gcs_server, dashboard, Serve controller.");
    if (rs && rs->ft == TRI_YES) buf_str(out, " Their state is in Redis.");
    if (rs && rs->ft == TRI_NO) buf_str(out, " Their state is in this pod, and dies with it.");
    const enum tri serves = serve_endpoint_is_ready(v->world, v->focus, pod);
    if (serves == TRI_NO) buf_str(out, " Requests do not pass through it (SERVE no).");
    if (serves == TRI_YES) buf_str(out, " Requests pass through it too (SERVE yes).");
    buf_char(out, '\n');
    of_serve(v, out);
    if (last->state != OUTAGE_NONE && last->head_down_ms.known)
        snprintf(more, sizeof more, "last time head down %s", outage_length(secs, last->head_down_ms));
    loss_line(out, "Deleted or OOMKilled", loss.pod, loss.pod_why, more);
    loss_line(out, "Its K8s node lost", loss.node, loss.node_why, "");
    loss_line(out, "Redis lost", loss.redis, loss.redis_why, "");
}

/* The Serve replicas of a pod's Ray node, with the NeuronCores they hold. Returns how many. */
static size_t detail_replicas(const struct view *v, const struct pod *pod, struct buf *out)
{
    const struct raynode *node = raynode_of_pod(v->world, v->focus, pod);
    char label[96], cores[64];
    size_t n = 0;
    WORLD_EACH (row, v->world, TABLE_ACTOR) {
        const struct actor *a = ROW(row, actor);
        if (row->gone_ms || !node || !node->id || !a->ray_node || strcmp(a->ray_node, node->id) != 0) continue;
        if (!replica_label(a, label, sizeof label)[0] || !a->state || strcmp(a->state, "ALIVE") != 0) continue;
        buf_printf(out, "%s%s", n++ ? ", " : "Holds Serve replicas ", label);
        if (a->cores.known && coreset_count(&a->cores))
            buf_printf(out, " (NeuronCores %s)", coreset_text(&a->cores, cores, sizeof cores));
    }
    if (n) buf_str(out, ".\n");
    return n;
}

static void of_worker(const struct view *v, const struct pod *pod, struct buf *out)
{
    size_t n = detail_replicas(v, pod, out), others = 0;
    WORLD_EACH (row, v->world, TABLE_POD) {
        const struct pod *other = ROW(row, pod);
        if (row->gone_ms || other == pod || !pods_shows(v, other)) continue;
        others += other->role && strcmp(other->role, "worker") == 0 && other->is_ready == TRI_YES;
    }
    if (n == 0) buf_str(out, "No Serve replica is known to run in it.\n");
    buf_printf(
        out, "If deleted or OOMKilled  %s; KubeRay makes another pod, Serve another replica, which loads the model.\n",
        n ? "its replicas and their requests in flight are lost" : "no replica is lost");
    buf_printf(out, "                         %zu other worker pod%s ready.\n", others, text_plural(others));
    if (pod->keepalive == TRI_NO)
        buf_str(out, "If the head's K8s node is lost  gRPC keepalive is not set here: requests may hang.\n");
}

static void of_containers(const struct pod *pod, struct buf *out)
{
    char restarts[TEXT_NUM_MAX], code[TEXT_NUM_MAX];
    for (size_t i = 0; i < pod->list_count; i++) {
        const struct container *c = &pod->list[i];
        buf_printf(out, "  %-20s %-18s restarts %-4s", or_dash(c->name), or_dash(c->state),
                   count_text(restarts, c->restarts));
        if (c->exit_code.known) buf_printf(out, " last exit code %s", count_text(code, c->exit_code));
        buf_printf(out, " %s%s\n", c->init == TRI_YES ? "init · " : "", or_dash(c->image));
        if (c->message && c->message[0]) buf_printf(out, "    %s\n", c->message);
    }
}

/* Why a pod is Pending is often known only from events: the last warning. */
static void of_warning(const struct view *v, const struct pod *pod, struct buf *out)
{
    const struct event *last = NULL;
    WORLD_EACH (row, v->world, TABLE_EVENT) {
        const struct event *e = ROW(row, event);
        if (!event_is_about(e, pod->ns, pod->name, pod->record.key)) continue;
        if (e->type && strcmp(e->type, "Warning") == 0) last = e;
    }
    if (last) buf_printf(out, "last warning  %s: %s\n", or_dash(last->reason), or_dash(last->message));
}

static void of_ray_node(const struct row *row, const struct raynode *node, struct buf *out)
{
    const bool stale = row->gone_ms && node && text_eq(node->state, "ALIVE"); /* until a new head replaces it */
    buf_printf(out, "Ray node      %s · %s%s\n", node ? or_dash(node->id) : "–",
               node ? or_dash(node->state) : "state –", stale ? " in NODE, which is stale" : "");
}

static void of_record(const struct view *v, const struct row *row, const struct pod *pod, struct buf *out)
{
    char stamp[STAMP_TEXT_MAX], num[TEXT_NUM_MAX];
    buf_printf(out, "pod           %s/%s\n", or_dash(pod->ns), or_dash(pod->name));
    buf_printf(out, "uid           %s\n", row->record->key);
    buf_printf(out, "status        %s%s%s%s%s%s\n", row->gone_ms ? "gone, was " : "", or_dash(pod->status),
               pod->reason ? " · " : "", pod->reason ? pod->reason : "", pod->message ? " · " : "",
               pod->message ? pod->message : "");
    of_warning(v, pod, out);
    buf_printf(out, "K8s node      %s", or_dash(pod->node));
    const struct knode *k = pod->node ? knode_named(v->world, pod->node) : NULL;
    buf_printf(out, "%s%s · IP %s\n", k && k->instance_type ? " · " : "", k && k->instance_type ? k->instance_type : "",
               or_dash(pod->ip));
    of_ray_node(row, raynode_of_pod(v->world, v->focus, pod), out);
    buf_printf(out, "created       %s\n", pod->created.known ? stamp_iso(stamp, pod->created.value) : "–");
    /* It lies ahead by the grace: when the kubelet kills what is left. */
    if (pod->deleted.known)
        buf_printf(out, "%s %s (deletionTimestamp)\n", row->gone_ms ? "was to go by " : "Terminating, by",
                   stamp_iso(stamp, pod->deleted.value));
    buf_printf(out, "grace         %s%s\n", count_text(num, pod->grace), pod->grace.known ? " s" : "");
    if (pod->reconnect_s.known)
        buf_printf(out, "reconnect     %s s GCS reconnect timeout\n", count_text(num, pod->reconnect_s));
    buf_str(out, "containers\n");
    of_containers(pod, out);
}

void pod_detail(const struct view *v, const struct row *row, struct buf *out)
{
    char clock[STAMP_TEXT_MAX];
    const struct pod *pod = ROW(row, pod);
    if (row->gone_ms)
        buf_printf(out, "Gone since %s.\n", stamp_clock(clock, row->gone_wall_ms));
    else if (pod->role && strcmp(pod->role, "head") == 0)
        of_head(v, pod, out);
    else
        of_worker(v, pod, out);
    buf_char(out, '\n');
    of_record(v, row, pod, out);
}

void pods_detail(const struct pane *p, const struct view *v, struct buf *out)
{
    const char *key = table_selected(&((const struct pods *)p)->table);
    const struct row *row = key ? world_find(v->world, TABLE_POD, key) : NULL;
    if (row) pod_detail(v, row, out);
}
