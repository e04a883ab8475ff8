/* termios.c - the terminal's modes: set, saved, restored whatever happens. */
#include "tui/term/termios.h"

#include "backends/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { SIGNAL_STACK = 64 * 1024 };

struct saved {
    volatile sig_atomic_t taken;
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
    if (!saved.taken) saved.modes = modes;
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
static void set_modes(void)
{
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    sigprocmask(SIG_BLOCK, &stop, &before);
    tcsetattr(saved.in, TCSANOW, &saved.modes);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void termios_give_back(void)
{
    if (!saved.taken) return;
    saved.taken = 0;
    set_modes();
}

void termios_leave_screen(void)
{
    /* CAN ends a sequence that may be half sent. */
    ssize_t written = write(saved.out, "\030", 1);
    written = write(saved.out, saved.leave, saved.leave_len);
    (void)written;
}

void termios_emergency(void)
{
    if (!saved.taken) return;
    saved.taken = 0;
    termios_leave_screen();
    tcflush(saved.in, TCIFLUSH); /* what was typed, and the answers that are owed, were not for the shell */
    set_modes();
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
