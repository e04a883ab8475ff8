/* deploy_check.c - the steps that need no cluster: variables and lint. */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/deploy_priv.h"
#include "deploy/lint.h"

#include <stdlib.h>
#include <string.h>

/* ---- variables ---- */

enum { VALUE_SHOWN_MAX = 160, DEFAULT_SHOWN_MAX = 44 };

/* "RAY_WORKER_COUNT: set, 3" */
static void usable_log(struct deploy *d, const struct variable *v)
{
    char value[VALUE_SHOWN_MAX];
    const bool none = variable_type_is_none(v->type, v->value);
    variable_shown(d->conf.variables, v, value, sizeof value);
    step_log(&d->engine, TONE_PLAIN, "%s: %s%s%s%s", v->name, variable_state_word(v->state), *value ? ", " : "",
             *value      ? value
             : v->secret ? ", a secret"
                         : "",
             *value && none ? ": left out" : "");
}

static bool is_default(const struct variable *v)
{
    return v->uses > v->left && v->state == VARIABLE_DEFAULT;
}

/* Those that nobody has set, one after the other: "default: RAY_HEAD_CPU=2, RAY_HEAD_MEMORY=20G" */
static void defaults_log(struct deploy *d)
{
    const struct variables *v = d->conf.variables;
    char value[DEFAULT_SHOWN_MAX];
    struct buf line;
    buf_init(&line, STEP_TEXT_MAX - 1);
    for (size_t i = 0; i < v->count; i++) {
        if (!is_default(&v->items[i])) continue;
        variable_shown(v, &v->items[i], value, sizeof value);
        if (line.len + strlen(v->items[i].name) + sizeof value + 16 > STEP_TEXT_MAX) {
            step_log(&d->engine, TONE_PLAIN, "%s", buf_text(&line));
            buf_clear(&line);
        }
        buf_printf(&line, "%s%s=%s", line.len ? ", " : "default: ", v->items[i].name, value);
    }
    if (line.len) step_log(&d->engine, TONE_PLAIN, "%s", buf_text(&line));
    buf_done(&line);
}

static void variable_log(struct deploy *d, const struct variable *v)
{
    if (v->left == v->uses)
        step_log(&d->engine, TONE_PLAIN, "$%s: not substituted, the container sets it itself", v->name);
    else if (variable_usable(v))
        usable_log(d, v);
    else if (v->state == VARIABLE_IGNORED)
        step_log(&d->engine, TONE_PLAIN, "$%s: not substituted, not on the allow-list", v->name);
    else if (v->state == VARIABLE_BAD)
        step_log(&d->engine, TONE_BAD, "%s: %s: expected %s", v->name, variable_state_word(v->state),
                 variable_type_words(v->type));
    else
        step_log(&d->engine, TONE_WARN, "%s: %s%s%s; export it or pass --var %s=…", v->name,
                 variable_state_word(v->state), v->help ? ": " : "", v->help ? v->help : "", v->name);
}

/* Mistyped, or of another manifest. */
static void unused_log(struct deploy *d, const struct variable *v)
{
    if (v->state != VARIABLE_SET || v->derives) return;
    step_log(&d->engine, TONE_WARN, "%s: set, but not used by the manifest%s", v->name,
             v->listed ? "" : "; see raydeck deploy --variables");
}

static void misplaced_log(struct deploy *d, const struct manifest *m)
{
    const struct variables *v = d->conf.variables;
    char object[300];
    for (size_t i = 0; i < v->uses_count; i++) {
        const struct variable_use *use = &v->uses[i];
        if (!use->misplaced) continue;
        manifest_object_text(&m->objects[use->object], object, sizeof object);
        step_log(&d->engine, TONE_BAD,
                 "%s:%u:%u: $%s is a secret and would be in clear text in %s: put it into a Secret and refer to it "
                 "(secretKeyRef)",
                 m->file, use->at.line, use->at.column, v->items[use->variable].name, object);
    }
}

