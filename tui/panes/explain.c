/* explain.c - see explain.h. */
#include "tui/panes/explain.h"

#include "backends/base/mem.h"
#include "tui/draw/wrap.h"
#include "tui/panes/answers_view.h"
#include "tui/panes/pane_tools.h"

#include <stdio.h>

enum {
    BOX_WIDTH = 15,
    ARROW_WIDTH = 5,
    DIAGRAM_COLS = 4 * BOX_WIDTH + 3 * ARROW_WIDTH,
    DIAGRAM_ROWS = 4,
    EXPLAIN_COLS = 100,
    LABEL_WIDTH = 18,
    WORD_WIDTH = 15,
    PAGE_LINES = 3,
    FRAME_ROWS = 2,
    FRAME_COLS = 4
};

static const struct {
    const char *title, *text;
} pages[] = {
    {"The GCS is the memory of a Ray cluster",
     "The head runs the Global Control Service (GCS). It knows which nodes there are, which actors run where, and what "
     "Serve was told to run. The workers hold the replicas and answer the requests; they ask the GCS only when "
     "something "
     "changes."},
    {"Without fault tolerance the head takes all with it",
     "The GCS keeps this in memory. A head that dies, by a node drained or a process killed, takes it along: the next "
     "head knows no workers and no actors. KubeRay starts every worker anew, the models are loaded again, and requests "
     "fail until then."},
    {"With fault tolerance the state is in Redis",
     "The GCS writes each change into an external Redis before it counts. A new head reads it back under the same "
     "storage namespace, and finds nodes, actors and Serve's applications as they were. Nothing is loaded again."},
    {"While there is no head the workers answer",
     "Requests go to the workers' own proxies, never through the head (excludeHeadPodFromServeSvc). The workers wait "
     "for the next GCS, RAY_gcs_rpc_server_reconnect_timeout_s long (KubeRay: 600 s), and keep their replicas. What "
     "waits is whatever changes: no replica is replaced, nothing scales, nothing is deployed."},
    {"Now Redis is what must not be lost",
     "A head whose Redis is away ends after a few seconds, and starts again until Redis is back; the workers answer "
     "all the while. A Redis that comes back empty takes the workers along. So: a replica in another zone, automatic "
     "failover, noeviction, and a volume or snapshots. The doctor (D) checks each."},
    {"See it",
     "x k deletes the head pod, after a confirmation. The arrows to and from the head go out, the one from the users "
     "stays; they come back with the new head. raydeck drill does the same under load, and judges it."},
};

static const struct {
    const char *name;
    const char *from;
} arrows[FT_LINKS] = {[FT_LINK_REQUESTS] = {"requests", "users to workers"},
                      [FT_LINK_GCS] = {"GCS", "workers to head"},
                      [FT_LINK_STATE] = {"state", "head to Redis"}};

size_t explain_pages(void)
{
    return ARRAY_LEN(pages);
}

/* ---- the text: three lines a page ---- */

static void page_line(const void *arg, uint64_t n, int cols, struct text_line *ret)
{
    const size_t page = (size_t)(n / PAGE_LINES), line = (size_t)(n % PAGE_LINES);
    const char *text = line == 0 ? pages[page].title : line == 1 ? "" : pages[page].text;
    (void)arg;
    (void)cols;
    *ret = (struct text_line){.part = {text_part_of(text, line == 0 ? ROLE_STRONG : ROLE_TEXT, 0)}, .parts = 1};
}

static bool page_hidden(const void *arg, uint64_t n)
{
    return n / PAGE_LINES != ((const struct explain *)arg)->page;
}

static void page_show(struct explain *e, size_t page)
{
    e->page = page < ARRAY_LEN(pages) ? page : ARRAY_LEN(pages) - 1;
    e->text.top = e->page * PAGE_LINES;
    e->text.skip = 0;
}

static void page_reveal(void *arg, uint64_t n)
{
    page_show(arg, (size_t)(n / PAGE_LINES));
}

static struct text_source source_of(const struct explain *e)
{
    return (struct text_source){.count = ARRAY_LEN(pages) * PAGE_LINES,
                                .line = page_line,
                                .hidden = page_hidden,
                                .reveal = page_reveal,
                                .arg = (void *)(uintptr_t)e};
}

void explain_open(struct explain *e, size_t page)
{
    *e = (struct explain){.overlay = {.ops = &explain_overlay}};
    text_view_open(&e->text, true, false);
    page_show(e, page);
}

/* ---- the diagram ---- */

