/*
 * outage_agree_test.c - on random histories every printer of an outage says what its report says: the panes, the
 * losses, the answers, what kill-head prints, a script's conditions, status and doctor as text and as JSON, the
 * timeline as text and SVG, and the drill's verdict with its reports (those of a replay are made by the same code).
 */
#include "deploy/doctor.h"
#include "deploy/drill_report.h"
#include "tests/support/fake_console.h"
#include "tests/support/random_change.h"
#include "tui/panes/losses.h"
#include "tui/panes/timeline_svg.h"
#include "tui/panes/timeline_text.h"
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

/* Redis comes back empty, as the backend reports it: every row of a relist is gone. */
static void redis_empties(struct fake_console *d)
{
    static const enum table tables[] = {TABLE_GCSTABLE, TABLE_RAYNODE, TABLE_ACTOR};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        struct change *c = change_new(CHANGE_RELIST, "redis", WORLD_REDIS);
        c->table = tables[i];
        fixture_apply(&d->f, c);
        c = change_new(CHANGE_RELISTED, "redis", WORLD_REDIS);
        c->table = tables[i];
        fixture_apply(&d->f, c);
    }
}

/* A GCS writes its state again. */
static void state_comes_back(struct fake_console *d)
{
    struct gcstable *t = record_new(TABLE_GCSTABLE, GCS_NS "/NODE");
    record_set(&t->ns, GCS_NS);
    record_set(&t->table, "NODE");
    record_set(&RECORD_APPEND(t, list)->name, "7afdda9d");
    t->fields = known_u64(1);
    fixture_put(&d->f, "redis", WORLD_REDIS, t);
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
    if (o->state_gone_ms.known) {
        snprintf(line, sizeof line, "GCS state gone %s", outage_length(length, o->state_gone_ms));
        output_contains("recovery", buf_text(&text), line);
    }
    buf_done(&text);
    char brief[1024] = "";
    d->s->panes[LAYOUT_RECOVERY]->ops->brief(d->s->panes[LAYOUT_RECOVERY], &d->v, brief, sizeof brief);
    if (strstr(brief, "✔ over")) output_contains("recovery", brief, outage_main_words(o, words));
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
        output_contains("kill-head", buf_text(&text), outage_main_words(o, words));
        snprintf(line, sizeof line, ", recovered after %s", outage_length(length, o->recovered_ms));
        if (o->recovered_ms.known) output_contains("kill-head", buf_text(&text), line);
    } else {
        assert_int_equal(text.len, 0);
    }
    buf_done(&text);
}

/* What kill-head has printed of an outage as it went on. */
struct kill_lines {
    uint64_t t0_ms;
    struct outage_rung printed[RUNG_COUNT];
    struct buf text;
};

static void kill_lines_agree(struct kill_lines *k, const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    char offset[TEXT_NUM_MAX], lost[OUTAGE_WORDS_MAX], line[256];
    if (o->state == OUTAGE_NONE) return;
    if (k->t0_ms != o->t0_ms) {
        memset(k->printed, 0, sizeof k->printed);
        buf_clear(&k->text);
        k->t0_ms = o->t0_ms;
    }
    for (int i = 0; i < RUNG_COUNT; i++) {
        const struct outage_rung *rung = &o->rung[i];
        outage_rung_news(o, (enum rung)i, &k->printed[i], &k->text);
        snprintf(line, sizeof line, "%8s  %-40s %s\n", outage_offset(offset, rung->after_ms), rung_words((enum rung)i),
                 rung->note);
        if (rung->seen) output_contains("kill-head", buf_text(&k->text), line);
        if (rung->lost && !rung->seen) output_contains("kill-head", buf_text(&k->text), outage_rung_words(rung, lost));
    }
    const size_t printed = k->text.len;
    for (int i = 0; i < RUNG_COUNT; i++) outage_rung_news(o, (enum rung)i, &k->printed[i], &k->text);
    assert_int_equal(k->text.len, printed); /* nothing twice */
}

/* A length in the words of a criterion. */
static void length_contained(const char *who, const char *text, struct known_u64 ms)
{
    char seconds[TEXT_NUM_MAX];
    if (ms.known) output_contains(who, text, text_latency(seconds, known_u64(ms.value * 1000)));
}

static void report_json_agrees(const struct outage *o, const struct buf *text)
{
    cJSON *json = NULL, *own = outage_to_json(o);
    assert_int_equal(json_parse(buf_text(text), text->len, &json, NULL), ERR_OK);
    assert_true(o->state == OUTAGE_NONE || cJSON_Compare(json_get(json, "outage"), own, true));
    cJSON_Delete(json);
    cJSON_Delete(own);
}

/* Of an outage that is no head loss nothing is judged: its ladder alone is printed. */
static void report_text_agrees(const struct outage *o, const struct buf *text)
{
    char offset[TEXT_NUM_MAX];
    if (o->state == OUTAGE_NONE) return;
    if (outage_is_loss(o)) length_contained("report", buf_text(text), o->gcs_silent_ms);
    if (outage_is_loss(o) && o->missing == RUNG_COUNT && o->state == OUTAGE_OVER)
        length_contained("report", buf_text(text), o->recovered_ms);
    for (int i = 0; i < RUNG_COUNT; i++)
        if (o->rung[i].seen) output_contains("report", buf_text(text), outage_offset(offset, o->rung[i].after_ms));
}

