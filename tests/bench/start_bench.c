/*
 * start_bench.c - how long from exec to the first frame and to the pods, and how much memory that takes, against curl
 * fetching the same lists from the same server over the same TLS. Prints a table; decides nothing.
 */
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"
#include "backends/link/file.h"
#include "backends/link/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 9, LIMIT_MS = 60000, BIG = 5000, FILE_MAX = 1 << 20, PAGE = 250 };

/* ---- curl -------------------------------------------------------------------------------------------------------- */

struct curl_files {
    char *folder, *ca, *header, *script, *server;
};

static const struct yaml_node *first_member(const struct yaml_node *root, const char *list, const char *member)
{
    const struct yaml_node *items = yaml_get(root, list);
    return items && items->count ? yaml_get(items->items[0], member) : NULL;
}

/* The token goes into a header file, never into argv. */
static struct curl_files curl_prepare(const struct sim_run *sim)
{
    struct curl_files c = {.folder = run_folder()};
    struct buf text, ca;
    struct yaml *y = NULL;
    char *path = mem_printf("%s/kubeconfig", sim_run_folder(sim));
    buf_init(&text, FILE_MAX);
    buf_init(&ca, FILE_MAX);
    assert_int_equal(file_read(path, &text, NULL), ERR_OK);
    assert_int_equal(yaml_parse(path, buf_text(&text), text.len, &y, NULL), ERR_OK);
    const struct yaml_node *cluster = first_member(yaml_root(y), "clusters", "cluster");
    const char *data = yaml_str(cluster, "certificate-authority-data");
    assert_int_equal(text_base64_decode(data, strlen(data), &ca), ERR_OK);
    c.server = mem_str(yaml_str(cluster, "server"));
    c.ca = mem_printf("%s/ca.pem", c.folder);
    c.header = mem_printf("%s/header", c.folder);
    c.script = mem_printf("%s/pages", c.folder);
    assert_int_equal(file_write(c.ca, buf_text(&ca), ca.len, NULL), ERR_OK);
    char *header =
        mem_printf("Authorization: Bearer %s\n", yaml_str(first_member(yaml_root(y), "users", "user"), "token"));
    assert_int_equal(file_write(c.header, header, strlen(header), NULL), ERR_OK);
    free(header);
    /* The same pages over one connection: curl fetches page after page, as a client must. */
    char *script =
        mem_printf("next=''; while :; do page=$(curl -sS --compressed --cacert '%s' -H @'%s' "
                   "\"%s/api/v1/namespaces/mistral/pods?limit=%d&labelSelector=ray.io%%2Fcluster$next\") || exit 1; "
                   "token=${page#*\\\"continue\\\":\\\"}; [ \"$token\" = \"$page\" ] && exit 0; "
                   "token=${token%%%%\\\"*}; [ -n \"$token\" ] || exit 0; next=\"&continue=$token\"; done\n",
                   c.ca, c.header, c.server, PAGE);
    assert_int_equal(file_write(c.script, script, strlen(script), NULL), ERR_OK);
    free(script);
    yaml_tree_free(y);
    buf_done(&text);
    buf_done(&ca);
    free(path);
    return c;
}

static void curl_done(struct curl_files *c)
{
    run_remove(c->folder);
    free(c->ca);
    free(c->header);
    free(c->script);
    free(c->server);
}

