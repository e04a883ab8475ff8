/* recorder.c - decides what goes into which frame, and when; see recorder.h. */
#include "backends/recording/recorder.h"

#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/recording/redaction.h"
#include "backends/world/keyframe.h"
#include "backends/world/outage.h"

#include <stdlib.h>
#include <string.h>

struct recorder {
    struct frame_writer *frames;
    struct recorder_redaction redaction;  /* text NULL: none */
    struct buf line, piece;               /* piece: the lines of a keyframe's next frame */
    uint64_t now_ms, wall_ms;             /* monotonic */
    uint64_t flushed_ms, keyframe_due_ms; /* keyframe_due_ms: when the next one is due */
    struct keyframe *keyframe;            /* NULL: none is being written */
    bool first_piece, changed;            /* changed: since the last keyframe */
    uint64_t changes, lost;
};

static void recorder_now(struct recorder *r, uint64_t now_ms, uint64_t wall_ms)
{
    if (now_ms > r->now_ms) r->now_ms = now_ms;
    r->wall_ms = wall_ms;
}

/* Formats the change as a line in r->line; false: too long, left out. */
static bool line_of(struct recorder *r, const struct change *c)
{
    struct change *redacted = r->redaction.text ? redaction_copy(&r->redaction, c) : NULL;
    buf_clear(&r->line);
    bool fits = change_to_json(redacted ? redacted : c, &r->line) == ERR_OK;
    change_free(redacted);
    r->lost += !fits;
    return fits;
}

void recorder_opening(const struct recorder_opening *o, uint64_t at_ms, uint64_t wall_ms, struct buf *out)
{
    struct frame_head head = {RECORDING_VERSION, FRAME_OPENING, 0, 0, at_ms, wall_ms};
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "recording", RECORDING_VERSION);
    if (o->raydeck) cJSON_AddStringToObject(json, "raydeck", o->raydeck);
    if (o->context) cJSON_AddStringToObject(json, "context", o->context);
    if (o->ns) cJSON_AddStringToObject(json, "namespace", o->ns);
    if (o->service) cJSON_AddStringToObject(json, "service", o->service);
    cJSON_AddBoolToObject(json, "redacted", o->redacted);
    cJSON_AddBoolToObject(json, "demo", o->demo);
    if (o->loss) cJSON_AddItemToObject(json, "loss", outage_to_json(o->loss));
    char *line = cJSON_PrintUnformatted(json);
    frame_single(&head, line, out);
    cJSON_free(line);
    cJSON_Delete(json);
}

struct recorder *recorder_new(const struct frame_calls *calls, const struct recorder_redaction *redaction,
                              uint64_t now_ms, uint64_t wall_ms)
{
    struct recorder *r = mem_zero(1, sizeof *r);
    r->frames = frame_writer_new(calls, 1);
    if (redaction) r->redaction = *redaction;
    buf_init(&r->line, RECORDER_LINE_MAX);
    buf_init(&r->piece, FRAME_RAW_MAX);
    recorder_anew(r, now_ms, wall_ms);
    return r;
}

void recorder_free(struct recorder *r)
{
    if (!r) return;
    keyframe_free(r->keyframe);
    frame_writer_free(r->frames);
    buf_done(&r->line);
    buf_done(&r->piece);
    free(r);
}

static void keyframe_give_up(struct recorder *r, uint64_t after_ms)
{
    keyframe_free(r->keyframe);
    r->keyframe = NULL;
    r->keyframe_due_ms = r->now_ms + after_ms;
}

void recorder_anew(struct recorder *r, uint64_t now_ms, uint64_t wall_ms)
{
    recorder_now(r, now_ms, wall_ms);
    keyframe_give_up(r, RECORDER_KEYFRAME_MS);
    frame_begin(r->frames, FRAME_KEYFRAME, KEYFRAME_FIRST | KEYFRAME_LAST | WORLD_ANEW, r->now_ms, r->wall_ms);
    frame_end(r->frames);
    r->changed = false;
}

void recorder_change(struct recorder *r, const struct change *c)
{
    recorder_now(r, c->at_ms, c->wall_ms);
    if (r->keyframe && c->type == CHANGE_RELIST) keyframe_give_up(r, RECORDER_FLUSH_MS);
    if (!line_of(r, c)) return;
    if (!frame_open_head(r->frames)) {
        frame_begin(r->frames, FRAME_CHANGES, 0, r->now_ms, r->wall_ms);
        r->flushed_ms = r->now_ms;
    }
    frame_line(r->frames, buf_text(&r->line), r->line.len, c->at_ms, c->wall_ms);
    r->changes++;
    r->changed = true;
    if (frame_open_raw(r->frames) >= RECORDER_FRAME_RAW) frame_end(r->frames);
}

/* ---- keyframes ------------------------------------------------------------------------------------------------- */

static void take_piece(void *arg, struct change *c)
{
    struct recorder *r = arg;
    if (line_of(r, c) && buf_add(&r->piece, buf_text(&r->line), r->line.len) == ERR_OK) buf_char(&r->piece, '\n');
    change_free(c);
}

static void keyframe_write(struct recorder *r, const struct world *w)
{
    const struct sink sink = {take_piece, r};
    buf_clear(&r->piece);
    bool last = keyframe_some(r->keyframe, w, &sink, RECORDER_KEYFRAME_ROWS);
    unsigned flags = (r->first_piece ? KEYFRAME_FIRST : 0) | (last ? KEYFRAME_LAST : 0);
    frame_begin(r->frames, FRAME_KEYFRAME, flags, r->now_ms, r->wall_ms);
    for (const char *at = buf_text(&r->piece); *at;) {
        size_t len = strcspn(at, "\n");
        frame_line(r->frames, at, len, r->now_ms, r->wall_ms);
        at += len + 1;
    }
    frame_end(r->frames);
    r->first_piece = false;
    if (!last) return;
    keyframe_give_up(r, RECORDER_KEYFRAME_MS); /* complete: schedules the next one */
    buf_done(&r->piece);
    r->changed = false;
}

static void keyframe_begin(struct recorder *r, const struct world *w)
{
    if (!r->changed || r->now_ms < r->keyframe_due_ms) return;
    if (world_is_relisting(w)) {
        r->keyframe_due_ms = r->now_ms + RECORDER_FLUSH_MS;
        return;
    }
    r->keyframe = keyframe_new();
    r->first_piece = true;
}

uint64_t recorder_turn(struct recorder *r, const struct world *w, uint64_t now_ms, uint64_t wall_ms)
{
    recorder_now(r, now_ms, wall_ms);
    const struct frame_head *open = frame_open_head(r->frames);
    if (open && r->now_ms - open->at_ms >= RECORDER_FRAME_MS) {
        frame_end(r->frames);
    } else if (open && r->now_ms - r->flushed_ms >= RECORDER_FLUSH_MS) {
        frame_flush(r->frames);
        r->flushed_ms = r->now_ms;
    }
    if (!r->keyframe) keyframe_begin(r, w);
    if (r->keyframe) keyframe_write(r, w);
    return r->keyframe ? RECORDER_TURN_MS : RECORDER_FLUSH_MS;
}

void recorder_cut(struct recorder *r)
{
    frame_end(r->frames);
}

uint64_t recorder_changes(const struct recorder *r)
{
    return r->changes;
}

uint64_t recorder_lost(const struct recorder *r)
{
    return r->lost;
}
