/*
 * hostile_output_test.c - nothing foreign moves the cursor: every subcommand against an API server, a Redis, a model, a
 * neuron-monitor, files and arguments that are full of control characters, bidirectional controls and broken UTF-8.
 */
#include "tests/support/deadline.h"
#include "tests/support/run.h"
#include "tests/support/tiny_server.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ESC and BEL, C1 as a byte and as UTF-8, a right-to-left override, a byte that is no UTF-8. */
#define HOSTILE "\x1b]0;title\a\x9b\x33\x31m\xc2\x9b\x33\x32m\xe2\x80\xae\xff\b"
#define HOSTILE_JSON "\\u001b]0;title\\u0007\\u009b31m\\u202e\\b\xff\xc2\x9b"

enum { ARGS = 40, PATH_LEN = 512 };

/* ---- the servers, on a thread of their own ---- */

struct servers {
    struct loop *loop;
    struct tiny_server *http;
    uv_tcp_t redis;
    uv_async_t stop;
    uv_thread_t thread;
    unsigned redis_port;
    char *folder, *common;
};

static struct tiny_reply http_reply(const char *head, const char *type, const char *body)
{
    static char whole[8][8192]; /* of the answers in flight, one loop's */
    static unsigned turn;
    char *text = whole[turn++ % 8];
    const int len = snprintf(text, sizeof whole[0], "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
                             head, type, strlen(body), body);
    return (struct tiny_reply){.bytes = text, .len = (size_t)len};
}

#define META(name)                                                                                                     \
    "\"metadata\":{\"uid\":\"" name "\",\"name\":\"" name "\",\"namespace\":\"n\",\"resourceVersion\":\"5\","
static const char rayservices[] =
    "{\"kind\":\"RayServiceList\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[{" META(
        "s") "\"labels\":{\"a\":\"" HOSTILE_JSON "\"}},\"spec\":{},\"status\":{\"serviceStatus\":\"" HOSTILE_JSON "\","
             "\"activeServiceStatus\":{\"rayClusterName\":\"c\"},\"conditions\":[{\"type\":\"Ready\",\"status\":"
             "\"False\","
             "\"reason\":\"" HOSTILE_JSON "\",\"message\":\"" HOSTILE_JSON "\"}]}}]}";
static const char pods[] =
    "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[{\"metadata\":{\"uid\":\"p\",\"name\":"
    "\"p" HOSTILE_JSON "\",\"namespace\":\"n\",\"resourceVersion\":\"5\",\"labels\":{\"ray.io/cluster\":\"c\","
    "\"ray.io/node-type\":\"head\",\"ray.io/is-ray-node\":\"yes\"}},\"spec\":{\"nodeName\":\"" HOSTILE_JSON "\"},"
    "\"status\":{\"phase\":\"" HOSTILE_JSON "\",\"reason\":\"" HOSTILE_JSON "\",\"message\":\"" HOSTILE_JSON "\"}}]}";
static const char refusal[] = "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"" HOSTILE_JSON
                              "\",\"message\":\"" HOSTILE_JSON "\",\"code\":403}";

static struct tiny_reply on_request(void *arg, const char *request)
{
    (void)arg;
    if (strstr(request, "watch=")) return (struct tiny_reply){.bytes = NULL};
    if (strstr(request, " /apis/ray.io/v1/") && strstr(request, "rayservices?"))
        return http_reply("200 OK", "application/json", rayservices);
    if (strstr(request, "/pods?")) return http_reply("200 OK", "application/json", pods);
    if (strncmp(request, "GET /infer", 10) == 0)
        return http_reply("200 OK", "application/json", "\"answer " HOSTILE_JSON "\"");
    if (strstr(request, "/-/")) return http_reply("500 Bad", "text/plain", HOSTILE);
    return http_reply("403 Forbidden", "application/json", refusal);
}

static void on_redis_alloc(uv_handle_t *handle, size_t size, uv_buf_t *ret)
{
    static char bytes[8192];
    (void)handle, (void)size;
    *ret = uv_buf_init(bytes, sizeof bytes);
}

static void on_redis_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_redis_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *bytes)
{
    (void)bytes;
    uv_buf_t answer = uv_buf_init((char *)(uintptr_t) "-ERR " HOSTILE "\r\n", sizeof "-ERR " HOSTILE "\r\n" - 1);
    if (got < 0 || uv_try_write(stream, &answer, 1) < 0) uv_close((uv_handle_t *)stream, on_redis_closed);
}

static void on_redis_connection(uv_stream_t *server, int status)
{
    if (status < 0) return;
    uv_tcp_t *client = mem_zero(1, sizeof *client);
    assert_int_equal(uv_tcp_init(server->loop, client), 0);
    if (uv_accept(server, (uv_stream_t *)client) == 0)
        uv_read_start((uv_stream_t *)client, on_redis_alloc, on_redis_read);
    else
        uv_close((uv_handle_t *)client, on_redis_closed);
}

