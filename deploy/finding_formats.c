/* finding_formats.c - see finding_formats.h. */
#include "deploy/finding_formats.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/xml.h"

#include <stdlib.h>
#include <string.h>

static const char *const format_words[] = {"text", "json", "sarif", "junit", "github"};

bool findings_format_named(const char *word, enum findings_format *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(format_words); i++) {
        if (word && strcmp(word, format_words[i]) != 0) continue;
        *ret = (enum findings_format)i;
        return true;
    }
    return false;
}

static bool severity_fails(enum finding_severity severity, enum finding_severity fail_on)
{
    return severity <= fail_on && severity <= FINDING_WARNING;
}

bool findings_fail(const struct findings *f, enum finding_severity fail_on)
{
    return f->of[FINDING_ERROR] || (fail_on == FINDING_WARNING && f->of[FINDING_WARNING]);
}

static void json_print(cJSON *root, struct buf *out)
{
    char *text = json_text(root);
    buf_str(out, text);
    buf_char(out, '\n');
    free(text);
    cJSON_Delete(root);
}

/* ---- SARIF ------------------------------------------------------------------------------------------------------- */

/* {"text": …}, a message or a multiformatMessageString. */
static void sarif_text(cJSON *object, const char *name, const char *text)
{
    cJSON_AddStringToObject(cJSON_AddObjectToObject(object, name), "text", text);
}

static const char *sarif_level(enum finding_severity severity)
{
    /* What could not be decided is "open", of which the level is none (3.27.10). */
    static const char *const levels[FINDING_SEVERITIES] = {"error", "warning", "note", "none"};
    return levels[severity];
}

/* A path as a URI reference: its segments are percent-encoded; an absolute one is a file URI (RFC 8089). */
static char *uri_of(const char *path)
{
    struct buf out;
    buf_init(&out, 4 * FINDING_TEXT_MAX);
    if (*path == '/') buf_str(&out, "file://");
    for (;;) {
        const size_t len = strcspn(path, "/");
        (void)text_url_encode(path, len, &out);
        if (!path[len]) return buf_take(&out);
        buf_char(&out, '/');
        path += len + 1;
    }
}

static void sarif_location(cJSON *result, const struct finding_where *at)
{
    cJSON *location = cJSON_CreateObject();
    if (at->file) {
        cJSON *physical = cJSON_AddObjectToObject(location, "physicalLocation");
        char *uri = uri_of(at->file);
        cJSON_AddStringToObject(cJSON_AddObjectToObject(physical, "artifactLocation"), "uri", uri);
        free(uri);
        if (at->line) {
            cJSON *region = cJSON_AddObjectToObject(physical, "region");
            cJSON_AddNumberToObject(region, "startLine", at->line);
            if (at->column) cJSON_AddNumberToObject(region, "startColumn", at->column);
        }
    }
    if (at->object) {
        cJSON *logical = cJSON_CreateObject();
        cJSON_AddStringToObject(logical, "fullyQualifiedName", at->object);
        cJSON_AddItemToArray(cJSON_AddArrayToObject(location, "logicalLocations"), logical);
    }
    cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "locations"), location);
}

static void sarif_result(cJSON *results, const struct finding *item)
{
    cJSON *result = cJSON_CreateObject();
    cJSON_AddStringToObject(result, "ruleId", item->rule->id);
    cJSON_AddNumberToObject(result, "ruleIndex", (double)rule_index(item->rule));
    cJSON_AddStringToObject(result, "kind", item->severity == FINDING_UNKNOWN ? "open" : "fail");
    cJSON_AddStringToObject(result, "level", sarif_level(item->severity));
    char *text = mem_printf("%s\nWhy: %s\nFix: %s", item->message, item->why, item->rule->fix);
    sarif_text(result, "message", text);
    free(text);
    sarif_location(result, &item->where);
    if (item->ignored) {
        cJSON *suppression = cJSON_CreateObject();
        cJSON_AddStringToObject(suppression, "kind", "inSource");
        if (*item->ignored) cJSON_AddStringToObject(suppression, "justification", item->ignored);
        cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "suppressions"), suppression);
    }
    cJSON_AddItemToArray(results, result);
}

static void sarif_rule(cJSON *list, const struct rule *rule)
{
    cJSON *object = cJSON_CreateObject();
    char *help = mem_printf("%s\nSource: %s", rule->fix, rule->source);
    cJSON_AddStringToObject(object, "id", rule->id);
    sarif_text(object, "shortDescription", rule->title);
    sarif_text(object, "fullDescription", rule->why);
    sarif_text(object, "help", help);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(object, "defaultConfiguration"), "level",
                            sarif_level(rule->severity));
    cJSON_AddItemToArray(list, object);
    free(help);
}

