/* lint_rewrite.c - `raydeck lint --fix`: edits in memory, shown as a diff, then written; see lint_command_priv.h. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "deploy/lint_fix.h"
#include "tui/lint_command_priv.h"
#include "tui/question.h"

#include <stdlib.h>
#include <string.h>

/* An edit may uncover another: a field that gets its right name then has a value of the wrong type. */
enum { FIX_ROUNDS = 4 };

static void findings_of(struct lint_run *run, const char *path, const struct buf *text, struct findings *ret)
{
    findings_init(ret);
    lint_text(path, buf_text(text), text->len, &run->vars, run->kuberay, ret);
    findings_sort(ret);
}

static void buf_replace(struct buf *b, struct buf *with /* takes */)
{
    buf_wipe(b);
    *b = *with;
}

/* One round: the edits of what is found in `now`, in it. Returns how many findings are corrected. */
static size_t text_fix_once(struct lint_run *run, const char *path, struct buf *now, struct buf *diff)
{
    struct findings found;
    struct fix fix;
    struct buf next;
    findings_of(run, path, now, &found);
    fix_of(path, buf_text(now), now->len, &found, &fix);
    buf_init(&next, now->max);
    fix_text(&fix, &next);
    const size_t edits = fix.edits;
    if (edits) fix_diff(&fix, path, diff);
    fix_done(&fix);
    findings_done(&found);
    if (edits)
        buf_replace(now, &next);
    else
        buf_done(&next);
    return edits;
}

/* Whether no error came with the edits: one that would is no right answer. */
static bool text_got_better(struct lint_run *run, const char *path, const struct buf *was, const struct buf *now)
{
    struct findings before, after;
    findings_of(run, path, was, &before);
    findings_of(run, path, now, &after);
    const bool better = after.of[FINDING_ERROR] <= before.of[FINDING_ERROR];
    findings_done(&before);
    findings_done(&after);
    return better;
}

void lint_rewrite_plan(struct lint_run *run, const struct lint_input *input, struct buf *text)
{
    struct lint_command *lint = (struct lint_command *)run;
    struct buf now, diff;
    size_t edits = 0;
    buf_init(&now, 2 * text->max);
    buf_init(&diff, 4 * text->max);
    buf_add(&now, buf_text(text), text->len);
    for (size_t round = 0, more = 1; more && round < FIX_ROUNDS; round++)
        edits += more = text_fix_once(run, input->path, &now, &diff);
    const bool better = edits && text_got_better(run, input->path, text, &now);
    if (edits && !better) cli_say("%s: its corrections would not hold; it is left as it is", input->path);
    lint_text(input->path, buf_text(better ? &now : text), better ? now.len : text->len, &run->vars, run->kuberay,
              &run->fixed);
    if (better) {
        fwrite(buf_text(&diff), 1, diff.len, stdout);
        lint->rewrites = mem_grow(lint->rewrites, lint->rewrites_count + 1, sizeof *lint->rewrites);
        lint->rewrites[lint->rewrites_count++] = (struct lint_rewrite){input->path, *text, now};
        lint->edits += edits;
        buf_init(text, 0); /* moved */
    } else {
        buf_wipe(&now);
    }
    buf_done(&diff);
}

static enum err rewrite_confirmed(struct lint_command *lint, struct why *why)
{
    char line[QUESTION_LINE_MAX];
    const size_t files = lint->rewrites_count;
    if (lint->cli->yes) return ERR_OK;
    if (!question_can_be_asked()) return why_set(why, ERR_GUARD, "--fix: nothing was written: --yes, or a terminal");
    enum err err = lint_snapshot(lint, why);
    if (err) return err;
    fflush(stdout); /* the difference stands above the question */
    char *text = mem_printf("Correct %zu finding%s in %zu file%s? y or n:\n", lint->edits, text_plural(lint->edits),
                            files, text_plural(files));
    err = question_ask(lint->snapshot, text, line, why);
    free(text);
    if (err == ERR_CANCELLED) return err;
    return !err && strcmp(line, "y") == 0 ? ERR_OK : why_set(why, ERR_GUARD, "--fix: nothing was written");
}

enum err lint_rewrite_files(struct lint_command *lint, struct why *why)
{
    enum err err = rewrite_confirmed(lint, why);
    for (size_t i = 0; i < lint->rewrites_count && !err; i++) {
        const struct lint_rewrite *r = &lint->rewrites[i];
        err = file_rewrite(r->path, &r->was, buf_text(&r->now), r->now.len, why);
    }
    return err;
}

void lint_rewrites_done(struct lint_command *lint)
{
    for (size_t i = 0; i < lint->rewrites_count; i++) {
        struct buf *const both[] = {&lint->rewrites[i].was, &lint->rewrites[i].now};
        for (size_t b = 0; b < ARRAY_LEN(both); b++) buf_wipe(both[b]);
    }
    free(lint->rewrites);
}
