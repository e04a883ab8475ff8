/* term.c - the terminal: its modes, its input, its frames. */
#include "tui/term/term.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/term/clipboard.h"
#include "tui/term/keys_parse.h"
#include "tui/term/pace.h"
#include "tui/term/paint.h"
#include "tui/term/signals.h"
#include "tui/term/termios.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum {
    ESC_MS = 50,
    LEAVE_DRAIN_MS = 250,
    TITLE_MAX = 200,
    READS_MAX = 16,
    NOTE_MAX = 160,
    SYNC_LEAST = 200 /* bytes: less is on the screen at once */
};

/* Buttons, movement while one is held where that is known (1002), and coordinates of any size. */
#define MOUSE_ON "\033[?1000h\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l\033[?1000l"

struct term {
    struct term_conf conf;
    struct term_calls calls;
    int in, out; /* our own descriptors */
    struct paint *paint;
    struct pace *pace;
    struct keys *keys;
    struct signals *signals;
    struct alarm *esc;
    uv_poll_t poll;
    bool polling, leaving, lent, ascii, titled, sync, sync_asked;
    char note[NOTE_MAX];
    char leave[256];
    int rows, cols;
    struct buf frame;
    const char *rest; /* what was read, and comes after the byte that is being processed */
    size_t rest_len;
};

static void on_readable(uv_poll_t *poll_, int status, int events);

static void term_listen(struct term *t, bool on)
{
    if (on && !t->polling) uv_poll_start(&t->poll, UV_READABLE, on_readable);
    if (!on && t->polling) uv_poll_stop(&t->poll);
    t->polling = on;
}

static void on_gone(void *arg)
{
    struct term *t = arg;
    term_listen(t, false);
    if (!t->leaving) t->calls.quit(t->calls.arg, 0);
}

static void on_ready(void *arg)
{
    struct term *t = arg;
    if (!t->leaving && t->calls.ready) t->calls.ready(t->calls.arg);
}

static void on_input(void *arg, const struct input *in)
{
    struct term *t = arg;
    if (in->type == INPUT_REPLY)
        pace_answered(t->pace);
    else if (in->type == INPUT_SYNC)
        t->sync = true;
    else if (!t->leaving)
        t->calls.input(t->calls.arg, in);
}

static void on_owed(void *arg, unsigned answers, uint64_t asked_ms)
{
    (void)arg;
    termios_owed(answers, asked_ms);
}

static void on_esc(void *arg)
{
    struct term *t = arg;
    keys_timeout(t->keys);
}

