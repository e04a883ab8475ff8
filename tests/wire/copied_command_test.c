/* copied_command_test.c - the commands that `c` copies, run by a shell: they read what the console has read. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/process.h"
#include "backends/serve/infer.h"
#include "backends/serve/openai.h"
#include "backends/serve/serve_request.h"
#include "backends/session/session.h"
#include "tests/support/deadline.h"
#include "tests/support/redis_server.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"
#include "tests/support/tiny_server.h"
#include "tests/support/tls_cert.h"
#include "tui/equivalent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RDB "tests/fixtures/redis/ray-2.60-running.rdb"
#define OLDER_RDB "tests/fixtures/redis/ray-2.22-running.rdb"
#define NS "mistral-raycluster-7hq2x"
#define NAME "redis.raydeck.test"
#define PASSWORD "wintergreen"

struct fixture {
    struct loop *loop;
    struct conf conf;
    struct session *session;
    struct redis_server *server, *sentinel;
    char *folder, *cert, *key;
};

static int fixture_open(void **state)
{
    struct fixture *s = mem_zero(1, sizeof *s);
    s->loop = loop_new();
    conf_init(&s->conf);
    s->conf.kubeconfig = mem_str("none");
    s->conf.neuron[s->conf.neurons++] = mem_str("none");
    s->folder = run_folder();
    s->cert = mem_printf("%s/a cert", s->folder);
    s->key = mem_printf("%s/key", s->folder);
    *state = s;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *s = *state;
    session_close(s->session);
    loop_free(s->loop);
    conf_done(&s->conf);
    redis_server_free(s->sentinel);
    redis_server_free(s->server);
    run_remove(s->folder);
    free(s->cert);
    free(s->key);
    free(s);
    return 0;
}

static void on_changed(void *arg, const struct change *c)
{
    (void)arg;
    (void)c;
}

static const struct gcstable *table_of(const struct fixture *s, const char *table)
{
    char *key = mem_printf("%s/%s", NS, table);
    const struct row *row = world_find(session_world(s->session), TABLE_GCSTABLE, key);
    free(key);
    return row && ROW(row, gcstable)->fields.known ? ROW(row, gcstable) : NULL;
}

static void session_read(struct fixture *s, const char *url)
{
    const struct session_calls calls = {.changed = on_changed, .arg = s};
    struct why why = {0};
    s->conf.redis = mem_str(url);
    assert_int_equal(session_open(s->loop, &s->conf, &calls, &s->session, &why), ERR_OK);
    ASSERT_UNTIL(s->loop,
                 table_of(s, "KV") && table_of(s, "ACTOR") && table_of(s, "NODE") && session_focus(s->session).gcs_ns);
}

/* As app_copy.c has it made. Caller frees. */
static char *command_of(const struct fixture *s, const struct pane_ops *pane, const struct selection *selected)
{
    const struct focus focus = session_focus(s->session);
    const struct equivalent_from from = {.world = session_world(s->session),
                                         .focus = &focus,
                                         .conf = &s->conf,
                                         .kubeconfig =
                                             strcmp(s->conf.kubeconfig, "none") != 0 ? s->conf.kubeconfig : NULL,
                                         .routes = session_routes(s->session)};
    struct buf out;
    buf_init(&out, EQUIVALENT_MAX);
    assert_true(equivalent_of(&from, pane, selected, &out));
    assert_null(strstr(buf_text(&out), PASSWORD));
    return buf_take(&out);
}

static char *table_command(const struct fixture *s, const char *table)
{
    struct selection selected = {.table = TABLE_GCSTABLE};
    snprintf(selected.key, sizeof selected.key, "%s/%s", NS, table);
    return command_of(s, &gcs_pane_ops, &selected);
}

/* HOME exists: kubectl looks for its own kubeconfig there, even where it is given another one, and keeps a cache. */
static struct run run_shell(const struct fixture *s, const char *command, const char *input)
{
    char *line = mem_printf("export HOME=%s; %s", s->folder, command);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    struct run r = run_program(argv, NULL, input, DEADLINE_MS);
    free(line);
    return r;
}

