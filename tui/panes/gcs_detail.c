/* gcs_detail.c - one GCS table in detail. */
#include "backends/base/mem.h"
#include "backends/world/redis_loss.h"
#include "tui/panes/gcs.h"

#include <stdio.h>
#include <string.h>

enum { GCS_DETAIL_ROWS = 500 };

static void of_nodes(const struct view *v, struct buf *out)
{
    char id[32], age[TEXT_NUM_MAX];
    size_t n = 0;
    WORLD_EACH (row, v->world, TABLE_RAYNODE) {
        const struct raynode *r = ROW(row, raynode);
        if (!gcs_shows(v, r->ns) || n++ >= GCS_DETAIL_ROWS) continue;
        buf_printf(out, "%c %-9s %-7s %-6s %-16s %-36s", row->gone_ms ? '-' : ' ', short_id(r->id, id),
                   or_dash(r->state), r->is_head == TRI_YES ? "head" : "worker", or_dash(r->address), or_dash(r->pod));
        buf_printf(out, " since %s%s%s\n", age_since(age, r->started, v->wall_ms), r->death_message ? " · " : "",
                   r->death_message ? r->death_message : "");
    }
}

static void of_actors(const struct view *v, struct buf *out)
{
    char cores[64], pid[TEXT_NUM_MAX], restarts[TEXT_NUM_MAX], label[96];
    size_t n = 0;
    WORLD_EACH (row, v->world, TABLE_ACTOR) {
        const struct actor *a = ROW(row, actor);
        if (!gcs_shows(v, a->ns) || n++ >= GCS_DETAIL_ROWS) continue;
        replica_label(a, label, sizeof label);
        buf_printf(out, "%c %-9s %-36s pid %-6s restarts %s", row->gone_ms ? '-' : ' ', or_dash(a->state),
                   label[0] ? label : or_dash(a->class_name), count_text(pid, a->pid),
                   count_text(restarts, a->restarts));
        if (a->cores.known && coreset_count(&a->cores))
            buf_printf(out, " · NeuronCores %s", coreset_text(&a->cores, cores, sizeof cores));
        buf_printf(out, "%s%s\n", a->death_cause ? " · " : "", a->death_cause ? a->death_cause : "");
    }
}

/* Nobody writes the end of what ran on a Ray node that is lost: its record says what was. Padded to 9 columns. */
static void add_state(struct buf *out, const char *state, enum tri node)
{
    if (node == TRI_NO) state = "node lost";
    if (node == TRI_UNKNOWN) state = "–";
    buf_printf(out, "%s%*s", state, 9 - (int)text_width(state), "");
}

static void of_jobs(const struct view *v, struct buf *out)
{
    char age[TEXT_NUM_MAX];
    WORLD_EACH (row, v->world, TABLE_JOB) {
        const struct job *j = ROW(row, job);
        if (!gcs_shows(v, j->ns)) continue;
        buf_printf(out, "%c %-10s ", row->gone_ms ? '-' : ' ', or_dash(j->id));
        if (j->dead == TRI_NO)
            add_state(out, "running", job_has_node(v->world, v->focus, j));
        else
            add_state(out, j->dead == TRI_YES ? "ended" : "–", TRI_YES);
        buf_printf(out, " driver %-16s since %s %s\n", or_dash(j->driver_ip), age_since(age, j->started, v->wall_ms),
                   j->entrypoint ? j->entrypoint : "");
    }
}

static void of_workers(const struct view *v, struct buf *out)
{
    char pid[TEXT_NUM_MAX];
    size_t n = 0;
    WORLD_EACH (row, v->world, TABLE_RAYWORKER) {
        const struct rayworker *k = ROW(row, rayworker);
        if (!gcs_shows(v, k->ns) || n++ >= GCS_DETAIL_ROWS) continue;
        buf_printf(out, "%c ", row->gone_ms ? '-' : ' ');
        if (k->alive == TRI_YES)
            add_state(out, "alive", raynode_is_there(v->world, v->focus, raynode_of_worker(v->world, k)));
        else
            add_state(out, k->alive == TRI_NO ? "dead" : "–", TRI_YES);
        buf_printf(out, " %-8s %-16s pid %-6s %s\n", or_dash(k->type), or_dash(k->ip), count_text(pid, k->pid),
                   k->exit_detail ? k->exit_detail : "");
    }
}

