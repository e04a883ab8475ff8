/*
 * outage_agree_test.c - on random histories every printer of an outage says what its report says: the panes, the
 * losses, the answers, kill-head's last lines, a script's conditions, the doctor, status as text and as JSON.
 */
#include "deploy/doctor.h"
#include "tests/support/fake_console.h"
#include "tests/support/random_change.h"
#include "tui/panes/losses.h"
#include "tui/script.h"
#include "tui/status.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GCS_NS "3f0c91aa5d2b4e0791"
enum { HISTORIES = 12, STEPS = 60 };

static void output_contains(const char *who, const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("%s: \"%s\" is not in\n%s", who, part, text);
}

/* ---- what happens ------------------------------------------------------------------------------------------------ */

static void *record_edit(const struct fake_console *d, enum table table, const char *key)
{
    const struct row *row = world_find(d->f.world, table, key);
    return row && !row->gone_ms ? record_copy(row->record) : NULL;
}

static void fields_change(struct fake_console *d, struct rng *rng)
{
    static const char *const tables[] = {GCS_NS "/ACTOR", GCS_NS "/KV", GCS_NS "/ACTOR_TASK_SPEC", GCS_NS "/NODE"};
    struct gcstable *t = record_edit(d, TABLE_GCSTABLE, tables[random_next(rng) % ARRAY_LEN(tables)]);
    if (!t) return;
    char name[32];
    snprintf(name, sizeof name, "new%u", (unsigned)(random_next(rng) % 4));
    if (random_next(rng) % 2 && t->list_count > 1) {
        struct field *last = &t->list[--t->list_count];
        free(last->name);
    } else {
        record_set(&RECORD_APPEND(t, list)->name, name);
    }
    t->fields = known_u64(random_next(rng) % 8 ? t->list_count : t->list_count + 5000); /* not all are listed */
    fixture_put(&d->f, "redis", WORLD_REDIS, t);
}

static void worker_changes(struct fake_console *d, struct rng *rng)
{
    const char *uid = random_next(rng) % 2 ? "11aa-worker" : "22bb-worker";
    struct pod *p = record_edit(d, TABLE_POD, uid);
    if (!p) return;
    if (random_next(rng) % 4 == 0) {
        record_free(&p->record);
        fixture_apply(&d->f, change_gone("kube/pods", WORLD_KUBE, TABLE_POD, uid));
        return;
    }
    const bool restarts = random_next(rng) % 2;
    p->restarts = known_u64(p->restarts.value + restarts);
    if (restarts) p->restarted = known_u64(d->f.wall_ms);
    fixture_put(&d->f, "kube/pods", WORLD_KUBE, p);
}

static void head_comes_back(struct fake_console *d)
{
    struct pod *p = d->f.focus.head ? record_copy(&d->f.focus.head->record) : NULL;
    if (!p) return;
    if (!p->started.known) p->started = known_u64(d->f.wall_ms);
    p->is_ready = TRI_YES;
    p->ready = p->containers;
    fixture_put(&d->f, "kube/pods", WORLD_KUBE, p);
}

/* Of the head's only container: another run of it. */
static void container_ends(struct fake_console *d, struct rng *rng)
{
    struct pod *p = d->f.focus.head ? record_copy(&d->f.focus.head->record) : NULL;
    if (!p) return;
    bool starts = random_next(rng) % 2;
    char id[32];
    snprintf(id, sizeof id, "containerd://%u", (unsigned)random_next(rng));
    record_set(&p->container_id, id);
    record_set(&p->ended_reason, "OOMKilled");
    p->ended = known_u64(d->f.wall_ms);
    p->started = starts ? known_u64(d->f.wall_ms) : UNKNOWN_U64;
    p->is_ready = TRI_NO;
    fixture_put(&d->f, "kube/pods", WORLD_KUBE, p);
}

static void random_step(struct fake_console *d, struct rng *rng)
{
    static const char *const phases[] = {"ok", "slow", "failed", "cancelled", "waiting"};
    fixture_wait(&d->f, random_next(rng) % 3000);
    switch (random_next(rng) % 10) {
    case 0:
    case 1: fields_change(d, rng); break;
    case 2: worker_changes(d, rng); break;
    case 3:
        if (random_next(rng) % 3 == 0) head_comes_back(d);
        break;
    case 4:
        if (random_next(rng) % 4 == 0) container_ends(d, rng);
        break;
    case 5: fixture_prompt(&d->f, phases[random_next(rng) % 5], 100, 90000, "42"); break;
    case 6: fixture_wait(&d->f, random_next(rng) % 20000); break;
    default: fixture_probe(&d->f, phases[random_next(rng) % 5], random_next(rng) % 2000000);
    }
}

