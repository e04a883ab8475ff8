/* profile_parse.c - the INI dialect of AWS's shared files. */
#include "backends/aws/profile_parse.h"

#include "backends/base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* key NULL: the profile is there. */
struct profile_value {
    char *profile, *key, *value;
};

struct span {
    const char *at;
    size_t len;
};

struct reading {
    struct profiles *p;
    enum profile_file kind;
    size_t before; /* values of other files */
    char *profile; /* of the section that is being read; NULL: none that counts */
    bool any_section;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span span_trim(struct span s)
{
    while (s.len && is_blank(*s.at)) s.at++, s.len--;
    while (s.len && is_blank(s.at[s.len - 1])) s.len--;
    return s;
}

/* A comment after a value begins with a blank. */
static struct span without_comment(struct span s)
{
    for (size_t i = 1; i < s.len; i++) {
        if ((s.at[i] == '#' || s.at[i] == ';') && is_blank(s.at[i - 1])) s.len = i;
    }
    return span_trim(s);
}

static enum err add_value(struct reading *r, const char *key, size_t key_len, struct span value)
{
    struct profiles *p = r->p;

    if (p->count == PROFILE_VALUES) return ERR_LIMIT;
    p->value = mem_grow(p->value, p->count + 1, sizeof *p->value);
    p->value[p->count++] =
        (struct profile_value){mem_str(r->profile), key ? mem_strn(key, key_len) : NULL, mem_strn(value.at, value.len)};
    return ERR_OK;
}

/* The last of equal lines of one file counts. */
static enum err set_value(struct reading *r, struct span key, struct span value)
{
    for (size_t i = r->before; i < r->p->count; i++) {
        struct profile_value *v = &r->p->value[i];
        if (!v->key || strlen(v->key) != key.len || strncasecmp(v->key, key.at, key.len) != 0 ||
            strcmp(v->profile, r->profile) != 0)
            continue;
        mem_free_secret(v->value);
        v->value = mem_strn(value.at, value.len);
        return ERR_OK;
    }
    return add_value(r, key.at, key.len, value);
}

static enum err parse_section(struct reading *r, struct span s)
{
    const char *end = memchr(s.at, ']', s.len);
    static const char word[] = "profile";

    if (!end) return ERR_PARSE;
    r->any_section = true;
    free(r->profile);
    r->profile = NULL;
    s = span_trim((struct span){s.at + 1, (size_t)(end - s.at) - 1});
    if (r->kind == PROFILE_CONFIG) {
        size_t n = sizeof word - 1;
        if (s.len > n && strncmp(s.at, word, n) == 0 && is_blank(s.at[n]))
            s = span_trim((struct span){s.at + n, s.len - n});
        else if (s.len != 7 || strncmp(s.at, "default", 7) != 0)
            return ERR_OK;
        if (s.len >= 2 && (*s.at == '"' || *s.at == '\'') && s.at[s.len - 1] == *s.at)
            s = (struct span){s.at + 1, s.len - 2};
    }
    if (!s.len) return ERR_PARSE;
    r->profile = mem_strn(s.at, s.len);
    return add_value(r, NULL, 0, (struct span){"", 0});
}

static enum err parse_line(struct reading *r, struct span s)
{
    bool indented = s.len && is_blank(*s.at);

    s = span_trim(s);
    if (!s.len || *s.at == '#' || *s.at == ';' || indented) return ERR_OK;
    if (*s.at == '[') return parse_section(r, s);
    const char *equals = memchr(s.at, '=', s.len);
    if (!r->any_section || !equals || equals == s.at) return ERR_PARSE;
    if (!r->profile) return ERR_OK;
    size_t left = (size_t)(equals - s.at);
    return set_value(r, span_trim((struct span){s.at, left}),
                     without_comment((struct span){equals + 1, s.len - left - 1}));
}

enum err profiles_parse(struct profiles *p, enum profile_file kind, const char *name, const char *bytes, size_t len,
                        struct why *why)
{
    struct reading r = {.p = p, .kind = kind, .before = p->count};
    enum err err = ERR_OK;
    size_t number = 0;

    if (memchr(bytes, '\0', len)) return why_set(why, ERR_PARSE, "%s: not a text", name);
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) bytes += 3, len -= 3;
    for (const char *at = bytes, *stop = bytes + len; at < stop && !err;) {
        const char *end = memchr(at, '\n', (size_t)(stop - at));
        if (!end) end = stop;
        number++;
        err = parse_line(&r, (struct span){at, (size_t)(end - at)});
        at = end + 1;
    }
    free(r.profile);
    if (err == ERR_PARSE) why_set(why, err, "%s:%zu: neither a [section] nor a name = value in one", name, number);
    if (err == ERR_LIMIT) why_set(why, err, "%s:%zu: more than %d values", name, number, PROFILE_VALUES);
    return err;
}

bool profiles_has(const struct profiles *p, const char *profile)
{
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->value[i].profile, profile) == 0) return true;
    }
    return false;
}

const char *profiles_get(const struct profiles *p, const char *profile, const char *key)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct profile_value *v = &p->value[i];
        if (v->key && strcasecmp(v->key, key) == 0 && strcmp(v->profile, profile) == 0 && *v->value) return v->value;
    }
    return NULL;
}

void profiles_done(struct profiles *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->value[i].profile);
        free(p->value[i].key);
        mem_free_secret(p->value[i].value);
    }
    free(p->value);
    *p = (struct profiles){0};
}
