/* lint_ignore.c - "# raydeck: ignore L17 reason": comments that ignore findings of their own line, or, in a line of
 * their own, of the next line that is no comment; M6 one that matches nothing, M7 one without a reason. */
#include "deploy/lint_ray.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IGNORE_RULES_MAX = 16 };

static const char *blanks_skip(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r')) at++;
    return at;
}

static bool word_skip(const char **at, const char *end, const char *word)
{
    const size_t len = strlen(word);
    if ((size_t)(end - *at) < len || strncmp(*at, word, len) != 0) return false;
    *at = blanks_skip(*at + len, end);
    return true;
}

/* What follows "# raydeck: ignore" in the line; NULL: no such comment. A '#' within a word begins none (YAML 1.1, 6.6).
 */
static const char *ignore_in(const char *line, const char *end, const char **ret_hash)
{
    for (const char *hash = line; (hash = memchr(hash, '#', (size_t)(end - hash))); hash++) {
        const char *at = blanks_skip(hash + 1, end);
        if (hash > line && hash[-1] != ' ' && hash[-1] != '\t') continue;
        if (!word_skip(&at, end, "raydeck:") || !word_skip(&at, end, "ignore")) continue;
        *ret_hash = hash;
        return at;
    }
    return NULL;
}

static void line_of(const struct manifest *m, size_t index, const char **ret_from, const char **ret_end)
{
    const size_t from = m->lines[index];
    *ret_from = m->text + from;
    *ret_end = index + 1 < m->lines_count ? m->text + m->lines[index + 1] - 1 : m->text + strlen(m->text);
}

/* The number of the line that a comment in line `index` (from 0) is about. */
static unsigned line_meant(const struct manifest *m, size_t index, bool alone)
{
    for (size_t next = index + 1; alone && next < m->lines_count; next++) {
        const char *from, *end;
        line_of(m, next, &from, &end);
        const char *at = blanks_skip(from, end);
        if (at < end && *at != '#') return (unsigned)next + 1;
    }
    return (unsigned)index + 1;
}

static void ignore_say(struct lint *l, enum rule_id id, unsigned line, unsigned column, const char *what,
                       const char *rule)
{
    const struct finding_where where = {.file = l->m->file, .line = line, .column = column};
    findings_add(l->out, id, rule_get(id)->severity, &where, what, rule);
}

/* A letter and a number, as rules are named. */
static bool is_like_a_rule(const char *word, size_t len)
{
    size_t digits = 0;
    while (digits < len && isdigit((unsigned char)word[len - 1 - digits])) digits++;
    return digits && digits + 1 == len && isalpha((unsigned char)word[0]);
}

static size_t word_len(const char *at, const char *end)
{
    size_t len = 0;
    while (at + len < end && !strchr(" \t\r,", at[len])) len++;
    return len;
}

/* "L17", "L17,L18" or "L17, L18", then the reason. */
static void ignore_apply(struct lint *l, size_t first, const char *at, const char *end, struct yaml_place own,
                         unsigned line)
{
    char ids[IGNORE_RULES_MAX][8];
    size_t count = 0, sum = 0;
    for (size_t len = word_len(at, end); len && count < IGNORE_RULES_MAX; len = word_len(at, end)) {
        if (count && !is_like_a_rule(at, len)) break;
        snprintf(ids[count++], sizeof ids[0], "%.*s", (int)len, at);
        at += len;
        if (at == end || *at != ',') break;
        at = blanks_skip(at + 1, end);
    }
    const char *from = blanks_skip(at, end);
    while (end > from && strchr(" \t\r", end[-1])) end--;
    char *reason = mem_strn(from, (size_t)(end - from));
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = rule_named(ids[i]);
        const size_t n = rule ? findings_ignore(l->out, first, rule, line, reason) : 0;
        char *shown = text_safe(ids[i], strlen(ids[i]), TEXT_ONE_LINE, 40);
        if (!n)
            ignore_say(l, RULE_M6, own.line, own.column,
                       rule ? "nothing of %s is found here: the comment ignores nothing"
                            : "%s is no rule: see --explain",
                       shown);
        free(shown);
        sum += n;
    }
    if (!count) ignore_say(l, RULE_M6, own.line, own.column, "%s", "no rule is named: the comment ignores nothing");
    if (sum && !*reason) ignore_say(l, RULE_M7, own.line, own.column, "%s is ignored without a reason", ids[0]);
    free(reason);
}

void lint_ignore(struct lint *l, size_t first)
{
    const struct manifest *m = l->m;
    if (!strstr(m->text, "raydeck:")) return;
    for (size_t i = 0; i < m->lines_count; i++) {
        const char *line, *end, *hash = NULL;
        line_of(m, i, &line, &end);
        const char *at = ignore_in(line, end, &hash);
        if (!at) continue;
        const bool alone = blanks_skip(line, end) == hash;
        const struct yaml_place own = {(unsigned)i + 1, (unsigned)(hash - line) + 1};
        ignore_apply(l, first, at, end, own, line_meant(m, i, alone));
    }
}
