/* deploy_send.c - dry run, difference and apply: object after object, in the order in which one needs the other. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/deploy_inside.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_SAID = 60, LIST_MAX = 4096 };

static void dry_next(struct deploy *d);
static void apply_next(struct deploy *d);
static void apply_all(struct deploy *d);

static bool is_namespace(const struct item *it)
{
    return !it->kind->namespaced;
}

/* ---- dry run ---- */

/* The second half of a step that checks is the first of the one that applies, where the namespace had to be made. */
static enum deploy_step step_of(const struct deploy *d)
{
    return d->steps.item[DEPLOY_APPLY].state == STEP_RUNNING ? DEPLOY_APPLY : DEPLOY_DRY_RUN;
}

static void dry_end(struct deploy *d)
{
    enum deploy_step step = step_of(d);
    bool failed = false;
    for (size_t i = 0; i < d->count; i++) failed = failed || d->items[i].failed;
    if (step == DEPLOY_DRY_RUN) {
        steps_end(&d->steps, step);
        if (failed)
            deploy_end(d, d->bad_err, "the server refuses what is in the manifest: nothing was applied");
        else
            deploy_soon(d, deploy_diff, 0);
        return;
    }
    if (!failed) {
        apply_all(d);
        return;
    }
    steps_end(&d->steps, step);
    deploy_end(d, d->bad_err,
               "the server refuses what is in the manifest: only namespace %s was made; applying again is "
               "safe",
               d->ns);
}

static void dry_failed(struct deploy *d, struct item *it, const struct object_answer *a)
{
    it->failed = true;
    steps_say(&d->steps, step_of(d), TONE_BAD, "%s: %s%s", it->words, a->err == ERR_CONFLICT ? "fields " : "", a->why);
    deploy_bad(d, a->err == ERR_SERVER || a->err == ERR_USAGE || a->err == ERR_PROTOCOL ? ERR_PARSE : a->err);
}

static void on_dry(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    struct item *it = &d->items[d->at];
    d->call = NULL;
    if (a->conflicts && !it->force && conflicts_only_groups(a->conflicts)) {
        it->force = true;
        steps_say(&d->steps, step_of(d), TONE_PLAIN,
                  "%s: workerGroupSpecs belongs to %s; taken over with the live replicas, and this field alone",
                  it->words, a->conflicts->item[0].manager);
        d->call = object_apply(&d->conf.cluster, it->object, APPLY_DRY | APPLY_FORCE, on_dry, d);
        return;
    }
    if (a->err) {
        dry_failed(d, it, a);
    } else {
        it->checked = true;
        it->next = cJSON_Duplicate(a->object, 1);
        steps_say(&d->steps, step_of(d), TONE_PLAIN, "%s: the server takes it", it->words);
    }
    d->at++;
    deploy_soon(d, dry_next, 0);
}

static void on_live(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    struct item *it = &d->items[d->at];
    d->call = NULL;
    if (a->err && a->err != ERR_NOT_FOUND) {
        dry_failed(d, it, a);
        d->at++;
        deploy_soon(d, dry_next, 0);
        return;
    }
    json_wipe(it->live);
    it->live = cJSON_Duplicate(a->object, 1);
    if (it->live && kobject_is(it->object, "RayService") && kobject_groups_are_owned(it->live) &&
        kobject_take_replicas(it->object, it->live))
        steps_say(&d->steps, step_of(d), TONE_PLAIN, "%s: the live number of worker pods is kept", it->words);
    /* What somebody else made is not ours to clean up, whatever we change in it. */
    it->found = it->live && !kobject_is_ours(it->live);
    const char *with = it->live && !it->found ? kobject_deployed_with(it->live) : NULL;
    if (!it->found) kobject_own(it->object, is_namespace(it) ? "" : with ? with : d->service);
    d->call = object_apply(&d->conf.cluster, it->object, APPLY_DRY, on_dry, d);
}

static void dry_next(struct deploy *d)
{
    while (d->at < d->count &&
           (d->items[d->at].checked || (!is_namespace(&d->items[d->at]) && d->ns_state == NS_MISSING)))
        d->at++;
    if (d->at == d->count) {
        dry_end(d);
        return;
    }
    const struct item *it = &d->items[d->at];
    d->call = object_get(&d->conf.cluster, it->kind, d->ns, kobject_name(it->object), on_live, d);
}

