/*
 * term_bench.c - what the console costs a terminal, in three kinds of them side by side: one that answers ESC[5n, one
 * that never does, and one at the end of a line of 1 KB/s. Prints a table with the limits beside it; decides nothing.
 *
 * Calm: the simulated cluster at speed 1, 80x24, a mean of 60 s. Nothing happens: a recording that is paused. Head
 * kill: a recording of one, played from 2 s before to 20 s after it. A frame is what ends in ESC[5n: a
 * terminal that never answers is soon asked no more, and its frames are not counted.
 */
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"
#include "backends/link/loop.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    CALM_S = 60,
    IDLE_S = 15,
    KILL_S = 22,
    KEYS = 12,
    LINE_BYTES = 1024,
    SLICE_MS = 5,
    ROUNDS = 5,
    LIMIT_MS = 30000,
    ESC_MS = 50 /* a lone Esc takes so long to be known */
};
#define HEAD_KILL "tests/fixtures/recordings/head-kill.rec"

enum kind { ANSWERS, SILENT, LINE, KINDS, SLOW = KINDS /* answers; with --slow */, ALL };
static const char *const names[ALL] = {"answers", "silent", "1 KB/s", "--slow"};

static struct pty *console_start(enum kind kind, const char *const *more)
{
    const char *argv[12] = {run_raydeck()};
    size_t n = 1;
    for (; *more && n < ARRAY_LEN(argv) - 2; more++) argv[n++] = *more;
    if (kind == SLOW) argv[n++] = "--slow";
    return pty_start(
        &(struct pty_conf){.argv = argv, .mute = kind == SILENT, .bytes_per_s = kind == LINE ? LINE_BYTES : 0});
}

static void all_pump(struct pty *const *p, size_t count, uint64_t ms)
{
    for (const uint64_t until = loop_now_ms() + ms; loop_now_ms() < until;)
        for (size_t i = 0; i < count; i++) pty_pump(p[i], SLICE_MS);
}

/* Clock ticks that the program has used. */
static double cpu_s(const struct pty *p)
{
    char path[64], text[1024] = "";
    unsigned long user = 0, system_ = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pty_pid(p));
    FILE *file = fopen(path, "r");
    if (file && fgets(text, sizeof text, file)) {
        const char *at = strrchr(text, ')');
        for (int field = 2; at && field < 14; field++) at = strchr(at + 1, ' ');
        if (at) sscanf(at, "%lu %lu", &user, &system_);
    }
    if (file) fclose(file);
    return (double)(user + system_) / (double)sysconf(_SC_CLK_TCK);
}

struct sample {
    uint64_t bytes, frames;
    double cpu_s;
};

static struct sample sample_of(const struct pty *p)
{
    return (struct sample){pty_bytes(p), pty_frames(p), cpu_s(p)};
}

static struct sample sample_since(const struct pty *p, const struct sample *before)
{
    const struct sample now = sample_of(p);
    return (struct sample){now.bytes - before->bytes, now.frames - before->frames, now.cpu_s - before->cpu_s};
}

