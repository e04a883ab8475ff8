/*
 * frame_bench.c - what a frame costs at rest: one for a change that shows nothing new, of a service that was just
 * opened, and of one that has been probed for an hour, among 20,000 pods of others. Prints a table; decides nothing.
 */
#include "tests/support/fake_console.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FRAMES = 200, PROBES = 4096, CROWD = 20000 };

static double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double frame_seconds(struct fake_console *d, struct canvas *cv)
{
    double from = bench_seconds();
    for (int i = 0; i < FRAMES; i++) {
        fixture_sleep(&d->f, 300);
        fixture_apply(&d->f, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
        fake_console_update(d);
        canvas_clear(cv, ROLE_TEXT);
        screen_draw(d->s, &d->v, cv);
    }
    return (bench_seconds() - from) / FRAMES;
}

int main(void)
{
    struct fake_console d;
    struct canvas cv;
    fake_console_open(&d, 40, 120);
    canvas_init(&cv, 40, 120);
    double calm = frame_seconds(&d, &cv);
    for (int i = 0; i < PROBES; i++) {
        fixture_sleep(&d.f, 500);
        fixture_probe(&d.f, "ok", 20000);
    }
    double probed = frame_seconds(&d, &cv);
    fixture_crowd(&d.f, CROWD);
    double crowded = frame_seconds(&d, &cv);
    printf("frames at rest: %.2f ms; after %d probes %.1f times that, and beside %d other pods %.1f times\n",
           calm * 1e3, PROBES, probed / calm, CROWD, crowded / calm);
    canvas_done(&cv);
    fake_console_close(&d);
    return 0;
}