void deploy_dry_run(struct deploy *d)
{
    steps_begin(&d->steps, DEPLOY_DRY_RUN);
    if (d->ns_state == NS_MISSING)
        steps_say(&d->steps, DEPLOY_DRY_RUN, TONE_WARN,
                  "what lies in namespace %s can be checked only once that is there: it is made first, then all is "
                  "checked before anything else is applied",
                  d->ns);
    d->at = 0;
    dry_next(d);
}

/* ---- difference ---- */

static void say_diff(struct deploy *d, struct item *it)
{
    struct buf row;
    /* Not checked yet: the object as it is in the manifest. */
    diff_of(it->live, it->next ? it->next : it->object, &it->diff);
    if (it->diff.made)
        steps_say(&d->steps, DEPLOY_DIFF, TONE_PLAIN, "%s: new", it->words);
    else if (!it->diff.count)
        steps_say(&d->steps, DEPLOY_DIFF, TONE_PLAIN, "%s: unchanged", it->words);
    else
        steps_say(&d->steps, DEPLOY_DIFF, TONE_PLAIN, "%s: %zu fields change", it->words,
                  it->diff.count + it->diff.beyond);
    if (it->found)
        steps_say(&d->steps, DEPLOY_DIFF, TONE_PLAIN,
                  "  = it was there before, not made by raydeck: kept at a clean-up");
    buf_init(&row, LIST_MAX);
    for (size_t i = 0; i < it->diff.count && i < ROWS_SAID; i++) {
        buf_clear(&row);
        diff_row_words(&it->diff.row[i], &row);
        steps_say(&d->steps, DEPLOY_DIFF, TONE_PLAIN, "  %s", buf_text(&row));
    }
    buf_done(&row);
    if (it->diff.count > ROWS_SAID)
        steps_say(&d->steps, DEPLOY_DIFF, TONE_PLAIN, "  … and %zu more", it->diff.count - ROWS_SAID + it->diff.beyond);
    for (size_t i = 0; i < it->diff.meanings; i++)
        steps_say(&d->steps, DEPLOY_DIFF, it->diff.new_cluster && it->live ? TONE_WARN : TONE_PLAIN, "  = %s",
                  it->diff.meaning[i]);
}

void deploy_diff(struct deploy *d)
{
    steps_begin(&d->steps, DEPLOY_DIFF);
    if (d->ns_state == NS_MISSING)
        steps_say(&d->steps, DEPLOY_DIFF, TONE_PLAIN, "namespace/%s: new, made first", d->ns);
    for (size_t i = 0; i < d->count; i++) say_diff(d, &d->items[i]);
    steps_end(&d->steps, DEPLOY_DIFF);
    if (d->conf.dry_run)
        deploy_end(d, ERR_OK, "a dry run: nothing was applied");
    else
        deploy_ask(d);
}

static void ask_line(const struct item *it, struct buf *out)
{
    const size_t fields = it->diff.count + it->diff.beyond;
    buf_printf(out, "%s: ", it->words);
    if (it->diff.made)
        buf_str(out, "new");
    else if (fields)
        buf_printf(out, "%zu field%s change%s", fields, fields == 1 ? "" : "s", fields == 1 ? "s" : "");
    else
        buf_str(out, "unchanged");
    if (it->live && fields) buf_printf(out, ", uid %s", kobject_uid(it->live));
    for (size_t i = 0; i < it->diff.meanings; i++) buf_printf(out, "%s%s", i ? "; " : " · ", it->diff.meaning[i]);
    buf_char(out, '\n');
}

void deploy_ask_words(const struct deploy *d, struct buf *out)
{
    size_t lines = 0;
    if (d->ns_state == NS_MISSING) buf_printf(out, "namespace/%s: new\n", d->ns);
    for (size_t i = 0; i < d->count && lines < DEPLOY_ASK_LINES; i++, lines++) ask_line(&d->items[i], out);
    if (d->count > lines) buf_printf(out, "… and %zu more\n", d->count - lines);
}

/* ---- apply ---- */

static void words_of(const struct deploy *d, bool applied, struct buf *out)
{
    for (size_t i = 0; i < d->count; i++) {
        if (d->items[i].applied != applied) continue;
        buf_printf(out, "%s%s", out->len ? ", " : "", d->items[i].words);
    }
    if (!out->len) buf_str(out, "nothing");
}