static void draw_node(struct canvas *cv, int row, int col, const char *name, const char *state)
{
    struct canvas box = canvas_sub(cv, row, col, DIAGRAM_ROWS, BOX_WIDTH);
    const int right = BOX_WIDTH - 1, low = DIAGRAM_ROWS - 1;
    canvas_fill(&box, 0, 0, 1, BOX_WIDTH, ROLE_RULE, 0x2500);
    canvas_fill(&box, low, 0, 1, BOX_WIDTH, ROLE_RULE, 0x2500);
    canvas_fill(&box, 1, 0, low - 1, 1, ROLE_RULE, 0x2502);
    canvas_fill(&box, 1, right, low - 1, 1, ROLE_RULE, 0x2502);
    canvas_fill(&box, 0, 0, 1, 1, ROLE_RULE, 0x250C);
    canvas_fill(&box, 0, right, 1, 1, ROLE_RULE, 0x2510);
    canvas_fill(&box, low, 0, 1, 1, ROLE_RULE, 0x2514);
    canvas_fill(&box, low, right, 1, 1, ROLE_RULE, 0x2518);
    canvas_field(&box, 1, 1, BOX_WIDTH - 2, ROLE_STRONG, name);
    canvas_field(&box, 2, 1, BOX_WIDTH - 2, ROLE_TEXT, state);
}

/* By shape as well as by colour: whole, with a cross, with a question mark. */
static void draw_arrow(struct canvas *cv, int row, int col, enum verdict verdict)
{
    const enum role role = verdict_role(verdict);
    canvas_fill(cv, row, col, 1, ARROW_WIDTH - 1, role, 0x2500);
    if (verdict == VERDICT_NO) canvas_text(cv, row, col + 1, role, glyph(cv->ascii, GLYPH_CROSS));
    if (verdict == VERDICT_WARN) canvas_text(cv, row, col + 1, role, "!");
    if (verdict == VERDICT_UNKNOWN) canvas_text(cv, row, col + 1, role, "?");
    canvas_text(cv, row, col + ARROW_WIDTH - 1, role, glyph(cv->ascii, GLYPH_POINT));
}

/* Rows taken: none where there is no room. */
static int draw_diagram(struct canvas *cv, const struct ft_links *l)
{
    const struct {
        const char *name, *state;
    } nodes[] = {{"users", ""}, {"workers", l->workers}, {"head: GCS", l->head}, {"Redis", l->redis}};
    const int left = (cv->cols - DIAGRAM_COLS) / 2;
    if (cv->cols < DIAGRAM_COLS) return 0;
    for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
        const int col = left + (int)i * (BOX_WIDTH + ARROW_WIDTH);
        draw_node(cv, 0, col, nodes[i].name, nodes[i].state);
        if (i < FT_LINKS) draw_arrow(cv, 1, col + BOX_WIDTH, l->link[i].verdict);
    }
    return DIAGRAM_ROWS + 1;
}

/* What each arrow says, so that nobody has to tell colours apart. */
static int draw_states(struct canvas *cv, int row, const struct ft_links *l)
{
    for (size_t i = 0; i < FT_LINKS; i++, row++) {
        const struct ft_link_state *s = &l->link[i];
        const int at = LABEL_WIDTH + WORD_WIDTH;
        canvas_field(cv, row, 0, LABEL_WIDTH - 1, ROLE_DIM, arrows[i].from);
        canvas_field(cv, row, LABEL_WIDTH, WORD_WIDTH - 1, verdict_role(s->verdict), ft_link_word(s->verdict));
        canvas_fill(cv, row, at, 1, cv->cols - at, ROLE_TEXT, ' ');
        wrap_parts_draw(cv, row, at, 1, ROLE_TEXT, s->why);
    }
    return row + 1;
}

/* ---- the overlay ---- */

/* What stands above the text, on a page of so many columns. */
static int rows_above(int inner)
{
    return (inner >= DIAGRAM_COLS ? DIAGRAM_ROWS + 1 : 0) + FT_LINKS + 1;
}

static int inner_cols(int cols)
{
    const int room = cols > FRAME_COLS ? cols - FRAME_COLS : 1;
    return room < EXPLAIN_COLS ? room : EXPLAIN_COLS;
}

static int text_rows(int cols)
{
    int most = 0;
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        const int rows = wrap_height(pages[i].text, cols);
        if (rows > most) most = rows;
    }
    return most;
}

