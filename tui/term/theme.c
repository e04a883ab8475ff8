/* theme.c - Reads a theme. */
#include "tui/term/theme.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAIN = COLOR_DEFAULT };

/* The terminal's own background; the 16 colours where their meaning is the terminal's palette's, greys from the 256. */
static const struct theme built_in =
    {
        .name = "default",
        .look =
            {
                [ROLE_TEXT] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_DIM] = {.fg = 245, .bg = PLAIN},
                [ROLE_STRONG] = {.fg = PLAIN, .bg = PLAIN, .bold = true},
                [ROLE_TITLE] = {.fg = 14, .bg = PLAIN, .bold = true},
                [ROLE_RULE] = {.fg = 242, .bg = PLAIN},
                [ROLE_STRIP] = {.fg = 255, .bg = 237},
                [ROLE_HEADER] = {.fg = 248, .bg = PLAIN, .underline = true},
                [ROLE_SELECTED] = {.fg = PLAIN, .bg = PLAIN, .reverse = true},
                [ROLE_RELATED] = {.fg = 14, .bg = PLAIN, .underline = true},
                [ROLE_OK] = {.fg = 10, .bg = PLAIN},
                [ROLE_WARN] = {.fg = 11, .bg = PLAIN},
                [ROLE_BAD] = {.fg = 9, .bg = PLAIN, .bold = true},
                [ROLE_STALE] = {.fg = 179, .bg = PLAIN},
                [ROLE_GONE] = {.fg = 244, .bg = PLAIN},
                [ROLE_NEW] = {.fg = 14, .bg = PLAIN},
                [ROLE_ACTIVE] = {.fg = 11, .bg = PLAIN, .bold = true},
                [ROLE_BAR] = {.fg = 6, .bg = PLAIN},
                [ROLE_BAR_EMPTY] = {.fg = 240, .bg = PLAIN},
                [ROLE_SPARK] = {.fg = 6, .bg = PLAIN},
                [ROLE_KEY] = {.fg = 14, .bg = PLAIN, .bold = true},
                [ROLE_KEY_OFF] = {.fg = 242, .bg = PLAIN},
                [ROLE_DIALOG] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_DANGER] = {.fg = 9, .bg = PLAIN, .bold = true},
                [ROLE_INPUT] = {.fg = PLAIN, .bg = PLAIN, .underline = true},
                [ROLE_ARMED] = {.fg = 0, .bg = 11, .bold = true},
                [ROLE_DEMO] = {.fg = 0, .bg = 14, .bold = true},
                [ROLE_BADGE_OK] = {.fg = 0, .bg = 2},
                [ROLE_BADGE_WARN] = {.fg = 0, .bg = 11},
                [ROLE_BADGE_BAD] = {.fg = 15, .bg = 1, .bold = true},
                [ROLE_BADGE_UNKNOWN] = {.fg = 255, .bg = 240},
                [ROLE_LOAD_1] = {.fg = 67, .bg = PLAIN},
                [ROLE_LOAD_2] = {.fg = 37, .bg = PLAIN},
                [ROLE_LOAD_3] = {.fg = 113, .bg = PLAIN},
                [ROLE_LOAD_4] = {.fg = 220, .bg = PLAIN},
                [ROLE_HEAT_1] = {.fg = 16, .bg = 67},
                [ROLE_HEAT_2] = {.fg = 16, .bg = 37},
                [ROLE_HEAT_3] = {.fg = 16, .bg = 113},
                [ROLE_HEAT_4] = {.fg = 16, .bg = 220},
                [ROLE_MARKED] = {.fg = 13, .bg = PLAIN, .bold = true},
            },
};