/* ---- measuring --------------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(double *ms, size_t n)
{
    qsort(ms, n, sizeof *ms, by_value);
    return ms[n / 2];
}

static double run_ms(const char *const *argv)
{
    uint64_t from = loop_now_us();
    struct run r = run_program(argv, NULL, NULL, LIMIT_MS);
    uint64_t to = loop_now_us();
    if (r.status != 0) fail_msg("%s: %d: %s", argv[0], r.status, r.err);
    run_done(&r);
    return (double)(to - from) / 1000;
}

static double curl_one_page(const struct curl_files *c)
{
    char *url = mem_printf("%s/api/v1/namespaces/mistral/pods?limit=250", c->server);
    char *header = mem_printf("@%s", c->header);
    const char *const argv[] = {"/usr/bin/curl", "-sS", "--compressed", "--cacert", c->ca, "-H",
                                header,          "-o",  "/dev/null",    url,        NULL};
    const double ms = run_ms(argv);
    free(url);
    free(header);
    return ms;
}

static double curl_pages(const struct curl_files *c)
{
    const char *const argv[] = {"/bin/bash", c->script, NULL};
    double ms[3];
    for (int i = 0; i < 3; i++) ms[i] = run_ms(argv);
    return median_of(ms, 3);
}

static long memory_kib(pid_t pid)
{
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0) kib = strtol(line + 6, NULL, 10);
    if (file) fclose(file);
    return kib;
}

struct start {
    double frame_ms, pods_ms;
    long kib;
};

/* With the namespace said, as curl has it said; or found, which takes a list of RayServices first. */
static struct start start_console(const struct sim_run *sim, bool said)
{
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), said ? "-n" : NULL, "mistral", NULL};
    struct start s;
    uint64_t from = loop_now_us();
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 120});
    pty_see(p, "ANSWERING");
    s.frame_ms = (double)(loop_now_us() - from) / 1000;
    pty_see(p, "-head-");
    s.pods_ms = (double)(loop_now_us() - from) / 1000;
    pty_see(p, "ACTOR");
    pty_see(p, "mistral-7b#");
    s.kib = memory_kib(pty_pid(p));
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, LIMIT_MS), 0);
    pty_stop(p);
    return s;
}

static void small_cluster(void)
{
    struct sim_run *sim = sim_run_start(NULL);
    struct curl_files c = curl_prepare(sim);
    double frame[ROUNDS], pods[ROUNDS], found[ROUNDS], curl[ROUNDS];
    long kib = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct start s = start_console(sim, true);
        frame[i] = s.frame_ms;
        pods[i] = s.pods_ms;
        if (s.kib > kib) kib = s.kib;
        found[i] = start_console(sim, false).pods_ms;
        curl[i] = curl_one_page(&c); /* in turn: what else the machine does is the same for both */
    }
    double one = median_of(curl, ROUNDS), on_screen = median_of(pods, ROUNDS), after = median_of(found, ROUNDS);
    printf("%-44s %8.1f ms   must be <= 50 ms\n", "exec to first frame (median)", median_of(frame, ROUNDS));
    printf("%-44s %8.1f ms   %.2f x curl's %.1f ms (must be <= 1.5)\n", "exec to pods on screen, one page, -n said",
           on_screen, on_screen / one, one);
    printf("%-44s %8.1f ms   %.2f x curl's\n", "the same, the RayService found first", after, after / one);
    printf("%-44s %8.1f MB   must be <= 20 MB\n", "memory (RSS) with a small cluster", (double)kib / 1024);
    curl_done(&c);
    sim_run_stop(sim);
}

static void big_cluster(void)
{
    char count[16];
    snprintf(count, sizeof count, "%d", BIG);
    struct sim_run *sim = sim_run_start((const char *const[]){"--pods", count, NULL});
    struct curl_files c = curl_prepare(sim);
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(sim), "--redis", "none",
                                "--neuron",    "none",     "--no-probe",        "status",  NULL};
    double ms[3];
    for (int i = 0; i < 3; i++) ms[i] = run_ms(argv);
    double status = median_of(ms, 3), curl = curl_pages(&c);
    struct start s = start_console(sim, false);
    printf("%-44s %8.1f ms   %.2f x curl paging alike, %.1f ms (must be <= 1.5)\n",
           "5,000 pods: exec to all listed (status)", status, status / curl, curl);
    printf("%-44s %8.1f MB   with 5,000 pods\n", "memory (RSS)", (double)s.kib / 1024);
    curl_done(&c);
    sim_run_stop(sim);
}

static void start_times(void **state)
{
    (void)state;
    small_cluster();
    big_cluster();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(start_times)};
    return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
