/* equivalent_test.c - the command of each row of each pane, and how one is shown that could not be copied. */
#include "tests/support/fake_console.h"
#include "tests/support/screen_file.h"
#include "tui/equivalent.h"
#include "tui/panes/select_text.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct serve_path proxy = {.base = "/api/v1/namespaces/mistral/services/mistral-serve-svc:8000/proxy",
                                  .words = "API server proxy",
                                  .proxied = true};
static struct serve_path ingress = {.base = "https://user:secret@mistral.example:443", .words = "ingress", .host = "m"};

struct commands {
    struct fake_console d;
    struct conf conf;
    struct equivalent_from from;
};

static void commands_open(struct commands *c)
{
    fake_console_open(&c->d, 40, 120);
    conf_init(&c->conf);
    c->from = (struct equivalent_from){
        .world = c->d.f.world,
        .conf = &c->conf,
        .context = "trainium-inferentia",
        .routes = {.redis = "rediss://ray:hunter2@redis.example:6380/2",
                   .redis_user = "ray",
                   .redis_password = true,
                   .prompts = &proxy},
    };
}

static void commands_close(struct commands *c)
{
    conf_done(&c->conf);
    fake_console_close(&c->d);
}

/* Of the pane's selected row. */
static char *command_of(struct commands *c, char letter)
{
    struct selection selected;
    struct buf out;
    screen_focus(c->d.s, letter);
    fake_console_update(&c->d);
    c->from.focus = c->d.v.focus;
    const bool selects = screen_selection(c->d.s, &selected);
    buf_init(&out, EQUIVALENT_MAX);
    assert_true(equivalent_of(&c->from, screen_pane(c->d.s)->ops, selects ? &selected : NULL, &out));
    assert_true(text_is_safe(buf_text(&out), out.len, TEXT_ONE_LINE));
    assert_null(strstr(buf_text(&out), "hunter2"));
    assert_null(strstr(buf_text(&out), "secret"));
    return buf_take(&out);
}

static void assert_command(struct commands *c, char letter, const char *expected)
{
    char *got = command_of(c, letter);
    assert_string_equal(got, expected);
    free(got);
}

#define KUBECTL "kubectl --context trainium-inferentia "

static void each_pane_has_its_command(void **state)
{
    (void)state;
    struct commands c;
    commands_open(&c);
    assert_command(&c, '1', KUBECTL "-n mistral get pod mistral-44qn2-head-d4544 -o yaml");
    assert_command(&c, '2', "neuron-monitor");
    assert_command(&c, '4',
                   KUBECTL "get --raw "
                           "/api/v1/namespaces/mistral/services/mistral-serve-svc:8000/proxy/-/healthz");
    assert_command(&c, '5', KUBECTL "-n mistral get events");
    assert_command(&c, '6', "raydeck doctor --context trainium-inferentia -n mistral -s mistral");
    assert_command(&c, '7', "raydeck lint");
    c.from.linted = "my service.yaml";
    assert_command(&c, '7', "raydeck lint 'my service.yaml'");
    commands_close(&c);
}

/* Without a RayService in focus the panes show every namespace that is read. */
static void a_list_of_all_namespaces_says_so(void **state)
{
    (void)state;
    struct commands c;
    const struct focus none = {.ns = NULL};
    struct buf out;
    commands_open(&c);
    buf_init(&out, EQUIVALENT_MAX);
    c.from.focus = &none;
    assert_true(equivalent_of(&c.from, &events_pane_ops, NULL, &out));
    assert_string_equal(buf_text(&out), KUBECTL "get events"); /* of kubectl's own namespace */
    c.from.all_namespaces = true;
    assert_true(equivalent_of(&c.from, &events_pane_ops, NULL, &out));
    assert_string_equal(buf_text(&out), KUBECTL "get events --all-namespaces");
    assert_true(equivalent_of(&c.from, &pods_pane_ops, NULL, &out));
    assert_string_equal(buf_text(&out), KUBECTL "get pods --all-namespaces -o wide -w");
    buf_done(&out);
    commands_close(&c);
}

