/* texts_console_test.c - describe, YAML and logs by keys alone, in a terminal: read, folded, searched, written to a
 * file. */
#include "tests/support/deadline.h"
#include "tests/support/fixture.h"
#include "tests/support/pty.h"
#include "tests/support/run.h"
#include "tests/support/sim_run.h"

#include "backends/base/mem.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { ENV_LINES = 16 };

struct console {
    struct sim_run *sim;
    struct pty *p;
    char *text;     /* backs lines */
    char state[64]; /* XDG_STATE_HOME= and a folder of the test's own */
    const char *lines[ENV_LINES + 2];
};

static void console_start(struct console *c, const char *const *sim)
{
    char path[600];
    size_t count = 0;
    *c = (struct console){.sim = sim_run_start(sim)};
    snprintf(path, sizeof path, "%s/env", sim_run_folder(c->sim));
    c->text = fixture_read(path, NULL);
    for (char *line = c->text; line && *line && count < ENV_LINES;) {
        char *end = strchr(line, '\n');
        if (end) *end = '\0';
        if (strchr(line, '=')) c->lines[count++] = line;
        line = end ? end + 1 : NULL;
    }
    snprintf(c->state, sizeof c->state, "XDG_STATE_HOME=/tmp/raydeck-test-XXXXXX");
    assert_non_null(mkdtemp(c->state + strlen("XDG_STATE_HOME=")));
    c->lines[count] = c->state;
    const char *const argv[] = {run_raydeck(), "--config", sim_run_config(c->sim), NULL};
    c->p = pty_start(&(struct pty_conf){.argv = argv, .env = c->lines, .rows = 40, .cols = 120});
    pty_see(c->p, "ANSWERING +YES");
}

static void console_stop(struct console *c)
{
    char command[128];
    pty_send(c->p, "\003"); /* q asks while a recovery runs */
    assert_int_equal(pty_wait_exit(c->p, DEADLINE_MS), 130);
    pty_stop(c->p);
    sim_run_stop(c->sim);
    free(c->text);
    snprintf(command, sizeof command, "rm -r '%s'", c->state + strlen("XDG_STATE_HOME="));
    assert_int_equal(system(command), 0);
}

/* The one file that was written: its text (caller frees), for the owner alone. */
static char *file_written(const struct console *c, const char *part)
{
    char folder[700], path[1024] = "";
    snprintf(folder, sizeof folder, "%s/raydeck/texts", c->state + strlen("XDG_STATE_HOME="));
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir));)
        if (strstr(e->d_name, part)) snprintf(path, sizeof path, "%s/%.255s", folder, e->d_name);
    closedir(dir);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    return fixture_read(path, NULL);
}

