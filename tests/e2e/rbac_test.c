/*
 * rbac_test.c - the rights of deploy/assets/rbac are those of the requests that raydeck sends: the program runs on a
 * simulated cluster, which reports of each request what RBAC would judge. Nothing beyond the viewer's rights is sent by
 * what only reads, nothing beyond both by a kill and a drill, and no right is there that nothing uses.
 */
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_fixture.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"
#include "backends/link/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RIGHTS_MAX = 64, RIGHT_MAX = 96, FILE_MAX = 64 * 1024, DOCUMENTS_MAX = 8 };
#define RBAC "deploy/assets/rbac/"

/* "list pods", "get services/proxy", "patch leases.coordination.k8s.io": as kubectl auth can-i takes them. */
struct rights {
    char right[RIGHTS_MAX][RIGHT_MAX];
    size_t count;
};

static bool rights_have(const struct rights *r, const char *right)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->right[i], right) == 0) return true;
    return false;
}

static void rights_put(struct rights *r, const char *right)
{
    if (rights_have(r, right)) return;
    assert_true(r->count < RIGHTS_MAX);
    snprintf(r->right[r->count++], RIGHT_MAX, "%s", right);
}

static void rights_add(struct rights *r, const char *verb, const char *group, const char *resource)
{
    char right[RIGHT_MAX];
    snprintf(right, sizeof right, "%s %s%s%s", verb, resource, *group ? "." : "", group);
    rights_put(r, right);
}

static void on_requested(void *arg, const char *verb, const char *group, const char *resource)
{
    rights_add(arg, verb, group, resource);
}

/* A Role or a ClusterRole grants each verb on each resource of each group of a rule. */
static void rule_read(const struct yaml_node *rule, struct rights *ret)
{
    const struct yaml_node *groups = yaml_get(rule, "apiGroups"), *resources = yaml_get(rule, "resources"),
                           *verbs = yaml_get(rule, "verbs");
    assert_true(groups && resources && verbs);
    for (size_t g = 0; g < groups->count; g++)
        for (size_t i = 0; i < resources->count; i++)
            for (size_t v = 0; v < verbs->count; v++)
                rights_add(ret, verbs->items[v]->text, groups->items[g]->text, resources->items[i]->text);
}

static void role_read(const char *path, struct rights *ret)
{
    struct buf text;
    struct yaml *y = NULL;
    struct why why = {0};
    buf_init(&text, FILE_MAX);
    if (file_read(path, &text, &why) ||
        yaml_parse_all(&(struct yaml_text){path, buf_text(&text), text.len, NULL, 0}, DOCUMENTS_MAX, &y, NULL, &why))
        fail_msg("%s", why.text);
    for (size_t i = 0; i < yaml_documents(y); i++) {
        const struct yaml_node *rules = yaml_get(yaml_document(y, i), "rules");
        assert_true(rules && rules->count);
        for (size_t n = 0; n < rules->count; n++) rule_read(rules->items[n], ret);
    }
    yaml_tree_free(y);
    buf_done(&text);
}

/* ---- the program on a cluster of this process -------------------------------------------------------------------- */

struct fixture {
    struct sim_fixture *sim;
    char *config, *state;
    struct rights used;
};

static void fixture_open(struct fixture *x, bool openai)
{
    x->sim = sim_fixture_new(
        &(struct sim_conf){.seed = 7, .speed = 10, .openai = openai, .requested = on_requested, .arg = &x->used});
    x->config = mem_printf("%s/config.yaml", x->sim->folder);
    x->state = run_folder();
}

static void fixture_close(struct fixture *x)
{
    sim_fixture_free(x->sim);
    run_remove(x->state);
    free(x->config);
}

/* Until it ends, or has used that right: then it is killed, so that nothing of it goes on. */
static void raydeck_run(struct fixture *x, const char *until, const char *const *args)
{
    const char *argv[24] = {run_raydeck(), "--config", x->config, "--neuron", "none"};
    size_t count = 5;
    for (size_t i = 0; args[i]; i++) argv[count++] = args[i];
    char *state = mem_printf("XDG_STATE_HOME=%s", x->state);
    const char *const env[] = {state, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = env, .rows = 60, .cols = 160});
    const uint64_t limit_ms = loop_now_ms() + DEADLINE_MS;
    int status = -1;
    bool seen = false;
    while (status < 0 && !seen && loop_now_ms() < limit_ms) {
        loop_step(x->sim->loop, 10);
        seen = until && rights_have(&x->used, until);
        status = pty_wait_exit(p, 1);
    }
    if (until ? !seen : status != 0) {
        char *screen = pty_screen(p);
        fail_msg("%s: status %d\n%s", args[0], status, screen);
    }
    pty_stop(p);
    free(state);
}
#define RAYDECK(x, until, ...) raydeck_run(x, until, (const char *const[]){__VA_ARGS__, NULL})

static void rights_cover(const struct rights *granted, const struct rights *used, const char *file)
{
    for (size_t i = 0; i < used->count; i++)
        if (!rights_have(granted, used->right[i])) fail_msg("%s does not grant: %s", file, used->right[i]);
}

static void the_roles_are_what_is_used(void **state)
{
    (void)state;
    struct rights viewer = {.count = 0}, used = {.count = 0}, all;
    role_read(RBAC "viewer.yaml", &viewer);
    all = viewer;
    role_read(RBAC "operator.yaml", &all);

    struct fixture *x = mem_zero(1, sizeof *x);
    for (int openai = 0; openai < 2; openai++) {
        fixture_open(x, openai);
        RAYDECK(x, NULL, "status", "--timeout", "60");
        RAYDECK(x, NULL, "ask", "what is the GCS?");
        rights_cover(&viewer, &x->used, RBAC "viewer.yaml");
        RAYDECK(x, "patch leases.coordination.k8s.io", "drill", "--context", "raydeck-sim", "-n", "mistral", "-s",
                "mistral", "--yes", "--fault", "delete-now", "--no-prompts");
        rights_cover(&all, &x->used, RBAC);
        fixture_close(x);
        for (size_t i = 0; i < x->used.count; i++) rights_put(&used, x->used.right[i]);
        x->used.count = 0;
    }
    assert_true(rights_have(&used, "delete pods"));
    /* By kubectl, which the simulated cluster does not serve: drill --fault gcs and a shell, a forwarded port, logs;
     * and for a Redis password in clear in the RayService, which that of the simulator has in a Secret. */
    static const char *const elsewhere[] = {"get pods", "create pods/exec", "create pods/portforward", "get pods/log",
                                            "get rayservices.ray.io"};
    for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++) rights_put(&used, elsewhere[i]);
    for (size_t i = 0; i < all.count; i++)
        if (!rights_have(&used, all.right[i])) fail_msg(RBAC " grants what nothing uses: %s", all.right[i]);
    free(x);
}

static void the_manifests_are_clean(void **state)
{
    (void)state;
    static const char *const files[] = {RBAC "viewer.yaml", RBAC "operator.yaml"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        const char *const argv[] = {run_raydeck(), "lint", files[i], NULL};
        struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
        if (r.status != 0 || !strstr(r.out, "0 errors, 0 warnings, 0 infos")) fail_msg("%s%s", r.out, r.err);
        run_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_roles_are_what_is_used),
                                       cmocka_unit_test(the_manifests_are_clean)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
