/* cores_detail.c - one NeuronCore in detail. */
#include "tui/panes/cores.h"
#include "tui/panes/detail.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the loss of the head means for a core depends on GCS fault tolerance; left out where that is unknown. */
static void head_loss(const struct rayservice *rs, struct buf *out)
{
    if (rs && rs->ft == TRI_YES)
        buf_str(out, "If the Ray head is lost: its pod keeps it and goes on serving (GCS fault tolerance is on).\n");
    if (rs && rs->ft == TRI_NO)
        buf_str(
            out,
            "If the Ray head is lost: its pod is restarted, the model loaded again (GCS fault tolerance is off).\n");
}

static void detail_loss(const struct actor *actor, const struct pod *pod, struct buf *out)
{
    char label[96];
    if (!actor) {
        buf_str(out, "No Serve replica is known to hold it.\n");
        return;
    }
    buf_printf(out, "Held by Serve replica %s", replica_label(actor, label, sizeof label));
    buf_printf(out, ", in pod %s.\n", pod ? pod->name : "–");
    buf_str(out, "If its pod is lost: this replica stops with it; Serve starts another and loads the model again; "
                 "requests go to the replicas that are left.\n");
}

static void detail_holder(const struct core *core, const struct monitor *m, struct buf *out)
{
    char bytes[TEXT_NUM_MAX], num[TEXT_NUM_MAX];
    buf_printf(out, "NeuronCore    %s of device %s", count_text(num, core->index), "");
    buf_printf(out, "%s\n", count_text(num, core->device));
    buf_printf(out, "monitor       %s", or_dash(core->source));
    buf_printf(out, " · %s\n", m && m->instance_type ? m->instance_type : "instance type –");
    buf_printf(out, "runtime       %s", or_dash(core->holder_tag));
    buf_printf(out, " · pid %s\n", count_text(num, core->holder_pid));
    buf_printf(out, "memory        %s\n", text_bytes(bytes, core->memory));
}

void core_detail(const struct view *v, const struct row *row, struct buf *out)
{
    const struct core *core = ROW(row, core);
    const struct monitor *m = monitor_of_core(v->world, core);
    enum core_use use = core_use_of(v->world, core);
    if (use == CORE_NO_RUNTIME)
        buf_str(out, "No Neuron runtime holds it: nothing is lost with it.\n");
    else
        detail_loss(actor_of_core(v->world, v->focus, core), pod_of_core(v->world, v->focus, core), out);
    if (use != CORE_NO_RUNTIME) head_loss(v->focus->rayservice, out);
    buf_char(out, '\n');
    detail_holder(core, m, out);
    if (use == CORE_USED)
        buf_printf(out, "utilisation   %.1f %%\n", core->utilisation.value);
    else
        buf_printf(out, "utilisation   %s\n", core_use_words(use));
    if (m && m->error && m->error[0]) buf_printf(out, "monitor error %s\n", m->error);
}

void cores_detail(const struct pane *p, const struct view *v, struct buf *out)
{
    const char *key = table_selected(&((const struct cores *)p)->table);
    const struct row *row = key ? world_find(v->world, TABLE_CORE, key) : NULL;
    if (row) core_detail(v, row, out);
}
