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

enum err lint_run_snapshot(struct lint_run *run, struct why *why)
{
    if (run->snapshot) return ERR_OK;
    struct conf *conf = &run->alone.conf;
    *conf = (struct conf){.kubeconfig = (char *)"none", .redis = (char *)"none", .no_recorder = true};
    conf->neuron[conf->neurons++] = (char *)"none";
    return snapshot_open(&run->alone, &run->snapshot, why);
}

static enum err input_read(struct lint_run *run, const struct lint_input *input, struct buf *text, struct why *why)
{
    if (input->kind == LINT_INPUT_FILE) return file_read(input->path, text, why);
    if (input->kind == LINT_INPUT_STDIN) return file_read_input(text, why);
    const enum err err = lint_run_snapshot(run, why);
    return err ? err : lint_render(run->snapshot, input, text, why);
}

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
    if (input->folder) others_count(others, input, other);
    if (other && run->cli->fix)
        findings_checked(&run->fixed, name, 0);
    else if (run->cli->fix && input->kind == LINT_INPUT_FILE)
        lint_rewrite_plan(run, input, text);
    else if (run->cli->fix) /* what is rendered, or comes in by a pipe, is in no file that could be corrected */
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

static void input_check(struct lint_run *run, const struct lint_input *input, struct others *others)
{
    struct why why = {0};
    if (input->part) {
        part_say(run, input);
        return;
    }
    struct buf text;
    const bool rendered = input->kind == LINT_INPUT_CHART || input->kind == LINT_INPUT_OVERLAY;
    buf_init(&text, rendered ? MANIFEST_BYTES : MANIFEST_LINT_BYTES);
    const enum err err = input_read(run, input, &text, &why);
    if (!err) {
        text_check(run, input, &text, others);
    } else if (err == ERR_LIMIT && !rendered) {
        too_long_say(run, input);
    } else {
        cli_say("%s", why.text);
        run->status = err == ERR_CANCELLED ? snapshot_exit_status(run->snapshot, err) : EXIT_USAGE;
        run->unread++;
    }
    if (text.data) mem_wipe(text.data, text.len);
    buf_done(&text);
}

void lint_run_inputs(struct lint_run *run)
{
    struct others others = {0};
    buf_init(&others.names, FINDING_TEXT_MAX);
    for (size_t i = 0; i < run->inputs.count && run->status < EXIT_SIGNALLED; i++) {
        const struct lint_input *input = &run->inputs.items[i];
        if (input->folder != others.folder) others_say(run, &others);
        input_check(run, input, &others);
    }
    others_say(run, &others);
    buf_done(&others.names);
}

void lint_run_done(struct lint_run *run)
{
    for (size_t i = 0; i < run->rewrites_count; i++) {
        struct buf *const both[] = {&run->rewrites[i].was, &run->rewrites[i].now};
        for (size_t b = 0; b < ARRAY_LEN(both); b++) {
            if (both[b]->data) mem_wipe(both[b]->data, both[b]->len);
            buf_done(both[b]);
        }
    }
    free(run->rewrites);
    snapshot_close(run->snapshot);
    findings_done(&run->found);
    findings_done(&run->fixed);
    lint_inputs_done(&run->inputs);
}
