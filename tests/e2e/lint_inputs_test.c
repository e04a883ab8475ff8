/* lint_inputs_test.c - what `raydeck lint` is given: folders with loops and with other people's YAML, Helm charts and
 * kustomize overlays (by a helm and a kubectl on PATH that the test writes), the pre-commit hook, and --fix on files.
 */
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/yaml.h"
#include "backends/link/file.h"
#include "backends/link/loop.h"
#include "tests/support/deadline.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BAD_SECRET "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: \"=\"}\n"
#define NUMBER "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  annotations: {a: 1} # one\n"
#define STRING "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  annotations: {a: \"1\"} # one\n"

static char *file_make(const char *folder, const char *name, const char *text)
{
    char *path = mem_printf("%s/%s", folder, name);
    assert_int_equal(file_make_dirs(path, NULL), ERR_OK);
    assert_int_equal(file_write(path, text, strlen(text), NULL), ERR_OK);
    return path;
}

static void file_made(const char *folder, const char *name, const char *text)
{
    free(file_make(folder, name, text));
}

static void file_is(const char *path, const char *expected)
{
    struct buf text;
    buf_init(&text, 100000);
    assert_int_equal(file_read(path, &text, NULL), ERR_OK);
    assert_string_equal(buf_text(&text), expected);
    buf_done(&text);
}

/* A program of that name in FOLDER/bin, which is then first on PATH. Caller frees the variable. */
static char *program_made(const char *folder, const char *name, const char *script)
{
    char *bin = mem_printf("%s/bin", folder), *path = file_make(bin, name, script);
    assert_int_equal(chmod(path, 0755), 0);
    char *variable = mem_printf("PATH=%s:/usr/bin:/bin", bin);
    free(path);
    free(bin);
    return variable;
}

static struct run run_lint(const char *variable, const char *const *args)
{
    const char *argv[16] = {"/usr/bin/env", variable ? variable : "A=b", run_raydeck(), "lint"};
    const char *const env[] = {"REDIS_PASSWORD=correct-horse", NULL};
    for (size_t i = 0; args[i]; i++) argv[4 + i] = args[i];
    return run_program(argv, env, NULL, DEADLINE_MS);
}
#define LINT(variable, ...) run_lint(variable, (const char *const[]){__VA_ARGS__, NULL})

static void text_contains(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("\"%s\" is not in: %s", part, text);
}

static void a_folder_is_read_whole_and_no_loop_is_followed(void **state)
{
    (void)state;
    char *folder = run_folder(), *loop = mem_printf("%s/sub/loop", folder), *link = mem_printf("%s/sub/l.yaml", folder);
    file_made(folder, "a.yaml", BAD_SECRET);
    file_made(folder, "sub/b.yml", BAD_SECRET);
    file_made(folder, "sub/c.json",
              "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"s\"}, "
              "\"data\": {\"a\": \"=\"}}\n");
    file_made(folder, "sub/workflow.yaml", "on: push\njobs: {}\n");
    file_made(folder, "sub/values.yaml", "replicas: 2\n");
    file_made(folder, "sub/notes.txt", BAD_SECRET);
    file_made(folder, ".hidden/d.yaml", BAD_SECRET);
    assert_int_equal(symlink("..", loop), 0);
    assert_int_equal(symlink("../a.yaml", link), 0);
    struct run r = LINT(NULL, folder);
    assert_int_equal(r.status, 1);
    assert_string_equal(r.err, "");
    text_contains(r.out, "info M5 2 of 6 files hold no object of Kubernetes, and nothing in them was checked: ");
    text_contains(r.out, "\n4 errors, 0 warnings, 1 info, 0 unknown\n");
    run_done(&r);
    free(link);
    free(loop);
    run_remove(folder);
}

