/* A manifest, its variables, lint, and both forms of the findings; objects as JSON. */
#include "deploy/lint.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char secret[] = "correct-horse-battery";

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

static void check_objects(const char *bytes, size_t size, struct variables *vars)
{
    struct manifest *m = NULL;
    if (manifest_parse("fuzz", bytes, size, &m, NULL, NULL)) return;
    if (variables_apply(vars, m, NULL) == ERR_OK) {
        for (size_t i = 0; i < m->count && i < 100; i++) {
            cJSON *json = NULL;
            char text[128];
            manifest_object_text(&m->objects[i], text, sizeof text);
            if (manifest_object_json(&m->objects[i], &json, NULL) == ERR_OK) cJSON_Delete(json);
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
    lint_text("fuzz", (const char *)data, size, &vars, &found);
    findings_sort(&found);
    check_findings(&found);
    check_objects((const char *)data, size, &vars);
    findings_done(&found);
    variables_done(&vars);
    return 0;
}
