/* requests.h - the state of the requests pane; shared by requests.c and requests_draw.c. */
#ifndef RAYDECK_PANES_REQUESTS_H
#define RAYDECK_PANES_REQUESTS_H

#include "backends/world/chat_page.h"
#include "tui/panes/fresh.h"
#include "tui/panes/pane_tools.h"

enum { REQUESTS_PHASE, REQUESTS_SENT, REQUESTS_LATENCY, REQUESTS_ANSWER, REQUESTS_COLUMNS };
enum {
    REQUESTS_DOTS = 512,
    REQUESTS_PROMPTS = 200,
    REQUESTS_WINDOW_MS = 60000,
    REQUESTS_MARGIN = 4, /* columns beside the dots */
    REQUESTS_HEAD = 3    /* lines over the prompts; one more where there is a chat page */
};

struct requests {
    struct pane pane;
    struct table_view table; /* prompts */
    struct pane_due due;
    /* A character a probe, oldest first: '.' answered, 's' slow, 'X' failed, '?' not yet answered. */
    char dots[REQUESTS_DOTS + 1];
    size_t dot_count;
    struct probe_sum sum;
    uint64_t since_wall_ms;              /* start of the sum and the dots */
    struct known_u64 per_s;              /* probes a second, of the last ten */
    char path[96], target[96];           /* of the last probe, else the last prompt */
    size_t waiting;                      /* prompts in flight */
    struct chat_page page;               /* without its why */
    char page_words[CHAT_PAGE_TEXT_MAX]; /* "": there is none */
    uint64_t last_due_ms;                /* when the last prompt was due, wall clock */
};

int requests_head(const struct requests *s); /* lines over the prompts */
/* Lines of dots: more in a high pane. By its height alone, so that the prompts below stay where they are. */
int requests_dot_rows(const struct requests *s);
void requests_draw(const struct pane *p, const struct view *v, struct canvas *cv, bool focused);
void requests_detail(const struct pane *p, const struct view *v, struct buf *out);
bool request_is(const struct request *r, const char *kind);

#endif