/* False: too large; the step has ended. */
static bool variables_put(struct deploy *d, bool *ret_misplaced)
{
    struct why why = {0};
    for (size_t i = 0; i < d->manifests_count; i++) {
        if (variables_apply(d->conf.variables, d->manifests[i], &why)) {
            step_fail(&d->engine, ERR_PARSE, "%s", why.text);
            return false;
        }
        if (d->conf.variables->misplaced) {
            misplaced_log(d, d->manifests[i]);
            *ret_misplaced = true;
        }
    }
    return true;
}

void deploy_variables(void *arg)
{
    struct deploy *d = arg;
    struct variables *v = d->conf.variables;
    bool misplaced = false;
    if (!variables_put(d, &misplaced)) return;
    for (size_t i = 0; i < v->count; i++)
        if (!is_default(&v->items[i])) (v->items[i].uses ? variable_log : unused_log)(d, &v->items[i]);
    defaults_log(d);
    if (misplaced) {
        step_fail(&d->engine, ERR_PARSE, "a secret would be in clear text outside of a Secret");
        return;
    }
    /* What has a name that cannot be is looked for nowhere. */
    if (step_logged(&d->engine)->worst == TONE_BAD) {
        step_fail(&d->engine, ERR_PARSE, "a variable has an invalid value");
        return;
    }
    if (!step_logged(&d->engine)->count) step_log(&d->engine, TONE_PLAIN, "the manifest has none");
    step_next(&d->engine);
}

/* ---- lint ---- */

static void findings_log(struct deploy *d, const struct manifest *m, const struct findings *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct finding *one = &f->items[i];
        bool error = one->severity == FINDING_ERROR, warning = one->severity == FINDING_WARNING;
        step_log(&d->engine,
                 error     ? TONE_BAD
                 : warning ? TONE_WARN
                           : TONE_PLAIN,
                 "%s:%u:%u: %s %s %s", one->where.file ? one->where.file : m->file, one->where.line, one->where.column,
                 finding_severity_word(one->severity), one->rule->id, one->message);
    }
}

/* What comments of the manifest ignore is applied as well, and not without a word. */
static void ignored_log(struct deploy *d, const struct manifest *m, const struct findings *f)
{
    for (size_t i = 0; i < f->ignored_count; i++) {
        const struct finding *one = &f->ignored[i];
        step_log(&d->engine, TONE_WARN, "%s:%u:%u: ignored: %s %s (%s)", one->where.file ? one->where.file : m->file,
                 one->where.line, one->where.column, one->rule->id, one->message,
                 *one->ignored ? one->ignored : "no reason given");
    }
}

/* L2 is about envsubst; deploy keeps those variables. */
static size_t errors_in(const struct findings *f)
{
    size_t count = f->of[FINDING_ERROR];
    for (size_t i = 0; i < f->count; i++)
        count -= f->items[i].rule == rule_get(RULE_L2) && f->items[i].severity == FINDING_ERROR;
    return count;
}

void deploy_lint(void *arg)
{
    struct deploy *d = arg;
    size_t errors = 0, all = 0, warnings = 0;
    for (size_t i = 0; i < d->manifests_count; i++) {
        struct findings found;
        findings_init(&found);
        lint_manifest(d->manifests[i], d->conf.variables, d->kuberay, &found);
        findings_sort(&found);
        findings_log(d, d->manifests[i], &found);
        ignored_log(d, d->manifests[i], &found);
        errors += errors_in(&found);
        all += found.of[FINDING_ERROR];
        warnings += found.of[FINDING_WARNING];
        findings_done(&found);
    }
    if (d->kuberay) step_log(&d->engine, TONE_PLAIN, "judged for KubeRay 1.%u", d->kuberay);
    step_log(&d->engine, TONE_PLAIN, "%zu error%s, %zu warning%s", all, text_plural(all), warnings,
             text_plural(warnings));
    if (errors) {
        step_fail(&d->engine, ERR_PARSE, "lint found %zu error%s", errors, text_plural(errors));
        return;
    }
    step_next(&d->engine);
}
