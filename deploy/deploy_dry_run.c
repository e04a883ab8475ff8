/* deploy_dry_run.c - the dry run and the diff of each object. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/deploy_priv.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_SAID = 60, LIST_MAX = 4096 };

static void dry_run_next(void *arg);

static bool is_of_cluster(const struct item *it)
{
    return !it->kind->namespaced;
}

/* ---- dry run ---- */

/* After creating the namespace, the apply step completes the dry run. */
static bool is_applying(const struct deploy *d)
{
    return step_index(&d->engine) == DEPLOY_APPLY;
}

static void dry_run_finish(struct deploy *d)
{
    bool failed = false;
    for (size_t i = 0; i < d->count; i++) failed = failed || d->items[i].failed;
    if (failed && is_applying(d))
        step_fail(&d->engine, step_first_err(&d->engine),
                  "the API server refuses the manifest: only namespace %s was created; deploy can safely be run again",
                  d->ns);
    else if (failed)
        step_fail(&d->engine, step_first_err(&d->engine), "the API server refuses the manifest");
    else if (is_applying(d))
        deploy_apply_all(d);
    else
        step_next(&d->engine);
}

static void dry_run_failed(struct deploy *d, struct item *it, const struct object_answer *a)
{
    const bool refused = a->err == ERR_SERVER || a->err == ERR_USAGE || a->err == ERR_PROTOCOL;
    it->failed = true;
    step_error(&d->engine, refused ? ERR_PARSE : a->err, "%s: %s%s", it->words, a->conflicts ? "fields " : "", a->why);
}

static void on_dry(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    struct item *it = &d->items[d->at];
    if (a->conflicts && !it->shown && conflicts_may_be_forced(a->conflicts)) {
        it->shown = mem_alloc(sizeof *it->shown);
        *it->shown = *a->conflicts;
        step_log(&d->engine, TONE_PLAIN,
                 "%s: workerGroupSpecs is owned by %s; raydeck takes ownership of this field only, keeping the live "
                 "replicas",
                 it->words, a->conflicts->item[0].manager);
        object_apply(&d->engine.cluster, it->kind, it->object, NULL, APPLY_DRY | APPLY_FORCE, on_dry, d);
        return;
    }
    if (a->err) {
        dry_run_failed(d, it, a);
    } else {
        it->checked = true;
        it->next = cJSON_Duplicate(a->object, 1);
        step_log(&d->engine, TONE_PLAIN, "%s: accepted by the API server", it->words);
    }
    d->at++;
    step_later(&d->engine, dry_run_next, 0);
}

static void on_live(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    struct item *it = &d->items[d->at];
    if (a->err && a->err != ERR_NOT_FOUND) {
        dry_run_failed(d, it, a);
        d->at++;
        step_later(&d->engine, dry_run_next, 0);
        return;
    }
    if (!a->err && (is_applying(d) || it->create_only)) {
        dry_run_failed(
            d, it,
            &(struct object_answer){.err = ERR_CONFLICT,
                                    .why = "it was created by another client since it was shown: not changed"});
        d->at++;
        step_later(&d->engine, dry_run_next, 0);
        return;
    }
    json_wipe(it->live);
    it->live = cJSON_Duplicate(a->object, 1);
    if (it->live && kobject_is(it->object, "RayService") && kobject_groups_are_owned(it->live) &&
        kobject_take_replicas(it->object, it->live))
        step_log(&d->engine, TONE_PLAIN, "%s: keeping the live number of worker pods", it->words);
    /* Cleanup must not delete objects that others created, whatever we change in them. */
    it->found = it->live && !kobject_is_ours(it->live);
    const char *with = it->live && !it->found ? kobject_deployed_with(it->live) : NULL;
    if (!it->found) kobject_own(it->object, is_of_cluster(it) ? "" : with ? with : d->service);
    object_apply(&d->engine.cluster, it->kind, it->object, NULL, APPLY_DRY, on_dry, d);
}

static void dry_run_next(void *arg)
{
    struct deploy *d = arg;
    while (d->at < d->count &&
           (d->items[d->at].checked || (!is_of_cluster(&d->items[d->at]) && d->ns_state == NS_MISSING)))
        d->at++;
    if (d->at == d->count) {
        dry_run_finish(d);
        return;
    }
    const struct item *it = &d->items[d->at];
    object_get(&d->engine.cluster, it->kind, d->ns, kobject_name(it->object), on_live, d);
}

void deploy_dry_rest(struct deploy *d)
{
    d->at = 0;
    dry_run_next(d);
}