/* As themes/mono.yaml. */
static const struct theme built_in_mono =
    {
        .name = "mono",
        .look =
            {
                [ROLE_TEXT] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_DIM] = {.fg = PLAIN, .bg = PLAIN, .dim = true},
                [ROLE_STRONG] = {.fg = PLAIN, .bg = PLAIN, .bold = true},
                [ROLE_TITLE] = {.fg = PLAIN, .bg = PLAIN, .bold = true, .underline = true},
                [ROLE_RULE] = {.fg = PLAIN, .bg = PLAIN, .dim = true},
                [ROLE_STRIP] = {.fg = PLAIN, .bg = PLAIN, .reverse = true},
                [ROLE_HEADER] = {.fg = PLAIN, .bg = PLAIN, .underline = true},
                [ROLE_SELECTED] = {.fg = PLAIN, .bg = PLAIN, .reverse = true},
                [ROLE_RELATED] = {.fg = PLAIN, .bg = PLAIN, .underline = true},
                [ROLE_OK] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_WARN] = {.fg = PLAIN, .bg = PLAIN, .underline = true},
                [ROLE_BAD] = {.fg = PLAIN, .bg = PLAIN, .bold = true, .reverse = true},
                [ROLE_STALE] = {.fg = PLAIN, .bg = PLAIN, .dim = true, .italic = true},
                [ROLE_GONE] = {.fg = PLAIN, .bg = PLAIN, .dim = true},
                [ROLE_NEW] = {.fg = PLAIN, .bg = PLAIN, .bold = true},
                [ROLE_ACTIVE] = {.fg = PLAIN, .bg = PLAIN, .bold = true, .underline = true},
                [ROLE_BAR] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_BAR_EMPTY] = {.fg = PLAIN, .bg = PLAIN, .dim = true},
                [ROLE_SPARK] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_KEY] = {.fg = PLAIN, .bg = PLAIN, .bold = true},
                [ROLE_KEY_OFF] = {.fg = PLAIN, .bg = PLAIN, .dim = true},
                [ROLE_DIALOG] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_DANGER] = {.fg = PLAIN, .bg = PLAIN, .bold = true, .reverse = true},
                [ROLE_INPUT] = {.fg = PLAIN, .bg = PLAIN, .underline = true},
                [ROLE_ARMED] = {.fg = PLAIN, .bg = PLAIN, .bold = true, .reverse = true},
                [ROLE_DEMO] = {.fg = PLAIN, .bg = PLAIN, .bold = true, .reverse = true},
                [ROLE_BADGE_OK] = {.fg = PLAIN, .bg = PLAIN, .reverse = true},
                [ROLE_BADGE_WARN] = {.fg = PLAIN, .bg = PLAIN, .reverse = true, .underline = true},
                [ROLE_BADGE_BAD] = {.fg = PLAIN, .bg = PLAIN, .reverse = true, .bold = true},
                [ROLE_BADGE_UNKNOWN] = {.fg = PLAIN, .bg = PLAIN, .dim = true},
                [ROLE_LOAD_1] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_LOAD_2] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_LOAD_3] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_LOAD_4] = {.fg = PLAIN, .bg = PLAIN, .bold = true},
                [ROLE_HEAT_1] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_HEAT_2] = {.fg = PLAIN, .bg = PLAIN},
                [ROLE_HEAT_3] = {.fg = PLAIN, .bg = PLAIN, .bold = true},
                [ROLE_HEAT_4] = {.fg = PLAIN, .bg = PLAIN, .bold = true, .underline = true},
                [ROLE_MARKED] = {.fg = PLAIN, .bg = PLAIN, .bold = true},
            },
};

void theme_default(struct theme *t)
{
    *t = built_in;
}

const struct theme *theme_without_colors(const struct theme *t)
{
    for (int role = 0; role < ROLE_COUNT; role++)
        if (t->look[role].fg != COLOR_DEFAULT || t->look[role].bg != COLOR_DEFAULT) return &built_in_mono;
    return t;
}

struct place {
    const char *file;
    struct why *why;
};

static enum err theme_error(const struct place *p, const struct yaml_node *n, const char *what, const char *which)
{
    return why_set(p->why, ERR_PARSE, "%s:%u:%u: %s%s%s", p->file, n->line, n->column, what, which ? ": " : "",
                   which ? which : "");
}

static bool named_color(const char *text, int32_t *ret)
{
    static const char *const names[] = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"};
    if (strcmp(text, "default") == 0) {
        *ret = COLOR_DEFAULT;
        return true;
    }
    bool bright = strncmp(text, "bright-", 7) == 0;
    if (bright) text += 7;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(text, names[i]) == 0) {
            *ret = (int32_t)i + (bright ? 8 : 0);
            return true;
        }
    return false;
}

static bool hex_color(const char *text, int32_t *ret)
{
    int32_t rgb = 0;
    if (*text++ != '#' || strlen(text) != 6) return false;
    for (; *text; text++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = strchr(digits, *text >= 'A' && *text <= 'F' ? *text - 'A' + 'a' : *text);
        if (!digit) return false;
        rgb = rgb * 16 + (int32_t)(digit - digits);
    }
    *ret = COLOR_RGB | rgb;
    return true;
}