static void where_nothing_is_checked_that_is_said(void **state)
{
    (void)state;
    char *folder = run_folder(), *path = file_make(folder, "empty.yaml", "# nothing\n");
    struct run r = LINT(NULL, path);
    text_contains(r.out, "info M5 no object is in this file: nothing was checked\n");
    text_contains(r.out, "\nnothing was checked\n");
    assert_null(strstr(r.out, "0 errors"));
    run_done(&r);
    assert_int_equal(remove(path), 0);
    r = LINT(NULL, folder);
    text_contains(r.out, "no *.yaml, *.yml or *.json is in this folder: nothing was checked\n");
    assert_null(strstr(r.out, "0 errors"));
    assert_int_equal(r.status, 0);
    run_done(&r);
    free(path);
    run_remove(folder);
}

/* In a folder of many files each is read. */
static void ten_thousand_files_are_a_folder_too(void **state)
{
    (void)state;
    char *folder = run_folder();
    for (int i = 0; i < 10000; i++) {
        char *path = mem_printf("%s/%05d.yaml", folder, i);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fprintf(f, "{apiVersion: v1, kind: ConfigMap, metadata: {name: c%d}}\n", i);
        fclose(f);
        free(path);
    }
    file_made(folder, "zz.yaml", BAD_SECRET);
    struct run r = LINT(NULL, folder);
    text_contains(r.out, "/zz.yaml:4:8: error L3 ");
    text_contains(r.out, "\n1 error, 0 warnings, 0 infos, 0 unknown\n");
    run_done(&r);
    run_remove(folder);
}

static void a_chart_is_rendered_by_helm_without_our_secrets(void **state)
{
    (void)state;
    char *folder = run_folder(), *chart = mem_printf("%s/sub/chart", folder), *seen = mem_printf("%s/seen", folder);
    char *script = mem_printf("#!/bin/sh\n{ echo \"$@\"; env; } > '%s'\nprintf '%%s\\n' '---' '# Source: "
                              "demo/templates/secret.yaml' 'apiVersion: "
                              "v1' 'kind: Secret' 'metadata: {name: s}' 'data: {a: \"=\"}'\n",
                              seen);
    char *path = program_made(folder, "helm", script);
    struct buf text;
    file_made(folder, "sub/chart/Chart.yaml", "name: demo\n");
    file_made(folder, "sub/chart/templates/a.yaml", "a: {{ .Values.a }}\n"); /* is no file of its own */
    struct run r = LINT(path, chart);
    text_contains(r.out, "/sub/chart (helm template):6:8: error L3 ");
    text_contains(r.out, "    in    Secret s, of demo/templates/secret.yaml (document 1)\n");
    assert_int_equal(r.status, 1);
    run_done(&r);
    buf_init(&text, 100000);
    assert_int_equal(file_read(seen, &text, NULL), ERR_OK);
    char *args = mem_printf("template %s\n", chart);
    text_contains(buf_text(&text), args);
    assert_null(strstr(buf_text(&text), "horse"));
    r = LINT(path, folder); /* one that is found in a folder too */
    text_contains(r.out, "\n1 error, 0 warnings, 0 infos, 0 unknown\n");
    run_done(&r);
    free(args);
    buf_done(&text);
    free(path);
    free(script);
    free(seen);
    free(chart);
    run_remove(folder);
}

static void what_cannot_be_rendered_is_said_and_the_rest_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *script, *said;
    } cases[] = {
        {NULL, ": helm is needed to render it, and is not installed: nothing of it was checked"},
        {"#!/bin/sh\necho 'Error: values don'\"'\"'t meet the schema' >&2\nexit 1\n", "values don't meet the schema"},
        {"#!/bin/sh\nexec yes 'kind: ConfigMap'\n",
         ": helm template prints more than 5 MiB: nothing of it was checked"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *folder = run_folder(), *chart = mem_printf("%s/chart", folder);
        char *path = cases[i].script ? program_made(folder, "helm", cases[i].script) : mem_str("PATH=/nowhere");
        char *secret = file_make(folder, "s.yaml", BAD_SECRET);
        file_made(folder, "chart/Chart.yaml", "name: demo\n");
        struct run r = LINT(path, chart, secret);
        text_contains(r.err, cases[i].said);
        text_contains(r.out, "s.yaml:4:8: error L3 ");
        assert_int_equal(r.status, 2);
        run_done(&r);
        free(secret);
        free(path);
        free(chart);
        run_remove(folder);
    }
}