/* typed: the password, for the command's prompt; NULL: it has none. */
static void redis_cli_counts_what_is_shown(const struct fixture *s, const char *typed)
{
    static const char *const tables[] = {"ACTOR", "NODE", "KV"};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        char *command = table_command(s, tables[i]);
        struct run r = run_shell(s, command, typed);
        const char *answer = strrchr(r.out, '\n') ? r.out : "";
        for (const char *next; (next = strchr(answer, '\n')) && next[1];) answer = next + 1;
        if (strtoull(answer, NULL, 10) != table_of(s, tables[i])->fields.value || r.status)
            fail_msg("%s: %s%s", command, r.out, r.err);
        run_done(&r);
        free(command);
    }
    /* Serve's checkpoints, which are no record: the names of KV */
    char *command = command_of(s, &gcs_pane_ops, NULL);
    struct run r = run_shell(s, command, typed);
    if (!strstr(r.out, "@namespace_serve:")) fail_msg("%s: %s%s", command, r.out, r.err);
    run_done(&r);
    free(command);
}

static void of_a_unix_socket(void **state)
{
    struct fixture *s = *state;
    s->server = redis_server_start(RDB, NULL);
    char *url = mem_printf("unix://%s", redis_server_path(s->server));
    session_read(s, url);
    redis_cli_counts_what_is_shown(s, NULL);
    free(url);
}

/* Database 0 is empty there, and the certificate is verified by the file alone. */
static unsigned tls_server_start(struct fixture *s)
{
    char port[16];
    const unsigned at = redis_server_free_port();
    snprintf(port, sizeof port, "%u", at);
    tls_cert_make(s->cert, s->key, "DNS:" NAME);
    const char *const config[] = {"--tls-port",
                                  port,
                                  "--tls-cert-file",
                                  s->cert,
                                  "--tls-key-file",
                                  s->key,
                                  "--tls-ca-cert-file",
                                  s->cert,
                                  "--tls-auth-clients",
                                  "no",
                                  NULL};
    s->server = redis_server_start(RDB, config);
    redis_say(s->server, "SWAPDB 0 2");
    return at;
}

static char *tls_url(const struct fixture *s, unsigned port)
{
    struct buf url;
    buf_init(&url, 1024);
    buf_printf(&url, "rediss://127.0.0.1:%u/2?servername=%s&cacert=", port, NAME);
    text_url_encode(s->cert, strlen(s->cert), &url);
    return buf_take(&url);
}

static void of_a_database_over_tls(void **state)
{
    struct fixture *s = *state;
    char *url = tls_url(s, tls_server_start(s));
    session_read(s, url);
    redis_cli_counts_what_is_shown(s, NULL);
    free(url);
}

static void of_a_sentinels_master(void **state)
{
    struct fixture *s = *state;
    const unsigned master = tls_server_start(s), at = redis_server_free_port();
    char *tail = mem_printf("tls-port %u\ntls-replication yes\ntls-cert-file \"%s\"\ntls-key-file \"%s\"\n"
                            "tls-ca-cert-file \"%s\"\ntls-auth-clients no\nsentinel monitor m 127.0.0.1 %u 1\n",
                            at, s->cert, s->key, s->cert, master);
    s->sentinel = redis_server_start_sentinel(NULL, 0, tail);
    char *url = tls_url(s, at);
    session_read(s, url);
    redis_cli_counts_what_is_shown(s, NULL);
    free(url);
    free(tail);
}

static void of_a_user_whose_password_is_typed(void **state)
{
    struct fixture *s = *state;
    s->server = redis_server_start(RDB, NULL);
    redis_say(s->server, "ACL SETUSER ray on >" PASSWORD " ~* &* +@all");
    redis_say(s->server, "ACL SETUSER default resetkeys");
    char *url = mem_printf("redis://ray:" PASSWORD "@127.0.0.1:%u", redis_server_port(s->server));
    session_read(s, url);
    redis_cli_counts_what_is_shown(s, PASSWORD "\n");
    free(url);
}

