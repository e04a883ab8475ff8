/* pace.c - Writes frames no faster than the terminal takes them. */
#include "tui/term/pace.h"

#include "backends/base/mem.h"
#include "tui/term/paint.h"
#include "tui/term/termios.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct pace {
    struct pace_conf conf;
    uv_poll_t poll;
    struct alarm *interval, *answer;
    struct buf out;
    uint64_t sent;
    uint64_t refilled_ms; /* when `burst` was last counted up */
    unsigned burst;       /* frames that may follow at once */
    unsigned outstanding; /* questions without an answer */
    unsigned fewest;      /* of those, since: */
    uint64_t counted_ms;
    unsigned misses;               /* answers waited for in vain, since the last one came */
    uint64_t drawn_ms;             /* when the last frame was added */
    uint64_t asked_ms;             /* when its question was written */
    uint64_t written_ms, round_ms; /* how long writing it took, and the last answer */
    bool awaiting;                 /* a frame's answer, or its time limit */
    bool answered;                 /* ever */
    bool frame_unsent, polling, hold, gone, closed, owed /* a `ready` */;
};

static const char question[] = "\033[5n";

static void tell_ready(struct pace *p)
{
    if (!p->owed || !pace_may_draw(p)) return;
    p->owed = false;
    p->conf.ready(p->conf.arg);
}

static void on_interval(void *arg)
{
    tell_ready(arg);
}

static void on_answer_late(void *arg)
{
    struct pace *p = arg;
    p->awaiting = false;
    p->misses++;
    tell_ready(p);
}

static void tell_gone(struct pace *p)
{
    if (p->gone) return;
    p->gone = true;
    uv_poll_stop(&p->poll);
    p->polling = false;
    buf_clear(&p->out);
    p->conf.gone(p->conf.arg);
}

