/* gcs_text.c - reduces free text from the GCS to one safe line, and replaces what looks like a secret. */
#include "backends/redis/gcs_text.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/traceback.h"
#include "backends/redis/gcs_parse.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 1024, PROSE_READ = 4 * GCS_TEXT_MAX /* bytes read; more would be cut anyway */ };

static const char spaces[] = " \t\r\n", quotes[] = "\"'`,;()[]{}<>";

/* Does the name that ends before `at`, without quotes and separators, look like that of a secret? */
static bool names_secret(const char *word, const char *at)
{
    const char *end = at;
    while (end > word && strchr(quotes, end[-1])) end--;
    const char *start = end;
    while (start > word && !strchr(quotes, start[-1]) && !strchr("=:&?", start[-1])) start--;
    char *name = mem_strn(start, (size_t)(end - start));
    const bool secret = *name && text_looks_secret(name, NULL);
    free(name);
    return secret;
}

/* Is a word a credential, or an assignment to one: name=value, {"name":"value"}? */
static bool is_secret(const char *word, size_t len)
{
    char copy[WORD_MAX + 1];
    if (len > WORD_MAX) return true; /* too long to be prose */
    memcpy(copy, word, len);
    copy[len] = '\0';
    if (text_looks_secret(NULL, copy)) return true;
    for (const char *at = copy; (at = strpbrk(at, "=:")) != NULL; at++) {
        const bool has_value = at[1 + strspn(at + 1, quotes)] != '\0';
        if (has_value && names_secret(copy, at)) return true;
    }
    return false;
}

/* Is the next word a secret, as after "--token" or "Bearer"? */
static bool announces_secret(const char *word, size_t len)
{
    char copy[WORD_MAX + 1];
    if (len < 3 || len > WORD_MAX) return false;
    memcpy(copy, word, len);
    copy[len] = '\0';
    if (copy[len - 1] == ':' || copy[len - 1] == '=') copy[len - 1] = '\0';
    const bool option = copy[0] == '-' || word[len - 1] == ':' || word[len - 1] == '=';
    if (strchr(copy, '=')) return false; /* it has its value already */
    if (option) return text_looks_secret(copy + strspn(copy, "-"), "value");
    return len == 6 && text_has(copy, "bearer");
}

static char *prose_text(const char *text, size_t len)
{
    struct buf out;
    buf_init(&out, PROSE_READ * 8);
    bool hide = false;
    for (size_t i = 0; i < len;) {
        const size_t gap = strspn(text + i, spaces), word = strcspn(text + i + gap, spaces);
        const char *at = text + i + gap;
        if (gap && out.len) (void)buf_char(&out, ' ');
        if (word == 0) break;
        if (hide || is_secret(at, word))
            (void)buf_str(&out, "(hidden)");
        else
            (void)buf_add(&out, at, word);
        hide = announces_secret(at, word);
        i += gap + word;
    }
    while (out.len > 0 && out.data[out.len - 1] == ' ') out.data[--out.len] = '\0';
    char *safe = out.len ? text_safe(out.data, out.len, TEXT_ONE_LINE, GCS_TEXT_MAX) : NULL;
    buf_done(&out);
    return safe;
}

char *gcs_prose(const char *foreign)
{
    if (!foreign) return NULL;
    char *head = mem_strn(foreign, strnlen(foreign, PROSE_READ));
    char *safe = prose_text(head, strlen(head));
    mem_free_secret(head);
    return safe;
}

char *gcs_last_line(const char *foreign)
{
    if (!foreign) return NULL;
    size_t len;
    const char *error = traceback_error(foreign, &len);
    char *line = mem_strn(error, len);
    char *safe = gcs_prose(line);
    mem_free_secret(line);
    return safe;
}
