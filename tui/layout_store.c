/* layout_store.c - see layout_store.h. */
#include "tui/layout_store.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/link/file_job.h"
#include "backends/recording/recordings_folder.h"

#include <stdlib.h>
#include <string.h>

enum { LAYOUT_VERSION = 1, SIDE_MAX = 10000, SPLIT_NUMBERS = 2 + LAYOUT_BANDS };

struct sized {
    int rows, cols;
    struct screen_layout layout;
};
struct layout_store {
    struct loop *loop;
    char *path;                      /* NULL: kept for this session alone */
    struct sized size[LAYOUT_SIZES]; /* the one arranged last first */
    size_t count;
    struct file_job *job;
    bool again; /* it was arranged anew while the file was written */
};

static bool layouts_same(const struct screen_layout *a, const struct screen_layout *b)
{
    return a->pane == b->pane && a->zoomed == b->zoomed && a->cores == b->cores &&
           memcmp(&a->sizes, &b->sizes, sizeof a->sizes) == 0;
}

static size_t size_find(const struct layout_store *s, int rows, int cols)
{
    size_t i = 0;
    while (i < s->count && (s->size[i].rows != rows || s->size[i].cols != cols)) i++;
    return i;
}

/* ---- the file ---- */

static int int_of(const cJSON *item, const char *name, int most)
{
    const struct known_u64 n = json_u64(item, name);
    return n.known && n.value <= (uint64_t)most ? (int)n.value : 0;
}

/* "split": [line, line, band, band, band, band]; of this size of the terminal, or none. */
static void split_read(const cJSON *item, struct sized *z)
{
    struct layout_sizes sizes = {.rows = z->rows, .cols = z->cols};
    int at = 0;
    JSON_EACH (number, json_get(item, "split")) {
        const bool fits = cJSON_IsNumber(number) && number->valuedouble >= 0 && number->valuedouble <= SIDE_MAX;
        if (!fits || at == SPLIT_NUMBERS) return;
        *(at < 2 ? &sizes.line[at] : &sizes.band[at - 2]) = (int)number->valuedouble;
        at++;
    }
    if (at == SPLIT_NUMBERS) z->layout.sizes = sizes;
}

static void split_print(const struct layout_sizes *s, struct buf *out)
{
    buf_printf(out, ", \"split\": [%d, %d", s->line[0], s->line[1]);
    for (int i = 0; i < LAYOUT_BANDS; i++) buf_printf(out, ", %d", s->band[i]);
    buf_str(out, "]");
}

static void size_read(struct layout_store *s, const cJSON *item)
{
    const char *pane = json_str(item, "pane");
    struct sized size = {.rows = int_of(item, "rows", SIDE_MAX),
                         .cols = int_of(item, "cols", SIDE_MAX),
                         .layout = {.pane = pane ? pane[0] : '\0',
                                    .zoomed = cJSON_IsTrue(json_get(item, "zoomed")),
                                    .cores = (enum cores_view)int_of(item, "cores", CORES_HEAT)}};
    split_read(item, &size);
    if (size.rows && size.cols && s->count < LAYOUT_SIZES && size_find(s, size.rows, size.cols) == s->count)
        s->size[s->count++] = size;
}

static void layouts_read(struct layout_store *s)
{
    struct buf text;
    cJSON *root = NULL;
    buf_init(&text, LAYOUT_FILE_MAX);
    if (file_read(s->path, &text, NULL) == ERR_OK && json_parse(buf_text(&text), text.len, &root, NULL) == ERR_OK &&
        json_u64(root, "version").value == LAYOUT_VERSION)
        JSON_EACH (item, json_get(root, "sizes")) size_read(s, item);
    cJSON_Delete(root);
    buf_done(&text);
}

static char *layouts_text(const struct layout_store *s)
{
    struct buf out;
    buf_init(&out, LAYOUT_FILE_MAX);
    buf_printf(&out, "{\"version\": %d, \"sizes\": [", LAYOUT_VERSION);
    for (size_t i = 0; i < s->count; i++) {
        const struct sized *z = &s->size[i];
        buf_printf(&out, "%s\n  {\"rows\": %d, \"cols\": %d, \"pane\": \"%c\", \"zoomed\": %s, \"cores\": %d",
                   i ? "," : "", z->rows, z->cols, z->layout.pane, z->layout.zoomed ? "true" : "false",
                   (int)z->layout.cores);
        if (z->layout.sizes.rows == z->rows && z->layout.sizes.cols == z->cols) split_print(&z->layout.sizes, &out);
        buf_str(&out, "}");
    }
    buf_str(&out, "\n]}\n");
    char *text = buf_take(&out);
    buf_done(&out);
    return text;
}

static void layouts_write(struct layout_store *s);

static void on_written(void *arg, enum err err, const char *text, size_t len, const char *why)
{
    struct layout_store *s = arg;
    (void)err;
    (void)text;
    (void)len;
    (void)why;
    s->job = NULL;
    if (s->again) layouts_write(s);
}

static void layouts_write(struct layout_store *s)
{
    s->again = s->job != NULL;
    if (s->again || !s->path) return;
    char *text = layouts_text(s);
    s->job = file_job_write(s->loop, s->path, text, strlen(text), on_written, s);
    free(text);
}

/* ---- what is remembered ---- */

struct layout_store *layout_store_new(struct loop *l, bool kept)
{
    struct layout_store *s = mem_zero(1, sizeof *s);
    s->loop = l;
    s->path = kept ? state_folder("layouts.json") : NULL;
    if (s->path) layouts_read(s);
    return s;
}

void layout_store_free(struct layout_store *s)
{
    if (!s) return;
    file_job_cancel(s->job);
    free(s->path);
    free(s);
}

void layout_store_note(struct layout_store *s, int rows, int cols, const struct screen_layout *layout)
{
    size_t at = size_find(s, rows, cols);
    if (at < s->count && layouts_same(&s->size[at].layout, layout)) return;
    if (at == s->count && s->count < LAYOUT_SIZES) s->count++;
    if (at == LAYOUT_SIZES) at--; /* the one that was arranged longest ago gives way */
    memmove(s->size + 1, s->size, at * sizeof *s->size);
    s->size[0] = (struct sized){rows, cols, *layout};
    layouts_write(s);
}

bool layout_store_find(const struct layout_store *s, int rows, int cols, struct screen_layout *ret)
{
    const size_t at = size_find(s, rows, cols);
    if (at == s->count) return false;
    *ret = s->size[at].layout;
    return true;
}
