/*
 * chat_page.h - the chat page beside a RayService, as deploy/assets/gradio/gradio.yaml deploys it: a Service NAME-chat
 * with this port, whose EndpointSlices name its pods, and whether it answers (the source PROBER_PAGE_SOURCE). Pure.
 */
#ifndef RAYDECK_WORLD_CHAT_PAGE_H
#define RAYDECK_WORLD_CHAT_PAGE_H

#include "backends/world/joins.h"

enum { CHAT_PAGE_PORT = 7860, CHAT_PAGE_TEXT_MAX = 320 };
#define CHAT_PAGE_SUFFIX "-chat" /* of its Service's name, after the RayService's */

struct chat_page {
    bool there;         /* its Service has an EndpointSlice; false: there is no page, or it is not known */
    size_t pods, ready; /* behind its Service; without any it does not answer */
    enum tri answers;   /* UNKNOWN: not probed yet, not allowed, or not heard of for too long */
    const char *why;    /* of NO and UNKNOWN; NULL: nothing to add. Borrowed from the world */
};
struct chat_page chat_page_of(const struct world *w, const struct focus *f);
/* The same as of now: an answer that is too old is none. */
struct chat_page chat_page_at(const struct world *w, const struct focus *f, uint64_t now_ms);
/* "2/2 pods ready, answers"; "" where there is none. Returns out. */
char *chat_page_words(const struct chat_page *page, char out[CHAT_PAGE_TEXT_MAX]);
/* Calls for each pod behind its Service. */
void chat_page_each(const struct world *w, const struct focus *f, void (*each)(void *arg, const struct endpoint *e),
                    void *arg);

#endif
