/* status_text.c - see status.h: one item per line, without escape sequences. */
#include "tui/panes/fresh.h"
#include "tui/status.h"

#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"
#include "backends/world/chat_page.h"
#include "backends/world/serve_not_running.h"

#include <stdlib.h>
#include <string.h>

enum { NOT_RUNNING_MAX = 1600 /* bytes: a whole message */, DENIED_MAX = 256 };

static const char *or_dash(const char *text)
{
    return text && *text ? text : "–";
}

/* text in `width` columns, counting columns and not bytes */
static void print_cell(FILE *out, const char *text, int width)
{
    int used = (int)text_width(or_dash(text));
    fprintf(out, "%s%*s", or_dash(text), used < width ? width - used : 1, "");
}

static void number_text(char out[TEXT_NUM_MAX], struct known_u64 n)
{
    if (n.known)
        snprintf(out, TEXT_NUM_MAX, "%llu", (unsigned long long)n.value);
    else
        snprintf(out, TEXT_NUM_MAX, "–");
}

const char *status_off_why(const struct status_of *s, enum world_kind kind)
{
    for (size_t i = 0; i < world_sources(s->world); i++) {
        const struct source *source = world_source(s->world, i);
        if (source->world == kind && source->why && *source->why) return source->why;
    }
    return NULL;
}

static void text_world(const struct status_of *s, FILE *out, const char *name, enum world_kind kind)
{
    static const char *const words[] = {"not configured", "no answer yet", "live", "STALE", "DOWN", "DENIED", "ABSENT"};
    struct known_u64 age = UNKNOWN_U64;
    const struct source *source = NULL;
    enum freshness fresh = world_freshness(s->world, kind, s->now_ms, &age, &source);
    const char *off = fresh == FRESH_OFF ? status_off_why(s, kind) : NULL;
    fprintf(out, "\n%s: %s%s", name,
            off                                ? "not watched: "
            : s->replay && fresh == FRESH_LIVE ? "live then"
                                               : words[fresh],
            off ? off : "");
    if (age.known && fresh == FRESH_STALE)
        fprintf(out, ", last heard %llu s ago", (unsigned long long)age.value / 1000);
    if (source && fresh != FRESH_LIVE && source->why && *source->why) fprintf(out, ": %s", source->why);
    char denied[DENIED_MAX];
    if (world_denied_words(s->world, kind, denied, sizeof denied)) fprintf(out, ", %s", denied);
    const struct source *throttled = fresh == FRESH_LIVE ? world_throttled(s->world, kind) : NULL;
    if (throttled) fprintf(out, ", %s %s", throttled->id, throttled->why ? throttled->why : "throttled");
    fputc('\n', out);
    for (size_t i = 0; i < world_sources(s->world); i++) {
        const struct source *each = world_source(s->world, i);
        if (each->world == kind && each->unread)
            fprintf(out, "  %s: %llu could not be read: %s\n", each->id, (unsigned long long)each->unread,
                    or_dash(each->unread_why));
    }
}

static void text_pods(const struct status_of *s, FILE *out)
{
    bool headed = false;
    WORLD_EACH (row, s->world, TABLE_POD) {
        const struct pod *p = ROW(row, pod);
        if (row->gone_ms || (s->focus.rayservice && !focus_has_pod(&s->focus, p))) continue;
        if (!headed) {
            static const struct {
                const char *title;
                int width;
            } heads[] = {{"  ROLE", 10},   {"NAME", 34}, {"READY", 7}, {"STATUS", 18},
                         {"RESTARTS", 10}, {"AGE", 8},   {"NODE", 0}};
            for (size_t i = 0; i < ARRAY_LEN(heads); i++) print_cell(out, heads[i].title, heads[i].width);
            fputc('\n', out);
            headed = true;
        }
        char ready[2 * TEXT_NUM_MAX], a[TEXT_NUM_MAX], b[TEXT_NUM_MAX];
        number_text(a, p->ready);
        number_text(b, p->containers);
        snprintf(ready, sizeof ready, "%s/%s", a, b);
        fprintf(out, "  ");
        print_cell(out, p->role, 8);
        print_cell(out, p->name, 34);
        print_cell(out, ready, 7);
        print_cell(out, p->status, 18);
        number_text(a, p->restarts);
        print_cell(out, a, 10);
        if (p->created.known && p->created.value <= s->wall_ms)
            text_duration(a, s->wall_ms - p->created.value);
        else
            snprintf(a, sizeof a, "–");
        print_cell(out, a, 8);
        fprintf(out, "%s\n", or_dash(p->node));
    }
}