/* Whether all was checked: a run that could not read a file is no run without results. */
static void sarif_invocation(cJSON *run, const struct findings *f)
{
    cJSON *invocation = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(run, "invocations"), invocation);
    cJSON_AddBoolToObject(invocation, "executionSuccessful", !f->files_failed);
    cJSON *list = cJSON_AddArrayToObject(invocation, "toolExecutionNotifications");
    for (size_t i = 0; i < f->files_count; i++) {
        if (!f->files[i].failure) continue;
        cJSON *notification = cJSON_CreateObject();
        cJSON_AddStringToObject(notification, "level", "error");
        sarif_text(notification, "message", f->files[i].failure);
        sarif_location(notification, &(struct finding_where){.file = f->files[i].name});
        cJSON_AddItemToArray(list, notification);
    }
}

static cJSON *findings_sarif(const struct findings *f)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    cJSON_AddStringToObject(root, "version", "2.1.0");
    cJSON *run = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "runs"), run);
    cJSON *driver = cJSON_AddObjectToObject(cJSON_AddObjectToObject(run, "tool"), "driver");
    cJSON_AddStringToObject(driver, "name", "raydeck");
    cJSON_AddStringToObject(driver, "version", RAYDECK_VERSION);
    cJSON *list = cJSON_AddArrayToObject(driver, "rules");
    for (int i = 0; i < RULES; i++) sarif_rule(list, rule_get((enum rule_id)i));
    sarif_invocation(run, f);
    cJSON_AddStringToObject(run, "columnKind", "unicodeCodePoints");
    cJSON *results = cJSON_AddArrayToObject(run, "results");
    for (size_t i = 0; i < f->count; i++) sarif_result(results, &f->items[i]);
    for (size_t i = 0; i < f->ignored_count; i++) sarif_result(results, &f->ignored[i]);
    return root;
}

/* ---- JUnit ------------------------------------------------------------------------------------------------------- */

/* The outcome's element; NULL: the test case passes. */
static const char *junit_outcome(const struct finding *item, enum finding_severity fail_on)
{
    if (item->ignored || item->severity == FINDING_UNKNOWN) return "skipped";
    return severity_fails(item->severity, fail_on) ? "failure" : NULL;
}

static void junit_case(const struct finding *item, const char *file, enum finding_severity fail_on, struct buf *out)
{
    const char *outcome = junit_outcome(item, fail_on);
    char *name = mem_printf("%s %s:%u:%u", item->rule->id, file, item->where.line, item->where.column);
    char *message = mem_printf("%s %s: %s", finding_severity_word(item->severity), item->rule->id, item->message);
    char *more = mem_printf("%s\nin: %s\nwhy: %s\nfix: %s", message, item->where.object ? item->where.object : "–",
                            item->why, item->rule->fix);
    buf_str(out, "    <testcase classname=\"");
    xml_text(out, file);
    buf_str(out, "\" name=\"");
    xml_text(out, name);
    buf_str(out, "\">\n");
    if (!outcome) {
        buf_str(out, "      <system-out>");
        xml_text(out, more);
        buf_str(out, "</system-out>\n");
    } else {
        buf_printf(out, "      <%s message=\"", outcome);
        xml_text(out, item->ignored && *item->ignored ? item->ignored : message);
        if (item->ignored) {
            buf_str(out, "\"/>\n");
        } else {
            if (strcmp(outcome, "failure") == 0) buf_printf(out, "\" type=\"%s", finding_severity_word(item->severity));
            buf_str(out, "\">");
            xml_text(out, more);
            buf_printf(out, "</%s>\n", outcome);
        }
    }
    buf_str(out, "    </testcase>\n");
    free(more);
    free(message);
    free(name);
}

/* Those of one file, in a row: findings are sorted by file. */
struct junit_part {
    const struct finding *items;
    size_t count;
};
struct junit_sum {
    size_t cases, failures, errors, skipped;
};

/* The next part of a list that begins at *at; moves it on. */
static struct junit_part part_next(const struct finding *items, size_t count, const char *file, size_t *at)
{
    while (*at < count && (!items[*at].where.file || strcmp(items[*at].where.file, file) < 0)) ++*at;
    struct junit_part part = {items + *at, 0};
    while (*at < count && strcmp(items[*at].where.file, file) == 0) ++*at, part.count++;
    return part;
}

static void junit_count(struct junit_part part, enum finding_severity fail_on, struct junit_sum *sum)
{
    for (size_t i = 0; i < part.count; i++) {
        const char *outcome = junit_outcome(&part.items[i], fail_on);
        sum->cases++;
        sum->failures += outcome && *outcome == 'f';
        sum->skipped += outcome && *outcome == 's';
    }
}

static void junit_attributes(const struct junit_sum *sum, struct buf *out)
{
    buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n", sum->cases, sum->failures,
               sum->errors, sum->skipped);
}