static enum err parse_color(const struct place *p, const struct yaml_node *n, int32_t *ret)
{
    uint64_t index;
    if (n->kind != YAML_SCALAR) return theme_error(p, n, "a colour is one word", n->key);
    if (named_color(n->text, ret) || hex_color(n->text, ret)) return ERR_OK;
    if (text_u64(n->text, strlen(n->text), 255, &index))
        return theme_error(p, n, "no colour (a name, 0-255 or \"#rrggbb\")", n->text);
    *ret = (int32_t)index;
    return ERR_OK;
}

static enum err parse_flag(const struct place *p, const struct yaml_node *n, bool *ret)
{
    if (n->kind == YAML_SCALAR && strcmp(n->text, "true") == 0)
        *ret = true;
    else if (n->kind == YAML_SCALAR && strcmp(n->text, "false") == 0)
        *ret = false;
    else
        return theme_error(p, n, "true or false is wanted", n->key);
    return ERR_OK;
}

static enum err parse_look(const struct place *p, const struct yaml_node *map, struct look *ret)
{
    struct look look = {.fg = COLOR_DEFAULT, .bg = COLOR_DEFAULT};
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"bold", &look.bold},
                 {"dim", &look.dim},
                 {"underline", &look.underline},
                 {"reverse", &look.reverse},
                 {"italic", &look.italic}};
    if (map->kind != YAML_MAP) return theme_error(p, map, "a role is a map, such as {fg: red, bold: true}", map->key);
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *n = map->items[i];
        enum err e = ERR_NOT_FOUND;
        if (strcmp(n->key, "fg") == 0) e = parse_color(p, n, &look.fg);
        if (strcmp(n->key, "bg") == 0) e = parse_color(p, n, &look.bg);
        for (size_t k = 0; k < ARRAY_LEN(flags); k++)
            if (strcmp(n->key, flags[k].name) == 0) e = parse_flag(p, n, flags[k].flag);
        if (e == ERR_NOT_FOUND) return theme_error(p, n, "a role has no such property", n->key);
        if (e) return e;
    }
    *ret = look;
    return ERR_OK;
}

static enum err parse_roles(const struct place *p, const struct yaml_node *roles, struct theme *t)
{
    if (roles->kind != YAML_MAP) return theme_error(p, roles, "roles is a map of role names", NULL);
    for (size_t i = 0; i < roles->count; i++) {
        const struct yaml_node *n = roles->items[i];
        int role = 0;
        while (role < ROLE_COUNT && strcmp(role_name((enum role)role), n->key) != 0) role++;
        if (role == ROLE_COUNT) return theme_error(p, n, "there is no such role", n->key);
        enum err e = parse_look(p, n, &t->look[role]);
        if (e) return e;
    }
    return ERR_OK;
}

static enum err parse_top(const struct place *p, const struct yaml_node *root, struct theme *t)
{
    if (!root) return why_set(p->why, ERR_PARSE, "%s:1:1: the theme is empty", p->file);
    if (root->kind != YAML_MAP) return theme_error(p, root, "a theme is a map with a name and roles", NULL);
    for (size_t i = 0; i < root->count; i++) {
        const struct yaml_node *n = root->items[i];
        if (strcmp(n->key, "roles") == 0) {
            enum err e = parse_roles(p, n, t);
            if (e) return e;
        } else if (strcmp(n->key, "name") != 0) {
            return theme_error(p, n, "a theme has no such property", n->key);
        } else if (n->kind != YAML_SCALAR || !n->text[0]) {
            return theme_error(p, n, "the name is one word", NULL);
        } else {
            text_safe_into(t->name, sizeof t->name, n->text, strlen(n->text));
        }
    }
    return ERR_OK;
}

enum err theme_parse(const char *file, const char *bytes, size_t len, struct theme *ret, struct why *why)
{
    struct place p = {file, why};
    struct yaml *y = NULL;
    struct theme t;
    theme_default(&t);
    snprintf(t.name, sizeof t.name, "unnamed");
    enum err e = yaml_parse(file, bytes, len, &y, why);
    if (!e) e = parse_top(&p, yaml_root(y), &t);
    yaml_tree_free(y);
    if (!e) *ret = t;
    return e;
}
