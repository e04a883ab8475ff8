/* question.c - see question.h. */
#include "tui/question.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/reading.h"
#include "tui/term/keys_parse.h"
#include "tui/term/termios.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { ESC_MS = 50, READS_MAX = 16 };

#define LEAVE_BYTES "\033[?2004l"

struct question {
    struct snapshot *snapshot;
    const char *text;
    int fd;    /* our own, of the same terminal; -1: none */
    bool dumb; /* TERM=dumb: no escape sequences */
    uv_poll_t poll;
    struct keys *keys;
    struct alarm *read, *esc, *paste;
    struct reading reading;
    unsigned owed; /* outstanding answers to ESC[5n; the last one was asked for at: */
    uint64_t asked_ms;
    char line[QUESTION_LINE_MAX];
    size_t len;
    bool entered; /* end of line read; valid unless more input follows at once */
    bool again;   /* ask again after reading the pending input */
    bool done, refused;
};

bool question_can_be_asked(void)
{
    unsigned in, err; /* device numbers, also if one was opened as /dev/tty */
    return ioctl(STDIN_FILENO, TIOCGDEV, &in) == 0 && ioctl(STDERR_FILENO, TIOCGDEV, &err) == 0 && in == err;
}

/* ---- what is shown ---- */

static void terminal_write(const struct question *q, const char *bytes)
{
    while (write(q->fd, bytes, strlen(bytes)) < 0 && errno == EINTR) {
    }
}

static void line_char(struct question *q, uint32_t cp)
{
    char bytes[8];
    size_t len = text_encode(cp, bytes);
    if (text_cp_width(cp) <= 0 || q->len + len >= sizeof q->line) return;
    bytes[len] = '\0';
    memcpy(q->line + q->len, bytes, len + 1);
    q->len += len;
    terminal_write(q, bytes);
}

static void line_shorten(struct question *q)
{
    uint32_t cp = ' ';
    size_t at = q->len;
    if (!at) return;
    while (--at > 0 && ((unsigned char)q->line[at] & 0xC0) == 0x80) {
    }
    text_decode(q->line + at, q->len - at, &cp);
    q->line[q->len = at] = '\0';
    for (int width = text_cp_width(cp); width > 0; width--) terminal_write(q, "\b \b");
}

/* ---- asking ---- */

static void on_input(void *arg, const struct input *in);

static void question_end(struct question *q, bool refused)
{
    q->done = true;
    q->refused = refused;
    snapshot_wake(q->snapshot);
}

static void set_read_alarm(struct question *q)
{
    alarm_set(q->read, reading_left(&q->reading, loop_now_ms()), 0);
}

static void question_show(struct question *q)
{
    q->len = 0;
    q->line[0] = '\0';
    q->entered = q->again = false;
    alarm_stop(q->paste);
    keys_free(q->keys);
    q->keys = keys_new(on_input, q);
    tcflush(q->fd, TCIFLUSH);
    fputs(q->text, stderr);
    fflush(stderr);
    if (!q->dumb) {
        terminal_write(q, "\033[?2004h\033[5n");
        q->asked_ms = loop_now_ms();
        termios_owed(++q->owed, q->asked_ms);
    }
    reading_sent(&q->reading, loop_now_ms());
    set_read_alarm(q);
}

/* ---- what is typed ---- */

static void on_key(struct question *q, const struct input *in)
{
    const bool ctrl = in->mods == MOD_CTRL;
    if (q->entered)
        q->again = true; /* a paste */
    else if (in->key == KEYP_ENTER || (ctrl && (in->key == 'j' || in->key == 'm')))
        q->entered = true;
    else if (ctrl && in->key == 'c')
        snapshot_interrupt(q->snapshot, SIGINT);
    else if (ctrl && in->key == 'd' && !q->len)
        question_end(q, true);
    else if (ctrl && in->key == 'u')
        while (q->len) line_shorten(q);
    else if (in->key == KEYP_BACKSPACE || (ctrl && in->key == 'h'))
        line_shorten(q);
    else if (!(in->mods & (MOD_CTRL | MOD_ALT)) && in->key < KEY__FIRST)
        line_char(q, in->key);
}

static void on_input(void *arg, const struct input *in)
{
    struct question *q = arg;
    if (in->type == INPUT_REPLY) {
        /* Answers to earlier queries may arrive first; the last outstanding one belongs to this question. */
        if (q->owed) termios_owed(--q->owed, q->asked_ms);
        if (q->owed == 0 && q->reading.state == READING_SENT) {
            reading_shown(&q->reading, loop_now_ms());
            set_read_alarm(q);
        }
        return;
    }
    if (q->done || q->again || (in->type != INPUT_KEY && in->type != INPUT_PASTE)) return;
    if (q->reading.state != READING_OVER)
        reading_typed(&q->reading, loop_now_ms());
    else if (in->type == INPUT_PASTE)
        q->again = true;
    else
        on_key(q, in);
}

