/* drill_report_data.c - the report as JSON and as JUnit's XML; see drill_report.h. */
#include "deploy/drill_report_priv.h"

#include "backends/base/json.h"
#include "backends/base/stamp.h"
#include "backends/base/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static const char *const unit_words[] = {"count", "percent", "seconds"};

static void add_text(cJSON *object, const char *name, const char *text)
{
    json_set(object, name, text && *text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_stamp(cJSON *object, const char *name, uint64_t wall_ms)
{
    char stamp[STAMP_TEXT_MAX];

    add_text(object, name, wall_ms ? stamp_iso(stamp, wall_ms) : NULL);
}

static void add_ms(cJSON *object, const char *name, struct known_u64 us)
{
    json_set(object, name, us.known ? cJSON_CreateNumber((double)us.value / 1e3) : cJSON_CreateNull());
}

static cJSON *criteria_json(const struct drill_report *r)
{
    cJSON *array = cJSON_CreateArray();
    char measured[CRITERION_MEASURED_MAX];

    for (int i = 0; i < CRITERIA; i++) {
        const struct criterion *c = criterion_get((enum criterion_id)i);
        const struct judged *j = &r->verdict->of[i];
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "id", c->id);
        cJSON_AddStringToObject(object, "state", judged_state_word(j->state));
        json_set(object, "value", j->value.known ? cJSON_CreateNumber(j->value.value) : cJSON_CreateNull());
        cJSON_AddNumberToObject(object, "limit", j->limit);
        cJSON_AddStringToObject(object, "compare", c->compare == CRITERION_AT_MOST ? "at most" : "at least");
        cJSON_AddStringToObject(object, "unit", unit_words[c->unit]);
        cJSON_AddStringToObject(object, "kind", c->kind == CRITERION_PROMISE ? "promise" : "proof");
        cJSON_AddStringToObject(object, "what", c->what);
        cJSON_AddStringToObject(object, "why", c->why);
        cJSON_AddStringToObject(object, "measured",
                                criterion_measured((enum criterion_id)i, r->tally->sum[TALLY_ROUTE].path, measured));
        add_text(object, "detail", j->why);
        cJSON_AddItemToArray(array, object);
    }
    return array;
}

static cJSON *series_json(const struct tally_sum *s)
{
    cJSON *object = cJSON_CreateObject(), *failures;

    add_text(object, "route", s->path);
    cJSON_AddNumberToObject(object, "answered", (double)(s->ok + s->slow));
    cJSON_AddNumberToObject(object, "slow", (double)s->slow);
    cJSON_AddNumberToObject(object, "failed", (double)s->failed);
    cJSON_AddNumberToObject(object, "unknown", (double)s->unknown);
    cJSON_AddNumberToObject(object, "late", (double)s->late);
    failures = cJSON_AddObjectToObject(object, "failures");
    for (int i = 0; i < TALLY_FAILURES && s->failure[i].count; i++)
        cJSON_AddNumberToObject(failures, s->failure[i].name, (double)s->failure[i].count);
    add_ms(object, "p50_ms", tally_percentile(s, 50));
    add_ms(object, "p99_ms", tally_percentile(s, 99));
    add_ms(object, "max_ms", tally_percentile(s, 100));
    return object;
}

static cJSON *workers_json(const struct request_tally *t)
{
    cJSON *array = cJSON_CreateArray();

    for (size_t i = 0; i < t->pods; i++) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "pod", t->pod[i].name);
        cJSON_AddNumberToObject(object, "answered", (double)t->pod[i].ok);
        cJSON_AddNumberToObject(object, "failed", (double)t->pod[i].failed);
        cJSON_AddItemToArray(array, object);
    }
    return array;
}

static cJSON *requests_json(const struct drill_report *r)
{
    cJSON *object = cJSON_CreateObject();

    for (int i = 0; i < TALLY_SERIES; i++)
        json_set(object, tally_series_key((enum tally_series)i), series_json(&r->tally->sum[i]));
    json_set(object, "workers", workers_json(r->tally));
    return object;
}