static void redis_listen(struct servers *s)
{
    struct sockaddr_in address;
    int len = sizeof address;
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &address), 0);
    assert_int_equal(uv_tcp_init(loop_uv(s->loop), &s->redis), 0);
    assert_int_equal(uv_tcp_bind(&s->redis, (struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&s->redis, 8, on_redis_connection), 0);
    assert_int_equal(uv_tcp_getsockname(&s->redis, (struct sockaddr *)&address, &len), 0);
    s->redis_port = ntohs(address.sin_port);
}

static void on_stop(uv_async_t *handle)
{
    loop_stop(((struct servers *)handle->data)->loop);
}

static void thread_run(void *arg)
{
    loop_run(((struct servers *)arg)->loop);
}

/* ---- the files ---- */

static void file_put(const struct servers *s, const char *name, const char *text)
{
    char path[PATH_LEN];
    snprintf(path, sizeof path, "%s/%s", s->folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int servers_setup(void **state)
{
    struct servers *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    s->http = tiny_start(s->loop, on_request, NULL);
    redis_listen(s);
    s->stop.data = s;
    assert_int_equal(uv_async_init(loop_uv(s->loop), &s->stop, on_stop), 0);
    assert_int_equal(uv_thread_create(&s->thread, thread_run, s), 0);
    s->folder = run_folder();
    char *kubeconfig = mem_printf(
        "current-context: c\nclusters:\n- {name: k, cluster: {server: \"http://127.0.0.1:%u\"}}\nusers:\n"
        "- {name: u, user: {token: x}}\ncontexts:\n- {name: c, context: {cluster: k, user: u, namespace: n}}\n",
        tiny_port(s->http));
    file_put(s, "kubeconfig", kubeconfig);
    free(kubeconfig);
    file_put(s, "monitor", "#!/bin/sh\nprintf '" HOSTILE "\\n'\nprintf '" HOSTILE "\\n' >&2\nexit 3\n");
    /* Its name is as hostile as what is in it, however it is read. */
    file_put(s, HOSTILE,
             "apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: \"" HOSTILE_JSON "\"}\nspec: {\"x" HOSTILE_JSON
             "\": 1}\n");
    s->common = mem_printf("--kubeconfig %s/kubeconfig --context c -n n -s s --redis redis://127.0.0.1:%u --neuron "
                           "/bin/sh,%s/monitor --prompt http://127.0.0.1:%u --prompt-kind infer",
                           s->folder, s->redis_port, s->folder, tiny_port(s->http));
    *state = s;
    return 0;
}

static void on_handle(uv_handle_t *handle, void *arg)
{
    struct servers *s = arg;
    if (handle->type == UV_TCP && handle != (uv_handle_t *)&s->redis && !handle->data && !uv_is_closing(handle))
        uv_close(handle, on_redis_closed);
}

static int servers_teardown(void **state)
{
    struct servers *s = *state;
    uv_async_send(&s->stop);
    uv_thread_join(&s->thread);
    uv_close((uv_handle_t *)&s->stop, NULL);
    tiny_stop(s->http);
    uv_walk(loop_uv(s->loop), on_handle, s);
    uv_close((uv_handle_t *)&s->redis, NULL);
    loop_free(s->loop);
    run_remove(s->folder);
    free(s->common);
    free(s);
    return 0;
}

/* ---- the runs ---- */

/* CLUSTER: the options of the hostile cluster. A word with ',' is one argument with blanks in it. HOSTILE: that text;
 * FILE: the hostile file; MISSING, NEW: files of hostile names that are not there. */
static const struct {
    const char *sub; /* of subcommands.def */
    const char *args;
} cases[] = {
    {"", "CLUSTER"},
    {"", "HOSTILE"},
    {"", "--HOSTILE"},
    {"", "CLUSTER --script MISSING --check"},
    {"", "--kubeconfig FILE"},
    {"", "--complete --context HOSTILE"},
    {"demo", "demo --script MISSING --check"},
    {"demo", "demo --script FILE --check"},
    {"demo", "demo --seed HOSTILE"},
    {"demo", "demo HOSTILE"},
    {"status", "status CLUSTER --timeout 5"},
    {"status", "status CLUSTER --timeout 5 -o json"},
    {"status", "status --redact CLUSTER --timeout 5"},
    {"status", "status --config FILE"},
    {"lint", "lint FILE MISSING"},
    {"lint", "lint -o json FILE"},
    {"lint", "lint -o sarif FILE"},
    {"lint", "lint -o junit FILE"},
    {"lint", "lint -o github FILE"},
    {"ui", "ui --kubeconfig FILE"},
    {"deploy", "deploy CLUSTER --yes --dry-run -f FILE"},
    {"deploy", "deploy CLUSTER --yes -f MISSING"},
    {"deploy", "deploy CLUSTER --yes --cpu --var EXT_REDIS_ENDPOINT=HOSTILE --var REDIS_PASSWORD=x"},
    {"ask", "ask CLUSTER --timeout 5 what HOSTILE"},
    {"load", "load CLUSTER --for 1 --rate 5 HOSTILE"},
    {"load", "load CLUSTER --for 1 --rate 5 -o json"},
    {"load", "load CLUSTER --for HOSTILE"},
    {"kill-head", "kill-head CLUSTER --yes --timeout 5"},
    {"drill", "drill CLUSTER --yes --criteria FILE"},
    {"drill", "drill CLUSTER --yes -o json"},
    {"drill", "drill CLUSTER --yes --fault HOSTILE"},
    {"doctor", "doctor CLUSTER --timeout 5"},
    {"doctor", "doctor CLUSTER --timeout 5 -o json"},
    {"cleanup", "cleanup CLUSTER --yes --timeout 5"},
    {"cleanup", "cleanup --kubeconfig MISSING --yes --context c -n n -s s"},
    {"record", "record CLUSTER --for 1 NEW"},
    {"replay", "replay FILE"},
    {"replay", "replay MISSING status"},
    {"replay", "replay FILE report -o json"},
    {"timeline", "timeline FILE"},
    {"timeline", "timeline MISSING --svg NEW"},
    {"snapshot", "snapshot CLUSTER --timeout 5"},
    {"snapshot", "snapshot CLUSTER --timeout 5 -o json"},
    {"snapshot", "snapshot FILE"},
    {"info", "info CLUSTER --timeout 5"},
    {"info", "info CLUSTER --timeout 5 -o json"},
};

/* The argument that a word stands for; caller frees. */
static char *argument_of(const struct servers *s, const char *word)
{
    static unsigned fresh;
    const char *hostile = strstr(word, "HOSTILE");
    if (hostile) return mem_printf("%.*s" HOSTILE "%s", (int)(hostile - word), word, hostile + strlen("HOSTILE"));
    if (strcmp(word, "FILE") == 0) return mem_printf("%s/" HOSTILE, s->folder);
    if (strcmp(word, "MISSING") == 0) return mem_printf("%s/" HOSTILE "/none", s->folder);
    if (strcmp(word, "NEW") == 0) return mem_printf("%s/" HOSTILE "%u", s->folder, fresh++);
    char *text = mem_str(word);
    for (char *comma = text; (comma = strchr(comma, ','));) *comma = ' ';
    return text;
}

static size_t arguments_add(const struct servers *s, const char *text, char **argv, size_t count)
{
    for (const char *at = text; *at;) {
        const size_t len = strcspn(at, " ");
        char *word = mem_strn(at, len);
        assert_true(count < ARGS - 1);
        if (strcmp(word, "CLUSTER") == 0)
            count = arguments_add(s, s->common, argv, count);
        else
            argv[count++] = argument_of(s, word);
        free(word);
        at += len + (at[len] == ' ');
    }
    argv[count] = NULL;
    return count;
}

static void check_safe(const char *args, const char *stream, const char *text)
{
    if (text_is_safe(text, strlen(text), TEXT_KEEP_LINES)) return;
    char *shown = text_safe(text, strlen(text), TEXT_KEEP_LINES, 100000);
    fail_msg("%s: %s is not safe:\n%s", args, stream, shown);
}

/* Whether what is hostile came out, escaped. */
static bool case_run(const struct servers *s, const char *args)
{
    char *argv[ARGS] = {mem_str(run_raydeck())};
    arguments_add(s, args, argv, 1);
    struct run r = run_program((const char *const *)argv, NULL, NULL, DEADLINE_MS);
    if (r.status < 0 || r.status > 127) fail_msg("%s: status %d: %s", args, r.status, r.err);
    check_safe(args, "stdout", r.out);
    check_safe(args, "stderr", r.err);
    if (strstr(args, "-o json") && *r.out) {
        cJSON *root = NULL;
        struct why why = {0};
        if (json_parse(r.out, strlen(r.out), &root, &why)) fail_msg("%s: %s: %s", args, why.text, r.out);
        cJSON_Delete(root);
    }
    const bool shown = strstr(r.out, "\\x1b") || strstr(r.err, "\\x1b") || strstr(r.out, "\\u001b");

    run_done(&r);
    for (size_t i = 0; argv[i]; i++) free(argv[i]);
    return shown;
}

static void no_subcommand_lets_control_characters_through(void **state)
{
    for (const struct subcommand *sub = subcommands; sub->name; sub++) {
        unsigned shown = 0;
        for (size_t i = 0; i < ARRAY_LEN(cases); i++)
            if (strcmp(cases[i].sub, sub->name) == 0) shown += case_run(*state, cases[i].args);
        if (!shown) fail_msg("\"%s\": nothing hostile came to be printed: that tests nothing", sub->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_subcommand_lets_control_characters_through)};
    return cmocka_run_group_tests(tests, servers_setup, servers_teardown);
}