/* False when the terminal is gone. */
static bool write_some(struct pace *p)
{
    while (p->out.len > 0) {
        ssize_t n = write(p->conf.fd, p->out.data, p->out.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN;
        p->sent += (uint64_t)n;
        buf_drop(&p->out, (size_t)n);
    }
    return true;
}

static uint64_t at_most(uint64_t ms, uint64_t most)
{
    return ms < most ? ms : most;
}

static uint64_t at_least(uint64_t ms, uint64_t least)
{
    return ms > least ? ms : least;
}

static void owed_publish(const struct pace *p)
{
    if (p->conf.owed) p->conf.owed(p->conf.arg, p->outstanding, p->asked_ms);
}

/* Answers come in the order of their questions: as many as have been outstanding all the time are lost. */
static void lost_forget(struct pace *p)
{
    if (p->outstanding < p->fewest) p->fewest = p->outstanding;
    if (loop_now_ms() < p->counted_ms + TERMIOS_ANSWER_MS) return;
    p->outstanding -= p->fewest;
    p->fewest = p->outstanding;
    p->counted_ms = loop_now_ms();
}

/* The last byte of a frame has left. Where that was its question, the time for the answer begins. */
static void frame_written(struct pace *p)
{
    p->frame_unsent = false;
    p->written_ms = loop_now_ms() - p->drawn_ms;
    if (!p->awaiting) return;
    p->asked_ms = loop_now_ms();
    alarm_set(p->answer, pace_limit_ms(p), 0);
    owed_publish(p);
}

static void on_writable(uv_poll_t *poll_, int status, int events);

static void pace_flush(struct pace *p)
{
    if (p->hold || p->gone) return;
    if (!write_some(p)) {
        tell_gone(p);
        return;
    }
    if (p->out.len > 0) {
        if (!p->polling) p->polling = uv_poll_start(&p->poll, UV_WRITABLE, on_writable) == 0;
        return;
    }
    if (p->polling) uv_poll_stop(&p->poll);
    p->polling = false;
    if (p->frame_unsent) frame_written(p);
}

static void on_writable(uv_poll_t *poll_, int status, int events)
{
    struct pace *p = poll_->data;
    (void)events;
    if (status < 0) {
        tell_gone(p);
        return;
    }
    pace_flush(p);
    tell_ready(p);
}

struct pace *pace_open(struct loop *l, const struct pace_conf *conf)
{
    struct pace *p = mem_zero(1, sizeof *p);
    p->conf = *conf;
    p->burst = PACE_BURST;
    p->refilled_ms = p->counted_ms = loop_now_ms();
    buf_init(&p->out, PAINT_BYTES_MAX);
    if (uv_poll_init(loop_uv(l), &p->poll, conf->fd)) {
        free(p);
        return NULL;
    }
    p->poll.data = p;
    p->interval = alarm_new(l, on_interval, p);
    p->answer = alarm_new(l, on_answer_late, p);
    return p;
}

static void on_closed(uv_handle_t *handle)
{
    struct pace *p = handle->data;
    buf_done(&p->out);
    free(p);
}

void pace_close(struct pace *p)
{
    if (!p || p->closed) return;
    p->closed = true;
    p->owed = false;
    alarm_free(p->interval);
    alarm_free(p->answer);
    uv_close((uv_handle_t *)&p->poll, on_closed);
}

bool pace_may_draw(const struct pace *p)
{
    return !p->hold && !p->gone && !p->closed && pace_arrived(p) && !alarm_is_set(p->interval);
}

struct buf *pace_out(struct pace *p)
{
    return &p->out;
}

void pace_send(struct pace *p)
{
    pace_flush(p);
    if (p->out.len > 0) p->owed = true;
}

static uint64_t frame_apart(const struct pace *p)
{
    return p->conf.slow ? PACE_SLOW_MS : pace_silent(p) ? PACE_SILENT_MS : PACE_FRAME_MS;
}

/* Time gives a frame back each PACE_FRAME_MS, up to PACE_BURST: what changes after a while of calm is seen at once, and
 * a flood still gets no more than 20 frames a second. */
static bool burst_take(struct pace *p)
{
    const uint64_t apart = frame_apart(p), now = loop_now_ms();
    const uint64_t earned = now > p->refilled_ms ? (now - p->refilled_ms) / apart : 0;
    if (p->conf.slow) return false;
    p->refilled_ms += earned * apart;
    p->burst = earned + p->burst > PACE_BURST ? PACE_BURST : p->burst + (unsigned)earned;
    if (p->burst > 0) {
        p->burst--;
        return true;
    }
    /* The frame after the wait is paid for by the wait. */
    p->refilled_ms = now + apart;
    return false;
}

static void question_add(struct pace *p)
{
    buf_str(&p->out, question);
    lost_forget(p);
    p->outstanding++;
    p->asked_ms = p->drawn_ms;
    owed_publish(p);
}

void pace_frame(struct pace *p, size_t len_before)
{
    p->owed = true;
    if (!burst_take(p)) alarm_set(p->interval, frame_apart(p), 0);
    if (p->out.len > len_before) {
        p->drawn_ms = loop_now_ms();
        p->frame_unsent = true;
        p->awaiting = !pace_silent(p);
        if (p->awaiting) question_add(p);
    }
    pace_flush(p);
}

void pace_answered(struct pace *p)
{
    if (p->closed) return;
    p->answered = true;
    p->misses = 0;
    if (p->outstanding > 0) p->outstanding--;
    lost_forget(p);
    owed_publish(p);
    /* It may be the answer to an older question. To wait for all of them would make a terminal that once lost one slow
     * for ever. */
    if (p->frame_unsent) return;
    if (p->outstanding == 0) p->round_ms = loop_now_ms() - p->asked_ms;
    p->awaiting = false;
    alarm_stop(p->answer);
    tell_ready(p);
}

bool pace_arrived(const struct pace *p)
{
    return p->out.len == 0 && !p->awaiting;
}

bool pace_shown(const struct pace *p)
{
    return p->out.len == 0 && p->outstanding == 0 && !pace_silent(p);
}

/* A line that takes long to take a frame takes long to show it. */
uint64_t pace_limit_ms(const struct pace *p)
{
    const uint64_t known = at_least(3 * p->round_ms, 2 * p->written_ms);
    return at_most(at_least(known, p->answered ? PACE_ANSWER_MS : PACE_FIRST_MS), PACE_ANSWER_MOST_MS);
}

bool pace_silent(const struct pace *p)
{
    return p->misses >= PACE_MISSES;
}

void pace_hold(struct pace *p, bool hold)
{
    p->hold = hold;
    if (hold) {
        if (p->polling) uv_poll_stop(&p->poll);
        p->polling = p->awaiting = p->frame_unsent = false;
        p->outstanding = p->fewest = 0;
        if (p->answered) p->misses = 0; /* those that the other program has read */
        alarm_stop(p->answer);
        p->owed = true;
        return;
    }
    pace_flush(p);
    tell_ready(p);
}

bool pace_drain(struct pace *p, uint64_t within_ms)
{
    uint64_t until = loop_now_ms() + within_ms;
    while (!p->gone && p->out.len > 0) {
        uint64_t now = loop_now_ms();
        struct pollfd wait = {.fd = p->conf.fd, .events = POLLOUT};
        if (!write_some(p) || now >= until) break;
        if (p->out.len > 0) poll(&wait, 1, (int)(until - now));
    }
    bool all = p->out.len == 0;
    if (!all && p->awaiting && p->frame_unsent && p->outstanding > 0) p->outstanding--; /* its question is dropped */
    owed_publish(p);
    buf_clear(&p->out);
    return all;
}

uint64_t pace_sent(const struct pace *p)
{
    return p->sent;
}
