/*
 * lint_bench.c - lint of 1,000 documents, against libyaml's own events of the same bytes. Prints a table; decides
 * nothing.
 */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "deploy/lint.h"
#include "tests/support/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yaml.h>

enum { ROUNDS = 5, DOCUMENTS = 1000 };

static double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void lint_once(const struct buf *text, size_t *ret_found)
{
    struct variables vars;
    struct findings found;
    variables_init(&vars, NULL);
    findings_init(&found);
    lint_text("m.yaml", buf_text(text), text->len, &vars, LINT_KUBERAY_ANY, &found);
    findings_sort(&found);
    *ret_found = found.count + found.dropped;
    findings_done(&found);
    variables_done(&vars);
}

static void events_once(const struct buf *text, size_t *ret_events)
{
    yaml_parser_t parser;
    yaml_event_t event;
    int last = 0;
    if (!yaml_parser_initialize(&parser)) abort();
    yaml_parser_set_input_string(&parser, (const unsigned char *)text->data, text->len);
    *ret_events = 0;
    while (!last && yaml_parser_parse(&parser, &event)) {
        last = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        ++*ret_events;
    }
    yaml_parser_delete(&parser);
}

static double lint_median(const struct buf *text, void (*once)(const struct buf *text, size_t *ret), size_t *ret)
{
    double took[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        double from = bench_seconds();
        once(text, ret);
        took[i] = bench_seconds() - from;
    }
    qsort(took, ROUNDS, sizeof took[0], by_value);
    return took[ROUNDS / 2];
}

int main(void)
{
    char *text = fixture_read("tests/fixtures/manifests/blueprint-ft.yaml", NULL);
    struct buf all;
    size_t found = 0, events = 0;
    buf_init(&all, 64u << 20);
    /* The blueprint's four documents, again and again. */
    for (int i = 0; i < DOCUMENTS / 4; i++) buf_printf(&all, "---\n%s", text);
    double lint = lint_median(&all, lint_once, &found), yaml = lint_median(&all, events_once, &events);
    printf("lint, %d documents, %.1f MB: %zu findings in %.0f ms; libyaml's %zu events alone %.0f ms\n", DOCUMENTS,
           (double)all.len / 1e6, found, lint * 1e3, events, yaml * 1e3);
    buf_done(&all);
    free(text);
    return 0;
}
