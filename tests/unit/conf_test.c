/* conf_test.c - config.yaml: what is read, what is refused. */
#include "backends/base/mem.h"
#include "backends/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static enum err read_yaml(struct conf *c, const char *text, struct why *why)
{
    return conf_from_yaml(c, "config.yaml", text, strlen(text), why);
}

static void every_setting_is_read(void **state)
{
    (void)state;
    struct conf c;
    conf_init(&c);
    struct why why = {0};
    enum err err =
        read_yaml(&c,
                  "kubeconfig: /tmp/k\ncontext: demo\nnamespace: mistral\nrayservice: mistral\n"
                  "redis: {url: 'redis://r:1', via: ssh -W, namespace: abc, user: u, password: p}\n"
                  "neuron:\n  - neuron-monitor\n  - http://n:9/\n"
                  "prompt: {url: http://p/, kind: infer}\n"
                  "theme: light\ncolor: never\nclipboard: osc52\ngrace: 0\nascii: true\nslow: yes\nread_only: on\n"
                  "no_probe: true\nmouse: true\nno_bell: true\nno_title: false\ndemo: true\n"
                  "contexts:\n  demo: {development: true}\n  prod: {readonly: true}\n",
                  &why);
    assert_string_equal(why.text, "");
    assert_int_equal(err, ERR_OK);
    assert_string_equal(c.kubeconfig, "/tmp/k");
    assert_string_equal(c.context, "demo");
    assert_string_equal(c.ns, "mistral");
    assert_string_equal(c.service, "mistral");
    assert_string_equal(c.redis, "redis://r:1");
    assert_string_equal(c.redis_via, "ssh -W");
    assert_string_equal(c.redis_ns, "abc");
    assert_string_equal(c.redis_user, "u");
    assert_string_equal(c.redis_password, "p");
    assert_int_equal(c.neurons, 2);
    assert_string_equal(c.neuron[0], "neuron-monitor");
    assert_string_equal(c.neuron[1], "http://n:9/");
    assert_string_equal(c.prompt, "http://p/");
    assert_string_equal(c.prompt_kind, "infer");
    assert_string_equal(c.theme, "light");
    assert_string_equal(c.color, "never");
    assert_string_equal(c.clipboard, "osc52");
    assert_string_equal(c.grace, "0");
    assert_true(c.ascii && c.slow && c.read_only && c.no_probe && c.mouse && c.no_bell && c.demo);
    assert_false(c.no_title);
    assert_true(c.contexts[0].development && !c.contexts[0].readonly);
    assert_true(c.contexts[1].readonly && !c.contexts[1].development);
    assert_int_equal(c.context_count, 2);
    conf_done(&c);
    assert_null(c.kubeconfig);
}

static void what_was_said_before_stays(void **state)
{
    (void)state;
    struct conf c;
    conf_init(&c);
    c.context = mem_str("flag");
    c.neuron[c.neurons++] = mem_str("none");
    assert_int_equal(read_yaml(&c, "context: file\nnamespace: file\nneuron: [a, b]\nredis: none\n", NULL), ERR_OK);
    assert_string_equal(c.context, "flag");
    assert_string_equal(c.ns, "file");
    assert_string_equal(c.redis, "none");
    assert_int_equal(c.neurons, 1);
    assert_string_equal(c.neuron[0], "none");
    conf_done(&c);
}

static void mistakes_name_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"context: a\ncolour: auto\n", "config.yaml:2:1: colour is not a setting"},
        {"color: blue\n", "config.yaml:1:1: color must be auto, always or never"},
        {"grace: soon\n", "config.yaml:1:1: grace must be a number of seconds, at most 86400"},
        {"redis:\n  uri: x\n", "config.yaml:2:3: uri is not a setting"},
        {"redis: [x]\n", "config.yaml:1:1: redis must be a URL or a map"},
        {"slow: maybe\n", "config.yaml:1:1: slow must be true or false"},
        {"- a\n", "config.yaml:1:1: the file must be a map of settings"},
        {"contexts:\n  a:\n    readonly: 7\n", "config.yaml:3:5: readonly must be true or false"},
        {"contexts:\n  a:\n    armed: true\n", "config.yaml:3:5: armed is not a setting of a context"},
        {"contexts:\n  a: {ca: aa}\n", "config.yaml:2:7: ca must be sha256: and the hash that `raydeck info` prints"},
        {"contexts:\n  a: {server: [b]}\n", "config.yaml:2:7: server must be a word"},
        {"neuron:\n  - {a: b}\n", "config.yaml:2:5: neuron must be commands or URLs"},
        {"prompt: {kind: chat}\n", "config.yaml:1:10: kind must be infer or openai"},
        {"context: \"a\\e[2J\"\n", "config.yaml:1:1: context has a control character in it"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct conf c;
        struct why why = {0};
        conf_init(&c);
        assert_int_equal(read_yaml(&c, cases[i].text, &why), ERR_USAGE);
        assert_string_equal(why.text, cases[i].why);
        conf_done(&c);
    }
}

