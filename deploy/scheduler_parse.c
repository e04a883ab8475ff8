/* scheduler_parse.c - Parses the scheduler's message about a pod that fits nowhere. */
#include "deploy/scheduler_parse.h"

#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

struct part {
    const char *at;
    size_t len;
};

static bool part_has(struct part p, const char *word)
{
    return memmem(p.at, p.len, word, strlen(word)) != NULL;
}

/* One that does not fit, or is there already, is left out whole. */
static void words_add(char out[SCHEDULER_WORDS_MAX], struct part p)
{
    const size_t len = strlen(out);
    for (const char *at = out, *end; len && at; at = end ? end + 2 : NULL) {
        end = strstr(at, ", ");
        const size_t word = end ? (size_t)(end - at) : strlen(at);
        if (word == p.len && memcmp(at, p.at, p.len) == 0) return;
    }
    if (p.len == 0 || len + p.len + 3 > SCHEDULER_WORDS_MAX) return;
    snprintf(out + len, SCHEDULER_WORDS_MAX - len, "%s%.*s", len ? ", " : "", (int)p.len, p.at);
}

static struct part part_after(struct part p, size_t n)
{
    return (struct part){p.at + n, p.len - n};
}

/* "2 node(s) had …": without the count. */
static struct part part_uncounted(struct part p)
{
    size_t digits = 0;
    while (digits < p.len && p.at[digits] >= '0' && p.at[digits] <= '9') digits++;
    if (digits && digits < p.len && p.at[digits] == ' ') p = part_after(p, digits + 1);
    return p;
}

/* Older schedulers: "node(s) had taint {key: value}, that the pod didn't tolerate"; newer ones need not name it. */
static void taint_parse(struct part p, struct scheduler_words *ret)
{
    const char *open = memchr(p.at, '{', p.len);
    const char *close = open ? memchr(open, '}', p.len - (size_t)(open - p.at)) : NULL;
    ret->tainted = true;
    if (!close) return;
    struct part name = {open + 1, (size_t)(close - open - 1)};
    while (name.len && (name.at[name.len - 1] == ' ' || name.at[name.len - 1] == ':')) name.len--;
    words_add(ret->taints, name);
}

static void words_parse(struct part whole, struct scheduler_words *ret)
{
    static const char insufficient[] = "Insufficient ";
    const size_t before = sizeof insufficient - 1;
    struct part p = part_uncounted(whole);
    if (p.len > before && memcmp(p.at, insufficient, before) == 0) {
        words_add(ret->resources, part_after(p, before));
        if (part_has(p, "neuron")) ret->neuron = true;
    } else if (part_has(p, "taint")) {
        taint_parse(p, ret);
    } else if (part_has(p, "affinity") || part_has(p, "selector")) {
        ret->selector = true;
    } else if (!part_has(p, "that the pod didn't tolerate")) {
        if (part_has(p, "volume")) ret->volume = true;
        words_add(ret->others, p);
    }
}

/* Where the reasons end: a full stop and a space (or the end) outside of braces; names have full stops too. */
static size_t reasons_length(const char *at)
{
    bool inside = false;
    for (size_t i = 0; at[i]; i++) {
        if (at[i] == '{') inside = true;
        if (at[i] == '}') inside = false;
        if (!inside && at[i] == '.' && (at[i + 1] == ' ' || at[i + 1] == '\0')) return i;
    }
    return strlen(at);
}

bool scheduler_parse(const char *message, struct scheduler_words *ret)
{
    static const char lead[] = "nodes are available: ";
    const char *at = message ? strstr(message, lead) : NULL;
    *ret = (struct scheduler_words){0};
    if (!at) return false;
    at += sizeof lead - 1;
    for (size_t left = reasons_length(at); left;) {
        bool inside = false;
        size_t len = 0;
        for (; len < left && (inside || at[len] != ','); len++)
            inside = at[len] == '{' ? true : at[len] == '}' ? false : inside;
        struct part p = {at, len};
        while (p.len && *p.at == ' ') p = part_after(p, 1);
        if (p.len) words_parse(p, ret);
        const size_t step = len < left ? len + 1 : len;
        at += step;
        left -= step;
    }
    return true;
}
