/*
 * recording_bench.c - what a recording costs: an hour at the demo's pace (two minutes of it, over and over), and 500
 * watch events a second on 10,000 pods; and how long a seek into that hour takes. Prints a table; decides nothing.
 */
#include "backends/base/mem.h"
#include "backends/recording/recorder.h"
#include "backends/recording/recording_read.h"
#include "backends/world/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HOUR_MS = 3600 * 1000, PODS = 10000, EVENTS = 500, SECONDS = 240, SEEKS = 50, FILE_MAX = 512 << 20 };
#define DEMO "tests/fixtures/recordings/head-kill.rec"

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void take_piece(void *file, const struct frame_piece *piece)
{
    buf_add(file, piece->bytes, piece->len);
}

struct bench {
    struct world *world;
    struct recorder *recorder;
    struct buf file;
    uint64_t turn_ms; /* when the recorder is to be called again */
    double cost;      /* seconds of the processor, the recorder's alone */
};

static void bench_begin(struct bench *b)
{
    const struct frame_calls calls = {take_piece, &b->file};
    *b = (struct bench){.world = world_new()};
    buf_init(&b->file, FILE_MAX);
    b->recorder = recorder_new(&calls, NULL, 1, 1);
}

static void bench_change(struct bench *b, const struct change *c)
{
    while (b->turn_ms <= c->at_ms) {
        const double from = cpu_seconds();
        const uint64_t now = b->turn_ms ? b->turn_ms : c->at_ms;
        b->turn_ms = now + recorder_turn(b->recorder, b->world, now, now);
        b->cost += cpu_seconds() - from;
    }
    world_apply(b->world, c);
    const double from = cpu_seconds();
    recorder_change(b->recorder, c);
    b->cost += cpu_seconds() - from;
}

static void bench_end(struct bench *b)
{
    recorder_cut(b->recorder);
    recorder_free(b->recorder);
    world_free(b->world);
    buf_done(&b->file);
}

/* The slowest of some seeks, each with all changes up to its moment applied. */
static double seek_seconds(struct buf *file)
{
    struct recording *r;
    double slowest = 0;
    if (recording_of_bytes(file, &r, NULL)) return -1;
    const struct recording_about *a = recording_about(r);
    for (uint64_t i = 1; i <= SEEKS; i++) {
        const uint64_t at = a->begin_ms + (a->end_ms - a->begin_ms) * i / SEEKS - i * 977;
        const double from = cpu_seconds();
        struct world *w = world_new();
        struct recorded next;
        recording_seek(r, at);
        while (recording_next(r, &next)) {
            const bool over = !next.base && next.ms > at;
            if (!over && next.change) world_apply(w, next.change);
            change_free(next.change);
            if (over) break;
        }
        world_free(w);
        if (cpu_seconds() - from > slowest) slowest = cpu_seconds() - from;
    }
    recording_close(r);
    return slowest;
}

static void demo_hour(void)
{
    struct recording *demo;
    struct recorded next;
    struct why why = {0};
    struct bench b;
    if (recording_open(DEMO, &demo, &why)) {
        printf("%s\n", why.text);
        return;
    }
    const struct recording_about *a = recording_about(demo);
    const uint64_t length = a->end_ms - a->begin_ms + 1;
    bench_begin(&b);
    for (uint64_t round = 0; round * length < HOUR_MS; round++) {
        recording_seek(demo, 0);
        while (recording_next(demo, &next)) {
            if (!next.change) continue;
            next.change->at_ms += round * length;
            next.change->wall_ms += round * length;
            if (next.change->record && next.change->record->table == TABLE_REQUEST) {
                /* Other requests than those of the round before. */
                char *key = mem_printf("%s-%llu", next.change->record->key, (unsigned long long)round);
                record_set(&next.change->record->key, key);
                free(key);
            }
            bench_change(&b, next.change);
            change_free(next.change);
        }
    }
    recorder_cut(b.recorder);
    printf("recording the demo for an hour                  %5.2f %% of a core   must be <= 1 %%\n",
           b.cost / (HOUR_MS / 1000.0) * 100);
    printf("  its file                                      %5.2f MB           must be <= 3 MB\n",
           (double)b.file.len / 1e6);
    printf("  a seek in it (slowest of %d)                  %5.1f ms           must be <= 100 ms\n", SEEKS,
           seek_seconds(&b.file) * 1e3);
    bench_end(&b);
    recording_close(demo);
}

static struct change *pod_change(unsigned number, uint64_t at_ms)
{
    char text[64];
    snprintf(text, sizeof text, "7f3c2d10-%04x-4f6e-9a1b-%012x", number & 0xffff, number * 2654435761u);
    struct pod *p = record_new(TABLE_POD, text);
    snprintf(text, sizeof text, "mistral-inf2-worker-%05u", number);
    record_set(&p->name, text);
    record_set(&p->ns, "mistral");
    record_set(&p->cluster, "mistral-6x5r2");
    record_set(&p->role, "worker");
    record_set(&p->group, "inf2");
    record_set(&p->phase, "Running");
    record_set(&p->status, "Running");
    snprintf(text, sizeof text, "10.%u.%u.%u", number >> 16 & 255, number >> 8 & 255, number & 255);
    record_set(&p->ip, text);
    snprintf(text, sizeof text, "ip-10-0-%u-%u.ec2.internal", number >> 8 & 255, number & 255);
    record_set(&p->node, text);
    p->restarts = known_u64(at_ms % 7);
    p->created = p->started = known_u64(1795440000000 + number);
    p->is_ready = at_ms % 3 ? TRI_YES : TRI_NO;
    struct container *c = RECORD_APPEND(p, list);
    record_set(&c->name, "ray-worker");
    record_set(&c->image, "registry.example/ray-serve-neuron:2.60.0");
    record_set(&c->state, "running");
    c->started = known_u64(1795440000000 + number);
    struct change *change = change_put("kube/pods", WORLD_KUBE, &p->record);
    change->at_ms = at_ms;
    change->wall_ms = 1795440000000 + at_ms;
    return change;
}

static void bench_flood(void)
{
    struct bench b;
    unsigned random = 1;
    bench_begin(&b);
    for (unsigned i = 0; i < PODS; i++) {
        struct change *c = pod_change(i, 1000);
        bench_change(&b, c);
        change_free(c);
    }
    b.cost = 0;
    for (unsigned i = 0; i < SECONDS * EVENTS; i++) {
        random = random * 1103515245u + 12345u;
        struct change *c = pod_change((random >> 8) % PODS, 1000 + i * 1000 / EVENTS);
        bench_change(&b, c);
        change_free(c);
    }
    recorder_cut(b.recorder);
    printf("recording %d events/s on %d pods            %5.2f %% of a core   must be <= 10 %%\n", EVENTS, PODS,
           b.cost / SECONDS * 100);
    printf("  its file                                      %5.1f MB an hour\n",
           (double)b.file.len / 1e6 * 3600 / SECONDS);
    bench_end(&b);
}

int main(void)
{
    demo_hour();
    bench_flood();
    return 0;
}