static void contexts_may_be_a_list(void **state)
{
    (void)state;
    struct conf c;
    conf_init(&c);
    assert_int_equal(read_yaml(&c, "contexts:\n- name: sim\n  development: true\n- name: other\n", NULL), ERR_OK);
    assert_int_equal(c.context_count, 2);
    assert_true(c.contexts[0].development);
    conf_done(&c);
    struct why why = {0};
    assert_int_equal(read_yaml(&c, "contexts:\n- development: true\n", &why), ERR_USAGE);
    assert_string_equal(why.text, "config.yaml:2:3: contexts must be maps, each of a name");
    conf_done(&c);
}

static enum conf_mark mark_of(const struct conf *c, const char *context, const char *server, const char *ca)
{
    return conf_mark_of(c, &(struct conf_cluster){context, server, ca});
}

/* A name is not a cluster: what forbids matches widely, what permits matches exactly. */
static void a_mark_is_of_a_server_and_its_ca(void **state)
{
    (void)state;
    struct conf c;
    struct why why = {0};
    conf_init(&c);
    enum err err = read_yaml(&c,
                             "contexts:\n"
                             "- {name: dev, server: 'https://one:6443/', ca: 'sha256:aa', development: true}\n"
                             "- {name: plain, server: 'http://one', development: true}\n"
                             "- {name: bare, development: true}\n"
                             "- {name: prod, readonly: true}\n"
                             "- {name: two, server: 'https://two', readonly: true}\n"
                             "- {name: both, server: 'https://one', ca: 'sha256:aa', development: true}\n"
                             "- {name: both, readonly: true}\n",
                             &why);
    assert_string_equal(why.text, "");
    assert_int_equal(err, ERR_OK);
    assert_int_equal(mark_of(&c, "dev", "https://one:6443", "sha256:aa"), CONF_DEVELOPMENT);
    assert_int_equal(mark_of(&c, "dev", "https://one:6443", "sha256:AA"), CONF_DEVELOPMENT);
    assert_int_equal(mark_of(&c, "dev", "https://other:6443", "sha256:aa"), CONF_DEVELOPMENT_ELSEWHERE);
    assert_int_equal(mark_of(&c, "dev", "https://one:6443", "sha256:bb"), CONF_DEVELOPMENT_ELSEWHERE);
    assert_int_equal(mark_of(&c, "dev", "https://one:6443", NULL), CONF_DEVELOPMENT_ELSEWHERE);
    assert_int_equal(mark_of(&c, "plain", "http://one", NULL), CONF_DEVELOPMENT);
    assert_int_equal(mark_of(&c, "plain", "http://one", "sha256:aa"), CONF_DEVELOPMENT_ELSEWHERE);
    assert_int_equal(mark_of(&c, "bare", "https://one", "sha256:aa"), CONF_DEVELOPMENT_ELSEWHERE);
    assert_int_equal(mark_of(&c, "prod", "https://any", "sha256:aa"), CONF_READONLY);
    assert_int_equal(mark_of(&c, "two", "https://TWO/", NULL), CONF_READONLY);
    assert_int_equal(mark_of(&c, "two", "https://three", NULL), CONF_UNMARKED);
    assert_int_equal(mark_of(&c, "both", "https://one", "sha256:aa"), CONF_READONLY);
    assert_int_equal(mark_of(&c, "unknown", "https://one", "sha256:aa"), CONF_UNMARKED);
    assert_int_equal(mark_of(&c, NULL, NULL, NULL), CONF_UNMARKED);
    conf_done(&c);
}

static void nothing_is_fine(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n# only a comment\n", "---\n", "context: ~\nredis: null\nneuron: ''\n"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct conf c;
        struct why why = {0};
        conf_init(&c);
        enum err err = read_yaml(&c, texts[i], &why);
        assert_string_equal(why.text, "");
        assert_int_equal(err, ERR_OK);
        assert_null(c.context);
        assert_null(c.redis);
        assert_int_equal(c.neurons, 0);
        conf_done(&c);
    }
}

