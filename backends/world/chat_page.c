/* chat_page.c - what is known of the chat page beside a RayService; see chat_page.h. */
#include "backends/world/chat_page.h"

#include "backends/base/text.h"
#include "backends/world/request_kind.h"

#include <stdio.h>
#include <string.h>

static bool slice_is_ours(const struct slice *s, const struct rayservice *r)
{
    const size_t len = r && r->name ? strlen(r->name) : 0;
    return len && text_eq(s->ns, r->ns) && s->service && strncmp(s->service, r->name, len) == 0 &&
           strcmp(s->service + len, CHAT_PAGE_SUFFIX) == 0;
}

void chat_page_each(const struct world *w, const struct focus *f, void (*each)(void *arg, const struct endpoint *e),
                    void *arg)
{
    WORLD_EACH (row, w, TABLE_SLICE) {
        const struct slice *s = ROW(row, slice);
        if (row->gone_ms || !slice_is_ours(s, f->rayservice)) continue;
        for (size_t i = 0; i < s->endpoints_count; i++) each(arg, &s->endpoints[i]);
    }
}

static void pod_count(void *arg, const struct endpoint *e)
{
    struct chat_page *page = arg;
    page->pods++;
    page->ready += e->ready == TRI_YES && e->terminating != TRI_YES;
}

struct chat_page chat_page_of(const struct world *w, const struct focus *f)
{
    struct chat_page page = {.answers = TRI_UNKNOWN};
    WORLD_EACH (row, w, TABLE_SLICE)
        if (!row->gone_ms && slice_is_ours(ROW(row, slice), f->rayservice)) page.there = true;
    chat_page_each(w, f, pod_count, &page);
    return page;
}

struct chat_page chat_page_at(const struct world *w, const struct focus *f, uint64_t now_ms)
{
    struct chat_page page = chat_page_of(w, f);
    const struct source *s = world_source_named(w, PROBER_PAGE_SOURCE);
    const enum freshness fresh = s ? source_freshness(s, now_ms, NULL) : FRESH_OFF;
    if (!page.there) return page;
    if (!page.pods) {
        page.answers = TRI_NO;
        page.why = "it has no pods";
        return page;
    }
    page.answers = fresh == FRESH_LIVE ? TRI_YES : fresh == FRESH_DOWN ? TRI_NO : TRI_UNKNOWN;
    if (page.answers != TRI_YES && s && s->why && *s->why) page.why = s->why;
    if (fresh == FRESH_STALE) page.why = "the last answer is too old";
    return page;
}

char *chat_page_words(const struct chat_page *page, char out[CHAT_PAGE_TEXT_MAX])
{
    static const char *const words[] = {
        [TRI_YES] = "answers", [TRI_NO] = "does NOT answer", [TRI_UNKNOWN] = "whether it answers is not known"};
    out[0] = '\0';
    if (page->there)
        snprintf(out, CHAT_PAGE_TEXT_MAX, "%zu/%zu pods ready, %s%s%.200s", page->ready, page->pods,
                 words[page->answers], page->why ? ": " : "", page->why ? page->why : "");
    return out;
}