/* ---- who prints it ----------------------------------------------------------------------------------------------- */

static char *canvas_of_losses(const struct losses *l)
{
    struct canvas cv;
    canvas_init(&cv, 40, 160);
    losses_draw(l, &cv);
    char *text = canvas_dump(&cv, false);
    canvas_done(&cv);
    return text;
}

static void losses_agree(struct losses *l, const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    char words[OUTAGE_WORDS_MAX], length[TEXT_NUM_MAX], line[2 * OUTAGE_WORDS_MAX];
    losses_record(l, &d->v);
    if (o->state == OUTAGE_NONE || !o->head_lost) return;
    char *text = canvas_of_losses(l);
    output_contains("losses", text, outage_worker_words(o, words));
    output_contains("losses", text, outage_field_words(&o->fields, words, NULL));
    output_contains("losses", text, outage_request_words(o, OUTAGE_CLASSES, words));
    snprintf(line, sizeof line, "longest gap %s", outage_length(length, o->unserved_ms));
    output_contains("losses", text, line);
    snprintf(line, sizeof line, "head down   %s", outage_length(length, o->head_down_ms));
    output_contains("losses", text, line);
    free(text);
}

static void gcs_agrees(const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    char words[OUTAGE_WORDS_MAX], brief[1024] = "";
    if (o->state == OUTAGE_NONE) return;
    d->s->panes[LAYOUT_GCS]->ops->brief(d->s->panes[LAYOUT_GCS], &d->v, brief, sizeof brief);
    if (o->fields.known) output_contains("gcs", brief, outage_field_words(&o->fields, words, NULL));
    for (size_t i = 0; i < o->tables; i++) {
        char key[128];
        bool bad;
        snprintf(key, sizeof key, GCS_NS "/%s", o->table[i].table);
        const struct table_row *row = fake_console_row(d, LAYOUT_GCS, key);
        if (!row) continue;
        outage_field_words(&o->table[i], words, &bad);
        assert_string_equal(row->cell[3].text, words);
        assert_true((row->cell[3].role == ROLE_BAD) == bad);
    }
}

static void recovery_agrees(const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    struct buf text;
    char offset[TEXT_NUM_MAX], length[TEXT_NUM_MAX], words[OUTAGE_WORDS_MAX], line[OUTAGE_WORDS_MAX];
    if (o->state == OUTAGE_NONE) return;
    buf_init(&text, 1 << 16);
    d->s->panes[LAYOUT_RECOVERY]->ops->detail(d->s->panes[LAYOUT_RECOVERY], &d->v, &text);
    for (int i = 0; i < RUNG_COUNT; i++)
        if (o->rung[i].seen) output_contains("recovery", buf_text(&text), outage_offset(offset, o->rung[i].after_ms));
    output_contains("recovery", buf_text(&text), outage_cause_words(o, words));
    output_contains("recovery", buf_text(&text), outage_worker_words(o, words));
    snprintf(line, sizeof line, "head down %s", outage_length(length, o->head_down_ms));
    output_contains("recovery", buf_text(&text), line);
    snprintf(line, sizeof line, "recovered after %s ", outage_length(length, o->recovered_ms));
    output_contains("recovery", buf_text(&text), line);
    buf_done(&text);
}

static void kill_head_agrees(const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    struct buf text;
    char words[OUTAGE_WORDS_MAX], length[TEXT_NUM_MAX], line[OUTAGE_WORDS_MAX];
    buf_init(&text, OUTAGE_TEXT_MAX);
    outage_losses_text(o, &text);
    if (o->state != OUTAGE_NONE) {
        if (o->workers) output_contains("kill-head", buf_text(&text), outage_worker_words(o, words));
        output_contains("kill-head", buf_text(&text), outage_request_words(o, OUTAGE_CLASSES, words));
        output_contains("kill-head", buf_text(&text), outage_length(length, o->head_down_ms));
        snprintf(line, sizeof line, ", recovered after %s", outage_length(length, o->recovered_ms));
        if (o->recovered_ms.known) output_contains("kill-head", buf_text(&text), line);
    } else {
        assert_int_equal(text.len, 0);
    }
    buf_done(&text);
}

static void script_agrees(const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    char says[SCRIPT_WORDS], words[OUTAGE_WORDS_MAX];
    script_met(WAIT_HEAD_DOWN, 0, &d->v, 0, 0, says);
    assert_string_equal(says, outage_head_words(o, d->v.focus->head, words));
    enum script_met met = script_met(WAIT_UNHARMED, 0, &d->v, 0, 0, says);
    if (o->state == OUTAGE_NONE) return;
    output_contains("script", says, outage_worker_words(o, words));
    output_contains("script", says, outage_request_words(o, OUTAGE_CLASSES, words));
    assert_true((met == SCRIPT_NEVER) == (outage_failed(o) || !outage_workers_lived_on(o)));
}