/* Host, port, database and user; the password is typed. */
static void redis_cli_has_all_but_the_password(void **state)
{
    (void)state;
    struct commands c;
    commands_open(&c);
    char *got = command_of(&c, '3');
    assert_non_null(strstr(got, "redis-cli -h "));
    assert_non_null(strstr(got, " -p 6379 "));
    assert_non_null(strstr(got, " --tls"));
    assert_non_null(strstr(got, " --user ray --askpass HLEN "));
    assert_non_null(strstr(got, "@ACTOR"));
    free(got);
    for (int i = 0; i < 20; i++)
        screen_input(c.d.s, &c.d.v,
                     &(struct input){.type = INPUT_KEY, .key = 'G'}); /* Serve's checkpoints: no record */
    got = command_of(&c, '3');
    assert_non_null(strstr(got, "--askpass HKEYS "));
    assert_non_null(strstr(got, "@KV"));
    free(got);
    commands_close(&c);
}

/* The record says where the server is that answered, and the URL how it was reached: database, TLS, user. */
static void redis_cli_reaches_the_same_database(void **state)
{
    (void)state;
    static const struct {
        const char *url, *user;
        bool password, via;
        const char *address, *sentinel; /* the record's */
        enum tri cluster;
        const char *command;
    } cases[] = {
        {.url = "rediss://h/2?cacert=/etc/ca%20file.pem&servername=redis.example",
         .address = "rediss://h:6379/2",
         .command = "redis-cli -h h -p 6379 --tls --cacert '/etc/ca file.pem' --sni redis.example -n 2 HLEN "},
        {.url = "rediss://s:26379/2?cacert=/etc/ca.pem&servername=redis.example",
         .address = "rediss://10.0.0.7:6380/2",
         .sentinel = "rediss://s:26379/2",
         .command = "redis-cli -h 10.0.0.7 -p 6380 --tls --cacert /etc/ca.pem --sni redis.example -n 2 HLEN "},
        /* a recording, which has no URL */
        {.address = "rediss://10.0.0.7:6380/3", .command = "redis-cli -h 10.0.0.7 -p 6380 --tls -n 3 HLEN "},
        /* nothing was read yet */
        {.url = "h:7000/1", .command = "redis-cli -h h -p 7000 -n 1 HLEN "},
        {.url = "redis://[fd00::1]",
         .address = "redis://[fd00::1]:6379",
         .command = "redis-cli -h fd00::1 -p 6379 HLEN "},
        {.url = "unix:///run/redis/a b.sock",
         .address = "unix:///run/redis/a b.sock",
         .command = "redis-cli -s '/run/redis/a b.sock' HLEN "},
        {.url = "redis://h",
         .address = "redis://h:6379",
         .cluster = TRI_YES,
         .command = "redis-cli -h h -p 6379 -c HLEN "},
        {.url = "redis://h",
         .user = "ray",
         .password = true,
         .command = "redis-cli -h h -p 6379 --user ray --askpass HLEN "},
        {.url = "redis://ray:hunter2@h", .command = "redis-cli -h h -p 6379 --user ray --askpass HLEN "},
        {.url = "redis://:hunter2@h", .command = "redis-cli -h h -p 6379 --askpass HLEN "},
        /* without a password redis-cli sends no user */
        {.url = "redis://ray@h", .command = "REDISCLI_AUTH= redis-cli -h h -p 6379 --user ray HLEN "},
        {.url = "redis://h/2",
         .via = true,
         .address = "via ssh -W h:6379 bastion",
         .command = "redis-cli -h h -p 6379 -n 2 HLEN "},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct commands c;
        commands_open(&c);
        c.from.routes = (struct session_routes){.redis = cases[i].url,
                                                .redis_user = cases[i].user,
                                                .redis_password = cases[i].password,
                                                .redis_via = cases[i].via};
        struct redis *r = (struct redis *)record_copy(&c.d.v.focus->redis->record);
        record_set(&r->address, cases[i].address);
        record_set(&r->sentinel, cases[i].sentinel);
        r->cluster = cases[i].cluster;
        r->tls = tri_of(cases[i].address && strncmp(cases[i].address, "rediss:", 7) == 0);
        fixture_put(&c.d.f, "redis", WORLD_REDIS, r);
        char *got = command_of(&c, '3');
        if (strncmp(got, cases[i].command, strlen(cases[i].command)) != 0) fail_msg("%s\n%s", got, cases[i].command);
        assert_int_equal(strstr(got, " # where --redis-via leads") != NULL, cases[i].via);
        free(got);
        commands_close(&c);
    }
}