static void an_overlay_is_rendered_by_kubectl(void **state)
{
    (void)state;
    char *folder = run_folder();
    char *path = program_made(folder, "kubectl",
                              "#!/bin/sh\n[ \"$1 $2\" = 'kustomize ./-odd' ] || exit 9\nprintf '%s\\n' "
                              "'{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: \"=\"}}'\n");
    struct run r = LINT(path, "-k", "-odd");
    text_contains(r.out, "-odd (kubectl kustomize):1:60: error L3 ");
    assert_int_equal(r.status, 1);
    run_done(&r);
    free(path);
    run_remove(folder);
}

#define PATCH "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {b: \"=\"}\n"
#define KUSTOMIZATION "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"

/* A kubectl that prints a Secret with that error, named by the last part of the folder that it renders. */
static char *kubectl_made(const char *folder)
{
    return program_made(
        folder, "kubectl",
        "#!/bin/sh\necho \"{apiVersion: v1, kind: Secret, metadata: {name: ${2##*/}}, data: {a: '='}}\"\n");
}

static char *kustomizations_made(void)
{
    char *folder = run_folder();
    file_made(folder, "k/base/kustomization.yaml", KUSTOMIZATION "resources: [secret.yaml]\n");
    file_made(folder, "k/base/secret.yaml", BAD_SECRET);
    file_made(folder, "k/tls/kustomization.yml",
              "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
              "patchesStrategicMerge: [patch.yaml]\n");
    file_made(folder, "k/tls/patch.yaml", PATCH);
    file_made(folder, "k/prod/Kustomization",
              "resources: [../base]\npatches: [{path: patches/a.yaml}, {patch: \"kind: Secret\"}]\n"
              "patchesJson6902: [{path: patches/b.yaml, target: {kind: Secret}}]\n");
    file_made(folder, "k/prod/patches/a.yaml", PATCH);
    file_made(folder, "k/prod/patches/b.yaml", "- {op: remove, path: /data/a}\n");
    file_made(folder, "k/plain.yaml", BAD_SECRET);
    return folder;
}

/* The overlay is what is applied; its base, its patches and a component are nothing by themselves. */
static void kustomizations_in_a_folder_are_rendered(void **state)
{
    (void)state;
    char *folder = kustomizations_made(), *k = mem_printf("%s/k", folder), *path = kubectl_made(folder);
    struct run r = LINT(path, k);
    assert_string_equal(r.err, "");
    text_contains(r.out, "/k/plain.yaml:4:8: error L3 ");
    text_contains(r.out, "/k/prod (kubectl kustomize):1:");
    text_contains(r.out,
                  "/k/tls: info M5 it is a component, and nothing without an overlay that includes it: nothing was "
                  "checked\n");
    text_contains(r.out, "\n2 errors, 0 warnings, 1 info, 0 unknown\n");
    run_done(&r);
    char *file = mem_printf("%s/k/prod/Kustomization", folder), *base = mem_printf("%s/k/base", folder);
    r = LINT(path, file, base); /* named, each is rendered */
    text_contains(r.out, "/k/prod (kubectl kustomize):1:");
    text_contains(r.out, "/k/base (kubectl kustomize):1:");
    text_contains(r.out, "\n2 errors, 0 warnings, 0 infos, 0 unknown\n");
    run_done(&r);
    r = LINT("PATH=/nowhere", k);
    text_contains(r.err, "/k/prod: kubectl is needed to render it, and is not installed: nothing of it was checked");
    text_contains(r.out, "\n1 error, 0 warnings, 1 info, 0 unknown, 1 file not read\n");
    assert_int_equal(r.status, 2);
    run_done(&r);
    free(base);
    free(file);
    free(path);
    free(k);
    run_remove(folder);
}

