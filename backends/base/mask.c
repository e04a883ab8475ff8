/* mask.c - masks what looks like a secret, word by word. */
#include "backends/base/mask.h"

#include "backends/base/mem.h"
#include "backends/base/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char masked[] = "•••";

static bool is_gap(char c)
{
    return (c >= 0 && c <= ' ') || c == ',' || c == ';'; /* control characters separate words */
}

static bool is_bracket(char c)
{
    return c && strchr("\"'{}()[]", c);
}

/* Strips quotes and brackets around a word. */
static char *word_bare(const char *s, size_t n)
{
    while (n && is_bracket(*s)) s++, n--;
    while (n && is_bracket(s[n - 1])) n--;
    return mem_strn(s, n);
}

/* name: the previous word, if it names a secret; or NULL. */
static bool is_secret(const char *word, const char *name)
{
    if (url_secret(word, strlen(word)).at || (name && strcasecmp(name, "bearer") == 0) || text_looks_secret(name, word))
        return true;
    size_t left = strcspn(word, "=:");
    if (!left || !word[left] || !word[left + 1]) return false;
    char *before = word_bare(word, left), *after = word_bare(word + left + 1, strlen(word + left + 1));
    bool secret = text_looks_secret(before, after);
    free(before);
    mem_free_secret(after);
    return secret;
}

/* The name that a word gives to the next one: "token:", "--password", "Bearer", "requirepass"; in "token = value" the
 * word before the sign. NULL: none. Caller frees. */
static char *word_announces(const char *s, size_t n, const char *before)
{
    char *word = word_bare(s, n);
    size_t len = strlen(word);
    if (before && (strcmp(word, "=") == 0 || strcmp(word, ":") == 0 || strcmp(word, ":=") == 0)) {
        free(word);
        return mem_str(before);
    }
    if (len && (word[len - 1] == ':' || word[len - 1] == '=')) {
        char *name = word_bare(word, len - 1);
        free(word);
        return name;
    }
    if ((*word == '-' && !strchr(word, '=')) || strcasecmp(word, "bearer") == 0 ||
        strcasecmp(word, "requirepass") == 0 || strcasecmp(word, "masterauth") == 0)
        return word;
    free(word);
    return NULL;
}

struct said {
    char *name;   /* name given by the previous word; NULL: none */
    char *before; /* the previous word; "secret" if it was masked */
};

static enum err add_word(struct buf *out, const char *s, size_t n, struct said *said)
{
    char *word = word_bare(s, n), *next = word_announces(s, n, said->before);
    const bool secret = is_secret(word, said->name);
    enum err e = secret ? buf_str(out, masked) : buf_add(out, s, n);
    free(said->name);
    free(said->before);
    *said = (struct said){.name = next, .before = mem_str(secret ? "secret" : word)};
    mem_free_secret(word);
    return e;
}

char *mask_text(const char *foreign, size_t len, enum text_keep keep, size_t max_bytes)
{
    const char *pem = memmem(foreign, len, "-----BEGIN ", 11);
    size_t end = pem ? (size_t)(pem - foreign) : len;
    struct buf out;
    buf_init(&out, max_bytes * 2 + sizeof masked);
    struct said said = {NULL, NULL};
    enum err e = ERR_OK;
    for (size_t i = 0; i < end && e == ERR_OK;) {
        size_t n = 0;
        while (i + n < end && !is_gap(foreign[i + n])) n++;
        if (n) e = add_word(&out, foreign + i, n, &said);
        i += n;
        if (e == ERR_OK && i < end) e = buf_char(&out, foreign[i++]);
    }
    if (pem && e == ERR_OK) (void)buf_str(&out, masked);
    free(said.name);
    free(said.before);
    char *safe = text_safe(buf_text(&out), out.len, keep, max_bytes);
    buf_done(&out);
    return safe;
}
