/* lint_edit.c - the edits that correct findings, at the places of nodes; see lint_ray.h and lint_fix.h, which makes
 * them. */
#include "deploy/lint_ray.h"

#include "backends/base/mem.h"

#include <stdlib.h>

void lint_edit_scalar(struct lint *l, const struct yaml_node *scalar, const char *text)
{
    const struct finding_edit edit = {EDIT_SCALAR, scalar->own.line, scalar->own.column, scalar->text, (char *)text};
    if (!scalar->alias && scalar->kind == YAML_SCALAR) findings_edit(l->out, &edit);
}

void lint_edit_drop(struct lint *l, const struct yaml_node *entry)
{
    const struct finding_edit edit = {EDIT_DROP, entry->line, entry->column, entry->key, NULL};
    if (!entry->alias) findings_edit(l->out, &edit);
}

void lint_edit_rename(struct lint *l, const struct yaml_node *entry, struct yaml_place at, const char *name)
{
    const struct finding_edit edit = {EDIT_SCALAR, at.line, at.column, entry->key, (char *)name};
    if (!entry->alias) findings_edit(l->out, &edit);
}

void lint_edit_insert(struct lint *l, const struct yaml_node *map, const char *entry)
{
    if (map->alias || map->kind != YAML_MAP) return;
    const struct yaml_node *first = map->count ? map->items[0] : NULL;
    if (first && first->line == map->own.line && first->column == map->own.column) { /* no brace: a block map */
        const struct finding_edit edit = {EDIT_INSERT, first->line, first->column, NULL, (char *)entry};
        findings_edit(l->out, &edit);
        return;
    }
    char *text = mem_printf(first ? "{%s, " : "{%s}", entry);
    const struct finding_edit edit = {EDIT_TEXT, map->own.line, map->own.column, first ? "{" : "{}", text};
    findings_edit(l->out, &edit);
    free(text);
}