static void a_secret_is_never_quoted(void **state)
{
    (void)state;
    struct conf c;
    struct why why = {0};
    conf_init(&c);
    assert_int_equal(read_yaml(&c, "redis: {password: \"hunter2\\n\"}\n", &why), ERR_USAGE);
    assert_null(strstr(why.text, "hunter2"));
    conf_done(&c);
}

static const char *env_get(const char *name)
{
    if (strcmp(name, "RAYDECK_CONTEXT") == 0) return "env";
    if (strcmp(name, "RAYDECK_NAMESPACE") == 0) return "";
    if (strcmp(name, "RAYDECK_REDIS_PASSWORD") == 0) return "s3cret";
    if (strcmp(name, "RAYDECK_NEURON") == 0) return "one -c\n\nhttp://two/";
    if (strcmp(name, "RAYDECK_READ_ONLY") == 0) return "1";
    if (strcmp(name, "RAYDECK_SLOW") == 0) return "0";
    return NULL;
}

static const char *env_bad(const char *name)
{
    return strcmp(name, "RAYDECK_ASCII") == 0 ? "perhaps" : NULL;
}

static void the_environment_is_read(void **state)
{
    (void)state;
    struct conf c;
    struct why why = {0};
    conf_init(&c);
    assert_int_equal(conf_from_env(&c, env_get, &why), ERR_OK);
    assert_string_equal(c.context, "env");
    assert_null(c.ns);
    assert_string_equal(c.redis_password, "s3cret");
    assert_int_equal(c.neurons, 2);
    assert_string_equal(c.neuron[0], "one -c");
    assert_string_equal(c.neuron[1], "http://two/");
    assert_true(c.read_only);
    assert_false(c.slow);
    conf_done(&c);

    conf_init(&c);
    assert_int_equal(conf_from_env(&c, env_bad, &why), ERR_USAGE);
    assert_string_equal(why.text, "RAYDECK_ASCII must be 1 or 0");
    conf_done(&c);
}

/* Neither its addresses nor its passwords: they would be the first context's. */
static void another_context_has_nothing_of_the_first_ones(void **state)
{
    (void)state;
    struct conf c, other;
    struct why why = {0};
    conf_init(&c);
    assert_int_equal(
        read_yaml(&c,
                  "kubeconfig: /tmp/k\ncontext: prod\nnamespace: mistral\nrayservice: mistral\n"
                  "redis: {url: 'redis://r:1', via: ssh -W, user: u, password: p, credentials: rayservice}\n"
                  "neuron: neuron-monitor\nprompt: {url: http://p/, kind: infer}\ngrace: 0\n"
                  "read_only: true\ncontexts:\n  stage: {readonly: true}\n",
                  &why),
        ERR_OK);
    conf_for_context(&c, "stage", &other);
    assert_string_equal(other.context, "stage");
    assert_string_equal(other.kubeconfig, "/tmp/k");
    assert_string_equal(other.grace, "0");
    assert_true(other.read_only);
    char *const left_out[] = {other.ns,
                              other.service,
                              other.redis,
                              other.redis_via,
                              other.redis_user,
                              other.redis_password,
                              other.redis_credentials,
                              other.prompt,
                              other.prompt_kind};
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++) assert_null(left_out[i]);
    assert_int_equal(other.neurons, 0);
    const struct conf_cluster stage = {"stage", "https://s", NULL};
    assert_int_equal(conf_mark_of(&other, &stage), CONF_READONLY);
    conf_done(&other);
    free(c.redis);
    c.redis = mem_str("none");
    free(c.neuron[0]);
    c.neuron[0] = mem_str("none");
    conf_for_context(&c, "stage", &other); /* what is wanted nowhere is wanted there neither */
    assert_string_equal(other.redis, "none");
    assert_string_equal(other.neuron[0], "none");
    conf_done(&other);
    conf_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_context_has_nothing_of_the_first_ones),
        cmocka_unit_test(every_setting_is_read),
        cmocka_unit_test(what_was_said_before_stays),
        cmocka_unit_test(mistakes_name_their_place),
        cmocka_unit_test(nothing_is_fine),
        cmocka_unit_test(contexts_may_be_a_list),
        cmocka_unit_test(a_secret_is_never_quoted),
        cmocka_unit_test(a_mark_is_of_a_server_and_its_ca),
        cmocka_unit_test(the_environment_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