static void verdict_agrees(const struct outage *o, const struct drill_verdict *v)
{
    if (!outage_is_loss(o)) return;
    if (o->workers) {
        assert_true((uint64_t)v->of[CRITERION_RESTARTS].value.value == o->restarts);
        assert_true((size_t)v->of[CRITERION_REPLACED].value.value == o->replaced);
    }
    if (o->fields.known) assert_true((size_t)v->of[CRITERION_FIELDS].value.value == o->fields.lost);
}

static void reports_agree(const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    struct request_tally *tally = mem_zero(1, sizeof *tally);
    struct criteria limits;
    struct drill_verdict verdict;
    struct drill_report report;
    criteria_init(&limits);
    tally_begin(tally, NULL, o->t0_wall_ms);
    drill_report_judge(&(struct verdict_ask){.outage = o,
                                             .tally = tally,
                                             .limits = &limits,
                                             .wall_ms = d->v.wall_ms,
                                             .has_redis = true,
                                             .has_fields = true,
                                             .fault = "deletion of the head pod"},
                       &verdict, &report);
    report.raydeck = "test";
    verdict_agrees(o, &verdict);
    static const enum drill_format formats[] = {DRILL_FORMAT_TEXT, DRILL_FORMAT_MARKDOWN, DRILL_FORMAT_JSON};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct buf text;
        buf_init(&text, DRILL_REPORT_MAX);
        drill_report_write(&report, formats[i], &text);
        if (formats[i] == DRILL_FORMAT_JSON)
            report_json_agrees(o, &text);
        else
            report_text_agrees(o, &text);
        buf_done(&text);
    }
    free(tally);
}

static void timeline_agrees(const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    struct buf text, picture;
    char words[OUTAGE_WORDS_MAX], offset[TEXT_NUM_MAX];
    if (o->state == OUTAGE_NONE) return;
    const struct timeline_scene scene = timeline_scene_of_loss(d->v.timeline, o);
    buf_init(&text, TIMELINE_TEXT_MAX);
    buf_init(&picture, TIMELINE_SVG_MAX);
    timeline_text(&scene, "RayService mistral/mistral", 200, false, &text);
    timeline_svg(&scene, "RayService mistral/mistral", SVG_AUTO, &picture);
    output_contains("timeline", buf_text(&text), outage_cause_words(o, words));
    for (int i = 0; i < RUNG_COUNT; i++) {
        if (!o->rung[i].seen) continue;
        output_contains("timeline", buf_text(&text), outage_offset(offset, o->rung[i].after_ms));
        output_contains("timeline", buf_text(&text), rung_words((enum rung)i));
        output_contains("picture", buf_text(&picture), offset);
    }
    buf_done(&text);
    buf_done(&picture);
}

static void script_agrees(const struct fake_console *d)
{
    const struct outage *o = d->v.outage;
    char says[SCRIPT_WORDS], words[OUTAGE_WORDS_MAX];
    script_met(WAIT_HEAD_DOWN, 0, &d->v, 0, 0, says);
    assert_string_equal(says, outage_head_words(o, d->v.focus->head, words));
    assert_null(strstr(words, "(null)"));
    if (o->state == OUTAGE_RUNNING && !o->going) {
        char length[TEXT_NUM_MAX];
        output_contains("script", says, outage_length(length, outage_phase_ms(o)));
    }
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
    const cJSON *printed = json_get(json, "outage");
    assert_true(o->state == OUTAGE_NONE ? cJSON_IsNull(printed) : cJSON_Compare(printed, report, true));
    for (int i = 0; i < ANSWERS; i++) {
        const cJSON *answer = cJSON_GetArrayItem(json_get(json, "answers"), i);
        assert_string_equal(json_str(answer, "question"), a[i].question);
        assert_string_equal(json_str(answer, "answer"), a[i].word);
        assert_string_equal(json_str(answer, "evidence"), a[i].text);
    }
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
    size_t running = 0, over = 0, contained = 0, judged = 0, stateless = 0;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        struct rng rng = {seed * 0x9E3779B97F4A7C15u};
        struct losses l = {0};
        struct kill_lines lines = {.t0_ms = 0};
        buf_init(&lines.text, 1 << 20);
        struct fake_console d;
        fake_console_open(&d, 40, 120);
        for (int i = 0; i < STEPS; i++) {
            if (i == 5 && seed % 4 == 0)
                redis_empties(&d);
            else if (i == 5 && seed % 3)
                fixture_kill_head(&d.f);
            else if (i == 5)
                container_ends(&d, &rng);
            else
                random_step(&d, &rng);
            if (i == 20 && seed % 4 == 0) state_comes_back(&d);
            if (i == 40) head_comes_back(&d);
            if (i == 45) fixture_wait(&d.f, 70000);
            fixture_wait(&d.f, 1000); /* panes are rebuilt once a second */
            fake_console_update(&d);
            running += d.v.outage->state == OUTAGE_RUNNING;
            over += d.v.outage->state == OUTAGE_OVER;
            contained += d.v.outage->cause == CAUSE_CONTAINER;
            stateless += outage_phase_of(d.v.outage) == PHASE_STATELESS;
            losses_agree(&l, &d);
            gcs_agrees(&d);
            recovery_agrees(&d);
            kill_head_agrees(&d);
            kill_lines_agree(&lines, &d);
            script_agrees(&d);
            status_agrees(&d);
            judged += doctor_agrees(&d);
            requests_agree(&d);
            timeline_agrees(&d);
            reports_agree(&d);
        }
        buf_done(&lines.text);
        fake_console_close(&d);
    }
    assert_true(running > 100 && over > 20 && contained > 50 && judged > 20 && stateless > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_printer_agrees)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
