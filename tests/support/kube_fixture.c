/* kube_fixture.c - a kube backend before a server that answers with recorded bytes. */
#include "tests/support/kube_fixture.h"

#include "backends/base/mem.h"
#include "backends/kube/kube_api.h"
#include "backends/link/clock.h"
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    enum table table;
    const char *word;
} kinds[] = {
    {TABLE_RAYSERVICE, "rayservices"}, {TABLE_RAYCLUSTER, "rayclusters"}, {TABLE_POD, "pods"}, {TABLE_KNODE, "nodes"},
    {TABLE_EVENT, "events"},           {TABLE_SLICE, "endpointslices"}};

bool kube_fixture_is(const char *request, const char *start)
{
    return strncmp(request, start, strlen(start)) == 0;
}

bool kube_fixture_is_watch(const char *request)
{
    const char *end = strstr(request, " HTTP/1.1"), *at = strstr(request, "watch=1");
    return at && end && at < end;
}

char *kube_fixture_keep(struct kube_fixture *s, char *text)
{
    assert_true(s->texts < FIXTURE_TEXTS);
    return s->text[s->texts++] = text;
}

struct tiny_reply kube_fixture_json(struct kube_fixture *s, int status, const char *body)
{
    return (struct tiny_reply){
        .bytes = kube_fixture_keep(
            s, mem_printf("HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status,
                          strlen(body), body))};
}

struct tiny_reply kube_fixture_file(struct kube_fixture *s, int status, const char *path)
{
    char *body = fixture_read(path, NULL);
    struct tiny_reply r = kube_fixture_json(s, status, body);
    free(body);
    return r;
}

