/*
 * load_bench.c - 200 prompts a second against the simulated cluster, by the load of drills and by curl's own multi
 * interface one after the other, over the same TLS and path: the rate that was planned, the median of the answers, and
 * how long a frame takes meanwhile. For ten seconds each; RAYDECK_BENCH_SECONDS=60 for a minute. Prints a table with
 * ratios; decides nothing. Both ends of it are bounded: on a machine that cannot keep up each prompt needs a connection
 * of its own, and what is not answered in time is counted as that.
 */
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/histogram.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"
#include "backends/link/file.h"
#include "backends/serve/load.h"
#include "backends/session/session.h"
#include "backends/world/outage.h"
#include "tui/panes/screen.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PER_S = 200, SECONDS = 10, SECONDS_MAX = 3600, FIND_MS = 30000, LATE_MS = 20000 };
enum { FRAME_EVERY_MS = 100, FILE_MAX = 1 << 20 };
enum { ROWS = 40, COLS = 120, PERIOD_US = 1000000 / PER_S, TIMEOUT_MS = 60000 };
#define BASE "/api/v1/namespaces/mistral/services/mistral-serve-svc:serve/proxy"
static const char question[] = "In one sentence: what does the GCS of a Ray cluster do?";

/* ---- by the load of drills, with a console's frames on the same loop --------------------------------------------- */

struct ours {
    struct loop *loop;
    struct conf conf;
    struct session *session;
    struct screen *screen;
    struct alarm *frame;
    struct histogram frames; /* of a frame: how late its alarm was, and what it took */
    uint64_t frame_due_us;
    bool over;
};

static void on_frame(void *arg)
{
    struct ours *o = arg;
    struct outage outage;
    struct canvas cv;
    const struct focus focus = session_focus(o->session);
    const struct recovery *r = session_recovery(o->session);
    struct view v = {.world = session_world(o->session),
                     .outage = &outage,
                     .previous = outage_previous(r),
                     .focus = &focus,
                     .timeline = session_timeline(o->session),
                     .now_ms = clock_now_ms(session_clock(o->session)),
                     .wall_ms = clock_wall_ms(session_clock(o->session))};
    outage_of(r, v.world, &focus, v.now_ms, v.wall_ms, &outage);
    screen_update(o->screen, &v);
    canvas_init(&cv, ROWS, COLS);
    screen_draw(o->screen, &v, &cv);
    canvas_done(&cv);
    const uint64_t now_us = loop_now_us();
    histogram_record(&o->frames, now_us - o->frame_due_us);
    o->frame_due_us = now_us + FRAME_EVERY_MS * 1000;
    alarm_set(o->frame, FRAME_EVERY_MS, 0);
}

static void on_over(void *arg)
{
    ((struct ours *)arg)->over = true;
}

static void ours_open(struct ours *o, const struct sim_run *sim)
{
    struct buf text;
    struct why why = {0};
    *o = (struct ours){.loop = loop_new(), .screen = screen_new()};
    conf_init(&o->conf);
    buf_init(&text, FILE_MAX);
    if (file_read(sim_run_config(sim), &text, &why) ||
        conf_from_yaml(&o->conf, sim_run_config(sim), buf_text(&text), text.len, &why))
        fail_msg("%s", why.text);
    buf_done(&text);
    if (session_open(o->loop, &o->conf, NULL, &o->session, &why)) fail_msg("%s", why.text);
    const uint64_t limit_ms = loop_now_ms() + FIND_MS;
    while (!session_focus(o->session).head && loop_now_ms() < limit_ms) loop_step(o->loop, 20);
    assert_non_null(session_focus(o->session).head);
    screen_size(o->screen, ROWS, COLS);
    o->frame = alarm_new(o->loop, on_frame, o);
}

static void ours_close(struct ours *o)
{
    alarm_free(o->frame);
    session_close(o->session);
    screen_free(o->screen);
    conf_done(&o->conf);
    loop_free(o->loop);
}