static void apply_failed(struct deploy *d, const char *what, const struct object_answer *a)
{
    struct buf yes, no;
    buf_init(&yes, LIST_MAX);
    buf_init(&no, LIST_MAX);
    words_of(d, true, &yes);
    words_of(d, false, &no);
    steps_say(&d->steps, DEPLOY_APPLY, TONE_BAD, "%s: %s%s", what, a->conflicts ? "fields " : "", a->why);
    /* Cut off on the way: it may have arrived all the same. */
    if (a->err == ERR_RESET || a->err == ERR_TIMEOUT)
        steps_say(&d->steps, DEPLOY_APPLY, TONE_PLAIN, "whether %s was applied is not known", what);
    steps_say(&d->steps, DEPLOY_APPLY, TONE_PLAIN, "applied: %s", buf_text(&yes));
    steps_say(&d->steps, DEPLOY_APPLY, TONE_PLAIN, "not applied: %s; applying again is safe", buf_text(&no));
    steps_end(&d->steps, DEPLOY_APPLY);
    deploy_end(d, a->err, "%s was not applied: %s (applied: %s)", what, a->why, buf_text(&yes));
    buf_done(&yes);
    buf_done(&no);
}

static void apply_end(struct deploy *d)
{
    steps_end(&d->steps, DEPLOY_APPLY);
    if (!deploy_service_item(d)) {
        deploy_end(d, ERR_OK, "applied; there is no RayService in it to wait for");
        return;
    }
    if (d->calls.applied) d->calls.applied(d->calls.arg, d->ns, d->service);
    deploy_soon(d, deploy_wait, 0);
}

static void on_applied(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    struct item *it = &d->items[d->at];
    d->call = NULL;
    if (a->err) {
        apply_failed(d, it->words, a);
        return;
    }
    it->applied = true;
    steps_say(&d->steps, DEPLOY_APPLY, TONE_PLAIN, "%s serverside-applied", it->words);
    d->at++;
    deploy_soon(d, apply_next, 0);
}

static void apply_next(struct deploy *d)
{
    while (d->at < d->count && d->items[d->at].applied) d->at++;
    if (d->at == d->count) {
        apply_end(d);
        return;
    }
    const struct item *it = &d->items[d->at];
    if (kobject_is(it->object, "RayService")) d->applied_wall_ms = loop_wall_ms(d->conf.loop);
    d->call = object_apply(&d->conf.cluster, it->object, it->force ? APPLY_FORCE : 0, on_applied, d);
}

static void apply_all(struct deploy *d)
{
    d->at = 0;
    apply_next(d);
}

static void on_made(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    char what[OBJECT_NAME_MAX + 20];
    snprintf(what, sizeof what, "namespace/%s", d->ns);
    d->call = NULL;
    if (a->err) {
        apply_failed(d, what, a);
        return;
    }
    steps_say(&d->steps, DEPLOY_APPLY, TONE_PLAIN, "%s serverside-applied", what);
    d->ns_state = NS_THERE;
    for (size_t i = 0; i < d->count; i++)
        if (is_namespace(&d->items[i]) && strcmp(kobject_name(d->items[i].object), d->ns) == 0)
            d->items[i].applied = d->items[i].checked = true;
    d->at = 0;
    dry_next(d);
}

/* The manifest's own Namespace, where there is one, else one of our own making. */
static cJSON *namespace_object(const struct deploy *d)
{
    for (size_t i = 0; i < d->count; i++)
        if (is_namespace(&d->items[i]) && strcmp(kobject_name(d->items[i].object), d->ns) == 0)
            return cJSON_Duplicate(d->items[i].object, 1);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "apiVersion", "v1");
    cJSON_AddStringToObject(o, "kind", "Namespace");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(o, "metadata"), "name", d->ns);
    return o;
}

void deploy_apply(struct deploy *d)
{
    steps_begin(&d->steps, DEPLOY_APPLY);
    if (d->ns_state != NS_MISSING) {
        apply_all(d);
        return;
    }
    cJSON *o = namespace_object(d);
    kobject_own(o, "");
    d->call = object_apply(&d->conf.cluster, o, 0, on_made, d);
    cJSON_Delete(o);
}