static void describes_and_shows_yaml(void **state)
{
    (void)state;
    struct console c;
    console_start(&c, (const char *const[]){"--speed", "20", NULL});
    pty_send(c.p, "d");
    pty_see(c.p, "Pod mistral/.*-head-.*described, read");
    pty_see(c.p, "^ +Name: +.*-head-");
    pty_see(c.p, "^ +Containers:");
    pty_send(c.p, "/restarts\r");
    pty_see(c.p, "/restarts +1/");
    pty_send(c.p, "\033");
    pty_wait_gone(c.p, "/restarts", DEADLINE_MS);
    pty_send(c.p, "y");
    pty_see(c.p, "YAML, read");
    pty_see(c.p, "^ *apiVersion: v1");
    pty_send(c.p, "F");
    pty_see(c.p, "metadata: … [0-9]+ lines");
    pty_see(c.p, "status: … [0-9]+ lines");
    pty_send(c.p, "/podIP\r"); /* what a fold hides is found, and unfolded */
    pty_see(c.p, "^ *podIP: ");
    pty_send(c.p, "w");
    pty_see(c.p, "written: .*/raydeck/texts/text-.*-object.txt");
    char *text = file_written(&c, "-object");
    assert_non_null(strstr(text, "apiVersion: v1\n"));
    assert_non_null(strstr(text, "podIP: "));
    assert_null(strstr(text, "managedFields"));
    free(text);
    pty_send(c.p, "\033");
    pty_wait_gone(c.p, "/podIP", DEADLINE_MS);
    pty_send(c.p, "q");
    pty_see(c.p, "ANSWERING");
    pty_send(c.p, ":yaml rayservice\r");
    pty_see(c.p, "RayService mistral/mistral");
    pty_see(c.p, "kind: RayService");
    pty_send(c.p, "?"); /* in a page of text too */
    pty_see(c.p, "Help");
    pty_send(c.p, "q"); /* back to the text, and from there to the panes */
    pty_see(c.p, "kind: RayService");
    pty_send(c.p, "q");
    pty_see(c.p, "ANSWERING");
    pty_send(c.p, ":yaml rayservice\r");
    pty_see(c.p, "kind: RayService");
    pty_send(c.p, ":describe pod nosuch\r");
    pty_see(c.p, "pods \"nosuch\" not found");
    pty_send(c.p, "q:yaml spaceship x\r");
    pty_see(c.p, "spaceship: no such kind");
    console_stop(&c);
}

/* The name of the head's pod, from the pods' table. */
static char *head_name(struct pty *p)
{
    char *screen = pty_screen(p), *at = strstr(screen, "mistral-");
    while (at && strncmp(at + strcspn(at + 8, "-") + 8, "-head-", 6) != 0) at = strstr(at + 1, "mistral-");
    assert_non_null(at);
    char *name = mem_strn(at, strcspn(at, " "));
    free(screen);
    return name;
}

static void follows_a_head_beyond_its_death(void **state)
{
    (void)state;
    struct console c;
    char line[128];
    console_start(&c, NULL);
    char *head = head_name(c.p);
    pty_send(c.p, "L");
    snprintf(line, sizeof line, "Logs %s · head .*following", head);
    pty_see(c.p, line);
    pty_see(c.p, "INFO gcs_|ServeController|autoscaler");
    pty_send(c.p, "c");
    snprintf(line, sizeof line, "Logs %s · autoscaler", head);
    pty_see(c.p, line);
    pty_see(c.p, "autoscaler.py:203");
    pty_send(c.p, "a");
    pty_see(c.p, "Logs of 3 pods");
    pty_see(c.p, "^ *inf2-worker-[a-z0-9]+ +INFO .*POST /infer 200");
    pty_send(c.p, "ap");
    pty_see(c.p, "previous terminated container .* not found");
    pty_send(c.p, "pct"); /* the run of now, its Ray container, with times */
    pty_see(c.p, "^ *[0-9:]{8}\\.[0-9]{3}Z .*INFO");
    pty_send(c.p, "q");
    pty_see(c.p, "ANSWERING");
    pty_send(c.p, "xk");
    pty_see(c.p, "y yes");
    pty_send(c.p, "y");
    pty_see(c.p, "HEAD DOWN");
    snprintf(line, sizeof line, ":logs %s\r", head);
    pty_send(c.p, line);
    pty_see(c.p, "deleted [0-9:]{8}Z, UID .*: its last lines");
    pty_see(c.p, "the lines above are the last of its log");
    pty_see(c.p, "INFO gcs_|ServeController|autoscaler");
    pty_send(c.p, "w");
    pty_see(c.p, "written: ");
    char *text = file_written(&c, "-log");
    assert_non_null(strstr(text, "the last of its log"));
    for (const char *at = text; *at; at++) assert_true((unsigned char)*at >= ' ' || *at == '\n');
    free(text);
    pty_send(c.p, "q");
    pty_see(c.p, "ANSWERING");
    free(head);
    console_stop(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes_and_shows_yaml),
        cmocka_unit_test(follows_a_head_beyond_its_death),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
