/* kubectl_sim.c - the stand-in for kubectl; see kubectl_sim.h. */
#include "backends/sim/kubectl_sim.h"

#include "backends/base/mem.h"
#include "backends/sim/sim_report.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { EXIT_FAILED = 1 };

static int kubectl_fail(const char *what, const char *more)
{
    sim_report(mem_printf("error: %s%s", what, more));
    return EXIT_FAILED;
}

/* One line to the control socket, and its answer. */
static bool control_ask(const char *dir, const char *line, char *answer, size_t size)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const int n = snprintf(at.sun_path, sizeof at.sun_path, "%s/control", dir);
    const int fd = n > 0 && (size_t)n < sizeof at.sun_path ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    size_t len = 0;
    ssize_t got = 1;

    if (fd < 0) return false;
    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0 && dprintf(fd, "%s\n", line) > 0)
        while (got > 0 && len < size - 1 && !memchr(answer, '\n', len))
            if ((got = read(fd, answer + len, size - 1 - len)) > 0) len += (size_t)got;
    close(fd);
    answer[len] = '\0';
    answer[strcspn(answer, "\n")] = '\0';
    return len > 0;
}

int kubectl_sim(const char *dir, const char *const *arguments)
{
    bool exec = false, kills = false;
    char answer[256] = "";

    for (; *arguments && strcmp(*arguments, "--") != 0; arguments++) exec = exec || strcmp(*arguments, "exec") == 0;
    for (; *arguments; arguments++)
        kills = kills || (strstr(*arguments, "kill -9") && strstr(*arguments, "gcs_server"));
    if (!exec || !kills)
        return kubectl_fail("the simulated containers run no command but the one that kills gcs_server", "");
    if (!control_ask(dir, "kill-gcs", answer, sizeof answer)) return kubectl_fail("no simulator serves ", dir);
    if (strncmp(answer, "ok ", 3) != 0) return 0; /* no such process: the loop over /proc finds none */
    printf("killed gcs_server, pid %s\n", answer + 3);
    return 0;
}