/* Before Ray 2.38 one hash holds all tables: a key of the newer layout is none there. */
static void redis_cli_reads_the_older_layout(void **state)
{
    (void)state;
    struct commands c;
    commands_open(&c);
    WORLD_EACH (row, c.d.f.world, TABLE_GCSTABLE) {
        struct gcstable *t = (struct gcstable *)record_copy(row->record);
        record_set(&t->redis_key, t->ns);
        fixture_put(&c.d.f, "redis", WORLD_REDIS, t);
    }
    char *got = command_of(&c, '3');
    assert_non_null(strstr(got, " HSCAN "));
    assert_non_null(strstr(got, " 0 MATCH '"));
    assert_non_null(strstr(got, "@ACTOR:*' COUNT 1000"));
    assert_null(strstr(got, "RAY"));
    free(got);
    commands_close(&c);
}

static void a_prompt_is_sent_as_the_console_sent_it(void **state)
{
    (void)state;
    struct commands c;
    commands_open(&c);
    struct request *r = record_new(TABLE_REQUEST, "p1");
    record_set(&r->kind, "prompt");
    record_set(&r->phase, "ok");
    record_set(&r->target, "GET /infer");
    record_set(&r->question, "What is a head?");
    fixture_put(&c.d.f, "serve", WORLD_SERVE, r);
    fake_console_update(&c.d);
    char *got = command_of(&c, '4');
    assert_non_null(strstr(got, "get --raw '/api/v1/namespaces/mistral/"));
    assert_non_null(strstr(got, "/infer?sentence=What%20is%20a%20head%3F"));
    free(got);
    c.from.routes.prompts = &ingress;
    got = command_of(&c, '4');
    assert_non_null(strstr(got, "curl -sS -u user -i -H 'Host: m' "));
    assert_non_null(strstr(got, "mistral.example"));
    free(got);
    r = record_new(TABLE_REQUEST, "p1");
    record_set(&r->kind, "prompt");
    record_set(&r->phase, "ok");
    record_set(&r->target, "POST /v1/chat/completions");
    record_set(&r->question, "it's?");
    fixture_put(&c.d.f, "serve", WORLD_SERVE, r);
    got = command_of(&c, '4');
    assert_non_null(strstr(got, "-d '{\"messages\":[{\"role\":\"user\",\"content\":\"it'\\''s?\"}]}' "));
    free(got);
    c.from.routes.prompts = &proxy;
    got = command_of(&c, '4');
    assert_non_null(strstr(got, " | " KUBECTL "create --raw /api/v1/namespaces/mistral/"));
    free(got);
    commands_close(&c);
}