static void of_a_user_without_a_password(void **state)
{
    struct fixture *s = *state;
    s->server = redis_server_start(RDB, NULL);
    redis_say(s->server, "ACL SETUSER ray on nopass ~* &* +@all");
    redis_say(s->server, "ACL SETUSER default resetkeys");
    char *url = mem_printf("redis://ray@127.0.0.1:%u", redis_server_port(s->server));
    session_read(s, url);
    redis_cli_counts_what_is_shown(s, NULL);
    free(url);
}

/* One hash holds all tables: its fields of that table are as many as the row says. */
static void of_the_older_layout(void **state)
{
    struct fixture *s = *state;
    s->server = redis_server_start(OLDER_RDB, NULL);
    session_read(s, redis_server_url(s->server));
    char *command = table_command(s, "ACTOR"), *counted = mem_printf("%s | grep -ao '" NS "@ACTOR:' | wc -l", command);
    struct run r = run_shell(s, counted, NULL);
    if (strtoull(r.out, NULL, 10) != table_of(s, "ACTOR")->fields.value) fail_msg("%s: %s%s", counted, r.out, r.err);
    run_done(&r);
    free(counted);
    free(command);
}

/* ---- HTTP ---- */

struct exchange {
    struct loop *loop;
    struct tiny_server *server;
    unsigned answered;
    bool done;
};

