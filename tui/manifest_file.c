/* manifest_file.c - see manifest_file.h. */
#include "tui/manifest_file.h"

#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "tui/asset.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A terminal is the console's, or that of deploy's question. */
static enum err input_read(struct buf *text, struct why *why)
{
    if (isatty(STDIN_FILENO)) return why_set(why, ERR_USAGE, "-: standard input is a terminal, and not a manifest");
    return file_read_input(text, why);
}

/* Appends the bytes of the file at path ("-": stdin), or where that is NULL of the one shipped under that name;
 * *ret_path: caller frees. */
static enum err manifest_read(const char *path, const char *shipped, struct buf *text, char **ret_path, struct why *why)
{
    if (path && strcmp(path, "-") == 0) {
        *ret_path = mem_str("stdin");
        return input_read(text, why);
    }
    if (path) {
        *ret_path = mem_str(path);
        return file_read(path, text, why);
    }
    char *asset = mem_printf("assets/%s", shipped);
    const enum err err = asset_read(asset, text, ret_path, why);
    free(asset);
    return err;
}

static enum err manifest_load(const char *path, const char *shipped, struct manifest **ret, struct why *why)
{
    struct buf text;
    char *named = NULL;
    buf_init(&text, MANIFEST_BYTES + 1);
    enum err err = manifest_read(path, shipped, &text, &named, why);
    if (!err) err = manifest_parse(named, buf_text(&text), text.len, ret, NULL, why);
    buf_done(&text);
    free(named);
    return err;
}

enum err manifest_file_load(const char *path, bool cpu, struct manifest **ret, struct why *why)
{
    return manifest_load(path, cpu ? MANIFEST_CPU : MANIFEST_DEFAULT, ret, why);
}

enum err manifest_parts_load(unsigned parts, struct manifest *ret[PARTS], struct why *why)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < PARTS && !err; i++)
        if (parts & 1U << i) err = manifest_load(NULL, part_file((enum part)i), &ret[i], why);
    return err;
}

void manifest_parts_free(struct manifest *parts[PARTS])
{
    for (size_t i = 0; i < PARTS; i++) {
        manifest_free(parts[i]);
        parts[i] = NULL;
    }
}

void manifest_too_large(const char *path, struct findings *out)
{
    const struct finding_where where = {.file = path, .line = 1, .column = 1};
    findings_checked(out, path, 0);
    findings_add(out, RULE_M1, FINDING_ERROR, &where, "larger than %d MiB", MANIFEST_BYTES / 1024 / 1024);
}

enum err manifest_file_lint(const char *path, struct variables *vars, unsigned kuberay, struct findings *out,
                            char **ret_file, struct why *why)
{
    struct buf text;
    char *named = NULL;
    buf_init(&text, MANIFEST_LINT_BYTES);
    enum err err = manifest_read(path, MANIFEST_DEFAULT, &text, &named, why);
    if (!err) lint_text(named, buf_text(&text), text.len, vars, kuberay, out);
    if (err == ERR_LIMIT) {
        manifest_too_large(named, out);
        err = ERR_OK;
    }
    if (!err && ret_file) {
        *ret_file = named;
        named = NULL;
    }
    buf_done(&text);
    free(named);
    return err;
}
