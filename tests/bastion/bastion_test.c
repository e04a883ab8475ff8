/*
 * bastion_test.c - the static program of `make bastion`, in a chroot that holds nothing else: it draws, it reaches an
 * API server over TLS, and it resolves names by /etc/hosts and DNS. Skipped without root, which chroot needs.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#define CHROOT "/usr/sbin/chroot"
#define HOST "api.bastion.test"
#define NAME_SERVER "127.0.0.2" /* another than the system's, if that listens on loopback */

enum { FILE_MAX = 1024 * 1024, DNS_PORT = 53, DNS_HEADER = 12, UNREACHED = 3 };

struct bastion {
    struct sim_run *sim;
    char *folder;
};

static void shell_runs(const char *script, const char *a, const char *b)
{
    const char *const argv[] = {"/bin/sh", "-ec", script, "sh", a, b, NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    if (r.status) fail_msg("%s: %s", script, r.err);
    run_done(&r);
}

static void file_put(const struct bastion *b, const char *name, const char *text)
{
    char *path = mem_printf("%s/%s", b->folder, name);
    struct why why = {0};
    if (file_write(path, text, strlen(text), &why)) fail_msg("%s", why.text);
    chmod(path, 0644);
    free(path);
}

static int bastion_setup(void **state)
{
    const char *program = getenv("RAYDECK_BASTION");
    struct bastion *b = mem_zero(1, sizeof *b);
    *state = b;
    if (geteuid()) return 0;
    if (!program) fail_msg("RAYDECK_BASTION is the program to test: make test-bastion");
    b->folder = run_folder();
    chmod(b->folder, 0755);
    shell_runs(
        "cp \"$1\" \"$2/raydeck\"; cp tests/fixtures/recordings/head-kill.rec \"$2\"; mkdir \"$2/dev\" \"$2/etc\"",
        program, b->folder);
    char *tty = mem_printf("%s/dev/tty", b->folder);
    assert_int_equal(mknod(tty, S_IFCHR | 0666, makedev(5, 0)), 0);
    free(tty);
    b->sim = sim_run_start(NULL);
    return 0;
}

static int bastion_teardown(void **state)
{
    struct bastion *b = *state;
    sim_run_stop(b->sim);
    run_remove(b->folder);
    free(b);
    return 0;
}

/* The simulated cluster's kubeconfig with that host in the server's URL, its CA as a file of its own. */
static void kubeconfig_put(const struct bastion *b, const char *host)
{
    char *from = mem_printf("%s/kubeconfig", sim_run_folder(b->sim)), *to = mem_printf("%s/kubeconfig", b->folder);
    shell_runs("sed -n 's/.*certificate-authority-data: //p' \"$1\" | base64 -d > \"${2%/*}/ca.pem\"", from, to);
    char *script = mem_printf("sed 's,https://127.0.0.1,https://%s,; "
                              "s,certificate-authority-data: .*,certificate-authority: /ca.pem\\n    tls-server-name: "
                              "127.0.0.1,' \"$1\" > \"$2\"",
                              host);
    shell_runs(script, from, to);
    free(script);
    free(from);
    free(to);
}

static struct run bastion_status(const struct bastion *b)
{
    const char *const argv[] = {CHROOT, b->folder, "/raydeck",  "--kubeconfig", "/kubeconfig", "--neuron",
                                "none", "status",  "--timeout", "20",           NULL};
    return run_program(argv, NULL, NULL, DEADLINE_MS);
}

static void status_is(const struct bastion *b, int status, const char *said)
{
    struct run r = bastion_status(b);
    if (r.status != status || (!strstr(r.out, said) && !strstr(r.err, said)))
        fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
}

static void it_is_static_and_needs_nothing(void **state)
{
    struct bastion *b = *state;
    if (!b->folder) skip();
    const char *const argv[] = {CHROOT, b->folder, "/raydeck", "--version", NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 0);
    assert_ptr_equal(strstr(r.out, "raydeck "), r.out);
    run_done(&r);
}

static void console_draws(const struct bastion *b, const char *terminal, const char *note)
{
    char *env = mem_printf("TERM=%s", terminal);
    const char *const argv[] = {CHROOT, b->folder, "/raydeck", "replay", "/head-kill.rec", NULL};
    struct pty *p =
        pty_start(&(struct pty_conf){.argv = argv, .env = (const char *const[]){env, NULL}, .rows = 40, .cols = 120});
    pty_see(p, "1 Pods");
    pty_see(p, "head +mistral-6x5r2-head");
    if (note) pty_see(p, note);
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
    free(env);
}

/* Without a terminfo database, and without a locale. */
static void it_draws(void **state)
{
    struct bastion *b = *state;
    if (!b->folder) skip();
    console_draws(b, "xterm-256color", NULL);
    console_draws(b, "xterm-ghostty", "drawn as xterm-256color");
}

static void it_shows_a_cluster_over_tls(void **state)
{
    struct bastion *b = *state;
    if (!b->folder) skip();
    kubeconfig_put(b, "127.0.0.1");
    status_is(b, 0, "ANSWERING        YES");
    const char *const argv[] = {CHROOT, b->folder, "/raydeck", "--kubeconfig", "/kubeconfig", "--neuron", "none", NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
    pty_see(p, "ANSWERING +YES");
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    pty_stop(p);
    file_put(b, "ca.pem", ""); /* and it does look at the CA */
    struct run r = bastion_status(b);
    assert_int_not_equal(r.status, 0);
    run_done(&r);
}

static void it_resolves_by_hosts(void **state)
{
    struct bastion *b = *state;
    if (!b->folder) skip();
    kubeconfig_put(b, HOST);
    /* Other modules of the system's are of its libc: they are not loaded. */
    file_put(b, "etc/nsswitch.conf", "hosts: mymachines mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return]\n");
    file_put(b, "etc/hosts", "127.0.0.1 " HOST "\n");
    file_put(b, "etc/resolv.conf", "nameserver 127.0.0.1\n");
    status_is(b, 0, "ANSWERING        YES");
    file_put(b, "etc/hosts", "");
}

/* ---- DNS ---- */

static volatile bool dns_over;

/* Answers HOST's A record with 127.0.0.1, its others with none, and NXDOMAIN for every other name. */
static void *dns_run(void *arg)
{
    static const unsigned char host[] = "\3api\7bastion\4test",
                               record[] = {0xC0, DNS_HEADER, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1};
    const int fd = *(const int *)arg;
    while (!dns_over) {
        unsigned char m[512 + sizeof record];
        struct sockaddr_in from;
        socklen_t len = sizeof from;
        const ssize_t got = recvfrom(fd, m, 512, 0, (struct sockaddr *)&from, &len);
        if (got < DNS_HEADER + 5) continue;
        size_t end = DNS_HEADER;
        while (end < (size_t)got && m[end]) end += m[end] + 1U;
        const bool known = end + 1 - DNS_HEADER == sizeof host && memcmp(m + DNS_HEADER, host, sizeof host) == 0;
        const bool is_a = end + 2 < (size_t)got && m[end + 2] == 1;
        size_t size = end + 5; /* the root's zero, type and class */
        m[2] = 0x84;
        m[3] = known ? 0 : 3;
        memset(m + 6, 0, 6);
        if (known && is_a) {
            m[7] = 1;
            memcpy(m + size, record, sizeof record);
            size += sizeof record;
        }
        (void)!sendto(fd, m, size, 0, (struct sockaddr *)&from, len);
    }
    return NULL;
}

static void it_resolves_by_dns(void **state)
{
    struct bastion *b = *state;
    if (!b->folder) skip();
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(DNS_PORT)};
    const struct timeval brief = {.tv_usec = 100000};
    inet_pton(AF_INET, NAME_SERVER, &address.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief);
    if (bind(fd, (struct sockaddr *)&address, sizeof address)) {
        close(fd);
        skip(); /* a server of this machine has the port at every address */
    }
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, dns_run, &fd), 0);
    file_put(b, "etc/resolv.conf", "nameserver " NAME_SERVER "\n");
    kubeconfig_put(b, HOST);
    struct run r = bastion_status(b);
    kubeconfig_put(b, "nowhere.bastion.test");
    struct run nowhere = bastion_status(b);
    dns_over = true;
    pthread_join(thread, NULL);
    close(fd);
    if (r.status || !strstr(r.out, "ANSWERING        YES")) fail_msg("%d: %s%s", r.status, r.out, r.err);
    if (nowhere.status != UNREACHED || !strstr(nowhere.out, "nowhere.bastion.test"))
        fail_msg("%d: %s%s", nowhere.status, nowhere.out, nowhere.err);
    run_done(&r);
    run_done(&nowhere);
}

/* What it cannot do alone, it says. */
static void the_demo_says_what_it_needs(void **state)
{
    struct bastion *b = *state;
    if (!b->folder) skip();
    const char *const argv[] = {CHROOT, b->folder, "/raydeck", "demo", NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    if (r.status == 0 || r.status > 127 || !strstr(r.err, "raydeck-sim")) fail_msg("%d: %s%s", r.status, r.out, r.err);
    run_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_static_and_needs_nothing),
        cmocka_unit_test(it_draws),
        cmocka_unit_test(it_shows_a_cluster_over_tls),
        cmocka_unit_test(it_resolves_by_hosts),
        cmocka_unit_test(it_resolves_by_dns),
        cmocka_unit_test(the_demo_says_what_it_needs),
    };
    return cmocka_run_group_tests(tests, bastion_setup, bastion_teardown);
}