static void text_gcs(const struct status_of *s, FILE *out)
{
    WORLD_EACH (row, s->world, TABLE_GCSTABLE) {
        const struct gcstable *t = ROW(row, gcstable);
        if (row->gone_ms || (s->focus.gcs_ns && !text_eq(t->ns, s->focus.gcs_ns))) continue;
        char fields[TEXT_NUM_MAX], bytes[TEXT_NUM_MAX];
        number_text(fields, t->fields);
        fprintf(out, "  ");
        print_cell(out, t->table, 20);
        fprintf(out, "%8s fields  %10s\n", fields, text_bytes(bytes, t->bytes));
    }
    size_t count;
    const struct row **rows = status_rows(s->world, TABLE_RAYNODE, &count);
    for (size_t i = 0; i < count; i++) {
        const struct raynode *n = ROW(rows[i], raynode);
        if (s->focus.gcs_ns && !text_eq(n->ns, s->focus.gcs_ns)) continue;
        fprintf(out, "  Ray node %.8s  %-6s %s %s\n", or_dash(n->id), or_dash(n->state),
                n->is_head == TRI_YES ? "head  " : "worker", or_dash(n->pod));
    }
    free(rows);
}

static void text_cores(const struct status_of *s, FILE *out)
{
    size_t count;
    const struct row **rows = status_rows(s->world, TABLE_CORE, &count);
    for (size_t i = 0; i < count; i++) {
        const struct core *c = ROW(rows[i], core);
        if (c->held != TRI_YES) continue;
        const struct pod *pod = pod_of_core(s->world, &s->focus, c);
        const struct actor *actor = actor_of_core(s->world, &s->focus, c);
        char replica[128] = "", index[TEXT_NUM_MAX], used[TEXT_NUM_MAX] = "–";
        if (actor) replica_label(actor, replica, sizeof replica);
        number_text(index, c->index);
        if (c->utilisation.known) snprintf(used, sizeof used, "%.0f %%", c->utilisation.value);
        fprintf(out, "  core %3s  %6s  ", index, used);
        print_cell(out, pod ? pod->name : c->source, 34);
        fprintf(out, "%s\n", or_dash(replica));
    }
    free(rows);
}

static void text_not_running(const struct status_of *s, FILE *out)
{
    const struct serve_not_running serve = serve_not_running_of(s->world, &s->focus);
    char words[NOT_RUNNING_MAX];
    if (serve.status) fprintf(out, "\nServe: %s\n", serve_not_running_words(&serve, words, sizeof words));
}

static void text_page_pod(void *arg, const struct endpoint *e)
{
    fprintf(arg, "  %s%s\n", or_dash(e->pod ? e->pod : e->address), e->ready == TRI_YES ? "" : ", not ready");
}

static void text_page(const struct status_of *s, FILE *out)
{
    char words[CHAT_PAGE_TEXT_MAX];
    const struct chat_page page = chat_page_at(s->world, &s->focus, s->now_ms);
    if (!page.there) return;
    fprintf(out, "\nChat page: %s\n", chat_page_words(&page, words));
    chat_page_each(s->world, &s->focus, text_page_pod, out);
}

/* Where there are several RayServices, or may be. */
static void text_services(const struct status_of *s, FILE *out)
{
    const bool all = world_watches_all(s->world);
    if (world_count(s->world, TABLE_RAYSERVICE) < (all ? 1 : 2)) return;
    fprintf(out, "\nRayServices%s\n", all ? " of all namespaces" : "");
    WORLD_EACH (row, s->world, TABLE_RAYSERVICE) {
        const struct rayservice *r = ROW(row, rayservice);
        if (row->gone_ms) continue;
        fprintf(out, "%s %s/%s  %s\n", r == s->focus.rayservice ? " *" : "  ", or_dash(r->ns), or_dash(r->name),
                or_dash(r->service_status));
    }
    if (!s->focus.rayservice && !s->focus.service) fprintf(out, "  choose one with --namespace and --service\n");
}

void status_replay_text(const struct status_of *s, FILE *out)
{
    char stamp[STAMP_TEXT_MAX];
    if (s->replay)
        fprintf(out, "REPLAY at %s: recorded, not live; ages are as of then\n", stamp_iso(stamp, s->wall_ms));
}

static void text_missing(const struct status_of *s, FILE *out)
{
    if (status_service_is_missing(s))
        fprintf(out, "there is no RayService %s%s%s\n", s->focus.service, s->focus.ns ? " in namespace " : "",
                s->focus.ns ? s->focus.ns : "");
}

void status_text(const struct status_of *s, FILE *out)
{
    const struct rayservice *r = s->focus.rayservice;
    fprintf(out, "%s › %s › %s\n", or_dash(s->context), or_dash(r ? r->ns : s->focus.ns),
            or_dash(r ? r->name : s->focus.service));
    status_replay_text(s, out);
    text_missing(s, out);
    text_services(s, out);
    status_answers_text(s, out);
    text_not_running(s, out);
    text_page(s, out);
    text_world(s, out, "Kubernetes", WORLD_KUBE);
    const char *remedy = s->replay ? NULL : fresh_no_cluster(s->world, s->now_ms);
    if (remedy) fprintf(out, "  %s\n", remedy);
    text_pods(s, out);
    text_world(s, out, "GCS in Redis", WORLD_REDIS);
    text_gcs(s, out);
    text_world(s, out, "NeuronCores", WORLD_NEURON);
    text_cores(s, out);
}
