/*
 * timeline_bench.c - what the timeline costs: its history at five changes a second for an hour, and a frame of it on
 * 200 columns of two hours. Prints a table; decides nothing.
 */
#include "tests/support/fake_console.h"
#include "tui/panes/timeline_pane.h"

#include <stdio.h>
#include <time.h>

enum { HOUR_S = 3600, FRAMES = 100, FRAME_MS = 50 };

static double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A second of a calm service: two probes and one of the users' route, a heartbeat's table, a core; a prompt each 5 s.
 */
static double second_cost(struct fixture *f, struct timeline *t, int second)
{
    static const enum table tables[] = {TABLE_REDIS, TABLE_CORE};
    fixture_wait(f, 1000);
    fixture_probe(f, "ok", 20000);
    fixture_probe(f, "ok", 21000);
    fixture_way(f, "ok");
    if (second % 5 == 0) fixture_prompt(f, "ok", 4000, 4000000, "an answer");
    double cost = 0;
    const struct row *request = world_last(f->world, TABLE_REQUEST);
    for (int i = 0; i < 5; i++) {
        const struct row *row = i < 3 ? request : world_first(f->world, tables[i - 3]);
        if (!row) continue;
        struct change *c = change_put(row->source, WORLD_SERVE, record_copy(row->record));
        c->table = row->record->table;
        c->at_ms = f->now_ms;
        c->wall_ms = f->wall_ms;
        const double from = bench_seconds();
        timeline_observe(t, f->world, &f->focus, c);
        cost += bench_seconds() - from;
        change_free(c);
    }
    const double from = bench_seconds();
    timeline_tick(t, f->world, &f->focus, f->now_ms, f->wall_ms);
    return cost + bench_seconds() - from;
}

static double frame_seconds(struct fake_console *d, struct canvas *cv)
{
    const double from = bench_seconds();
    for (int i = 0; i < FRAMES; i++) {
        fixture_sleep(&d->f, 10);
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
    double cost = 0;
    fake_console_open(&d, 60, 200);
    canvas_init(&cv, 60, 200);
    struct timeline *t = timeline_new(); /* beside the fixture's own, so that it alone is measured */
    for (int i = 0; i < HOUR_S; i++) cost += second_cost(&d.f, t, i);
    fake_console_update(&d);
    const double before = frame_seconds(&d, &cv);
    screen_focus(d.s, 'T');
    const double shorter = frame_seconds(&d, &cv);
    ((struct timeline_pane *)d.s->panes[LAYOUT_TIMELINE])->zoom = TIMELINE_ZOOMS - 1;
    const double longer = frame_seconds(&d, &cv);
    printf("timeline: an hour at 5 changes/s costs %.0f ms (%.4f %% of a core)\n", cost * 1e3, cost / HOUR_S * 100);
    printf("timeline: a frame on 200x60: %.2f ms of 2 minutes, %.2f ms of 2 hours (limit %d ms; all panes %.2f ms)\n",
           shorter * 1e3, longer * 1e3, FRAME_MS, before * 1e3);
    timeline_free(t);
    canvas_done(&cv);
    fake_console_close(&d);
    return 0;
}