struct tiny_reply kube_fixture_stream(struct kube_fixture *s, const char *lines)
{
    return (struct tiny_reply){
        .bytes =
            kube_fixture_keep(s, mem_printf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n%s", lines))};
}

static struct tiny_reply recorded_answer(struct kube_fixture *s, const char *word, bool watch, unsigned times)
{
    struct tiny_reply r;
    char path[200];
    if (!s->folder)
        return watch ? kube_fixture_stream(s, "")
                     : kube_fixture_json(s, 200, "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
    snprintf(path, sizeof path, "%s/%s.%s", s->folder, word, watch ? "watch.ndjson" : "list.json");
    if (!watch) return kube_fixture_file(s, 200, path);
    if (times > 1) return kube_fixture_stream(s, "");
    char *lines = fixture_read(path, NULL);
    r = kube_fixture_stream(s, lines);
    free(lines);
    return r;
}

static struct tiny_reply on_request(void *arg, const char *request)
{
    struct kube_fixture *s = arg;
    struct tiny_reply reply = {0};
    char word[64];
    bool watch = kube_fixture_is_watch(request);
    size_t which = 0;
    s->versions += kube_fixture_is(request, "GET /version ");
    for (; which < sizeof kinds / sizeof kinds[0]; which++) {
        snprintf(word, sizeof word, "/%s?", kinds[which].word);
        const char *at = strstr(request, word), *end = strchr(request, '\r');
        if (kube_fixture_is(request, "GET ") && at && end && at < end) {
            watch ? s->watches[kinds[which].table]++ : s->lists[kinds[which].table]++;
            break;
        }
    }
    if (s->route && s->route(s, request, &reply)) return reply;
    if (which < sizeof kinds / sizeof kinds[0])
        return recorded_answer(s, kinds[which].word, watch, s->watches[kinds[which].table]);
    if (kube_fixture_is(request, "GET /version "))
        return kube_fixture_file(s, 200, "tests/fixtures/kube/errors/version.json");
    return kube_fixture_json(s, 404, "404 page not found\n");
}

static void on_change(void *owner, struct change *c)
{
    struct kube_fixture *s = owner;
    c->at_ms = c->at_ms ? c->at_ms : clock_now_ms(loop_clock(s->loop));
    s->changes[c->type]++;
    if (c->type == CHANGE_SOURCE && c->state == SOURCE_DOWN) {
        s->downs++;
        snprintf(s->last_down, sizeof s->last_down, "%s: %s", c->source, c->why ? c->why : "");
    }
    if (c->type == CHANGE_PROGRESS) s->total = c->total;
    if (c->type == CHANGE_DROPPED) s->dropped = c->number;
    if (c->type == CHANGE_DELETED) {
        snprintf(s->deleted, sizeof s->deleted, "%s", c->key);
        snprintf(s->deleted_detail, sizeof s->deleted_detail, "%s", c->detail);
        s->deleted_grace = c->number;
    }
    world_apply(s->world, c);
    change_free(c);
}

void kube_fixture_start(struct kube_fixture *s)
{
    s->loop = loop_new();
    s->server = tiny_start(s->loop, on_request, s);
    s->world = world_new();
    snprintf(s->dir, sizeof s->dir, "/tmp/raydeck-kube-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(s->path, sizeof s->path, "%s/kubeconfig", s->dir);
}

void kube_fixture_put_file(struct kube_fixture *s, const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", s->dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static enum err may_change(void *arg, struct why *why)
{
    struct kube_fixture *s = arg;
    s->guard_asked++;
    return s->no ? why_set(why, ERR_GUARD, "%s", s->no) : ERR_OK;
}

void kube_fixture_open_text(struct kube_fixture *s, const char *text, const char *ns)
{
    struct why why = {0};
    struct sink sink = {on_change, s};
    kube_fixture_put_file(s, "kubeconfig", text);
    struct kube_open conf = {.kubeconfig = s->path, .scope = {.only = ns, .all = s->all}, .guard = {may_change, s}};
    if (s->read_only) conf.guard = (struct kube_guard){0};
    if (kube_api.open(s->loop, &conf, &sink, &s->be, &why) != ERR_OK) fail_msg("%s", why.text);
}

void kube_fixture_open(struct kube_fixture *s, const char *user, const char *ns)
{
    char *text = mem_printf("apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n"
                            "- {name: k, cluster: {server: \"http://127.0.0.1:%u\"}}\nusers:\n- {name: u, user: %s}\n"
                            "contexts:\n- {name: c, context: {cluster: k, user: u, namespace: mistral}}\n",
                            tiny_port(s->server), user);
    kube_fixture_open_text(s, text, ns);
    free(text);
}

void kube_fixture_stop(struct kube_fixture *s)
{
    static const char *const names[] = {"kubeconfig", "token", "count"};
    char path[200];
    kube_api.close(s->be);
    if (s->server) tiny_stop(s->server);
    loop_free(s->loop);
    world_free(s->world);
    for (size_t i = 0; i < s->texts; i++) free(s->text[i]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", s->dir, names[i]);
        unlink(path);
    }
    rmdir(s->dir);
}

void kube_fixture_until(struct kube_fixture *s, bool (*so)(struct kube_fixture *s), const char *what)
{
    uint64_t end = loop_now_ms() + DEADLINE_MS;
    while (!so(s)) {
        if (loop_now_ms() > end) fail_msg("timed out: %s (last down: %s)", what, s->last_down);
        loop_step(s->loop, s->turn ? 1 : 20);
        if (s->turn) s->turn(s);
    }
}

void kube_fixture_for(struct kube_fixture *s, uint64_t ms)
{
    uint64_t end = loop_now_ms() + ms;
    while (loop_now_ms() < end) loop_step(s->loop, 10);
}

enum source_state kube_fixture_state(const struct kube_fixture *s, const char *source)
{
    const struct source *src = world_source_named(s->world, source);
    return src ? src->state : SOURCE_OFF;
}

const char *kube_fixture_why(const struct kube_fixture *s, const char *source)
{
    const struct source *src = world_source_named(s->world, source);
    return src && src->why ? src->why : "";
}