static void ours_run(struct ours *o, unsigned seconds, struct load_sum *ret)
{
    const struct load_series series = {
        .name = "prompts",
        .path = {.words = (char[]){"API server proxy"}, .base = (char[]){BASE}, .proxied = true},
        .per_s = PER_S,
        .in_flight = LOAD_IN_FLIGHT_MAX,
        .timeout_ms = TIMEOUT_MS,
        .prompt = prompt_kind_named("infer"),
        .question = question};
    const struct load_conf conf = {.series = &series, .count = 1, .duration_ms = (uint64_t)seconds * 1000};
    const struct load_calls calls = {.over = on_over, .arg = o};
    struct serve_open how = {.http = NULL};
    struct load *load = NULL;
    struct why why = {0};
    how.kube = session_kube(o->session, &how.kube_ops);
    if (load_start(o->loop, &how, &conf, &calls, &load, &why)) fail_msg("%s", why.text);
    o->frame_due_us = loop_now_us();
    on_frame(o);
    const uint64_t limit_ms = loop_now_ms() + (uint64_t)seconds * 1000 + TIMEOUT_MS + LATE_MS;
    while (!o->over && loop_now_ms() < limit_ms) loop_step(o->loop, 20);
    assert_true(o->over);
    *ret = *load_sum(load, 0);
    load_free(load);
}

/* ---- by curl's multi interface ----------------------------------------------------------------------------------- */

struct curls {
    CURLM *multi;
    struct curl_slist *headers;
    struct curl_blob ca;
    struct buf pem;
    char *url;
    struct histogram latency;
    uint64_t first_us, last_us, sent, ok, ended;
};
struct one {
    uint64_t due_us;
};

static const struct yaml_node *member_of_first(const struct yaml_node *root, const char *list, const char *member)
{
    const struct yaml_node *items = yaml_get(root, list);
    return items && items->count ? yaml_get(items->items[0], member) : NULL;
}

static void curls_open(struct curls *c, const struct sim_run *sim)
{
    struct buf text;
    struct yaml *y = NULL;
    char *path = mem_printf("%s/kubeconfig", sim_run_folder(sim));
    *c = (struct curls){.multi = curl_multi_init()};
    buf_init(&text, FILE_MAX);
    buf_init(&c->pem, FILE_MAX);
    assert_int_equal(file_read(path, &text, NULL), ERR_OK);
    assert_int_equal(yaml_parse(path, buf_text(&text), text.len, &y, NULL), ERR_OK);
    const struct yaml_node *cluster = member_of_first(yaml_root(y), "clusters", "cluster");
    const char *data = yaml_str(cluster, "certificate-authority-data");
    assert_int_equal(text_base64_decode(data, strlen(data), &c->pem), ERR_OK);
    c->ca = (struct curl_blob){c->pem.data, c->pem.len, CURL_BLOB_NOCOPY};
    char *header =
        mem_printf("Authorization: Bearer %s", yaml_str(member_of_first(yaml_root(y), "users", "user"), "token"));
    c->headers = curl_slist_append(NULL, header);
    mem_free_secret(header);
    char *escaped = curl_easy_escape(NULL, question, 0);
    c->url = mem_printf("%s%s/infer?sentence=%s", yaml_str(cluster, "server"), BASE, escaped);
    curl_free(escaped);
    yaml_tree_free(y);
    buf_done(&text);
    free(path);
}

static void curls_close(struct curls *c)
{
    curl_multi_cleanup(c->multi);
    curl_slist_free_all(c->headers);
    buf_done(&c->pem);
    free(c->url);
}

static size_t body_ignore(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes;
    (void)arg;
    return size * count;
}

static void one_start(struct curls *c, uint64_t due_us)
{
    struct one *one = mem_zero(1, sizeof *one);
    CURL *easy = curl_easy_init();
    one->due_us = due_us;
    curl_easy_setopt(easy, CURLOPT_URL, c->url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, c->headers);
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &c->ca);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_ignore);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, one);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
    curl_multi_add_handle(c->multi, easy);
    c->sent++;
}