/* False: the terminal was closed. */
static bool read_some(struct question *q)
{
    char bytes[4096];
    for (int i = 0; i < READS_MAX; i++) {
        ssize_t n = read(q->fd, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 && errno == EAGAIN;
        keys_feed(q->keys, bytes, (size_t)n);
    }
    return true;
}

static void take_what_came(struct question *q)
{
    const bool entered = q->entered;
    if (!read_some(q)) {
        uv_poll_stop(&q->poll);
        question_end(q, true);
        return;
    }
    if (q->again) {
        terminal_write(q, "\n");
        cli_say("a paste is no answer");
        question_show(q);
        return;
    }
    if (q->entered && !entered) alarm_set(q->paste, QUESTION_PASTE_MS, 0);
    if (keys_pending(q->keys)) alarm_set(q->esc, ESC_MS, 0);
}

static void on_readable(uv_poll_t *poll_, int status, int events)
{
    struct question *q = poll_->data;
    (void)events;
    if (status < 0) {
        uv_poll_stop(&q->poll);
        question_end(q, true);
        return;
    }
    take_what_came(q);
}

static void on_esc(void *arg)
{
    struct question *q = arg;
    keys_timeout(q->keys);
}

/* Discards input that arrived too early. */
static void on_read(void *arg)
{
    struct question *q = arg;
    take_what_came(q);
    if (q->done) return;
    if (reading_over(&q->reading, loop_now_ms()))
        terminal_write(q, "> ");
    else
        set_read_alarm(q);
}

/* No input has followed the end of line. */
static void on_paste(void *arg)
{
    struct question *q = arg;
    take_what_came(q);
    if (q->entered && !q->done) question_end(q, false);
}

/* ---- the terminal taken and given back ---- */

static bool question_take(struct question *q)
{
    struct why why;
    termios_guard();
    return termios_take_keys(q->fd, q->fd, q->dumb ? "" : LEAVE_BYTES, &why) == ERR_OK &&
           uv_poll_start(&q->poll, UV_READABLE, on_readable) == 0;
}

/* Consumes an outstanding answer and the input typed for us, which must not reach the shell. */
static void question_give_back(struct question *q)
{
    uv_poll_stop(&q->poll);
    alarm_stop(q->read);
    alarm_stop(q->paste);
    alarm_stop(q->esc);
    if (!q->dumb) terminal_write(q, LEAVE_BYTES);
    if (q->reading.state == READING_OVER) terminal_write(q, "\n");
    q->reading = (struct reading){0};
    termios_await("", 0);
    q->owed = 0;
    termios_give_back();
}

static void on_stop(void *arg, bool stops)
{
    struct question *q = arg;
    if (q->done) return;
    if (stops) {
        question_give_back(q);
        return;
    }
    /* SIGCONT after our own stop arrives a second time; the question was shown again already. */
    const bool shown = q->reading.state == READING_SENT || q->reading.state == READING_SHOWN;
    if (!question_take(q))
        question_end(q, true);
    else if (!shown)
        question_show(q);
}

static bool question_done(void *arg)
{
    const struct question *q = arg;
    return q->done;
}

static void on_closed(uv_handle_t *handle)
{
    struct question *q = handle->data;
    keys_free(q->keys);
    if (q->fd >= 0) close(q->fd);
    free(q);
}

static bool terminal_is_dumb(void)
{
    const char *name = getenv("TERM");
    return !name || !*name || strcmp(name, "dumb") == 0;
}

enum err question_ask(struct snapshot *snapshot, const char *text, char ret_line[QUESTION_LINE_MAX], struct why *why)
{
    struct loop *loop = snapshot_loop(snapshot);
    if (!question_can_be_asked()) return why_set(why, ERR_GUARD, "there is no terminal to ask at");
    struct question *q = mem_zero(1, sizeof *q);
    *q = (struct question){.snapshot = snapshot, .text = text, .fd = -1, .dumb = terminal_is_dumb()};
    if (termios_reopen(STDIN_FILENO, &q->fd, why) || uv_poll_init(loop_uv(loop), &q->poll, q->fd)) {
        if (q->fd >= 0) close(q->fd);
        free(q);
        return why_set(why, ERR_GUARD, "the terminal cannot be asked at");
    }
    q->poll.data = q;
    q->read = alarm_new(loop, on_read, q);
    q->esc = alarm_new(loop, on_esc, q);
    q->paste = alarm_new(loop, on_paste, q);
    snapshot_on_stop(snapshot, on_stop, q);
    q->refused = !question_take(q);
    enum err err = ERR_OK;
    if (!q->refused) {
        question_show(q);
        err = snapshot_until(snapshot, question_done, q, SNAPSHOT_NO_LIMIT);
    }
    snapshot_on_stop(snapshot, NULL, NULL);
    question_give_back(q);
    if (err)
        why_set(why, err, "interrupted");
    else if (q->refused)
        err = why_set(why, ERR_GUARD, "there was no answer");
    else
        snprintf(ret_line, QUESTION_LINE_MAX, "%s", q->line);
    alarm_free(q->read);
    alarm_free(q->esc);
    alarm_free(q->paste);
    uv_close((uv_handle_t *)&q->poll, on_closed);
    return err;
}
