/* manifest_fuzz.c - a manifest, its variables, lint, and both forms of the findings; objects as JSON. */
#include "backends/base/json.h"
#include "backends/base/text.h"
#include "deploy/lint.h"
#include "deploy/lint_fix.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Edits are of lines that are there; without one the text is the same. */
static void check_fixes(const char *data, size_t size, const struct findings *found)
{
    struct fix fix;
    struct buf out, diff;
    buf_init(&out, 4 * size + 64 * 1024);
    buf_init(&diff, 16 * 1024 * 1024);
    fix_of("fuzz", data, size, found, &fix);
    fix_text(&fix, &out);
    fix_diff(&fix, "fuzz", &diff);
    if (!fix.edits && !memchr(data, '\0', size) && (out.len != size || memcmp(buf_text(&out), data, size) != 0))
        abort();
    fix_done(&fix);
    buf_done(&diff);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char secret[] = "correct-horse-battery", encoded[] = "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5";

static void check_findings(const struct findings *f)
{
    struct buf out;
    buf_init(&out, 1u << 28);
    findings_text(f, &out);
    cJSON *json = findings_json(f);
    for (size_t i = 0; i < f->count; i++) {
        if (strstr(f->items[i].message, secret)) abort();
        if (f->items[i].where.object && strstr(f->items[i].where.object, secret)) abort();
        if (f->items[i].where.line == 0 && f->items[i].rule != rule_get(RULE_M1)) abort();
    }
    cJSON_Delete(json);
    buf_done(&out);
}

/* What was put in stands in a Secret's data, and nowhere else. */
static void check_secrets(const cJSON *node, const char *name, unsigned depth, bool of_secret)
{
    const bool data = name && (strcmp(name, "data") == 0 || strcmp(name, "stringData") == 0);
    if (depth == 1 && of_secret && data) return;
    if (cJSON_IsString(node) && (strstr(node->valuestring, secret) || strstr(node->valuestring, encoded))) abort();
    for (const cJSON *item = node->child; item; item = item->next)
        check_secrets(item, item->string, depth + 1, of_secret);
}

static void check_objects(const char *bytes, size_t size, struct variables *vars)
{
    struct manifest *m = NULL;
    if (manifest_parse("fuzz", bytes, size, &m, NULL, NULL)) return;
    /* A secret that stood in it already is not ours. */
    const bool clean = !memmem(bytes, size, "horse", 5) && !memmem(bytes, size, "Y29y", 4);
    if (variables_apply(vars, m, NULL) == ERR_OK) {
        for (size_t i = 0; i < m->count && i < 100; i++) {
            cJSON *json = NULL;
            char text[128];
            manifest_object_text(&m->objects[i], text, sizeof text);
            if (manifest_object_json(&m->objects[i], &json, NULL)) continue;
            if (clean && !vars->misplaced) check_secrets(json, NULL, 0, text_eq(json_str(json, "kind"), "Secret"));
            cJSON_Delete(json);
        }
    }
    manifest_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct variables vars;
    struct findings found;
    variables_init(&vars, NULL);
    findings_init(&found);
    variables_give(&vars, "HUGGING_FACE_HUB_TOKEN=correct-horse-battery", NULL);
    variables_give(&vars, "REDIS_PASSWORD=correct-horse-battery", NULL);
    variables_give(&vars, "V=v$V${V}", NULL);
    lint_text("fuzz", (const char *)data, size, &vars, LINT_KUBERAY_ANY, &found);
    findings_sort(&found);
    check_findings(&found);
    check_fixes((const char *)data, size, &found);
    check_objects((const char *)data, size, &vars);
    findings_done(&found);
    variables_done(&vars);
    return 0;
}