static void row_print(const char *what, const double *value, size_t count, const char *unit, int decimals,
                      const char *must)
{
    printf("%-34s", what);
    for (size_t i = 0; i < count; i++) {
        if (isnan(value[i]))
            printf(" %9s", "-");
        else
            printf(" %9.*f", decimals, value[i]);
    }
    printf(" %-8s", unit);
    for (size_t i = 1; i < count; i++)
        if (value[0] > 0 && !isnan(value[i])) printf(" %.2f x", value[i] / value[0]);
    printf("  %s\n", must);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(double *ms, size_t n)
{
    qsort(ms, n, sizeof *ms, by_value);
    return ms[n / 2];
}

static void console_leave(struct pty *p)
{
    pty_send(p, "\033[0n\033[0n\033[0n"); /* those of a silent one, which the end would wait for */
    pty_mute(p, false);
    pty_send(p, "q");
    if (pty_wait_exit(p, LIMIT_MS) < 0) fail_msg("the console does not leave");
    pty_stop(p);
}

/* ---- the rows ---------------------------------------------------------------------------------------------------- */

static void starts_print(const char *config)
{
    const char *const argv[] = {"--config", config, "-n", "mistral", NULL};
    double first[KINDS], pods[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
        double frame_ms[ROUNDS], pods_ms[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            const uint64_t from = loop_now_us();
            struct pty *p = console_start((enum kind)kind, argv);
            pty_see(p, "ANSWERING");
            frame_ms[i] = (double)(loop_now_us() - from) / 1000;
            pty_see(p, "-head-");
            pods_ms[i] = (double)(loop_now_us() - from) / 1000;
            console_leave(p);
        }
        first[kind] = median_of(frame_ms, ROUNDS);
        pods[kind] = median_of(pods_ms, ROUNDS);
    }
    row_print("exec to first frame", first, KINDS, "ms", 1, "must be <= 50 ms, but for the line");
    row_print("exec to pods on screen", pods, KINDS, "ms", 1, "must be <= 300 ms, but for the line");
}

/* "/" opens the filter, and Esc closes it: a row of the screen each. */
static double key_ms(struct pty *p)
{
    double ms[KEYS];
    for (int i = 0; i < KEYS; i++) {
        const uint64_t from = loop_now_us();
        pty_send(p, i % 2 ? "\033" : "/");
        const bool seen = i % 2 ? pty_wait_gone(p, "^ /$", LIMIT_MS) : pty_wait_for(p, "^ /$", LIMIT_MS);
        ms[i] = (double)(loop_now_us() - from) / 1000 - (i % 2 ? ESC_MS : 0);
        if (!seen) fail_msg("the key has no effect");
        pty_pump(p, 500);
    }
    return median_of(ms, KEYS);
}

static void calm_print(const char *config)
{
    const char *const argv[] = {"--config", config, "-n", "mistral", NULL};
    struct pty *p[ALL];
    struct sample before[ALL];
    double rate[ALL], each[ALL], frames[ALL], cpu[ALL], key[KINDS];
    for (int i = 0; i < ALL; i++) p[i] = console_start((enum kind)i, argv);
    all_pump(p, ALL, 15000);
    for (int i = 0; i < ALL; i++) before[i] = sample_of(p[i]);
    all_pump(p, ALL, CALM_S * 1000);
    for (int i = 0; i < ALL; i++) {
        const struct sample s = sample_since(p[i], &before[i]);
        rate[i] = (double)s.bytes / CALM_S;
        frames[i] = i == SILENT ? NAN : (double)s.frames / CALM_S;
        each[i] = i == SILENT || !s.frames ? NAN : (double)s.bytes / (double)s.frames;
        cpu[i] = 100 * s.cpu_s / CALM_S;
    }
    for (int i = 0; i < KINDS; i++) key[i] = key_ms(p[i]);
    for (int i = 0; i < ALL; i++) console_leave(p[i]);
    row_print("calm: bytes a second", rate, ALL, "B/s", 0, "must be <= 2048, with --slow <= 512");
    row_print("      bytes a frame", each, ALL, "B", 0, "");
    row_print("      frames a second", frames, ALL, "", 1, "");
    row_print("      CPU", cpu, ALL, "%", 2, "");
    row_print("a key until it is shown", key, KINDS, "ms", 1, "at once, but for the line");
}

static void idle_print(void)
{
    static const char *const argv[] = {"replay", HEAD_KILL, "--at", "+10", NULL};
    struct pty *p[KINDS];
    struct sample before[KINDS];
    double rate[KINDS], cpu[KINDS];
    for (int i = 0; i < KINDS; i++) {
        p[i] = console_start((enum kind)i, argv);
        pty_see(p[i], "ANSWERING");
        pty_send(p[i], ",");
        pty_see(p[i], "REPLAY paused");
    }
    all_pump(p, KINDS, 15000); /* messages expire */
    for (int i = 0; i < KINDS; i++) before[i] = sample_of(p[i]);
    all_pump(p, KINDS, IDLE_S * 1000);
    for (int i = 0; i < KINDS; i++) {
        const struct sample s = sample_since(p[i], &before[i]);
        rate[i] = (double)s.bytes / IDLE_S;
        cpu[i] = 100 * s.cpu_s / IDLE_S;
        console_leave(p[i]);
    }
    row_print("nothing happens: bytes a second", rate, KINDS, "B/s", 0, "must be 0");
    row_print("      CPU", cpu, KINDS, "%", 2, "must be <= 0.3 %");
}

static void head_kill_print(void)
{
    static const char *const argv[] = {"replay", HEAD_KILL, "--at", "+22", NULL};
    struct pty *p[KINDS];
    struct sample before[KINDS] = {{0}};
    double rate[KINDS], each[KINDS], frames[KINDS];
    for (int i = 0; i < KINDS; i++) p[i] = console_start((enum kind)i, argv);
    all_pump(p, KINDS, KILL_S * 1000);
    for (int i = 0; i < KINDS; i++) {
        const struct sample s = sample_since(p[i], &before[i]);
        rate[i] = (double)s.bytes / KILL_S;
        frames[i] = i == SILENT ? NAN : (double)s.frames / KILL_S;
        each[i] = i == SILENT || !s.frames ? NAN : (double)s.bytes / (double)s.frames;
        console_leave(p[i]);
    }
    row_print("head kill: bytes a second", rate, KINDS, "B/s", 0, "");
    row_print("      bytes a frame", each, KINDS, "B", 0, "");
    row_print("      frames a second", frames, KINDS, "", 1, "");
}

static void terminals_are_compared(void **state)
{
    (void)state;
    printf("%-34s", "a terminal of 80x24 that …");
    for (int i = 0; i < ALL; i++) printf(" %9s", names[i]);
    putchar('\n');
    struct sim_run *sim = sim_run_start(NULL);
    starts_print(sim_run_config(sim));
    calm_print(sim_run_config(sim));
    sim_run_stop(sim);
    idle_print();
    head_kill_print();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(terminals_are_compared)};
    return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