/* False when the terminal is gone. A flood of input leaves room for the rest of the loop. */
static bool read_some(struct term *t)
{
    char bytes[4096];
    for (int i = 0; i < READS_MAX; i++) {
        ssize_t n = read(t->in, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 && errno == EAGAIN;
        for (t->rest = bytes, t->rest_len = (size_t)n; t->rest_len > 0;) {
            t->rest_len--;
            keys_feed(t->keys, t->rest++, 1);
        }
        if (!t->polling) return true;
    }
    return true;
}

static void on_readable(uv_poll_t *poll_, int status, int events)
{
    struct term *t = poll_->data;
    (void)events;
    if (status < 0 || !read_some(t)) {
        on_gone(t);
        return;
    }
    if (t->leaving) return;
    if (keys_pending(t->keys))
        alarm_set(t->esc, ESC_MS, 0);
    else
        alarm_stop(t->esc);
}

static void take_size(struct term *t)
{
    termios_size(t->out, &t->rows, &t->cols);
    if (t->rows > PAINT_ROWS_MAX) t->rows = PAINT_ROWS_MAX;
    if (t->cols > PAINT_COLS_MAX) t->cols = PAINT_COLS_MAX;
}

static void term_resize(struct term *t)
{
    int rows = t->rows, cols = t->cols;
    take_size(t);
    if (rows == t->rows && cols == t->cols) return;
    paint_size(t->paint, t->rows, t->cols);
    struct input in = {.type = INPUT_RESIZE, .row = t->rows, .col = t->cols};
    t->calls.input(t->calls.arg, &in);
}

/* Once, and with a frame: its answer comes before the frame's, so that whoever has that has both. Apple's Terminal and
 * consoles write the question's last letter. */
static void sync_ask(struct term *t, struct buf *out)
{
    const char *program = getenv("TERM_PROGRAM");
    if (t->sync_asked || !paint_like_xterm(t->paint)) return;
    t->sync_asked = true;
    if (!(program && strcmp(program, "Apple_Terminal") == 0)) buf_str(out, "\033[?2026$p");
}

static void screen_enter(struct term *t)
{
    struct buf *out = pace_out(t->pace);
    buf_str(out, t->titled ? "\033[22;0t\033[?2004h" : "\033[?2004h");
    if (t->conf.mouse) buf_str(out, MOUSE_ON);
    pace_send(t->pace);
}

/* The screen and the modes as they were; answers still owed do not reach the shell. */
static void screen_leave(struct term *t)
{
    struct buf *out = pace_out(t->pace);
    if (t->conf.mouse) buf_str(out, MOUSE_OFF);
    buf_str(out, t->titled ? "\033[?2004l\033[23;0t" : "\033[?2004l");
    paint_leave(t->paint, out);
    if (!pace_drain(t->pace, LEAVE_DRAIN_MS)) {
        tcflush(t->out, TCOFLUSH);
        termios_leave_screen();
    }
    termios_await(t->rest, t->rest_len);
    t->rest_len = 0;
    termios_give_back();
}

static void term_resume(struct term *t)
{
    if (termios_take(t->in, t->out, t->leave, NULL)) {
        on_gone(t);
        return;
    }
    paint_redraw(t->paint);
    term_resize(t);
    if (t->calls.resumed) t->calls.resumed(t->calls.arg);
}

void term_lend(struct term *t)
{
    term_listen(t, false);
    t->leaving = t->lent = true;
    screen_leave(t);
    pace_hold(t->pace, true);
}

void term_return(struct term *t)
{
    t->leaving = t->lent = false;
    /* The modes first: continued in the background, that is where we are stopped again. */
    if (termios_take(t->in, t->out, t->leave, NULL)) {
        on_gone(t);
        return;
    }
    screen_enter(t);
    pace_hold(t->pace, false);
    term_listen(t, true);
    term_resume(t);
}

void term_suspend(struct term *t)
{
    term_lend(t);
    signals_stop_here(t->signals, true);
    term_return(t);
}

static void on_signal(void *arg, int number)
{
    struct term *t = arg;
    if (t->lent && number != SIGTERM && number != SIGHUP) return; /* of keys typed to the other program */
    switch (number) {
    case SIGWINCH: term_resize(t); break;
    case SIGTSTP: term_suspend(t); break;
    case SIGCONT: term_resume(t); break; /* after a SIGSTOP the shell may have set the modes */
    default: t->calls.quit(t->calls.arg, number);
    }
}

static bool wants_mono(const char *color)
{
    const char *no_color = getenv("NO_COLOR");
    if (color && strcmp(color, "always") == 0) return false;
    if (color && strcmp(color, "never") == 0) return true;
    return no_color && no_color[0];
}

/* COLORTERM is what terminals set that take direct colours; within GNU screen it is that of the terminal around it. */
static bool takes_direct(const char *name)
{
    const char *says = getenv("COLORTERM");
    if (!says || (strcmp(says, "truecolor") != 0 && strcmp(says, "24bit") != 0)) return false;
    return strncmp(name, "screen", strlen("screen")) != 0 || getenv("TMUX");
}

static enum err check_terminal(const struct term_conf *conf, const char *name, struct why *why)
{
    static const char instead[] = "use --linear, or raydeck status";
    if (!isatty(conf->in) || !isatty(conf->out))
        return why_set(why, ERR_UNSUPPORTED, "this is not a terminal; %s", instead);
    if (!name || !name[0]) return why_set(why, ERR_UNSUPPORTED, "TERM is not set; set it, %s", instead);
    if (strcmp(name, "dumb") == 0)
        return why_set(why, ERR_UNSUPPORTED, "the terminal is dumb (TERM=dumb): no screen can be drawn; %s", instead);
    return ERR_OK;
}

/* The parts that need no loop. */
static enum err open_screen(struct term *t, const char *name, struct why *why)
{
    termios_guard(); /* first: ncurses would take SIGINT and SIGTERM that nobody handles, and end with its own status */
    enum err e = termios_reopen(t->conf.in, &t->in, why);
    if (!e) e = termios_reopen(t->conf.out, &t->out, why);
    if (e) return e;
    take_size(t);
    struct paint_conf pc = {.terminal = name,
                            .rows = t->rows,
                            .cols = t->cols,
                            .ascii = t->ascii,
                            .mono = wants_mono(t->conf.color),
                            .direct = takes_direct(name),
                            .theme = t->conf.theme};
    e = paint_open(&pc, &t->paint, why);
    if (e) return e;
    if (paint_stands_in(t->paint)) {
        char safe[NOTE_MAX / 2];
        text_safe_into(safe, sizeof safe, name, strlen(name));
        snprintf(t->note, sizeof t->note, "%s has no terminfo entry here: drawn as " PAINT_STAND_IN, safe);
    }
    t->titled = paint_like_xterm(t->paint) && !t->conf.no_title;
    int len = snprintf(t->leave, sizeof t->leave, "%s\033[?2004l%s", t->conf.mouse ? MOUSE_OFF : "",
                       t->titled ? "\033[23;0t" : "");
    paint_leave_bytes(t->paint, t->leave + len, sizeof t->leave - (size_t)len);
    return termios_take(t->in, t->out, t->leave, why);
}

static void term_free(struct term *t)
{
    paint_free(t->paint);
    buf_done(&t->frame);
    keys_free(t->keys);
    if (t->in >= 0) close(t->in);
    if (t->out >= 0) close(t->out);
    free(t);
}

enum err term_open(struct loop *l, const struct term_conf *conf, const struct term_calls *calls, struct term **ret,
                   struct why *why)
{
    const char *name = getenv("TERM");
    enum err e = check_terminal(conf, name, why);
    if (e) return e;
    struct term *t = mem_zero(1, sizeof *t);
    struct theme theme;
    theme_default(&theme);
    t->conf = *conf;
    t->calls = *calls;
    t->in = t->out = -1;
    buf_init(&t->frame, PAINT_BYTES_MAX);
    if (!conf->theme) t->conf.theme = &theme;
    setlocale(LC_CTYPE, "");
    t->ascii = conf->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    e = open_screen(t, name, why);
    t->conf.theme = NULL;
    if (!e) t->pace = pace_open(l, &(struct pace_conf){t->out, conf->slow, on_ready, on_gone, on_owed, t});
    if (!e && (!t->pace || uv_poll_init(loop_uv(l), &t->poll, t->in)))
        e = why_set(why, ERR_IO, "terminal: its descriptor cannot be watched");
    if (e) {
        pace_close(t->pace);
        termios_give_back();
        term_free(t);
        return e;
    }
    t->poll.data = t;
    t->keys = keys_new(on_input, t);
    t->esc = alarm_new(l, on_esc, t);
    t->signals = signals_open(l, on_signal, t);
    term_listen(t, true);
    screen_enter(t);
    *ret = t;
    return ERR_OK;
}

static void on_closed(uv_handle_t *handle)
{
    term_free(handle->data);
}

/* The memory goes when the loop has let go of the last handle: this may be called from any of our own callbacks. */
void term_close(struct term *t)
{
    if (!t || (t->leaving && !t->lent)) return;
    term_listen(t, false);
    t->leaving = true;
    signals_close(t->signals);
    termios_guard(); /* of those that were the loop's: the modes are still ours */
    alarm_free(t->esc);
    if (!t->lent) screen_leave(t);
    pace_close(t->pace);
    uv_close((uv_handle_t *)&t->poll, on_closed);
}

void term_size(const struct term *t, int *ret_rows, int *ret_cols)
{
    *ret_rows = t->rows;
    *ret_cols = t->cols;
}

bool term_ascii(const struct term *t)
{
    return t->ascii;
}

const char *term_note(const struct term *t)
{
    return t->note;
}

bool term_may_draw(const struct term *t)
{
    return pace_may_draw(t->pace);
}

void term_read(struct term *t)
{
    if (t->polling) on_readable(&t->poll, 0, UV_READABLE);
}

bool term_shown(const struct term *t)
{
    return pace_shown(t->pace);
}

void term_frame(struct term *t, const struct canvas *cv)
{
    if (!pace_may_draw(t->pace)) return;
    struct buf *out = pace_out(t->pace);
    const size_t before = out->len;
    buf_clear(&t->frame);
    paint_frame(t->paint, cv, &t->frame);
    const bool whole = t->sync && t->frame.len >= SYNC_LEAST;
    if (t->calls.drawn && t->frame.len) t->calls.drawn(t->calls.arg, t->frame.data, t->frame.len);
    if (whole) buf_str(out, "\033[?2026h");
    if (t->frame.len) buf_add(out, t->frame.data, t->frame.len);
    if (whole) buf_str(out, "\033[?2026l");
    if (t->frame.len) sync_ask(t, out);
    pace_frame(t->pace, before);
}

void term_redraw(struct term *t)
{
    paint_redraw(t->paint);
}

void term_theme(struct term *t, const struct theme *theme)
{
    paint_theme(t->paint, theme);
}

bool term_has_colors(const struct term *t)
{
    return paint_colors(t->paint) > 0;
}

void term_bell(struct term *t)
{
    if (t->conf.no_bell || t->leaving) return;
    buf_char(pace_out(t->pace), '\a');
    pace_send(t->pace);
}

enum err term_copy(struct term *t, const char *text, bool tmux)
{
    struct buf bytes;
    buf_init(&bytes, CLIPBOARD_BYTES_MAX);
    enum err err = clipboard_bytes(text, tmux, &bytes);
    if (!err) err = buf_add(pace_out(t->pace), bytes.data, bytes.len);
    buf_done(&bytes);
    if (!err) pace_send(t->pace);
    return err;
}

void term_title(struct term *t, const char *safe)
{
    if (!t->titled || t->leaving) return;
    char *title = text_safe(safe, strlen(safe), TEXT_ONE_LINE, TITLE_MAX);
    buf_printf(pace_out(t->pace), "\033]2;%s\a", title);
    free(title);
    pace_send(t->pace);
}

uint64_t term_bytes_sent(const struct term *t)
{
    return pace_sent(t->pace);
}
