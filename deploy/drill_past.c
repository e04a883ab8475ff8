/* drill_past.c - reads reports of drills back, and holds them against each other; see drill_past.h. */
#include "deploy/drill_past.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

enum { PAST_CELLS = 8 };
#define NOISE_SHARE 0.25
#define NOISE_SECONDS 0.25

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

static void text_read(const cJSON *object, const char *member, char out[PAST_TEXT_MAX])
{
    const char *text = json_str(object, member);

    text_safe_into(out, PAST_TEXT_MAX, text ? text : "", text ? strlen(text) : 0);
}

static bool result_read(const cJSON *root, enum drill_result *ret)
{
    for (int i = 0; i < DRILL_RESULTS; i++) {
        if (!text_eq(json_str(root, "result"), drill_result_word((enum drill_result)i))) continue;
        *ret = (enum drill_result)i;
        return true;
    }
    return false;
}

static void criterion_read(const cJSON *c, struct drill_past *past)
{
    for (int i = 0; i < CRITERIA; i++) {
        struct judged *j = &past->of[i];
        if (!text_eq(json_str(c, "id"), criterion_get((enum criterion_id)i)->id)) continue;
        j->value = json_f64(c, "value");
        j->limit = json_f64(c, "limit").value;
        const char *detail = json_str(c, "detail");
        if (i == CRITERION_RECOVERY)
            past->unrecovered = detail && strncmp(detail, JUDGED_NOT_SEEN, strlen(JUDGED_NOT_SEEN)) == 0;
        for (int s = JUDGED_NOT; s <= JUDGED_BROKEN; s++)
            if (text_eq(json_str(c, "state"), judged_state_word((enum judged_state)s))) j->state = (enum judged_state)s;
    }
}

static enum err report_check(const char *name, const cJSON *root, struct drill_past *past, struct why *why)
{
    const struct known_u64 version = json_u64(root, "version");
    const bool ours = version.known && json_get(root, "raydeck") && cJSON_IsArray(json_get(root, "criteria")) &&
                      cJSON_IsObject(json_get(root, "service")) && result_read(root, &past->result);

    if (version.known && json_get(root, "raydeck") && version.value != DRILL_REPORT_VERSION)
        return why_set(why, ERR_PARSE, "%s: a report of version %llu; this raydeck reads version %d", name,
                       (unsigned long long)version.value, DRILL_REPORT_VERSION);
    return ours ? ERR_OK : why_set(why, ERR_PARSE, "%s: this is no JSON report of raydeck drill", name);
}

enum err drill_past_read(const char *name, const char *bytes, size_t len, struct drill_past *ret, struct why *why)
{
    struct drill_past past = {.result = DRILL_INCONCLUSIVE};
    struct why own = {0};
    cJSON *root = NULL;

    if (!len) return why_set(why, ERR_PARSE, "%s: it is empty", name);
    enum err err = json_parse(bytes, len, &root, &own);
    err = err ? why_set(why, ERR_PARSE, "%s: %s", name, own.text) : report_check(name, root, &past, why);
    if (!err) {
        const cJSON *service = json_get(root, "service");
        const char *judged = json_str(root, "judged");
        if (!judged || stamp_parse(judged, &past.judged_ms)) past.judged_ms = 0;
        text_read(service, "context", past.context);
        text_read(service, "namespace", past.ns);
        text_read(service, "name", past.service);
        text_read(service, "ray", past.ray);
        text_read(service, "kuberay", past.kuberay);
        text_read(root, "fault", past.fault);
        past.failed = json_u64(json_path(root, "requests.route"), "failed");
        JSON_EACH (c, json_get(root, "criteria")) criterion_read(c, &past);
        *ret = past;
    }
    cJSON_Delete(root);
    return err;
}

/* ---- comparing ----------------------------------------------------------------------------------------------------
 */

static int result_rank(enum drill_result result)
{
    return result == DRILL_PASS ? 0 : result == DRILL_FAIL ? 2 : 1;
}

static int state_rank(enum judged_state state)
{
    return state == JUDGED_MET ? 0 : state == JUDGED_BROKEN ? 2 : 1;
}

static bool value_is_worse(const struct criterion *c, double old, double now)
{
    const double share = old * NOISE_SHARE, noise = share > NOISE_SECONDS ? share : NOISE_SECONDS;

    return now > old + (c->unit == CRITERION_SECONDS ? noise : 0);
}

static bool criterion_is_worse(enum criterion_id id, const struct judged *old, const struct judged *now)
{
    const struct criterion *c = criterion_get(id);

    if (state_rank(now->state) != state_rank(old->state)) return state_rank(now->state) > state_rank(old->state);
    return c->kind == CRITERION_PROMISE && old->value.known && now->value.known &&
           value_is_worse(c, old->value.value, now->value.value);
}

static const char *judged_words(enum criterion_id id, const struct judged *j, char out[CRITERION_TEXT_MAX])
{
    return j->value.known ? criterion_value(id, j->value.value, out) : judged_state_word(j->state);
}

static void difference_add(struct buf *out, const char *what, const char *old, const char *now)
{
    if (!text_eq(old, now)) (void)buf_printf(out, "  another %s: %s → %s\n", what, *old ? old : "–", *now ? now : "–");
}

/* What differs between the two drills themselves. */
static void circumstances_add(const struct drill_past *old, const struct drill_report *now, struct buf *out)
{
    difference_add(out, "namespace", old->ns, now->outage->ns);
    difference_add(out, "RayService", old->service, now->outage->service);
    difference_add(out, "fault", old->fault, now->fault ? now->fault : "");
    difference_add(out, "Ray", old->ray, now->ray_version ? now->ray_version : "");
    difference_add(out, "KubeRay", old->kuberay, now->kuberay ? now->kuberay : "");
}