static void a_monitors_command_is_the_configured_one(void **state)
{
    (void)state;
    struct commands c;
    commands_open(&c);
    c.conf.neuron[c.conf.neurons++] = mem_str("http://exporter:9/");
    c.conf.neuron[c.conf.neurons++] = mem_str("ssh worker-1 TOKEN=hf_abcdefghijklmnopqrstuvwxyz012345 neuron-monitor");
    for (unsigned i = 1; i <= 2; i++) {
        char key[32], source[16];
        snprintf(source, sizeof source, "neuron/%u", i);
        snprintf(key, sizeof key, "%s/0", source);
        struct core *core = record_new(TABLE_CORE, key);
        record_set(&core->source, source);
        fixture_put(&c.d.f, source, WORLD_NEURON, core);
        struct selection selected = {.table = TABLE_CORE};
        snprintf(selected.key, sizeof selected.key, "%s", key);
        struct buf out;
        buf_init(&out, EQUIVALENT_MAX);
        c.from.focus = c.d.v.focus;
        assert_true(equivalent_of(&c.from, &cores_pane_ops, &selected, &out));
        assert_string_equal(buf_text(&out), i == 1 ? "curl -sS http://exporter:9/" : "ssh worker-1 ••• neuron-monitor");
        buf_done(&out);
    }
    commands_close(&c);
}

/* Names of a hostile server are quoted: pasted, they run nothing. */
static void names_are_quoted(void **state)
{
    (void)state;
    struct commands c;
    commands_open(&c);
    struct pod *pod = record_new(TABLE_POD, "evil");
    record_set(&pod->ns, "mistral");
    record_set(&pod->name, "x; rm -rf '$HOME'");
    fixture_put(&c.d.f, "kube/pods", WORLD_KUBE, pod);
    const struct selection selected = {.table = TABLE_POD, .key = "evil"};
    struct buf out;
    buf_init(&out, EQUIVALENT_MAX);
    c.from.focus = c.d.v.focus;
    assert_true(equivalent_of(&c.from, &pods_pane_ops, &selected, &out));
    assert_string_equal(buf_text(&out), KUBECTL "-n mistral get pod 'x; rm -rf '\\''$HOME'\\''' -o yaml");
    buf_done(&out);
    commands_close(&c);
}

/* Of the rows with these keys of a pane. */
static char *commands_of(struct commands *c, const struct pane_ops *pane, const char *const *keys)
{
    struct selection rows[8];
    struct buf out;
    size_t count = 0;
    for (; keys[count]; count++) {
        rows[count] = (struct selection){.table = pane->rows_of};
        snprintf(rows[count].key, sizeof rows[count].key, "%s", keys[count]);
    }
    buf_init(&out, EQUIVALENT_MAX);
    c->from.focus = c->d.v.focus;
    assert_int_equal(equivalent_of_rows(&c->from, pane, rows, count, &out), ERR_OK);
    return buf_take(&out);
}

static void pod_put(struct commands *c, const char *uid, const char *ns, const char *name)
{
    struct pod *pod = record_new(TABLE_POD, uid);
    record_set(&pod->ns, ns);
    record_set(&pod->name, name);
    fixture_put(&c->d.f, "kube/pods", WORLD_KUBE, pod);
}

/* kubectl takes several names of a namespace; what has a command in common has it once. */
static void marked_rows_share_their_commands(void **state)
{
    (void)state;
    struct commands c;
    commands_open(&c);
    pod_put(&c, "other", "else", "one");
    char *got = commands_of(&c, &pods_pane_ops, (const char *const[]){"11aa-worker", "other", "22bb-worker", NULL});
    assert_string_equal(got, KUBECTL "-n mistral get pod mistral-44qn2-inf2-worker-q5rdw "
                                     "mistral-44qn2-inf2-worker-x2p7c -o yaml\n" KUBECTL "-n else get pod one -o yaml");
    free(got);
    got = commands_of(&c, &cores_pane_ops, (const char *const[]){"neuron/q5rdw/0", "neuron/q5rdw/2", NULL});
    assert_string_equal(got, "neuron-monitor");
    free(got);
    commands_close(&c);
}