static struct tiny_reply on_request(void *arg, const char *request)
{
    struct exchange *x = arg;
    (void)request;
    x->answered++;
    return (struct tiny_reply){.bytes = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"};
}

static void on_prompt_done(void *arg, const struct request *r)
{
    (void)r;
    ((struct exchange *)arg)->done = true;
}

static void on_shell_ended(void *arg, enum err err, const char *why)
{
    if (err) fail_msg("%s", why);
    ((struct exchange *)arg)->done = true;
}

static void on_shell_line(void *arg, char *text, size_t len)
{
    (void)arg;
    (void)text;
    (void)len;
}

static void on_prompt_change(void *owner, struct change *c)
{
    struct world *w = owner;
    c->at_ms = c->wall_ms = loop_now_ms();
    world_apply(w, c);
    change_free(c);
}

/* The value of a header of the last request; "" where it has none. Caller frees. */
static char *header_of(const struct exchange *x, const char *name)
{
    const char *at = strcasestr(tiny_last(x->server), name);
    at = at ? at + strlen(name) : "";
    return mem_strn(at, strcspn(at, "\r\n"));
}

static char *first_line_of(const struct exchange *x)
{
    return mem_strn(tiny_last(x->server), strcspn(tiny_last(x->server), "\r\n"));
}

static char *body_of(const struct exchange *x)
{
    const char *body = strstr(tiny_last(x->server), "\r\n\r\n");
    return mem_str(body ? body + 4 : "");
}

static void assert_taken(char *got /* frees */, char *expected /* frees */)
{
    assert_string_equal(got, expected);
    free(got);
    free(expected);
}

/* Sends the prompt as the console does, then the command copied of its row: the server gets the same twice. */
static void prompt_is_sent_twice(const struct prompt_ops *kind)
{
    struct exchange x = {.loop = loop_new()};
    struct conf conf;
    struct world *world = world_new();
    struct http_client *http = http_client_new(x.loop, &(struct http_client_conf){.proxy = NULL});
    const struct serve_open how = {.http = http};
    const struct sink sink = {on_prompt_change, world};
    conf_init(&conf);
    x.server = tiny_start(x.loop, on_request, &x);
    struct serve_path path = {
        .words = mem_str("ingress"), .base = mem_str(tiny_url(x.server, "/llm")), .host = mem_str("serve.example")};
    const struct prompt_ask ask = {
        .id = "p1", .question = "it's [1-3] {a,b} 100%?", .model = "m", .path = path, .timeout_ms = DEADLINE_MS};
    struct prompt_run *run = kind->ask(x.loop, &how, &ask, &sink, on_prompt_done, &x);
    ASSERT_UNTIL(x.loop, x.done);
    assert_non_null(run);
    assert_int_equal(x.answered, 1);
    char *line = first_line_of(&x), *host = header_of(&x, "\nHost: "), *type = header_of(&x, "\nContent-Type: "),
         *body = body_of(&x);
    const struct focus focus = focus_of(world, NULL, NULL);
    const struct equivalent_from from = {.world = world, .focus = &focus, .conf = &conf, .routes = {.prompts = &path}};
    const struct selection selected = {.table = TABLE_REQUEST, .key = "p1"};
    struct buf command;
    buf_init(&command, EQUIVALENT_MAX);
    assert_true(equivalent_of(&from, &requests_pane_ops, &selected, &command));
    x.done = false;
    const struct process_calls calls = {.line = on_shell_line, .ended = on_shell_ended, .arg = &x};
    struct process *shell = process_shell(x.loop, buf_text(&command), 0, &calls);
    ASSERT_UNTIL(x.loop, x.done);
    process_free(shell);
    assert_int_equal(x.answered, 2);
    assert_taken(first_line_of(&x), line);
    assert_taken(header_of(&x, "\nHost: "), host);
    assert_taken(header_of(&x, "\nContent-Type: "), type);
    /* curl is sent no stream: the words of the question are what counts */
    char *again = body_of(&x);
    const char *messages = strstr(again, "\"messages\":["), *asked = strstr(body, "\"messages\":[");
    assert_int_equal(messages != NULL, asked != NULL);
    if (asked) assert_memory_equal(messages, asked, strcspn(messages, "]"));
    free(again);
    free(body);
    buf_done(&command);
    serve_path_done(&path);
    http_client_free(http);
    tiny_stop(x.server);
    world_free(world);
    conf_done(&conf);
    loop_free(x.loop);
}

static void a_question_is_sent_again(void **state)
{
    (void)state;
    prompt_is_sent_twice(prompt_kind_named("infer"));
}

static void a_chat_message_is_sent_again(void **state)
{
    (void)state;
    prompt_is_sent_twice(prompt_kind_named("openai"));
}

/* ---- Kubernetes ---- */

static bool has_kubectl(const struct fixture *s)
{
    struct run r = run_shell(s, "command -v kubectl", NULL);
    const bool there = r.status == 0;
    run_done(&r);
    return there;
}

static bool head_is_known(const struct fixture *s)
{
    const struct focus focus = session_focus(s->session);
    return focus.head_row && session_routes(s->session).prompts;
}

/* Of a simulated cluster, whose kubeconfig is no default. */
static void kubectl_reads_the_same_objects(void **state)
{
    struct fixture *s = *state;
    if (!has_kubectl(s)) skip();
    struct sim_run *sim = sim_run_start((const char *const[]){"--no-redis", NULL});
    const struct session_calls calls = {.changed = on_changed, .arg = s};
    struct why why = {0};
    free(s->conf.kubeconfig);
    s->conf.kubeconfig = mem_printf("%s/kubeconfig", sim_run_folder(sim));
    s->conf.redis = mem_str("none");
    assert_int_equal(session_open(s->loop, &s->conf, &calls, &s->session, &why), ERR_OK);
    ASSERT_UNTIL(s->loop, head_is_known(s));
    const struct focus focus = session_focus(s->session);
    struct selection selected = {.table = TABLE_POD};
    snprintf(selected.key, sizeof selected.key, "%s", focus.head_row->record->key);
    const struct {
        const struct pane_ops *pane;
        const struct selection *selected;
        const char *answer;
    } cases[] = {{&pods_pane_ops, &selected, focus.head_row->record->key}, /* its UID */
                 {&requests_pane_ops, NULL, "success"},
                 {&events_pane_ops, NULL, ""}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *command = command_of(s, cases[i].pane, cases[i].selected);
        struct run r = run_shell(s, command, NULL);
        if (r.status || !strstr(r.out, cases[i].answer)) fail_msg("%s: %s%s", command, r.out, r.err);
        run_done(&r);
        free(command);
    }
    session_close(s->session);
    s->session = NULL;
    sim_run_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(of_a_unix_socket, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(of_a_database_over_tls, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(of_a_sentinels_master, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(of_a_user_whose_password_is_typed, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(of_a_user_without_a_password, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(of_the_older_layout, fixture_open, fixture_close),
        cmocka_unit_test(a_question_is_sent_again),
        cmocka_unit_test(a_chat_message_is_sent_again),
        cmocka_unit_test_setup_teardown(kubectl_reads_the_same_objects, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