/* Of a file without a finding: it passes, or is an error where the file could not be read. */
static void junit_file_case(const struct finding_file *file, struct buf *out)
{
    buf_str(out, "    <testcase classname=\"");
    xml_text(out, file->name);
    if (!file->failure) {
        buf_str(out, "\" name=\"every rule holds\"/>\n");
        return;
    }
    buf_str(out, "\" name=\"it can be read\">\n      <error message=\"");
    xml_text(out, file->failure);
    buf_str(out, "\"/>\n    </testcase>\n");
}

static struct junit_sum junit_suite(const struct finding_file *file, const struct junit_part parts[2],
                                    enum finding_severity fail_on, struct buf *out)
{
    struct junit_sum sum = {.errors = file->failure != NULL};
    for (size_t p = 0; p < 2; p++) junit_count(parts[p], fail_on, &sum);
    const bool has_own_case = !sum.cases || file->failure;
    sum.cases += has_own_case;
    buf_str(out, "  <testsuite name=\"");
    xml_text(out, file->name);
    buf_char(out, '"');
    junit_attributes(&sum, out);
    if (has_own_case) junit_file_case(file, out);
    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; i < parts[p].count; i++) junit_case(&parts[p].items[i], file->name, fail_on, out);
    buf_str(out, "  </testsuite>\n");
    return sum;
}

static void findings_junit(const struct findings *f, enum finding_severity fail_on, struct buf *out)
{
    struct junit_sum all = {0};
    struct buf suites;
    size_t at = 0, ignored_at = 0;
    buf_init(&suites, out->max);
    for (size_t i = 0; i < f->files_count; i++) {
        const char *file = f->files[i].name;
        if (i && strcmp(f->files[i - 1].name, file) == 0) continue; /* it is given twice, and one suite */
        const struct junit_part parts[] = {part_next(f->items, f->count, file, &at),
                                           part_next(f->ignored, f->ignored_count, file, &ignored_at)};
        const struct junit_sum sum = junit_suite(&f->files[i], parts, fail_on, &suites);
        all = (struct junit_sum){all.cases + sum.cases, all.failures + sum.failures, all.errors + sum.errors,
                                 all.skipped + sum.skipped};
    }
    buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"raydeck lint\"");
    junit_attributes(&all, out);
    buf_str(out, buf_text(&suites));
    buf_str(out, "</testsuites>\n");
    buf_done(&suites);
}

/* ---- GitHub ------------------------------------------------------------------------------------------------------ */

/* A command's text; within a property ':' and ',' too. */
static void github_text(struct buf *out, const char *text, bool property)
{
    for (; *text; text++) {
        if (strchr("%\r\n", *text) || (property && strchr(":,", *text)))
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
        else
            buf_char(out, *text);
    }
}

static void github_one(const struct finding *item, struct buf *out)
{
    static const char *const commands[FINDING_SEVERITIES] = {"error", "warning", "notice", "notice"};
    char *title = mem_printf("%s %s", item->rule->id, item->rule->title);
    char *text = mem_printf("%s%s\nWhy: %s\nFix: %s", item->severity == FINDING_UNKNOWN ? "unknown: " : "",
                            item->message, item->why, item->rule->fix);
    buf_printf(out, "::%s ", commands[item->severity]);
    if (item->where.file) {
        buf_str(out, "file=");
        github_text(out, item->where.file, true);
        if (item->where.line) buf_printf(out, ",line=%u,col=%u", item->where.line, item->where.column);
        buf_char(out, ',');
    }
    buf_str(out, "title=");
    github_text(out, title, true);
    buf_str(out, "::");
    github_text(out, text, false);
    buf_char(out, '\n');
    free(text);
    free(title);
}

static void github_failure(const struct finding_file *file, struct buf *out)
{
    if (!file->failure) return;
    buf_str(out, "::error file=");
    github_text(out, file->name, true);
    buf_str(out, ",title=not read::");
    github_text(out, file->failure, false);
    buf_char(out, '\n');
}

static void findings_github(const struct findings *f, struct buf *out)
{
    for (size_t i = 0; i < f->count; i++) github_one(&f->items[i], out);
    for (size_t i = 0; i < f->files_count; i++) github_failure(&f->files[i], out);
    if (f->ignored_count) buf_printf(out, "%zu ignored, ", f->ignored_count);
    findings_totals(f, ", ", out);
    buf_char(out, '\n');
}

void findings_print(const struct findings *f, enum findings_format format, enum finding_severity fail_on,
                    struct buf *out)
{
    switch (format) {
    case FINDINGS_TEXT: findings_text(f, out); break;
    case FINDINGS_JSON: json_print(findings_json(f), out); break;
    case FINDINGS_SARIF: json_print(findings_sarif(f), out); break;
    case FINDINGS_JUNIT: findings_junit(f, fail_on, out); break;
    case FINDINGS_GITHUB: findings_github(f, out); break;
    }
}