void deploy_dry_run(void *arg)
{
    struct deploy *d = arg;
    if (d->ns_state == NS_MISSING)
        step_log(&d->engine, TONE_WARN,
                 "objects in namespace %s cannot be checked before it exists: it is created first, and the rest is "
                 "checked before anything else is applied",
                 d->ns);
    d->at = 0;
    dry_run_next(d);
}

/* ---- difference ---- */

static enum step_tone row_tone(const struct diff_row *row)
{
    const char sign = diff_row_sign(row);
    return sign == '+' ? TONE_ADDED : sign == '-' ? TONE_REMOVED : TONE_CHANGED;
}

/* Under the path that they have in common. */
static void rows_log(struct deploy *d, const struct diff *diff)
{
    const char *head = "";
    struct buf row;
    buf_init(&row, LIST_MAX);
    for (size_t i = 0; i < diff->count && i < ROWS_SAID; i++) {
        const struct diff_row *at = &diff->row[i];
        if (strcmp(at->head, head) != 0) step_log(&d->engine, TONE_HEADING, "  %s", at->head);
        head = at->head;
        buf_clear(&row);
        diff_row_words(at, &row);
        step_log(&d->engine, row_tone(at), "  %s%s", *head ? "  " : "", buf_text(&row));
    }
    buf_done(&row);
    if (diff->count > ROWS_SAID)
        step_log(&d->engine, TONE_PLAIN, "  … and %zu more", diff->count - ROWS_SAID + diff->beyond);
}

/* What it means first: "rayservice/mistral: turns GCS fault tolerance on: KubeRay makes a new RayCluster …" */
static void meaning_log(struct deploy *d, const struct item *it)
{
    const struct diff *diff = &it->diff;
    const enum step_tone tone = diff->new_cluster && it->live ? TONE_WARN : TONE_PLAIN;
    for (size_t i = 0; i < diff->meanings; i++) step_log(&d->engine, tone, "%s: %s", it->words, diff->meaning[i]);
}

static void diff_log(struct deploy *d, struct item *it)
{
    /* Without a dry run yet: compares with the manifest's object. */
    diff_of(it->live, it->next ? it->next : it->object, &it->diff);
    const size_t fields = it->diff.count + it->diff.beyond;
    meaning_log(d, it);
    if (it->diff.made)
        step_log(&d->engine, TONE_PLAIN, "%s: new", it->words);
    else if (!fields)
        step_log(&d->engine, TONE_PLAIN, "%s: unchanged", it->words);
    else
        step_log(&d->engine, TONE_PLAIN, "%s: %zu field%s", it->words, fields, fields == 1 ? " changes" : "s change");
    if (is_of_cluster(it) && !kobject_is(it->object, "Namespace"))
        step_log(&d->engine, TONE_PLAIN, "  = cluster-scoped: cleanup will keep it");
    if (it->found) step_log(&d->engine, TONE_PLAIN, "  = not created by raydeck: cleanup will keep it");
    rows_log(d, &it->diff);
}

void deploy_diff(void *arg)
{
    struct deploy *d = arg;
    if (d->ns_state == NS_MISSING) step_log(&d->engine, TONE_PLAIN, "namespace/%s: new, created first", d->ns);
    for (size_t i = 0; i < d->count; i++) diff_log(d, &d->items[i]);
    if (d->conf.dry_run)
        step_finish(&d->engine, ERR_OK, "dry run: nothing was applied");
    else
        step_next(&d->engine);
}

static void confirm_line(const struct item *it, struct buf *out)
{
    const size_t fields = it->diff.count + it->diff.beyond;
    buf_printf(out, "%s: ", it->words);
    if (it->diff.made)
        buf_str(out, "new");
    else if (fields)
        buf_printf(out, "%zu field%s change%s", fields, text_plural(fields), fields == 1 ? "s" : "");
    else
        buf_str(out, "unchanged");
    if (it->live && fields) buf_printf(out, ", uid %s", kobject_uid(it->live));
    if (it->shown) buf_printf(out, ", takes %s from %s", it->shown->item[0].field, it->shown->item[0].manager);
    for (size_t i = 0; i < it->diff.meanings; i++) buf_printf(out, "%s%s", i ? "; " : " · ", it->diff.meaning[i]);
    buf_char(out, '\n');
}

void deploy_confirm_text(const struct deploy *d, struct buf *out)
{
    size_t lines = 0;
    if (d->ns_state == NS_MISSING) buf_printf(out, "namespace/%s: new\n", d->ns);
    for (size_t i = 0; i < d->count && lines < DEPLOY_CONFIRM_LINES; i++, lines++) confirm_line(&d->items[i], out);
    if (d->count > lines) buf_printf(out, "… and %zu more\n", d->count - lines);
}