static void ends_take(struct curls *c)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(c->multi, &left));) {
        CURL *easy = m->easy_handle;
        struct one *one = NULL;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &one);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        if (m->data.result == CURLE_OK && status == 200) {
            histogram_record(&c->latency, loop_now_us() - one->due_us);
            c->ok++;
        }
        c->ended++;
        curl_multi_remove_handle(c->multi, easy);
        curl_easy_cleanup(easy);
        free(one);
    }
}

static void curls_run(struct curls *c, unsigned seconds)
{
    int running;
    const uint64_t count = (uint64_t)PER_S * seconds;
    const uint64_t limit_ms = loop_now_ms() + (uint64_t)seconds * 1000 + TIMEOUT_MS + LATE_MS;
    uint64_t due_us = c->first_us = loop_now_us();
    while (c->ended < count && loop_now_ms() < limit_ms) {
        for (; c->sent < count && due_us <= loop_now_us(); due_us += PERIOD_US) {
            one_start(c, due_us);
            c->last_us = loop_now_us();
        }
        curl_multi_perform(c->multi, &running);
        ends_take(c);
        const uint64_t now_us = loop_now_us();
        const int wait_ms = c->sent < count && due_us > now_us ? (int)((due_us - now_us) / 1000) : 1;
        curl_multi_poll(c->multi, NULL, 0, wait_ms, NULL);
    }
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static double ms_at(const struct histogram *h, double percent)
{
    const struct known_u64 us = histogram_percentile(h, percent);
    return us.known ? (double)us.value / 1000 : 0;
}

static unsigned bench_seconds(void)
{
    const char *text = getenv("RAYDECK_BENCH_SECONDS");
    uint64_t seconds = SECONDS;
    if (text && (text_u64(text, strlen(text), SECONDS_MAX, &seconds) || !seconds))
        fail_msg("RAYDECK_BENCH_SECONDS=%s: 1 to %d", text, SECONDS_MAX);
    return (unsigned)seconds;
}

static void prompts_at_a_fixed_rate(void **state)
{
    (void)state;
    const unsigned seconds = bench_seconds();
    struct load_sum *sum = mem_zero(1, sizeof *sum);
    struct ours *ours = mem_zero(1, sizeof *ours);
    struct curls *curls = mem_zero(1, sizeof *curls);
    struct sim_run *sim = sim_run_start(NULL);
    ours_open(ours, sim);
    ours_run(ours, seconds, sum);
    curls_open(curls, sim);
    curls_run(curls, seconds);
    const double planned = (double)(sum->planned - 1) * 1e6 / (double)(sum->last_due_us - sum->first_due_us);
    const double sent = (double)(curls->sent - 1) * 1e6 / (double)(curls->last_us - curls->first_us);
    const double p50 = ms_at(&sum->latency, 50), by_curl = ms_at(&curls->latency, 50);
    printf("%d prompts/s for %u s     raydeck load   curl's multi   ratio\n", PER_S, seconds);
    printf("  rate, per s            %13.2f  %13.2f   %5.3f\n", planned, sent, planned / PER_S);
    printf("  answered               %13llu  %13llu\n", (unsigned long long)sum->ok, (unsigned long long)curls->ok);
    printf("  p50, from due          %10.1f ms  %10.1f ms   %5.3f\n", p50, by_curl, by_curl > 0 ? p50 / by_curl : 0);
    printf("  p99, from due          %10.1f ms  %10.1f ms\n", ms_at(&sum->latency, 99), ms_at(&curls->latency, 99));
    printf("  late                   %13llu\n", (unsigned long long)sum->late);
    printf("  a frame, late and drawn  p50 %.1f ms, p99 %.1f ms, most %.1f ms\n", ms_at(&ours->frames, 50),
           ms_at(&ours->frames, 99), ms_at(&ours->frames, 100));
    curls_close(curls);
    ours_close(ours);
    sim_run_stop(sim);
    free(curls);
    free(ours);
    free(sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(prompts_at_a_fixed_rate)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