static void status_agrees(const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    struct status_of s = {.world = d->f.world,
                          .outage = o,
                          .previous = d->v.previous,
                          .focus = *d->v.focus,
                          .now_ms = d->v.now_ms,
                          .wall_ms = d->v.wall_ms};
    struct answer a[ANSWERS];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    status_text(&s, out);
    fclose(out);
    answers_of(d->f.world, d->v.focus, o, d->v.previous, d->v.now_ms, d->v.wall_ms, a);
    for (int i = 0; i < ANSWERS; i++) output_contains("status", text, a[i].text);
    free(text);
    cJSON *json = status_json(&s), *report = outage_to_json(o);
    const cJSON *told = json_get(json, "outage");
    assert_true(o->state == OUTAGE_NONE ? cJSON_IsNull(told) : cJSON_Compare(told, report, true));
    cJSON_Delete(json);
    cJSON_Delete(report);
}

static const struct outage_worker *worker_named(const struct outage *o, const char *object)
{
    for (size_t i = 0; i < o->workers; i++)
        if (strstr(object, o->worker[i].name)) return &o->worker[i];
    return NULL;
}

/* The doctor has no report: it reads the pods. A worker that it says was restarted with the head is not one that the
 * report calls the same, and what the answer counts is what it lists. Returns how many it says so of. */
static size_t doctor_agrees(const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    struct findings all = {0};
    struct focus f = *d->v.focus;
    size_t restarted = 0;
    doctor_count(d->f.world, &f, d->v.now_ms, d->v.wall_ms);
    doctor_of(d->f.world, d->v.focus, &(struct doctor_ask){.now_ms = d->v.now_ms, .wall_ms = d->v.wall_ms}, &all);
    assert_int_equal(f.errors.value, all.of[FINDING_ERROR]);
    assert_int_equal(f.warnings.value, all.of[FINDING_WARNING]);
    for (size_t i = 0; i < all.count; i++) {
        const struct finding *item = &all.items[i];
        /* its stamps are whole seconds: what was just before T0 may be called 0 s after it */
        const bool told = strstr(item->message, "after the head was lost") && !strstr(item->message, " 0 s after");
        const struct outage_worker *worker = worker_named(o, item->where.object ? item->where.object : "");
        if (!told || !worker || o->state == OUTAGE_NONE || o->final || !o->head_lost) continue;
        if (worker->fate == WORKER_SAME) fail_msg("%s: %s; the report: the same", worker->name, item->message);
        restarted++;
    }
    findings_done(&all);
    return restarted;
}

static void requests_agree(const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    const struct outage_requests *n = &o->request[OUTAGE_PROBES];
    char line[96];
    struct canvas cv;
    if (o->state == OUTAGE_NONE || o->final || (!n->ok && !n->failed)) return;
    canvas_init(&cv, 20, 160);
    d->s->panes[LAYOUT_REQUESTS]->ops->draw(d->s->panes[LAYOUT_REQUESTS], &d->v, &cv, false);
    char *text = canvas_dump(&cv, false);
    snprintf(line, sizeof line, "ok %zu   slow %zu   failed %zu", n->ok, n->slow, n->failed);
    output_contains("requests", text, line);
    free(text);
    canvas_done(&cv);
}

static void every_printer_agrees(void **state)
{
    (void)state;
    size_t running = 0, over = 0, contained = 0, told = 0;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        struct rng rng = {seed * 0x9E3779B97F4A7C15u};
        struct losses l = {0};
        struct fake_console d;
        fake_console_open(&d, 40, 120);
        for (int i = 0; i < STEPS; i++) {
            if (i == 5 && seed % 3)
                fixture_kill_head(&d.f);
            else if (i == 5)
                container_ends(&d, &rng);
            else
                random_step(&d, &rng);
            if (i == 40) head_comes_back(&d);
            if (i == 45) fixture_wait(&d.f, 70000);
            fixture_wait(&d.f, 1000); /* panes are rebuilt once a second */
            fake_console_update(&d);
            running += d.v.outage->state == OUTAGE_RUNNING;
            over += d.v.outage->state == OUTAGE_OVER;
            contained += d.v.outage->cause == CAUSE_CONTAINER;
            losses_agree(&l, &d);
            gcs_agrees(&d);
            recovery_agrees(&d);
            kill_head_agrees(&d);
            script_agrees(&d);
            status_agrees(&d);
            told += doctor_agrees(&d);
            requests_agree(&d);
        }
        fake_console_close(&d);
    }
    assert_true(running > 100 && over > 20 && contained > 50 && told > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_printer_agrees)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
