/* infer_parse.c - parses the response of the blueprint's endpoint. */
#include "backends/serve/infer_parse.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <string.h>

struct span {
    const char *s;
    size_t len;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void span_trim(struct span *t)
{
    while (t->len && is_space(t->s[0])) t->s++, t->len--;
    while (t->len && is_space(t->s[t->len - 1])) t->len--;
}

static bool drop_front(struct span *t, const char *mark)
{
    size_t n = strlen(mark);
    if (t->len < n || memcmp(t->s, mark, n) != 0) return false;
    t->s += n;
    t->len -= n;
    span_trim(t);
    return true;
}

static bool drop_back(struct span *t, const char *mark)
{
    size_t n = strlen(mark);
    if (t->len < n || memcmp(t->s + t->len - n, mark, n) != 0) return false;
    t->len -= n;
    span_trim(t);
    return true;
}

/* "<s> [INST] question [/INST] answer</s>" -> "answer". Question and answer may contain [/INST] themselves: the
 * first one ends the echo. */
static void span_clean(struct span *t)
{
    span_trim(t);
    while (drop_front(t, "<s>"))
        ;
    while (drop_back(t, "</s>"))
        ;
    if (t->len < 6 || memcmp(t->s, "[INST]", 6) != 0) return;
    const char *end = memmem(t->s, t->len, "[/INST]", 7);
    if (!end) return;
    t->len -= (size_t)(end + 7 - t->s);
    t->s = end + 7;
    span_trim(t);
}

enum err infer_parse(const char *body, size_t len, char **ret_answer, struct why *why)
{
    cJSON *root = NULL;
    enum err e = json_parse_shown(body, len, &root, why);
    if (e != ERR_OK) return e;
    const cJSON *item = root;
    if (cJSON_IsArray(root)) item = cJSON_GetArraySize(root) == 1 ? root->child : NULL;
    if (!cJSON_IsString(item)) {
        cJSON_Delete(root);
        return why_set(why, ERR_PARSE, "a JSON array of one string was expected");
    }
    struct span t = {item->valuestring, strlen(item->valuestring)};
    span_clean(&t);
    *ret_answer = text_safe(t.s, t.len, TEXT_KEEP_LINES, INFER_ANSWER_MAX);
    cJSON_Delete(root);
    return ERR_OK;
}
