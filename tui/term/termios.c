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

struct saved {
    volatile sig_atomic_t taken;
    int in, out;
    struct termios modes;
    char leave[256];
    size_t leave_len;
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

enum err termios_take(int fd_in, int fd_out, const char *leave, struct why *why)
{
    struct termios modes;
    if (tcgetattr(fd_in, &modes) < 0) return why_set(why, ERR_IO, "terminal: %s", strerror(errno));
    saved.in = fd_in;
    saved.out = fd_out;
    if (!saved.taken) saved.modes = modes;
    saved.leave_len = strnlen(leave, sizeof saved.leave);
    memcpy(saved.leave, leave, saved.leave_len);
    saved.taken = 1;
    cfmakeraw(&modes);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    if (tcsetattr(fd_in, TCSANOW, &modes) == 0) return ERR_OK;
    return why_set(why, ERR_IO, "terminal: %s", strerror(errno));
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

void termios_emergency(void)
{
    if (!saved.taken) return;
    saved.taken = 0;
    /* CAN ends a sequence that may be half sent. */
    ssize_t written = write(saved.out, "\030", 1);
    written = write(saved.out, saved.leave, saved.leave_len);
    (void)written;
    set_modes();
}

static void on_fatal(int number)
{
    termios_emergency();
    raise(number); /* SA_RESETHAND: the default now, with its core */
}

void termios_guard(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT, SIGSYS, SIGXCPU, SIGXFSZ};
    for (size_t i = 0; i < ARRAY_LEN(fatal); i++) {
        struct sigaction act = {.sa_handler = on_fatal, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
        struct sigaction was;
        /* A sanitizer's or the application's own handler stays. */
        if (sigaction(fatal[i], NULL, &was) == 0 && was.sa_handler == SIG_DFL) sigaction(fatal[i], &act, NULL);
    }
    mem_on_exhausted(termios_emergency);
}

void termios_size(int fd, int *ret_rows, int *ret_cols)
{
    struct winsize size = {0};
    bool told = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0;
    *ret_rows = told ? size.ws_row : 24;
    *ret_cols = told ? size.ws_col : 80;
}