void report_json(const struct drill_report *r, struct buf *out)
{
    const struct outage *o = r->outage;
    cJSON *root = cJSON_CreateObject(), *service = cJSON_CreateObject();

    cJSON_AddNumberToObject(root, "version", DRILL_REPORT_VERSION);
    add_text(root, "raydeck", r->raydeck);
    cJSON_AddStringToObject(root, "result", drill_result_word(r->verdict->result));
    add_text(root, "cause", r->verdict->cause);
    add_text(root, "scope", r->verdict->scope);
    add_text(root, "fault", r->fault);
    add_stamp(root, "judged", r->wall_ms);
    add_stamp(root, "began", o->state == OUTAGE_NONE ? 0 : o->t0_wall_ms);
    json_set(root, "service", service);
    add_text(service, "context", r->context);
    add_text(service, "namespace", o->ns);
    add_text(service, "name", o->service);
    add_text(service, "uid", o->service_uid);
    add_text(service, "ray", r->ray_version);
    add_text(service, "kuberay", r->kuberay);
    json_set(root, "criteria", criteria_json(r));
    json_set(root, "requests", requests_json(r));
    json_set(root, "outage", o->state == OUTAGE_NONE ? cJSON_CreateNull() : outage_to_json(o));
    char *text = json_text(root);
    (void)buf_str(out, text);
    (void)buf_char(out, '\n');
    free(text);
    cJSON_Delete(root);
}

/* ---- JUnit ------------------------------------------------------------------------------------------------------- */

static void xml_attribute(struct buf *out, const char *name, const char *value)
{
    (void)buf_printf(out, " %s=\"", name);
    xml_text(out, value);
    (void)buf_char(out, '"');
}

/* NULL: the testcase passed. */
static const char *junit_outcome(const struct drill_report *r, enum criterion_id id)
{
    switch (r->verdict->of[id].state) {
    case JUDGED_NOT: return "skipped";
    case JUDGED_UNKNOWN: return "error";
    case JUDGED_BROKEN: return criterion_get(id)->kind == CRITERION_PROMISE ? "failure" : "error";
    case JUDGED_MET: break;
    }
    return NULL;
}

static unsigned junit_count(const struct drill_report *r, const char *outcome)
{
    unsigned count = 0;

    for (int i = 0; i < CRITERIA; i++) {
        const char *of = junit_outcome(r, (enum criterion_id)i);
        count += of && strcmp(of, outcome) == 0;
    }
    return count;
}

static void junit_case(const struct drill_report *r, enum criterion_id id, struct buf *out)
{
    const struct criterion *c = criterion_get(id);
    const struct judged *j = &r->verdict->of[id];
    const char *outcome = junit_outcome(r, id);
    char seen[CRITERION_TEXT_MAX], limit[CRITERION_TEXT_MAX], message[REPORT_LINE_MAX];

    (void)buf_str(out, "  <testcase classname=\"raydeck.drill\"");
    xml_attribute(out, "name", c->id);
    snprintf(message, sizeof message, "%s: %s, limit %s%s%s", c->what, report_seen(r, id, seen),
             criterion_limit(id, j->limit, limit), *j->why ? ": " : "", j->why);
    if (outcome) {
        (void)buf_printf(out, ">\n    <%s", outcome);
        xml_attribute(out, "message", message);
        (void)buf_str(out, "/>\n  </testcase>\n");
        return;
    }
    (void)buf_str(out, ">\n    <system-out>");
    xml_text(out, message);
    (void)buf_str(out, "</system-out>\n  </testcase>\n");
}

void report_junit(const struct drill_report *r, struct buf *out)
{
    char began[STAMP_TEXT_MAX];

    (void)buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"raydeck drill\"");
    (void)buf_printf(out, " tests=\"%d\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"", CRITERIA,
                     junit_count(r, "failure"), junit_count(r, "error"), junit_count(r, "skipped"));
    xml_attribute(out, "timestamp",
                  stamp_iso(began, r->outage->state == OUTAGE_NONE ? r->wall_ms : r->outage->t0_wall_ms));
    (void)buf_str(out, ">\n  <properties>\n    <property name=\"result\"");
    xml_attribute(out, "value", drill_result_word(r->verdict->result));
    (void)buf_str(out, "/>\n    <property name=\"scope\"");
    xml_attribute(out, "value", r->verdict->scope);
    (void)buf_str(out, "/>\n  </properties>\n");
    for (int i = 0; i < CRITERIA; i++) junit_case(r, (enum criterion_id)i, out);
    (void)buf_str(out, "</testsuite>\n");
}