static void a_part_that_is_named_is_not_judged_as_a_manifest(void **state)
{
    (void)state;
    char *folder = kustomizations_made();
    static const char *const parts[] = {"k/prod/patches/a.yaml", "k/prod/patches/b.yaml", "k/tls/patch.yaml",
                                        "k/prod/patches", "chart/values.yaml"};
    static const char *const said[] = {
        "info M5 it is named in patches of ", "info M5 it is named in patchesJson6902 of ",
        "info M5 it is named in patchesStrategicMerge of ", "a.yaml: info M5 it is named in patches of ",
        "info M5 it belongs to the Helm chart "};
    file_made(folder, "chart/Chart.yaml", "name: demo\n");
    file_made(folder, "chart/values.yaml", "a: 1\n");
    for (size_t i = 0; i < 5; i++) {
        char *path = mem_printf("%s/%s", folder, parts[i]);
        const char *const both[][3] = {{path, NULL, NULL}, {"--only-manifests", path, NULL}};
        for (size_t b = 0; b < 2; b++) {
            struct run r = run_lint(NULL, both[b]);
            text_contains(r.out, said[i]);
            text_contains(r.out, "\nnothing was checked\n");
            assert_int_equal(r.status, 0);
            run_done(&r);
        }
        free(path);
    }
    char *resource = mem_printf("%s/k/base/secret.yaml", folder);
    struct run r = LINT(NULL, resource); /* an object, whoever includes it */
    text_contains(r.out, "secret.yaml:4:8: error L3 ");
    run_done(&r);
    free(resource);
    run_remove(folder);
}

static void the_hook_of_pre_commit_passes_what_is_no_manifest(void **state)
{
    (void)state;
    struct buf text;
    struct yaml *y = NULL;
    char *folder = run_folder(), *build = realpath(run_raydeck(), NULL);
    *strrchr(build, '/') = '\0';
    char *path = mem_printf("PATH=%s:/usr/bin:/bin", build), *other = file_make(folder, "values.yaml", "a: 1\n");
    char *secret = file_make(folder, "s.yaml", BAD_SECRET), *words[8] = {NULL};
    buf_init(&text, 100000);
    assert_int_equal(file_read(".pre-commit-hooks.yaml", &text, NULL), ERR_OK);
    assert_int_equal(yaml_parse("hooks", buf_text(&text), text.len, &y, NULL), ERR_OK);
    const struct yaml_node *hook = yaml_root(y)->items[0];
    static const char *const needed[] = {"id", "name", "entry", "language"};
    for (size_t i = 0; i < 4; i++) assert_non_null(yaml_str(hook, needed[i]));
    const char *argv[16] = {"/usr/bin/env", path};
    char *entry = mem_str(yaml_str(hook, "entry")), *rest = entry;
    size_t count = 0;
    while ((words[count] = strsep(&rest, " "))) argv[2 + count] = words[count], count++;
    argv[2 + count] = other;
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 0);
    run_done(&r);
    argv[3 + count] = secret;
    r = run_program(argv, NULL, NULL, DEADLINE_MS);
    assert_int_equal(r.status, 1);
    text_contains(r.out, "s.yaml:4:8: error L3 ");
    run_done(&r);
    free(entry);
    yaml_tree_free(y);
    buf_done(&text);
    free(secret);
    free(other);
    free(path);
    free(build);
    run_remove(folder);
}

