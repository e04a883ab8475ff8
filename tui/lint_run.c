/* lint_run.c - reads or renders what lint is given, and checks it; see lint_run.h. */
#include "tui/lint_run.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "tui/lint_render.h"
#include "tui/manifest_file.h"

#include <stdlib.h>
#include <string.h>

enum { OTHERS_NAMED = 3 };

/* As findings name it. Caller frees. */
static char *input_name(const struct lint_input *input)
{
    if (input->kind == LINT_INPUT_STDIN) return mem_str("stdin");
    if (input->kind == LINT_INPUT_FILE) return mem_str(input->path);
    return mem_printf("%s (%s)", input->path, lint_render_words(input->kind));
}

static void too_long_say(struct lint_run *run, const struct lint_input *input)
{
    char *name = input_name(input);
    manifest_too_large(name, &run->found);
    manifest_too_large(name, &run->fixed);
    free(name);
}

/* Files of a folder that are no manifests: counted, the first of them named. */
struct others {
    const char *folder;
    size_t files, count;
    struct buf names;
};

static void others_say(struct lint_run *run, struct others *o)
{
    const struct finding_where where = {.file = o->folder};
    struct findings *const all[] = {&run->found, &run->fixed};
    for (size_t i = 0; o->folder && o->count && i < ARRAY_LEN(all); i++) {
        findings_checked(all[i], o->folder, 0);
        findings_add(all[i], RULE_M5, FINDING_INFO, &where,
                     "%zu of %zu file%s hold%s no object of Kubernetes, and nothing in %s was checked: %s%s", o->count,
                     o->files, text_plural(o->files), o->count == 1 ? "s" : "", o->count == 1 ? "it" : "them",
                     buf_text(&o->names), o->count > OTHERS_NAMED ? " …" : "");
    }
    buf_done(&o->names);
    *o = (struct others){0};
    buf_init(&o->names, FINDING_TEXT_MAX);
}

static void others_count(struct others *o, const struct lint_input *input, bool other)
{
    o->folder = input->folder;
    o->files++;
    if (other && o->count++ < OTHERS_NAMED) (void)buf_printf(&o->names, "%s%s", o->names.len ? ", " : "", input->path);
}

static void text_check(struct lint_run *run, const struct lint_input *input, struct buf *text, struct others *others)
{
    char *name = input_name(input);
    bool other = false;
    const size_t first = run->found.count;
    if (input->folder && input->kind == LINT_INPUT_FILE)
        lint_found_text(name, buf_text(text), text->len, &run->vars, run->kuberay, &run->found, &other);
    else
        lint_text(name, buf_text(text), text->len, &run->vars, run->kuberay, &run->found);
    if (input->kind == LINT_INPUT_CHART) lint_render_sources(text, &run->found, first);
    if (input->folder && !lint_input_is_rendered(input)) others_count(others, input, other);
    if (other && run->fix)
        findings_checked(&run->fixed, name, 0);
    else if (run->fix && input->kind == LINT_INPUT_FILE)
        run->plan(run, input, text);
    else if (run->fix) /* what is rendered, or comes in by a pipe, is in no file that could be corrected */
        lint_text(name, buf_text(text), text->len, &run->vars, run->kuberay, &run->fixed);
    free(name);
}

/* A patch has the kind of an object, and would be judged as one. */
static void part_say(struct lint_run *run, const struct lint_input *input)
{
    const struct finding_where where = {.file = input->path};
    struct findings *const all[] = {&run->found, &run->fixed};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        findings_checked(all[i], input->path, 0);
        findings_add(all[i], RULE_M5, FINDING_INFO, &where, "%s: nothing was checked", input->part);
    }
}

static void input_failed(struct lint_run *run, const char *name, const struct why *why)
{
    if (!run->found.files_failed) run->failure = *why;
    findings_failed(&run->found, name, why->text);
    findings_failed(&run->fixed, name, why->text);
    if (run->failed) run->failed(run, why);
}

static void file_check(struct lint_run *run, const struct lint_input *input, struct others *others)
{
    struct why why = {0};
    struct buf text;
    buf_init(&text, MANIFEST_LINT_BYTES);
    const enum err err =
        input->kind == LINT_INPUT_STDIN ? file_read_input(&text, &why) : file_read(input->path, &text, &why);
    if (!err)
        text_check(run, input, &text, others);
    else if (err == ERR_LIMIT)
        too_long_say(run, input);
    else
        input_failed(run, input->path, &why);
    buf_wipe(&text);
}

bool lint_input_is_rendered(const struct lint_input *input)
{
    return !input->part && (input->kind == LINT_INPUT_CHART || input->kind == LINT_INPUT_OVERLAY);
}

void lint_run_files(struct lint_run *run)
{
    struct others others = {0};
    buf_init(&others.names, FINDING_TEXT_MAX);
    for (size_t i = 0; i < run->inputs.count; i++) {
        const struct lint_input *input = &run->inputs.items[i];
        if (input->folder != others.folder) others_say(run, &others);
        if (input->part)
            part_say(run, input);
        else if (!lint_input_is_rendered(input))
            file_check(run, input, &others);
    }
    others_say(run, &others);
    buf_done(&others.names);
}

void lint_run_rendered(struct lint_run *run, const struct lint_input *input, struct buf *text /* NULL */,
                       const struct why *why)
{
    if (text)
        text_check(run, input, text, NULL);
    else
        input_failed(run, input->path, why);
}

const struct lint_input *lint_run_next_rendered(const struct lint_run *run, const struct lint_input *after)
{
    size_t i = after ? (size_t)(after - run->inputs.items) + 1 : 0;
    while (i < run->inputs.count && !lint_input_is_rendered(&run->inputs.items[i])) i++;
    return i < run->inputs.count ? &run->inputs.items[i] : NULL;
}

void lint_run_add(struct lint_run *run, const char *path)
{
    const struct finding_where where = {.file = path};
    struct why why = {0};
    const size_t before = run->inputs.count;
    if (lint_inputs_add(&run->inputs, path, &why)) {
        input_failed(run, path, &why);
        return;
    }
    if (run->inputs.count != before) return;
    findings_checked(&run->found, path, 0);
    findings_add(&run->found, RULE_M5, FINDING_INFO, &where,
                 "no *.yaml, *.yml or *.json is in this folder: nothing was checked");
}

bool lint_run_has_findings(const struct lint_run *run)
{
    return run->found.files_count > run->found.files_failed || run->found.count;
}

void lint_run_init(struct lint_run *run)
{
    findings_init(&run->found);
    findings_init(&run->fixed);
}

void lint_run_done(struct lint_run *run)
{
    variables_done(&run->vars);
    findings_done(&run->found);
    findings_done(&run->fixed);
    lint_inputs_done(&run->inputs);
}
