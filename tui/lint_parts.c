/* lint_parts.c - reads what kustomizations name; see lint_parts.h. */
#include "tui/lint_parts.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"
#include "backends/link/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KUSTOMIZATION_BYTES = 1024 * 1024 };

/* As kustomize recognizes them, in its order (api/konfig, RecognizedKustomizationFileNames). */
static const char *const kustomization_names[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};

/* The fields whose values are files, or maps with the file as `path`. Inline YAML names no file that is there. */
static const struct {
    const char *field;
    bool resource;
} fields[] = {
    {"resources", true},        {"bases", true},         {"components", true},
    {"patches", false},         {"replacements", false}, {"patchesStrategicMerge", false},
    {"patchesJson6902", false}, {"transformers", false}, {"generators", false},
    {"configurations", false},  {"validators", false},
};

static bool is_file(const char *folder, const char *name)
{
    struct stat st;
    char *path = mem_printf("%s/%s", folder, name);
    const bool is = stat(path, &st) == 0 && S_ISREG(st.st_mode);
    free(path);
    return is;
}

static const char *kustomization_name(const char *folder)
{
    for (size_t i = 0; i < ARRAY_LEN(kustomization_names); i++)
        if (is_file(folder, kustomization_names[i])) return kustomization_names[i];
    return NULL;
}

bool lint_is_kustomization(const char *folder)
{
    return kustomization_name(folder) != NULL;
}

bool lint_is_chart(const char *folder)
{
    return is_file(folder, "Chart.yaml");
}

bool lint_is_of_folder(const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    for (size_t i = 0; i < ARRAY_LEN(kustomization_names); i++)
        if (strcmp(name, kustomization_names[i]) == 0) return true;
    return strcmp(name, "Chart.yaml") == 0;
}

static void part_add(struct lint_parts *parts, const char *folder, const char *named, size_t field, const char *of)
{
    char *path = *named == '/' ? mem_str(named) : mem_printf("%s/%s", folder, named);
    char *real = realpath(path, NULL); /* NULL: a remote base, inline YAML, or nothing */
    free(path);
    if (!real) return;
    if (parts->count == parts->cap)
        parts->items = mem_grow(parts->items, parts->cap = parts->cap ? 2 * parts->cap : 16, sizeof *parts->items);
    parts->items[parts->count++] =
        (struct lint_part){real, fields[field].resource ? NULL : fields[field].field, mem_str(of)};
}

static void fields_add(struct lint_parts *parts, const char *folder, const char *of, const struct yaml_node *root)
{
    for (size_t f = 0; f < ARRAY_LEN(fields); f++) {
        const struct yaml_node *list = yaml_get(root, fields[f].field);
        for (size_t i = 0; list && list->kind == YAML_LIST && i < list->count; i++) {
            const struct yaml_node *item = list->items[i];
            const char *named = item->kind == YAML_SCALAR ? item->text : yaml_str(item, "path");
            if (named && *named) part_add(parts, folder, named, f, of);
        }
    }
}

void lint_parts_add(struct lint_parts *parts, const char *folder, bool *ret_component)
{
    const char *name = kustomization_name(folder);
    struct yaml *y = NULL;
    struct buf text;
    *ret_component = false;
    if (!name) return;
    char *file = mem_printf("%s/%s", folder, name);
    buf_init(&text, KUSTOMIZATION_BYTES);
    if (!file_read(file, &text, NULL) && !yaml_parse(name, buf_text(&text), text.len, &y, NULL)) {
        const char *kind = yaml_str(yaml_root(y), "kind");
        *ret_component = kind && strcmp(kind, "Component") == 0;
        fields_add(parts, folder, file, yaml_root(y));
    }
    yaml_tree_free(y);
    buf_done(&text);
    free(file);
}

static bool is_repository(const char *folder)
{
    struct stat st;
    char *git = mem_printf("%s/.git", folder);
    const bool is = stat(git, &st) == 0;
    free(git);
    return is;
}

void lint_parts_add_above(struct lint_parts *parts, const char *folder)
{
    char *at = realpath(folder, NULL);
    bool component;
    for (int i = 0; at && *at && i < LINT_PARTS_ABOVE; i++) {
        lint_parts_add(parts, at, &component);
        if (is_repository(at)) break;
        *strrchr(at, '/') = '\0';
    }
    free(at);
}

const struct lint_part *lint_parts_find(const struct lint_parts *parts, const char *path, bool resource)
{
    const struct lint_part *found = NULL;
    if (!parts->count) return NULL;
    char *real = realpath(path, NULL);
    for (size_t i = 0; real && i < parts->count && !found; i++)
        if (!parts->items[i].field == resource && strcmp(parts->items[i].path, real) == 0) found = &parts->items[i];
    free(real);
    return found;
}

void lint_parts_done(struct lint_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        free(parts->items[i].path);
        free(parts->items[i].of);
    }
    free(parts->items);
    *parts = (struct lint_parts){0};
}