/* Every page as high as the longest: the diagram stands still. */
static int rows_wanted(int inner)
{
    return rows_above(inner) + 2 + text_rows(inner) + 2;
}

static void explain_update(struct overlay *o, const struct view *v, int rows, int cols)
{
    struct explain *e = (struct explain *)o;
    const struct text_source source = source_of(e);
    const int inner = inner_cols(cols), wanted = rows_wanted(inner);
    const int shown = wanted < rows - FRAME_ROWS ? wanted : rows - FRAME_ROWS;
    e->links = ft_links_of(v->world, v->focus, v->now_ms, v->wall_ms);
    text_view_update(&e->text, &source, shown - 1 - rows_above(inner), inner);
}

static void explain_draw(const struct overlay *o, const struct view *v, struct canvas *cv)
{
    const struct explain *e = (const struct explain *)o;
    const struct text_source source = source_of(e);
    const int inner = inner_cols(cv->cols);
    struct canvas in = overlay_box(cv, rows_wanted(inner), inner, ROLE_DIALOG, "GCS fault tolerance");
    char foot[96];
    (void)v;
    if (in.rows < 1 || in.cols < 1) return;
    struct canvas body = canvas_sub(&in, 0, 0, in.rows - 1, in.cols);
    const int row = draw_states(&body, draw_diagram(&body, &e->links), &e->links);
    struct canvas text = canvas_sub(&body, row, 0, body.rows - row, body.cols);
    text_view_draw(&e->text, &source, &text);
    snprintf(foot, sizeof foot, "%zu/%zu   Enter next   Backspace back   / search   Esc closes", e->page + 1,
             ARRAY_LEN(pages));
    overlay_keys_draw(o, &in, in.rows - 1, foot);
}

/* By how many pages a key goes on; 0: it turns none. While a search is shown n is its next match. */
static int pages_of(const struct explain *e, uint32_t key)
{
    switch (key) {
    case KEYP_ENTER:
    case KEYP_RIGHT:
    case KEYP_PGDN:
    case ' ':
    case 'l': return 1;
    case 'n': return e->text.search.query[0] ? 0 : 1;
    case KEYP_BACKSPACE:
    case KEYP_LEFT:
    case KEYP_PGUP:
    case 'h':
    case 'b': return -1;
    default: return 0;
    }
}

static enum overlay_result explain_input(struct overlay *o, const struct view *v, const struct input *in)
{
    struct explain *e = (struct explain *)o;
    const struct text_source source = source_of(e);
    const int by = in->type == INPUT_KEY && !text_view_typing(&e->text) ? pages_of(e, in->key) : 0;
    (void)v;
    if (by > 0) page_show(e, e->page + 1);
    if (by < 0 && e->page) page_show(e, e->page - 1);
    const enum text_view_result used = by ? TEXT_VIEW_USED : text_view_input(&e->text, &source, in);
    if (used != TEXT_VIEW_UNUSED) return used == TEXT_VIEW_SAVE ? OVERLAY_SAVE : OVERLAY_STAYS;
    if (in->type != INPUT_KEY) return OVERLAY_STAYS;
    return in->key == KEYP_ESC || in->key == 'q' ? OVERLAY_CANCELLED : OVERLAY_STAYS;
}

static void explain_text(const struct overlay *o, struct buf *out)
{
    const struct text_source source = source_of((const struct explain *)o);
    text_view_print(&source, EXPLAIN_COLS, out);
}

static void explain_done(struct overlay *o)
{
    text_view_done(&((struct explain *)o)->text);
}

static const struct pane_key *help_keys(const struct overlay *o)
{
    static const struct pane_key keys[] = {{"Enter →", "The next page (Space, l, PgDn; n where nothing is searched)"},
                                           {"h b ←", "The page before (Backspace, PgUp)"},
                                           {"j k ↑ ↓", "A line down, a line up"},
                                           {"/ n N", "Search; the next match, the previous one"},
                                           {"W", "Wrap long lines, or not"},
                                           {"w", "Write the text to a new file"},
                                           {"Esc q", "Leave"},
                                           {NULL, NULL}};
    (void)o;
    return keys;
}

static bool takes_text(const struct overlay *o)
{
    return text_view_typing(&((const struct explain *)o)->text);
}

const struct overlay_ops explain_overlay = {.name = "explain",
                                            .place = "this explanation",
                                            .keys = help_keys,
                                            .typing = takes_text,
                                            .update = explain_update,
                                            .draw = explain_draw,
                                            .input = explain_input,
                                            .text = explain_text,
                                            .done = explain_done};