static void more_than_a_terminal_takes_is_refused(void **state)
{
    (void)state;
    enum { PODS = 400 };
    struct commands c;
    struct selection *rows = mem_zero(PODS, sizeof *rows);
    struct buf out;
    commands_open(&c);
    for (int i = 0; i < PODS; i++) {
        char name[160];
        snprintf(name, sizeof name, "%0*d", 100, i);
        pod_put(&c, name, "mistral", name);
        rows[i].table = TABLE_POD;
        snprintf(rows[i].key, sizeof rows[i].key, "%s", name);
    }
    buf_init(&out, EQUIVALENT_MAX);
    c.from.focus = c.d.v.focus;
    assert_int_equal(equivalent_of_rows(&c.from, &pods_pane_ops, rows, PODS, &out), ERR_LIMIT);
    assert_int_equal(equivalent_of_rows(&c.from, &pods_pane_ops, rows, PODS / 2, &out), ERR_OK);
    assert_int_equal(equivalent_of_rows(&c.from, &pods_pane_ops, rows, 0, &out), ERR_NOT_FOUND);
    buf_done(&out);
    free(rows);
    commands_close(&c);
}

/* ---- shown to be selected ---- */

static void lines_are_broken_where_a_shell_joins_them(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, SELECT_TEXT_MAX);
    select_text_lines("kubectl -n mistral get pod 'a b c d' -o yaml", 20, &out);
    assert_string_equal(buf_text(&out), "kubectl -n mistral \\\nget pod 'a b c d' \\\n-o yaml");
    select_text_lines("one 'a quoted word longer than the line' two", 16, &out);
    assert_string_equal(buf_text(&out), "one \\\n'a quoted word longer than the line' \\\ntwo");
    select_text_lines("kubectl get a\nkubectl get pod 'b\nc'", 16, &out); /* two commands */
    assert_string_equal(buf_text(&out), "kubectl get a\nkubectl get \\\npod 'b\nc'");
    select_text_lines("x", 20, &out);
    assert_string_equal(buf_text(&out), "x");
    buf_done(&out);
}

static void what_was_not_sent_is_shown_whole(void **state)
{
    (void)state;
    static const char command[] =
        "redis-cli -h master.mistral.abcdef.use2.cache.amazonaws.com -p 6379 --tls --user ray --askpass HLEN "
        "'RAY3f0c91aa5d2b4e0791@ACTOR'";
    static const int sizes[][2] = {{24, 80}, {10, 40}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        char file[64];
        struct canvas cv;
        struct select_text s;
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        canvas_fill(&cv, 0, 0, cv.rows, cv.cols, ROLE_TEXT, '~');
        select_text_open(
            &s, command,
            "This terminal is not known to take OSC 52. `clipboard: osc52` in config.yaml sends it all the same.",
            i == 1);
        struct overlay_stack stack = {0};
        overlay_push(&stack, &s.overlay, NULL);
        overlays_update(&stack, NULL, cv.rows, cv.cols);
        overlays_draw(&stack, NULL, &cv);
        snprintf(file, sizeof file, "select-%dx%d", sizes[i][1], sizes[i][0]);
        screen_check(file, &cv, false);
        overlay_pop(&stack);
        canvas_done(&cv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pane_has_its_command),
        cmocka_unit_test(a_list_of_all_namespaces_says_so),
        cmocka_unit_test(redis_cli_has_all_but_the_password),
        cmocka_unit_test(redis_cli_reaches_the_same_database),
        cmocka_unit_test(redis_cli_reads_the_older_layout),
        cmocka_unit_test(a_prompt_is_sent_as_the_console_sent_it),
        cmocka_unit_test(a_monitors_command_is_the_configured_one),
        cmocka_unit_test(names_are_quoted),
        cmocka_unit_test(marked_rows_share_their_commands),
        cmocka_unit_test(more_than_a_terminal_takes_is_refused),
        cmocka_unit_test(lines_are_broken_where_a_shell_joins_them),
        cmocka_unit_test(what_was_not_sent_is_shown_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