size_t drill_past_compare(const struct drill_past *old, const struct drill_report *now, struct buf *out)
{
    char stamp[STAMP_TEXT_MAX], was[CRITERION_TEXT_MAX], is[CRITERION_TEXT_MAX];
    size_t worse = 0;

    (void)buf_printf(out, "COMPARED with %s of %s\n", drill_result_word(old->result), stamp_iso(stamp, old->judged_ms));
    circumstances_add(old, now, out);
    if (result_rank(now->verdict->result) > result_rank(old->result)) {
        (void)buf_printf(out, "  worse: %s → %s\n", drill_result_word(old->result),
                         drill_result_word(now->verdict->result));
        worse++;
    }
    for (int i = 0; i < CRITERIA; i++) {
        const enum criterion_id id = (enum criterion_id)i;
        const struct judged *a = &old->of[i], *b = &now->verdict->of[i];
        if (!criterion_is_worse(id, a, b)) continue;
        (void)buf_printf(out, "  worse: %s: %s → %s (%s)\n", criterion_get(id)->what, judged_words(id, a, was),
                         judged_words(id, b, is), judged_state_word(b->state));
        worse++;
    }
    if (!worse) (void)buf_str(out, "  nothing got worse\n");
    return worse;
}

/* ---- a table of them ----------------------------------------------------------------------------------------------
 */

static bool is_same_service(const struct drill_past *a, const struct drill_past *b)
{
    return text_eq(a->context, b->context) && text_eq(a->ns, b->ns) && text_eq(a->service, b->service);
}

static const char *value_or_dash(const struct drill_past *p, enum criterion_id id, char out[CRITERION_TEXT_MAX])
{
    return p->of[id].value.known ? criterion_value(id, p->of[id].value.value, out) : "–";
}

/* The times to recover, a character a drill; '?' of one that is not known. */
static void recoveries_add(const struct drill_past *past, size_t count, struct buf *out)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double most = 0;

    for (size_t i = 0; i < count; i++) {
        const struct known_f64 v = past[i].of[CRITERION_RECOVERY].value;
        if (v.known && v.value > most) most = v.value;
    }
    (void)buf_str(out, "  time to recover  ");
    for (size_t i = 0; i < count; i++) {
        const struct known_f64 v = past[i].of[CRITERION_RECOVERY].value;
        const size_t bar = v.known && most > 0 ? (size_t)(v.value / most * (double)(ARRAY_LEN(bars) - 1) + 0.5) : 0;
        (void)buf_str(out, v.known ? bars[bar] : "?");
    }
    char text[CRITERION_TEXT_MAX];
    (void)buf_printf(out, "  at most %s\n", most > 0 ? criterion_value(CRITERION_RECOVERY, most, text) : "–");
}

static void cell_add(struct buf *out, const char *text, size_t width)
{
    const size_t has = text_width(text);

    (void)buf_printf(out, "  %s%*s", text, has < width ? (int)(width - has) : 0, "");
}

static void row_add(const char *const cells[PAST_CELLS], struct buf *out)
{
    static const size_t widths[PAST_CELLS] = {20, 12, 8, 8, 6, 8, 8, 0};

    for (size_t i = 0; i < PAST_CELLS; i++) cell_add(out, cells[i], widths[i]);
    (void)buf_char(out, '\n');
}

static const char *text_or_dash(const char *text)
{
    return *text ? text : "–";
}

static void drill_add(const struct drill_past *p, struct buf *out)
{
    char stamp[STAMP_TEXT_MAX], silence[CRITERION_TEXT_MAX], recovery[CRITERION_TEXT_MAX], failed[TEXT_NUM_MAX] = "–",
                                                                                           took[CRITERION_TEXT_MAX + 1];

    /* One that was given up has not recovered in that time. */
    snprintf(took, sizeof took, "%s%s", p->unrecovered && p->of[CRITERION_RECOVERY].value.known ? ">" : "",
             value_or_dash(p, CRITERION_RECOVERY, recovery));
    if (p->failed.known) snprintf(failed, sizeof failed, "%llu", (unsigned long long)p->failed.value);
    row_add((const char *const[PAST_CELLS]){stamp_iso(stamp, p->judged_ms), drill_result_word(p->result),
                                            value_or_dash(p, CRITERION_OUTAGE, silence), took, failed,
                                            text_or_dash(p->ray), text_or_dash(p->kuberay), text_or_dash(p->fault)},
            out);
}

static void service_add(const struct drill_past *past, size_t count, struct buf *out)
{
    static const char *const head[PAST_CELLS] = {"DATE",   "VERDICT", "SILENCE", "RECOVERY",
                                                 "FAILED", "RAY",     "KUBERAY", "FAULT"};

    (void)buf_printf(out, "%s/%s, context %s\n", text_or_dash(past->ns), text_or_dash(past->service),
                     text_or_dash(past->context));
    row_add(head, out);
    for (size_t i = 0; i < count; i++) drill_add(&past[i], out);
    recoveries_add(past, count, out);
}

void drill_past_table(const struct drill_past *past, size_t count, struct buf *out)
{
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && is_same_service(&past[first], &past[next]);) next++;
        if (first) (void)buf_char(out, '\n');
        service_add(past + first, next - first, out);
    }
}
