/* recording_read.c - an index of a recording's frames, and a cursor over its changes; see recording_read.h. */
#include "backends/recording/recording_read.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/file.h"
#include "backends/recording/frame_reader.h"
#include "backends/world/outage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 256, OPENING_MAX_BYTES = 256 * 1024 };

struct recording {
    struct buf bytes;
    struct recording_about about;
    struct frame_found *frame;
    size_t frames;
    uint16_t newer; /* a newer version that was reported already */
    bool *named;    /* of each frame: its error was reported */
    /* the cursor */
    bool base;         /* still the keyframe's frames, up to base_last */
    size_t next_frame; /* the next one to be opened */
    size_t first, base_last;
    struct buf lines;
    size_t line_at;
    bool lines_are_base;
    uint64_t ms;
};

static void recording_problem(struct recording *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void recording_problem(struct recording *r, const char *fmt, ...)
{
    char text[NAME_MAX_BYTES];
    va_list ap;
    if (r->about.problems++ >= RECORDING_PROBLEMS) return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    r->about.problem[r->about.problems - 1] = text_safe(text, strlen(text), TEXT_ONE_LINE, sizeof text);
}

static void on_scan_problem(void *arg, const char *words)
{
    recording_problem(arg, "%s", words);
}

/* ---- the index ------------------------------------------------------------------------------------------------- */

static char *name_of(const cJSON *json, const char *name)
{
    const char *text = json_str(json, name);
    return text ? text_safe(text, strlen(text), TEXT_ONE_LINE, NAME_MAX_BYTES) : NULL;
}

static void take_opening(struct recording *r, const struct frame_found *f)
{
    struct recording_about *a = &r->about;
    struct why why = {0};
    cJSON *json = NULL;
    enum err err = frame_lines((const unsigned char *)r->bytes.data, f, &r->lines, &why);
    size_t len = strcspn(buf_text(&r->lines), "\n");
    if (!err) err = json_parse(buf_text(&r->lines), len, &json, &why);
    if (err) {
        recording_problem(r, "the opening cannot be read: %s", why.text);
        return;
    }
    if (!a->raydeck) {
        a->raydeck = name_of(json, "raydeck");
        a->context = name_of(json, "context");
        a->ns = name_of(json, "namespace");
        a->service = name_of(json, "service");
        a->redacted = json_bool(json, "redacted") == TRI_YES;
        a->demo = json_bool(json, "demo") == TRI_YES;
    }
    cJSON_Delete(json);
}

/* The tail of a frame that is cut off, out of its lines. */
static void tail_of_cut(struct recording *r, struct frame_found *f)
{
    if (frame_lines((const unsigned char *)r->bytes.data, f, &r->lines, NULL)) return;
    const char *at = buf_text(&r->lines), *last = NULL;
    for (; *at; at = strchr(at, '\n') + 1) {
        last = at;
        f->tail.lines++;
    }
    struct change *c = NULL;
    if (!last || change_from_json(last, strcspn(last, "\n"), &c, NULL)) return;
    if (c->at_ms > f->tail.at_ms) f->tail.at_ms = c->at_ms;
    if (c->wall_ms > f->tail.wall_ms) f->tail.wall_ms = c->wall_ms;
    change_free(c);
}

/* False: what follows is not read. */
static bool take_frame(struct recording *r, struct frame_found *f)
{
    struct recording_about *a = &r->about;
    if (f->head.version > RECORDING_VERSION && r->newer < f->head.version) {
        r->newer = f->head.version;
        recording_problem(r, "of a newer format, version %u: what version %d knows of it is shown", f->head.version,
                          RECORDING_VERSION);
    }
    if (f->head.kind == FRAME_OPENING) {
        take_opening(r, f);
        return true;
    }
    if (f->head.kind != FRAME_CHANGES && f->head.kind != FRAME_KEYFRAME) {
        recording_problem(r, "frame %u is of an unknown kind, %u; passed over", f->head.number, f->head.kind);
        return true;
    }
    const struct frame_found *before = r->frames ? &r->frame[r->frames - 1] : NULL;
    if (before && f->head.at_ms < before->head.at_ms) {
        recording_problem(r, "frame %u: times run backwards; nothing is read from there on", f->head.number);
        return false;
    }
    if (before && f->head.number > before->head.number + 1)
        recording_problem(r, "frames %u to %u are missing", before->head.number + 1, f->head.number - 1);
    if (!f->whole) tail_of_cut(r, f);
    if (!before) {
        a->begin_ms = f->head.at_ms;
        a->begin_wall_ms = f->head.wall_ms;
    }
    a->end_ms = f->tail.at_ms > f->head.at_ms ? f->tail.at_ms : f->head.at_ms;
    a->end_wall_ms = f->tail.wall_ms > f->head.wall_ms ? f->tail.wall_ms : f->head.wall_ms;
    if (f->head.kind == FRAME_CHANGES) a->changes += f->tail.lines;
    if ((r->frames & (r->frames + 1)) == 0) r->frame = mem_grow(r->frame, 2 * (r->frames + 1), sizeof *r->frame);
    r->frame[r->frames++] = *f;
    if (r->frames < RECORDING_FRAMES) return true;
    recording_problem(r, "more than %d frames: the rest is left out", RECORDING_FRAMES);
    return false;
}

enum err recording_of_bytes(struct buf *bytes, struct recording **ret, struct why *why)
{
    if (!bytes->len) return why_set(why, ERR_PARSE, "no recording: the file is empty");
    struct recording *r = mem_zero(1, sizeof *r);
    struct frame_scan scan = {.bytes = (const unsigned char *)bytes->data, .len = bytes->len};
    struct frame_found f;
    bool any = false;
    r->bytes = *bytes;
    buf_init(bytes, bytes->max);
    buf_init(&r->lines, FRAME_RAW_MAX);
    scan.problem = on_scan_problem;
    scan.arg = r;
    while (frame_next(&scan, &f)) {
        any = true;
        if (!take_frame(r, &f)) break;
    }
    if (!r->frames) {
        enum err err = why_set(why, ERR_PARSE,
                               any ? "a recording without anything in it that can be read"
                                   : "no recording: not a frame of raydeck's is in it");
        recording_close(r);
        return err;
    }
    r->named = mem_zero(r->frames, sizeof *r->named);
    recording_seek(r, 0);
    *ret = r;
    return ERR_OK;
}

enum err recording_open(const char *path, struct recording **ret, struct why *why)
{
    struct buf bytes;
    struct why own = {0};
    buf_init(&bytes, RECORDING_MAX);
    enum err err = file_read(path, &bytes, why);
    if (!err) {
        err = recording_of_bytes(&bytes, ret, &own);
        if (err) why_set(why, err, "%s: %s", path, own.text);
    }
    buf_done(&bytes);
    return err;
}

/* The file's first bytes. */
static enum err beginning_read(const char *path, struct buf *out, struct why *why)
{
    FILE *file = fopen(path, "re");
    char *bytes = mem_alloc(OPENING_MAX_BYTES);
    const size_t len = file ? fread(bytes, 1, OPENING_MAX_BYTES, file) : 0;
    enum err err = len ? buf_add(out, bytes, len) : why_set(why, ERR_NOT_FOUND, "%s: cannot be read", path);

    if (file) fclose(file);
    free(bytes);
    return err;
}

enum err recording_loss_read(const char *path, struct outage *ret, struct why *why)
{
    struct buf bytes, lines;
    struct frame_found frame;
    cJSON *json = NULL;

    buf_init(&bytes, OPENING_MAX_BYTES);
    buf_init(&lines, FRAME_RAW_MAX);
    enum err err = beginning_read(path, &bytes, why);
    struct frame_scan scan = {.bytes = (const unsigned char *)buf_text(&bytes), .len = bytes.len};
    if (!err && (!frame_next(&scan, &frame) || frame.head.kind != FRAME_OPENING))
        err = why_set(why, ERR_NOT_FOUND, "%s: no opening of a recording", path);
    if (!err) err = frame_lines(scan.bytes, &frame, &lines, why);
    if (!err) err = json_parse(buf_text(&lines), strcspn(buf_text(&lines), "\n"), &json, why);
    if (!err && outage_from_json(json_get(json, "loss"), ret))
        err = why_set(why, ERR_NOT_FOUND, "%s: its opening has no loss", path);
    cJSON_Delete(json);
    buf_done(&bytes);
    buf_done(&lines);
    return err;
}

void recording_close(struct recording *r)
{
    if (!r) return;
    free(r->about.raydeck);
    free(r->about.context);
    free(r->about.ns);
    free(r->about.service);
    for (size_t i = 0; i < RECORDING_PROBLEMS; i++) free(r->about.problem[i]);
    free(r->frame);
    free(r->named);
    buf_done(&r->bytes);
    buf_done(&r->lines);
    free(r);
}

const struct recording_about *recording_about(const struct recording *r)
{
    return &r->about;
}

/* ---- the cursor ------------------------------------------------------------------------------------------------ */

/* The last frame of the keyframe that begins at `first`; r->frames: it was given up, or a frame of it is missing. */
static size_t keyframe_end(const struct recording *r, size_t first)
{
    for (size_t i = first; i < r->frames; i++) {
        const struct frame_head *h = &r->frame[i].head;
        if (i > first && h->number != r->frame[i - 1].head.number + 1) break;
        if (h->kind != FRAME_KEYFRAME) continue;
        if (i > first && (h->flags & KEYFRAME_FIRST)) break;
        if (!r->frame[i].whole) break;
        if (h->flags & KEYFRAME_LAST) return i;
    }
    return r->frames;
}

static bool begins_keyframe(const struct recording *r, size_t i)
{
    return r->frame[i].head.kind == FRAME_KEYFRAME && (r->frame[i].head.flags & KEYFRAME_FIRST);
}

void recording_seek(struct recording *r, uint64_t at_ms)
{
    size_t begin = r->frames, last = r->frames;
    for (size_t i = r->frames; i-- > 0 && begin == r->frames;) {
        if (i > 0 && r->frame[i].head.at_ms > at_ms) continue;
        if (!begins_keyframe(r, i)) continue;
        last = keyframe_end(r, i);
        if (last < r->frames && (i == 0 || r->frame[last].head.at_ms <= at_ms)) begin = i;
    }
    r->base = begin < r->frames;
    r->first = r->base ? begin : 0;
    r->base_last = r->base ? last : 0;
    r->next_frame = r->first;
    buf_clear(&r->lines);
    r->line_at = 0;
    r->ms = 0;
}

/* Opens the next frame that the cursor comes to; false: there is none. ret_anew: it says that the world begins anew. */
static bool open_frame(struct recording *r, bool *ret_anew)
{
    if (r->base && r->next_frame > r->base_last) {
        r->base = false; /* and now the changes that stand between its frames */
        r->next_frame = r->first;
    }
    if (r->next_frame >= r->frames) return false;
    const size_t i = r->next_frame++;
    const struct frame_found *f = &r->frame[i];
    const bool key = f->head.kind == FRAME_KEYFRAME;
    buf_clear(&r->lines);
    r->line_at = 0;
    r->lines_are_base = r->base;
    *ret_anew = key && !r->base && i > r->base_last && (f->head.flags & WORLD_ANEW);
    if (key != r->base) return true;
    struct why why = {0};
    enum err err = frame_lines((const unsigned char *)r->bytes.data, f, &r->lines, &why);
    if (err && !r->named[i]) recording_problem(r, "frame %u cannot be read: %s", f->head.number, why.text);
    if (err) r->named[i] = true;
    return true;
}

static struct change *next_line(struct recording *r)
{
    while (r->line_at < r->lines.len) {
        const char *line = r->lines.data + r->line_at;
        size_t len = strcspn(line, "\n");
        struct change *c = NULL;
        struct why why = {0};
        r->line_at += len + 1;
        if (!change_from_json(line, len, &c, &why)) return c;
        const size_t i = r->next_frame - 1;
        if (!r->named[i])
            recording_problem(r, "frame %u: a line is not understood: %s", r->frame[i].head.number, why.text);
        r->named[i] = true;
    }
    return NULL;
}

bool recording_next(struct recording *r, struct recorded *ret)
{
    for (;;) {
        bool anew = false;
        struct change *c = next_line(r);
        if (!c && !open_frame(r, &anew)) return false;
        if (!c && !anew) continue;
        if (anew && r->frame[r->next_frame - 1].head.at_ms > r->ms) r->ms = r->frame[r->next_frame - 1].head.at_ms;
        if (c && !r->lines_are_base && c->at_ms > r->ms) r->ms = c->at_ms;
        *ret = (struct recorded){.change = c, .base = c && r->lines_are_base, .anew = anew, .ms = r->ms};
        return true;
    }
}
