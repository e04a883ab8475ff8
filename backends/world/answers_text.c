/* answers_text.c - words of an answer, put together by " · ". */
#include "backends/world/answers_text.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void say(char *text, const char *fmt, ...)
{
    char part[ANSWER_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(part, sizeof part, fmt, ap);
    va_end(ap);
    size_t len = strlen(text);
    const char *dot = len ? " · " : "";
    size_t dots = strlen(dot);
    if (n < 0 || (size_t)n >= sizeof part || len + dots + (size_t)n >= ANSWER_TEXT_MAX) return;
    memcpy(text + len, dot, dots);
    memcpy(text + len + dots, part, (size_t)n + 1);
}

void answer_word(struct answer *a, enum verdict verdict, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(a->word, sizeof a->word, fmt, ap);
    va_end(ap);
    a->verdict = verdict;
}

const char *verdict_word(enum verdict v)
{
    static const char *const words[] = {"–", "OK", "NOT PROVEN", "NO"};
    return (unsigned)v < sizeof words / sizeof words[0] ? words[v] : words[0];
}

/* What every answer rests on, where it may not be read. */
static bool say_unpermitted(char *text, const struct world *w)
{
    static const char *const needed[] = {"kube/rayservices", "kube/pods"};
    for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
        const struct source *s = world_source_named(w, needed[i]);
        if (!s || s->state != SOURCE_DENIED) continue;
        say(text, "%s: not permitted", needed[i] + strlen("kube/"));
        return true;
    }
    return false;
}

bool say_unheard(char *text, const char *name, const struct world *w, enum world_kind kind, uint64_t now_ms)
{
    struct known_u64 age;
    const struct source *who = NULL;
    const char *why;
    enum freshness fresh = world_freshness(w, kind, now_ms, &age, &who);
    why = who && who->why ? who->why : who ? err_word(who->err) : "";
    switch (fresh) {
    case FRESH_LIVE: return kind == WORLD_KUBE && say_unpermitted(text, w);
    case FRESH_OFF: say(text, "%s not watched", name); break;
    case FRESH_WAITING: say(text, "%s not heard yet", name); break;
    case FRESH_STALE: say(text, "%s not heard for %llu s", name, (unsigned long long)(age.value / 1000)); break;
    case FRESH_DOWN: say(text, "%s down: %s", name, why); break;
    case FRESH_DENIED: say(text, "%s denied: %s", name, why); break;
    case FRESH_ABSENT: say(text, "%s absent: %s", name, why); break;
    }
    return true;
}

void head_loss_text(const struct head_loss *l, const char *indent, struct buf *out)
{
    const struct {
        const char *name, *why;
        enum verdict verdict;
    } lines[] = {{"pod lost", l->pod_why, l->pod},
                 {"K8s node lost", l->node_why, l->node},
                 {"Redis lost", l->redis_why, l->redis}};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        const char *word = verdict_word(lines[i].verdict);
        const int width = 12 + (int)(strlen(word) - text_width(word)); /* in bytes */
        buf_printf(out, "%s%-15s%-*s%s\n", indent, lines[i].name, width, word, lines[i].why);
    }
}
