/* pty.c - a program in a pseudo-terminal, its screen in libvterm. */
#include "tests/support/pty.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <regex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <vterm.h>

#include "backends/base/compat.h"

enum { RAW_MAX = 65536, READ_MAX = 8192, STEP_MS = 20, SETTLE_MS = 1000, ENV_MAX = 64 };

struct pty {
    int master, slave;
    pid_t leader, pid;
    int status;                                         /* of the leader, which ends as the program did; -1: running */
    bool mute, asked, reading, alternate, cursor_shown; /* asked: it was answered a question */
    VTerm *vt;
    VTermScreen *screen;
    int rows, cols, bells;
    char title[256];
    struct buf raw, answers;
    const char *with_regex, *with_bytes; /* of pty_send_with_answer; NULL: none */
    const struct pty_reply *replies;
    unsigned bytes_per_s;
    uint64_t begun_ms, frames;
    size_t frame_matched;
    char held[4]; /* the beginning of a character whose rest has not come */
    size_t held_len;
    size_t matched[PTY_REPLIES]; /* of each question, how much was seen */
    uint64_t bytes;
    struct termios modes;
};

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int on_prop(VTermProp prop, VTermValue *value, void *arg)
{
    struct pty *p = arg;
    if (prop == VTERM_PROP_ALTSCREEN) p->alternate = value->boolean;
    if (prop == VTERM_PROP_CURSORVISIBLE) p->cursor_shown = value->boolean;
    if (prop == VTERM_PROP_TITLE) compat_vterm_string(p->title, sizeof p->title, value);
    return 1;
}

static int on_bell(void *arg)
{
    struct pty *p = arg;
    p->bells++;
    return 1;
}

static void open_screen(struct pty *p)
{
    static const VTermScreenCallbacks calls = {.settermprop = on_prop, .bell = on_bell};
    p->vt = vterm_new(p->rows, p->cols);
    vterm_set_utf8(p->vt, 1);
    p->screen = vterm_obtain_screen(p->vt);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_screen_set_callbacks(p->screen, &calls, p);
    vterm_screen_reset(p->screen, 1);
}

static void env_set(const char **env, const char *entry)
{
    size_t name = strcspn(entry, "="), i = 0;
    while (env[i] && !(strncmp(env[i], entry, name) == 0 && env[i][name] == '=')) i++;
    if (entry[name] == '=') {
        if (i + 1 < ENV_MAX) env[i] = entry;
        return;
    }
    for (; env[i]; i++) env[i] = env[i + 1];
}

