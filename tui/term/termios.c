/* termios.c - the terminal's modes: set, saved, restored whatever happens. */
#include "tui/term/termios.h"

#include "backends/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { SIGNAL_STACK = 64 * 1024, NOTICE_MS = 500, READ_MAX = 512 };

struct saved {
    volatile sig_atomic_t taken;
    volatile sig_atomic_t owed; /* answers, until: */
    volatile uint64_t owed_until_ms;
    int in, out;
    struct termios modes;
    char leave[256];
    size_t leave_len;
    char stack[SIGNAL_STACK]; /* of the handler: an overflow has left none */
};
static struct saved saved;

/* By name; after `su` that one is another user's, and /dev/tty still opens. */
enum err termios_reopen(int fd, int *ret_fd, struct why *why)
{
    static const char controlling[] = "/dev/tty";
    const char *named = ttyname(fd);
    const char *names[] = {named ? named : controlling, controlling};
    int own = -1;
    for (size_t i = 0; i < ARRAY_LEN(names) && own < 0; i++)
        own = open(names[i], O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own < 0) return why_set(why, ERR_IO, "terminal %s: %s", controlling, strerror(errno));
    *ret_fd = own;
    return ERR_OK;
}

static enum err modes_set(int fd_in, int fd_out, const char *leave, void (*change)(struct termios *modes),
                          struct why *why)
{
    struct termios modes;
    if (tcgetattr(fd_in, &modes) < 0) return why_set(why, ERR_IO, "terminal: %s", strerror(errno));
    saved.in = fd_in;
    saved.out = fd_out;
    if (!saved.taken) {
        saved.modes = modes;
        saved.owed = 0;
    }
    saved.leave_len = strnlen(leave, sizeof saved.leave);
    memcpy(saved.leave, leave, saved.leave_len);
    saved.taken = 1;
    change(&modes);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    if (tcsetattr(fd_in, TCSANOW, &modes) == 0) return ERR_OK;
    return why_set(why, ERR_IO, "terminal: %s", strerror(errno));
}

enum err termios_take(int fd_in, int fd_out, const char *leave, struct why *why)
{
    return modes_set(fd_in, fd_out, leave, cfmakeraw, why);
}

static void make_keys(struct termios *modes)
{
    modes->c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL);
    modes->c_lflag |= ISIG;
}

enum err termios_take_keys(int fd_in, int fd_out, const char *leave, struct why *why)
{
    return modes_set(fd_in, fd_out, leave, make_keys, why);
}

/* In a background process group tcsetattr would stop us; the group that has the terminal now has its modes. */
static void set_modes(const struct termios *modes)
{
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    sigprocmask(SIG_BLOCK, &stop, &before);
    tcsetattr(saved.in, TCSANOW, modes);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void termios_give_back(void)
{
    if (!saved.taken) return;
    saved.taken = 0;
    set_modes(&saved.modes);
}

void termios_leave_screen(void)
{
    /* CAN ends a sequence that may be half sent. */
    ssize_t written = write(saved.out, "\030", 1);
    written = write(saved.out, saved.leave, saved.leave_len);
    (void)written;
}

/* ---- the answers that are outstanding ---- */

void termios_owed(unsigned answers, uint64_t asked_ms)
{
    saved.owed_until_ms = asked_ms + TERMIOS_ANSWER_MS;
    saved.owed = (sig_atomic_t)answers;
}

/* As loop_now_ms, which no signal handler may call. */
static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Counts off the answers in what was read; *at: how much of one has been seen. True: ^C was among it. */
static bool answers_take(const char *bytes, size_t len, size_t *at, sig_atomic_t *owed)
{
    bool ends = false;
    for (size_t i = 0; i < len; i++) {
        static const char answer[] = "\033[0n";
        const char c = bytes[i] == '3' ? '0' : bytes[i]; /* 3: not well */
        *at = c == answer[*at] ? *at + 1 : c == answer[0];
        if (!answer[*at]) {
            *at = 0;
            --*owed;
        }
        ends |= bytes[i] == '\003';
    }
    return ends;
}

static void notice_show(const char *bytes, size_t len)
{
    ssize_t written = write(saved.out, bytes, len);
    (void)written;
}

/* ^C is to be read, not to be a signal, also where a question has left it one. */
static void answers_await(sig_atomic_t owed, uint64_t until_ms)
{
    static const char says[] = "\rraydeck: waiting for the terminal's answer; Ctrl-C leaves at once",
                      clears[] = "\r\033[K";
    const uint64_t notice_ms = now_ms() + NOTICE_MS;
    size_t at = 0;
    bool noticed = false;
    for (uint64_t now; owed > 0 && (now = now_ms()) < until_ms;) {
        if (!noticed && now >= notice_ms) {
            noticed = true;
            notice_show(says, sizeof says - 1);
        }
        const uint64_t next = noticed || until_ms < notice_ms ? until_ms : notice_ms;
        struct pollfd wait = {.fd = saved.in, .events = POLLIN};
        char bytes[READ_MAX];
        const int ready = poll(&wait, 1, (int)(next - now));
        const ssize_t n = ready > 0 ? read(saved.in, bytes, sizeof bytes) : 0;
        if (ready > 0 && (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))) break; /* it is gone */
        if (n > 0 && answers_take(bytes, (size_t)n, &at, &owed) && noticed) break;
    }
    if (noticed) notice_show(clears, sizeof clears - 1);
}

void termios_await(const char *read_already, size_t len)
{
    sig_atomic_t owed = saved.owed;
    struct termios modes;
    saved.owed = 0;
    answers_take(read_already, len, &(size_t){0}, &owed);
    if (owed > 0 && tcgetattr(saved.in, &modes) == 0) {
        modes.c_lflag &= ~(tcflag_t)ISIG;
        set_modes(&modes);
        answers_await(owed, saved.owed_until_ms);
    }
    tcflush(saved.in, TCIFLUSH); /* what was typed was not for the shell either */
}

/* The modes count as taken until they are restored: a second signal ends the wait. */
void termios_emergency(void)
{
    const int before = errno;
    if (!saved.taken) return;
    termios_leave_screen();
    termios_await("", 0);
    termios_give_back();
    errno = before;
}

static void on_fatal(int number)
{
    termios_emergency();
    raise(number); /* SA_RESETHAND: the default now, with its core */
}

/* By default these do not end a process, cannot be caught, or (SIGPIPE) are ignored. */
static bool ends_nothing(int number)
{
    static const int harmless[] = {SIGKILL,  SIGSTOP, SIGCHLD, SIGCONT, SIGURG,
                                   SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE};
    for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
        if (harmless[i] == number) return true;
    return false;
}

void termios_guard(void)
{
    stack_t stack = {.ss_sp = saved.stack, .ss_size = sizeof saved.stack}, old;
    if (sigaltstack(NULL, &old) == 0 && (old.ss_flags & SS_DISABLE)) sigaltstack(&stack, NULL);
    for (int number = 1; number <= SIGRTMAX; number++) {
        struct sigaction act = {.sa_handler = on_fatal, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER) | SA_ONSTACK};
        struct sigaction was;
        if (ends_nothing(number) || sigaction(number, NULL, &was) != 0) continue;
        /* A sanitizer's or the application's own handler stays. */
        if (was.sa_handler == SIG_DFL) sigaction(number, &act, NULL);
    }
    mem_on_exhausted(termios_emergency);
}

void termios_size(int fd, int *ret_rows, int *ret_cols)
{
    struct winsize size = {0};
    bool known = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0;
    *ret_rows = known ? size.ws_row : 24;
    *ret_cols = known ? size.ws_col : 80;
}