/* tests/corpus/lint_corpus.py, of `make lint-corpus`. */
static void a_corpus_is_counted_by_rule(void **state)
{
    (void)state;
    char *folder = run_folder();
    file_made(folder, "a.yaml", BAD_SECRET "---\n" BAD_SECRET);
    file_made(folder, "sub/b.yml", BAD_SECRET);
    file_made(folder, "values.yaml", "a: 1\n");
    const char *const argv[] = {"/usr/bin/env", "python3", "tests/corpus/lint_corpus.py", run_raydeck(), folder, NULL};
    struct run r = run_program(argv, NULL, NULL, DEADLINE_MS);
    assert_string_equal(r.err, "");
    text_contains(r.out, "L3          3        0     0        0      2  Secret data is not base64\n");
    text_contains(r.out, "\n3 files, 1 of them without an object of Kubernetes; 3 objects\n");
    run_done(&r);
    run_remove(folder);
}

static void a_correction_is_shown_and_then_written_by_yes(void **state)
{
    (void)state;
    struct stat st;
    char *folder = run_folder(), *file = file_make(folder, "real.yaml", NUMBER),
         *link = mem_printf("%s/m.yaml", folder);
    assert_int_equal(chmod(file, 0640), 0);
    assert_int_equal(symlink("real.yaml", link), 0);
    struct run r = LINT(NULL, "--fix", "--dry-run", link);
    text_contains(r.out, "\n-  annotations: {a: 1} # one\n+  annotations: {a: \"1\"} # one\n");
    assert_int_equal(r.status, 1);
    file_is(file, NUMBER);
    run_done(&r);
    r = LINT(NULL, "--fix", link); /* nobody can be asked */
    text_contains(r.err, "--fix: nothing was written: --yes, or a terminal");
    assert_int_equal(r.status, 4);
    file_is(file, NUMBER);
    run_done(&r);
    r = LINT(NULL, "--fix", "--yes", link);
    text_contains(r.out, "\n0 errors, 0 warnings, 0 infos, 0 unknown\n");
    assert_int_equal(r.status, 0);
    run_done(&r);
    file_is(file, STRING);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    r = LINT(NULL, "--fix", "--yes", link); /* again: nothing is left to correct */
    assert_string_equal(r.out, "0 errors, 0 warnings, 0 infos, 0 unknown\n");
    run_done(&r);
    assert_int_equal(run_entries(folder), 2);
    const char *const piped[] = {run_raydeck(), "lint", "--fix", "--yes", "-", NULL};
    r = run_program(piped, NULL, NUMBER, DEADLINE_MS); /* no file: nothing to correct */
    text_contains(r.out, "stdin:5:17: error K1 ");
    assert_int_equal(r.status, 1);
    run_done(&r);
    r = LINT(NULL, "--fix", "-o", "json", link);
    assert_int_equal(r.status, 2);
    run_done(&r);
    free(link);
    free(file);
    run_remove(folder);
}

static void a_correction_is_asked_on_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *text;
        int status;
    } cases[] = {{"n\n", NUMBER, 4}, {"y\n", STRING, 0}};
    for (size_t i = 0; i < 2; i++) {
        char *folder = run_folder(), *file = file_make(folder, "m.yaml", NUMBER);
        const char *const argv[] = {run_raydeck(), "lint", "--fix", file, NULL};
        struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 100});
        pty_see(p, "^Correct 1 finding in 1 file\\? y or n:");
        pty_see(p, "^\\+  annotations: \\{a: \"1\"\\} # one");
        pty_see(p, "^>");
        file_is(file, NUMBER);
        pty_send(p, cases[i].answer);
        assert_int_equal(pty_wait_exit(p, DEADLINE_MS), cases[i].status);
        assert_true(pty_modes_restored(p));
        file_is(file, cases[i].text);
        pty_stop(p);
        free(file);
        run_remove(folder);
    }
}

static void console_lint(struct pty *p, const char *path)
{
    char *line = mem_printf(":lint %s\r", path);
    pty_send(p, line);
    free(line);
}

