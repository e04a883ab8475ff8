/* script_parse.c - see script_parse.h. */
#include "tui/script_parse.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"
#include "tui/panes/pane.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    const char *name;
    void (*problem)(void *arg, unsigned line, const char *text);
    void *arg;
    struct why *why;
    size_t problems;
};

static const struct {
    const char *word, *what;
    bool number;
} waits[WAIT_COUNT] = {
#define X(name, word, number, what) {word, what, number},
    SCRIPT_WAIT_MAP(X)
#undef X
};

const char *script_wait_word(enum script_wait_kind wait)
{
    return waits[wait].word;
}

const char *script_wait_what(enum script_wait_kind wait)
{
    return waits[wait].what;
}

static void reading_error(struct reading *r, const struct yaml_node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void reading_error(struct reading *r, const struct yaml_node *n, const char *fmt, ...)
{
    struct why text = {0};
    char said[ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(said, sizeof said, fmt, ap);
    va_end(ap);
    why_set(&text, ERR_PARSE, "%s", said); /* removes control characters */
    if (r->problems++ == 0) why_set(r->why, ERR_PARSE, "%s:%u: %s", r->name, n->line, text.text);
    if (r->problem && r->problems <= SCRIPT_PROBLEMS) r->problem(r->arg, n->line, text.text);
}

/* ---- values ---- */

static const char *read_scalar(struct reading *r, const struct yaml_node *n, size_t max)
{
    if (n->kind != YAML_SCALAR)
        reading_error(r, n, "%s: one value is expected", n->key);
    else if (strlen(n->text) > max)
        reading_error(r, n, "%s: longer than %zu bytes", n->key, max);
    else
        return n->text;
    return NULL;
}

static char *line_of_text(struct reading *r, const struct yaml_node *n)
{
    const char *text = read_scalar(r, n, SCRIPT_CAPTION);
    return text ? text_safe(text, strlen(text), TEXT_ONE_LINE, (size_t)SCRIPT_CAPTION * 4) : NULL;
}

static bool parse_number(const char *text, size_t len, unsigned max, unsigned *ret)
{
    uint64_t value;
    if (text_u64(text, len, max, &value)) return false;
    *ret = (unsigned)value;
    return true;
}

static unsigned read_number(struct reading *r, const struct yaml_node *n, unsigned max)
{
    unsigned value = 0;
    const char *text = read_scalar(r, n, SCRIPT_CAPTION);
    if (text && !parse_number(text, strlen(text), max, &value))
        reading_error(r, n, "%s: not a whole number up to %u: %s", n->key, max, text);
    return value;
}

/* Seconds, fractions allowed. */
static uint64_t read_ms(struct reading *r, const struct yaml_node *n)
{
    unsigned seconds = 0, tenths = 0;
    const char *text = read_scalar(r, n, SCRIPT_CAPTION);
    if (!text) return 0;
    size_t len = strcspn(text, ".");
    bool fine = parse_number(text, len, SCRIPT_SECONDS, &seconds) &&
                (!text[len] || parse_number(text + len + 1, strlen(text + len + 1), 9, &tenths));
    if (!fine) reading_error(r, n, "%s: not seconds up to %d, as 3 or 0.5: %s", n->key, SCRIPT_SECONDS, text);
    return fine ? seconds * 1000u + tenths * 100u : 0;
}

static void read_keys(struct reading *r, const struct yaml_node *n, struct script_step *step)
{
    const char *text = read_scalar(r, n, SCRIPT_BYTES);
    while (text && *(text += strspn(text, " "))) {
        char word[16];
        size_t len = strcspn(text, " ");
        snprintf(word, sizeof word, "%.*s", (int)(len < sizeof word ? len : sizeof word - 1), text);
        text += len;
        if (step->key_count == SCRIPT_KEYS) {
            reading_error(r, n, "keys: more than %d of them", SCRIPT_KEYS);
            return;
        }
        if (len >= sizeof word || !key_parse(word, &step->keys[step->key_count]))
            reading_error(r, n, "keys: %s is no key", word);
        else
            step->key_count++;
    }
}

static char pane_letter(struct reading *r, const struct yaml_node *n)
{
    const char *text = read_scalar(r, n, SCRIPT_CAPTION);
    for (size_t i = 0; text && pane_kinds[i]; i++)
        if (strcmp(pane_kinds[i]->name, text) == 0) return pane_kinds[i]->letter;
    if (text) reading_error(r, n, "%s: there is no pane called %s", n->key, text);
    return 0;
}

static char read_zoom(struct reading *r, const struct yaml_node *n)
{
    return n->kind == YAML_SCALAR && strcmp(n->text, "none") == 0 ? SCRIPT_ZOOM_NONE : pane_letter(r, n);
}

static void wait_on(struct reading *r, const struct yaml_node *n, struct script_step *step)
{
    const char *text = read_scalar(r, n, SCRIPT_CAPTION);
    if (!text) return;
    size_t len = strcspn(text, " ");
    const char *rest = text + len + strspn(text + len, " ");
    for (int i = WAIT_NONE + 1; i < WAIT_COUNT; i++) {
        if (strlen(waits[i].word) != len || strncmp(waits[i].word, text, len) != 0) continue;
        step->wait = (enum script_wait_kind)i;
        if (waits[i].number && !parse_number(rest, strlen(rest), SCRIPT_SECONDS, &step->number))
            reading_error(r, n, "wait: %s takes a number up to %d", waits[i].word, SCRIPT_SECONDS);
        if (!waits[i].number && *rest) reading_error(r, n, "wait: %s takes nothing after it", waits[i].word);
        return;
    }
    reading_error(r, n, "wait: there is no condition %.*s", (int)len, text);
}

/* ---- the document ---- */

static void step_of(struct reading *r, const struct yaml_node *map, struct script_step *step)
{
    step->line = map->own.line ? map->own.line : map->line;
    if (map->kind != YAML_MAP || map->count == 0) {
        reading_error(r, map, "a step is a map, as: caption: …");
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *n = map->items[i];
        if (strcmp(n->key, "caption") == 0)
            step->caption = line_of_text(r, n);
        else if (strcmp(n->key, "then") == 0)
            step->then = line_of_text(r, n);
        else if (strcmp(n->key, "type") == 0)
            step->type = line_of_text(r, n);
        else if (strcmp(n->key, "keys") == 0)
            read_keys(r, n, step);
        else if (strcmp(n->key, "zoom") == 0)
            step->zoom = read_zoom(r, n);
        else if (strcmp(n->key, "pane") == 0)
            step->pane = pane_letter(r, n);
        else if (strcmp(n->key, "speed") == 0)
            step->speed = read_number(r, n, SCRIPT_SPEED);
        else if (strcmp(n->key, "wait") == 0)
            wait_on(r, n, step);
        else if (strcmp(n->key, "limit") == 0)
            step->limit_ms = read_ms(r, n);
        else if (strcmp(n->key, "pause") == 0)
            step->pause_ms = read_ms(r, n);
        else
            reading_error(r, n, "a step has no %s", n->key);
    }
    if (step->then && !step->wait) reading_error(r, map, "then: a step without a wait has no caption after it");
    if (!step->limit_ms) step->limit_ms = SCRIPT_LIMIT_S * 1000u;
    if (step->wait == WAIT_SECONDS) step->limit_ms = (step->number + 1) * 1000u;
}

static enum err steps_of(struct reading *r, const struct yaml_node *list, struct script *s)
{
    if (list->kind != YAML_LIST || list->count == 0) {
        reading_error(r, list, "steps: a list is expected, with at least one step");
        return ERR_PARSE;
    }
    if (list->count > SCRIPT_STEPS)
        return why_set(r->why, ERR_LIMIT, "%s:%u: more than %d steps", r->name, list->line, SCRIPT_STEPS);
    s->steps = mem_zero(list->count, sizeof *s->steps);
    s->count = list->count;
    for (size_t i = 0; i < list->count; i++) step_of(r, list->items[i], &s->steps[i]);
    return ERR_OK;
}

static enum err script_of(struct reading *r, const struct yaml_node *root, struct script *s)
{
    const struct yaml_node *steps = yaml_get(root, "steps");
    if (!root || root->kind != YAML_MAP || !steps)
        return why_set(r->why, ERR_PARSE, "%s:1: not a script: it has no steps", r->name);
    for (size_t i = 0; i < root->count; i++) {
        const struct yaml_node *n = root->items[i];
        if (strcmp(n->key, "title") == 0)
            s->title = line_of_text(r, n);
        else if (n != steps)
            reading_error(r, n, "a script has no %s", n->key);
    }
    enum err err = steps_of(r, steps, s);
    return err ? err : r->problems ? ERR_PARSE : ERR_OK;
}

enum err script_parse(const char *name, const char *bytes, size_t len,
                      void (*problem)(void *arg, unsigned line, const char *text), void *arg, struct script **ret,
                      struct why *why)
{
    struct reading r = {.name = name, .problem = problem, .arg = arg, .why = why};
    struct yaml *yaml = NULL;
    if (len > SCRIPT_BYTES) return why_set(why, ERR_LIMIT, "%s: larger than %d bytes", name, SCRIPT_BYTES);
    enum err err = yaml_parse(name, bytes, len, &yaml, why);
    if (err) return err;
    struct script *s = mem_zero(1, sizeof *s);
    err = script_of(&r, yaml_root(yaml), s);
    yaml_tree_free(yaml);
    if (err)
        script_free(s);
    else
        *ret = s;
    return err;
}

void script_free(struct script *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->count; i++) {
        free(s->steps[i].caption);
        free(s->steps[i].then);
        free(s->steps[i].type);
    }
    free(s->steps);
    free(s->title);
    free(s);
}