static void env_build(const char **env, const char *const *more)
{
    static const char *const passed[] = {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"};
    env_set(env, "LC_ALL=C.UTF-8");
    env_set(env, "TERM=xterm-256color");
    env_set(env, "TZ=UTC");
    for (size_t i = 0; i < ARRAY_LEN(passed); i++) {
        const char *value = getenv(passed[i]);
        if (value) env_set(env, mem_printf("%s=%s", passed[i], value));
    }
    for (; more && *more; more++) env_set(env, *more);
}

/* The session's leader: the job's parent, as a shell would be, that ends as the job does. */
static _Noreturn void session_lead(struct pty *p, const struct pty_conf *conf, int tell, int go)
{
    const char *env[ENV_MAX] = {0};
    char byte;
    env_build(env, conf->env);
    setsid();
    ioctl(p->slave, TIOCSCTTY, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
    signal(SIGTTOU, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setpgid(0, 0);
        while (read(go, &byte, 1) < 0 && errno == EINTR) {
        }
        signal(SIGTTOU, SIG_DFL);
        for (int fd = 0; fd < 3; fd++) dup2(p->slave, fd);
        closefrom(3);
        execve(conf->argv[0], (char *const *)(uintptr_t)conf->argv, (char *const *)(uintptr_t)env);
        dprintf(2, "%s: %s\r\n", conf->argv[0], strerror(errno));
        _exit(127);
    }
    setpgid(pid, pid);
    tcsetpgrp(p->slave, pid);
    signal(SIGHUP, SIG_IGN); /* the job's end is to be told even when the line dropped */
    if (write(tell, &pid, sizeof pid) < 0) _exit(126);
    close(go);
    close(p->slave);
    close(p->master);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

struct pty *pty_start(const struct pty_conf *conf)
{
    struct pty *p = mem_zero(1, sizeof *p);
    p->rows = conf->rows ? conf->rows : 24;
    p->cols = conf->cols ? conf->cols : 80;
    p->mute = conf->mute;
    p->replies = conf->replies;
    p->bytes_per_s = conf->bytes_per_s;
    p->begun_ms = now_ms();
    p->reading = true;
    p->status = -1;
    buf_init(&p->raw, 2 * RAW_MAX);
    buf_init(&p->answers, 4096);
    struct winsize size = {.ws_row = (unsigned short)p->rows, .ws_col = (unsigned short)p->cols};
    int tell[2], go[2];
    if (openpty(&p->master, &p->slave, NULL, NULL, &size) < 0 || pipe2(tell, O_CLOEXEC) < 0 || pipe2(go, O_CLOEXEC) < 0)
        fail_msg("no pseudo-terminal: %s", strerror(errno));
    fcntl(p->master, F_SETFD, FD_CLOEXEC);
    fcntl(p->master, F_SETFL, O_NONBLOCK);
    tcgetattr(p->slave, &p->modes);
    open_screen(p);
    p->leader = fork();
    if (p->leader == 0) {
        close(go[1]);
        session_lead(p, conf, tell[1], go[0]);
    }
    close(tell[1]);
    close(go[0]);
    if (p->leader < 0 || read(tell[0], &p->pid, sizeof p->pid) != sizeof p->pid)
        fail_msg("the program cannot be started");
    close(tell[0]);
    close(go[1]); /* off it goes: it is in the foreground now */
    return p;
}

void pty_stop(struct pty *p)
{
    if (!p) return;
    if (p->status < 0) {
        kill(-p->pid, SIGKILL);
        kill(p->pid, SIGKILL);
        while (waitpid(p->leader, &p->status, 0) < 0 && errno == EINTR) {
        }
    }
    if (p->master >= 0) close(p->master);
    if (p->slave >= 0) close(p->slave);
    vterm_free(p->vt);
    buf_done(&p->raw);
    buf_done(&p->answers);
    const char *never = p->with_regex;
    free(p);
    if (never) fail_msg("no question was asked with this on the screen: %s", never);
}

static void replies_take(struct pty *p, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        for (size_t k = 0; p->replies && k < PTY_REPLIES && p->replies[k].question; k++) {
            const char *question = p->replies[k].question;
            p->matched[k] = bytes[i] == question[p->matched[k]] ? p->matched[k] + 1 : bytes[i] == question[0];
            if (question[p->matched[k]]) continue;
            p->matched[k] = 0;
            buf_str(&p->answers, p->replies[k].answer);
        }
}

static void take_answers(struct pty *p)
{
    char bytes[512];
    for (size_t n; (n = vterm_output_read(p->vt, bytes, sizeof bytes)) > 0;)
        if (!p->mute) buf_add(&p->answers, bytes, n);
    p->asked |= p->answers.len > 0;
    if (p->answers.len > 0 && p->with_regex && pty_wait_for(p, p->with_regex, 0)) {
        buf_str(&p->answers, p->with_bytes);
        p->with_regex = NULL;
    }
    while (p->answers.len > 0) {
        ssize_t n = write(p->master, p->answers.data, p->answers.len);
        if (n <= 0) return;
        buf_drop(&p->answers, (size_t)n);
    }
}

static void frames_count(struct pty *p, const char *bytes, size_t len)
{
    static const char question[] = "\033[5n";
    for (size_t i = 0; i < len; i++) {
        p->frame_matched = bytes[i] == question[p->frame_matched] ? p->frame_matched + 1 : bytes[i] == question[0];
        if (question[p->frame_matched]) continue;
        p->frame_matched = 0;
        p->frames++;
    }
}

/* libvterm 0.1 shows a character that it gets in two pieces as two, which shifts the rest of the line: it gets whole
 * ones. */
static void screen_write(struct pty *p, const char *bytes, size_t len)
{
    char all[sizeof p->held + READ_MAX];
    memcpy(all, p->held, p->held_len);
    memcpy(all + p->held_len, bytes, len);
    len += p->held_len;
    size_t whole = len;
    while (whole > 0 && len - whole < 3 && ((unsigned char)all[whole - 1] & 0xC0) == 0x80) whole--;
    const unsigned char first = whole > 0 ? (unsigned char)all[whole - 1] : 0;
    const size_t wanted = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0;
    whole = wanted > len - whole + 1 ? whole - 1 : len;
    p->held_len = len - whole;
    memcpy(p->held, all + whole, p->held_len);
    vterm_input_write(p->vt, all, whole);
}

/* A slow line has nothing left over from when there was nothing to take. */
static size_t line_takes(struct pty *p, size_t most)
{
    if (!p->bytes_per_s) return most;
    const uint64_t now = now_ms(), earned = (now - p->begun_ms) * p->bytes_per_s / 1000;
    if (earned > 0) p->begun_ms = now;
    return earned < most ? (size_t)earned : most;
}

/* Reads what is there; false when nothing was. */
static bool take_output(struct pty *p)
{
    char bytes[READ_MAX];
    if (p->master < 0 || !p->reading) return false;
    const size_t most = line_takes(p, sizeof bytes);
    ssize_t n = most ? read(p->master, bytes, most) : 0;
    if (n <= 0) return false;
    frames_count(p, bytes, (size_t)n);
    p->bytes += (uint64_t)n;
    buf_add(&p->raw, bytes, (size_t)n);
    if (p->raw.len > RAW_MAX) buf_drop(&p->raw, p->raw.len - RAW_MAX);
    screen_write(p, bytes, (size_t)n);
    replies_take(p, bytes, (size_t)n);
    take_answers(p);
    return true;
}

static void child_reap(struct pty *p)
{
    int status;
    if (p->status >= 0 || waitpid(p->leader, &status, WNOHANG) != p->leader) return;
    p->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool pty_wait(struct pty *p, bool (*until)(struct pty *p, void *arg), void *arg, unsigned max_ms)
{
    uint64_t end = now_ms() + max_ms;
    for (;;) {
        if (until(p, arg)) return true;
        uint64_t now = now_ms();
        if (now >= end) return false;
        struct pollfd wait = {.fd = p->reading ? p->master : -1, .events = POLLIN};
        poll(&wait, 1, end - now < STEP_MS ? (int)(end - now) : STEP_MS);
        for (int i = 0; i < 64 && take_output(p); i++) {
        }
    }
}

struct sought {
    regex_t regex;
    bool there;
};

static bool screen_matches(struct pty *p, void *arg)
{
    const struct sought *s = arg;
    char *text = pty_screen(p);
    bool matches = regexec(&s->regex, text, 0, NULL, 0) == 0;
    free(text);
    return matches == s->there;
}

static bool screen_seek(struct pty *p, const char *regex, bool there, unsigned max_ms)
{
    struct sought s = {.there = there};
    if (regcomp(&s.regex, regex, REG_EXTENDED | REG_NOSUB | REG_NEWLINE)) fail_msg("no regular expression: %s", regex);
    bool ok = pty_wait(p, screen_matches, &s, max_ms);
    regfree(&s.regex);
    return ok;
}

bool pty_wait_for(struct pty *p, const char *regex, unsigned max_ms)
{
    return screen_seek(p, regex, true, max_ms);
}

bool pty_wait_gone(struct pty *p, const char *regex, unsigned max_ms)
{
    return screen_seek(p, regex, false, max_ms);
}

void pty_see(struct pty *p, const char *regex)
{
    if (pty_wait_for(p, regex, DEADLINE_MS)) return;
    char *text = pty_screen(p);
    child_reap(p);
    printf("the screen, %d s later (program status %d):\n%s", DEADLINE_MS / 1000, p->status, text);
    free(text);
    fail_msg("not on the screen: %s", regex);
}

static bool is_stopped(struct pty *p, void *arg)
{
    char *path = mem_printf("/proc/%d/stat", (int)p->pid);
    char text[512] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    const char *state = n > 0 ? strrchr(text, ')') : NULL;
    if (fd >= 0) close(fd);
    free(path);
    (void)arg;
    return state && state[1] == ' ' && state[2] == 'T';
}

bool pty_wait_stopped(struct pty *p, unsigned max_ms)
{
    return pty_wait(p, is_stopped, NULL, max_ms);
}

static bool is_ended(struct pty *p, void *arg)
{
    (void)arg;
    child_reap(p);
    return p->status >= 0;
}

int pty_wait_exit(struct pty *p, unsigned max_ms)
{
    if (!pty_wait(p, is_ended, NULL, max_ms)) return -1;
    while (take_output(p)) {
    }
    return p->status;
}

static bool is_never(struct pty *p, void *arg)
{
    (void)p;
    (void)arg;
    return false;
}

void pty_pump(struct pty *p, unsigned ms)
{
    pty_wait(p, is_never, NULL, ms);
}

/* A frame that has begun to come is all here, with the question that ends it, or what comes between frames is. */
static bool frame_is_whole(struct pty *p, void *arg)
{
    static const char question[] = "\033[5n";
    const size_t len = sizeof question - 1;
    const char *end = buf_text(&p->raw) + p->raw.len;
    (void)arg;
    if (!p->asked || p->mute || !p->reading || p->raw.len < len) return true;
    return end[-1] == '\a' || memcmp(end - len, question, len) == 0;
}

void pty_send(struct pty *p, const char *bytes)
{
    size_t len = strlen(bytes);
    pty_wait(p, frame_is_whole, NULL, SETTLE_MS); /* as a terminal would: it answers before a person has read */
    uint64_t end = now_ms() + DEADLINE_MS;
    while (len > 0 && now_ms() < end) {
        ssize_t n = write(p->master, bytes, len);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        } else {
            pty_pump(p, STEP_MS);
        }
    }
    if (len > 0) fail_msg("the program does not read its terminal");
}

void pty_send_with_answer(struct pty *p, const char *regex, const char *bytes)
{
    p->with_regex = regex;
    p->with_bytes = bytes;
}

void pty_resize(struct pty *p, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    p->rows = rows;
    p->cols = cols;
    vterm_set_size(p->vt, rows, cols);
    ioctl(p->master, TIOCSWINSZ, &size);
}

void pty_signal(struct pty *p, int number)
{
    if (p->status < 0) kill(p->pid, number);
}

void pty_read(struct pty *p, bool reading)
{
    p->reading = reading;
}

void pty_mute(struct pty *p, bool mute)
{
    p->mute = mute;
}

void pty_hang_up(struct pty *p)
{
    close(p->slave);
    close(p->master);
    p->master = p->slave = -1;
}

struct pty_cell pty_cell(struct pty *p, int row, int col)
{
    struct pty_cell ret = {.fg_default = true, .bg_default = true};
    VTermScreenCell cell;
    if (!vterm_screen_get_cell(p->screen, (VTermPos){row, col}, &cell)) return ret;
    size_t len = 0;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] && cell.chars[i] != UINT32_MAX; i++)
        len += text_encode(cell.chars[i], ret.text + len);
    if (cell.chars[0] == 0) ret.text[len++] = ' ';
    ret.width = cell.width;
    ret.bold = cell.attrs.bold;
    ret.underline = cell.attrs.underline;
    ret.reverse = cell.attrs.reverse;
    ret.italic = cell.attrs.italic;
    ret.fg_default = VTERM_COLOR_IS_DEFAULT_FG(&cell.fg);
    ret.bg_default = VTERM_COLOR_IS_DEFAULT_BG(&cell.bg);
    vterm_screen_convert_color_to_rgb(p->screen, &cell.fg);
    vterm_screen_convert_color_to_rgb(p->screen, &cell.bg);
    ret.fg = cell.fg.rgb.red << 16 | cell.fg.rgb.green << 8 | cell.fg.rgb.blue;
    ret.bg = cell.bg.rgb.red << 16 | cell.bg.rgb.green << 8 | cell.bg.rgb.blue;
    return ret;
}

char *pty_line(struct pty *p, int row)
{
    struct buf out;
    buf_init(&out, (size_t)p->cols * 32 + 1);
    for (int col = 0; col < p->cols; col++) {
        struct pty_cell cell = pty_cell(p, row, col);
        buf_str(&out, cell.text);
        if (cell.width == 2) col++;
    }
    while (out.len > 0 && out.data[out.len - 1] == ' ') out.data[--out.len] = '\0';
    return buf_take(&out);
}

char *pty_screen(struct pty *p)
{
    struct buf out;
    buf_init(&out, (size_t)p->rows * ((size_t)p->cols * 32 + 2));
    for (int row = 0; row < p->rows; row++) {
        char *line = pty_line(p, row);
        buf_str(&out, line);
        buf_char(&out, '\n');
        free(line);
    }
    return buf_take(&out);
}

void pty_cursor(struct pty *p, int *ret_row, int *ret_col, bool *ret_shown)
{
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &at);
    *ret_row = at.row;
    *ret_col = at.col;
    *ret_shown = p->cursor_shown;
}

bool pty_alternate(const struct pty *p)
{
    return p->alternate;
}

const char *pty_title(const struct pty *p)
{
    return p->title;
}

int pty_bells(const struct pty *p)
{
    return p->bells;
}

uint64_t pty_bytes(const struct pty *p)
{
    return p->bytes;
}

uint64_t pty_frames(const struct pty *p)
{
    return p->frames;
}

const char *pty_raw(const struct pty *p, size_t *ret_len)
{
    if (ret_len) *ret_len = p->raw.len;
    return buf_text(&p->raw);
}

bool pty_modes_restored(const struct pty *p)
{
    struct termios modes;
    if (p->slave < 0 || tcgetattr(p->slave, &modes) < 0) return false;
    return modes.c_iflag == p->modes.c_iflag && modes.c_oflag == p->modes.c_oflag &&
           modes.c_cflag == p->modes.c_cflag && modes.c_lflag == p->modes.c_lflag &&
           memcmp(modes.c_cc, p->modes.c_cc, sizeof modes.c_cc) == 0;
}

pid_t pty_pid(const struct pty *p)
{
    return p->pid;
}