static void of_groups(const struct view *v, struct buf *out)
{
    char bundles[TEXT_NUM_MAX];
    WORLD_EACH (row, v->world, TABLE_PGROUP) {
        const struct pgroup *g = ROW(row, pgroup);
        if (!gcs_shows(v, g->ns)) continue;
        buf_printf(out, "%c %-10s %-14s %s bundles  %s\n", row->gone_ms ? '-' : ' ', or_dash(g->state),
                   or_dash(g->strategy), count_text(bundles, g->bundles), or_dash(g->name));
    }
}

static void of_kv(const struct view *v, struct buf *out)
{
    char fields[TEXT_NUM_MAX], bytes[TEXT_NUM_MAX];
    WORLD_EACH (row, v->world, TABLE_KVSPACE) {
        const struct kvspace *k = ROW(row, kvspace);
        if (!gcs_shows(v, k->ns)) continue;
        buf_printf(out, "%c %-24s %6s fields  %9s\n", row->gone_ms ? '-' : ' ', or_dash(k->name),
                   count_text(fields, k->fields), text_bytes(bytes, k->bytes));
    }
}

static void of_checkpoints(const struct view *v, struct buf *out)
{
    char bytes[TEXT_NUM_MAX], age[TEXT_NUM_MAX];
    buf_str(out, "What Serve's controller restores itself from; kept as they are, never read here.\n\n");
    WORLD_EACH (row, v->world, TABLE_CHECKPOINT) {
        const struct checkpoint *c = ROW(row, checkpoint);
        if (!gcs_shows(v, c->ns)) continue;
        bool there = !row->gone_ms && c->present == TRI_YES;
        buf_printf(out, "%c %-20s %-8s %9s  changed %s\n", row->gone_ms ? '-' : ' ', or_dash(c->name),
                   there ? "present" : "missing", text_bytes(bytes, c->bytes), age_since(age, c->changed, v->wall_ms));
    }
}

static void of_fields(const struct gcstable *t, struct buf *out)
{
    char bytes[TEXT_NUM_MAX];
    for (size_t i = 0; i < t->list_count && i < GCS_DETAIL_ROWS; i++)
        buf_printf(out, "  %-60s %9s\n", or_dash(t->list[i].name), text_bytes(bytes, t->list[i].bytes));
    if (t->list_count > GCS_DETAIL_ROWS) buf_printf(out, "  first %d of %zu\n", GCS_DETAIL_ROWS, t->list_count);
}

/* Without fault tolerance nothing of the GCS is in Redis. */
static void of_redis_loss(const struct view *v, struct buf *out)
{
    const struct head_loss loss = head_loss_of(v->world, v->focus, v->now_ms);
    if (v->focus->rayservice && v->focus->rayservice->ft == TRI_NO) {
        buf_printf(out, "If Redis is lost: %s\n\n", loss.redis_why);
        return;
    }
    const struct redis_loss kept = redis_loss_of(v->focus, UNKNOWN_U64);
    buf_printf(out, "If Redis is lost: %s\n", verdict_word(loss.redis));
    redis_loss_text(&kept, "  ", out);
    buf_char(out, '\n');
}

void gcs_detail(const struct pane *p, const struct view *v, struct buf *out)
{
    static const struct {
        const char *table, *what;
        void (*show)(const struct view *v, struct buf *out);
    } decoded[] = {
        {"NODE", "Ray nodes, the dead ones too; a dead head stays ALIVE here until the new one replaces it.", of_nodes},
        {"ACTOR", "Actors: Serve's controller, proxies and replicas among them.", of_actors},
        {"JOB", "Jobs; a new head adds one.", of_jobs},
        {"WORKERS", "Worker processes of the Ray nodes.", of_workers},
        {"PLACEMENT_GROUP", "Placement groups.", of_groups},
        {"KV", "Key-value pairs by their namespace; values are never shown.", of_kv},
    };
    const char *key = table_selected(&((const struct gcs *)p)->table);
    const struct row *row = key ? world_find(v->world, TABLE_GCSTABLE, key) : NULL;
    if (!key) return;
    of_redis_loss(v, out);
    if (strcmp(key, GCS_CHECKPOINTS) == 0) of_checkpoints(v, out);
    if (!row) return;
    const struct gcstable *t = ROW(row, gcstable);
    for (size_t i = 0; t->table && i < ARRAY_LEN(decoded); i++)
        if (strcmp(decoded[i].table, t->table) == 0) {
            buf_printf(out, "%s\n\n", decoded[i].what);
            decoded[i].show(v, out);
            return;
        }
    buf_str(out, "Not decoded; its fields:\n\n");
    of_fields(t, out);
}