/* `:lint` is the command, in the console. */
static void the_console_takes_folders_charts_and_kustomizations(void **state)
{
    (void)state;
    char *folder = kustomizations_made(), *k = mem_printf("%s/k", folder), *chart = mem_printf("%s/chart", folder);
    char *path = kubectl_made(folder), *values = mem_printf("%s/chart/values.yaml", folder);
    free(program_made(folder, "helm", "#!/bin/sh\necho 'Error: no values' >&2\nexit 1\n"));
    file_made(folder, "chart/Chart.yaml", "name: demo\n");
    file_made(folder, "chart/values.yaml", "a: 1\n");
    const char *const argv[] = {"/usr/bin/env", path,   run_raydeck(), "--kubeconfig", "none",
                                "--redis",      "none", "--neuron",    "none",         NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 160});
    pty_see(p, "READ-ONLY|no cluster|POD");
    console_lint(p, chart); /* nothing was checked: nothing is shown */
    pty_see(p, "lint: .*/chart: helm template: .*no values.*: nothing of it was checked");
    console_lint(p, k);
    pty_see(p, "prod \\(kubectl kustomize\\):1");
    pty_see(p, "plain.yaml:4");
    console_lint(p, values);
    pty_see(p, "it belongs to the Helm chart");
    pty_send(p, "\003");
    pty_wait_exit(p, DEADLINE_MS);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
    free(values);
    free(path);
    free(chart);
    free(k);
    run_remove(folder);
}

/* The program that renders is ended with the console. */
static void a_rendering_ends_with_the_console(void **state)
{
    (void)state;
    char *folder = run_folder(), *chart = mem_printf("%s/chart", folder), *pid = mem_printf("%s/pid", folder);
    char *script = mem_printf("#!/bin/sh\necho $$ > '%s.new' && mv '%s.new' '%s'\nexec sleep 600\n", pid, pid, pid);
    char *path = program_made(folder, "helm", script);
    file_made(folder, "chart/Chart.yaml", "name: demo\n");
    const char *const argv[] = {"/usr/bin/env", path,   run_raydeck(), "--kubeconfig", "none",
                                "--redis",      "none", "--neuron",    "none",         NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .rows = 40, .cols = 160});
    pty_see(p, "READ-ONLY|no cluster|POD");
    console_lint(p, chart);
    pty_see(p, "is rendered by helm template");
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (access(pid, F_OK) != 0 && loop_now_ms() < limit) pty_pump(p, 20);
    struct buf text;
    buf_init(&text, 100);
    assert_int_equal(file_read(pid, &text, NULL), ERR_OK);
    const pid_t helm = (pid_t)atoi(buf_text(&text));
    assert_true(helm > 1);
    pty_send(p, "\003");
    pty_wait_exit(p, DEADLINE_MS);
    while (kill(helm, 0) == 0 && loop_now_ms() < limit) usleep(20000);
    assert_int_not_equal(kill(helm, 0), 0);
    pty_stop(p);
    buf_done(&text);
    free(path);
    free(script);
    free(pid);
    free(chart);
    run_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_is_read_whole_and_no_loop_is_followed),
        cmocka_unit_test(where_nothing_is_checked_that_is_said),
        cmocka_unit_test(ten_thousand_files_are_a_folder_too),
        cmocka_unit_test(a_chart_is_rendered_by_helm_without_our_secrets),
        cmocka_unit_test(what_cannot_be_rendered_is_said_and_the_rest_is_checked),
        cmocka_unit_test(an_overlay_is_rendered_by_kubectl),
        cmocka_unit_test(kustomizations_in_a_folder_are_rendered),
        cmocka_unit_test(a_part_that_is_named_is_not_judged_as_a_manifest),
        cmocka_unit_test(the_hook_of_pre_commit_passes_what_is_no_manifest),
        cmocka_unit_test(a_corpus_is_counted_by_rule),
        cmocka_unit_test(a_correction_is_shown_and_then_written_by_yes),
        cmocka_unit_test(a_correction_is_asked_on_a_terminal),
        cmocka_unit_test(the_console_takes_folders_charts_and_kustomizations),
        cmocka_unit_test(a_rendering_ends_with_the_console),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
