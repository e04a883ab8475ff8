/* script_test.c - a walkthrough: how its file is read, what each condition looks at, when which key comes, and the
 * rehearsal. */
#include "tests/support/fixture.h"
#include "tests/support/small_cluster.h"
#include "tui/commands.h"
#include "tui/script.h"

#include "backends/base/mem.h"
#include "backends/world/recovery_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- the file ---- */

struct told {
    char text[2048];
    size_t count;
};

static void on_problem(void *arg, unsigned line, const char *text)
{
    struct told *t = arg;
    size_t len = strlen(t->text);
    snprintf(t->text + len, sizeof t->text - len, "%u: %s\n", line, text);
    t->count++;
}

static struct script *parsed_script(const char *text)
{
    struct script *s = NULL;
    struct why why = {0};
    enum err err = script_parse("s.yaml", text, strlen(text), NULL, NULL, &s, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(err, ERR_OK);
    return s;
}

static void every_part_of_a_step(void **state)
{
    (void)state;
    struct script *s = parsed_script("title: Two\nsteps:\n"
                                     "- caption: Gone.\n  keys: x k ^C Enter\n  type: Are you there?\n  zoom: gcs\n"
                                     "  speed: 4\n  wait: pods-ready 3\n  limit: 30\n  pause: 1.5\n"
                                     "- caption: \"\"\n  zoom: none\n"
                                     "- wait: seconds 7\n");
    assert_string_equal(s->title, "Two");
    assert_int_equal(s->count, 3);
    const struct script_step *one = &s->steps[0];
    assert_int_equal(one->line, 3);
    assert_string_equal(one->caption, "Gone.");
    assert_string_equal(one->type, "Are you there?");
    assert_int_equal(one->key_count, 4);
    assert_int_equal(one->keys[0].key, 'x');
    assert_int_equal(one->keys[2].mods, MOD_CTRL);
    assert_int_equal(one->keys[3].key, KEYP_ENTER);
    assert_int_equal(one->zoom, '3');
    assert_int_equal(one->speed, 4);
    assert_int_equal(one->wait, WAIT_PODS_READY);
    assert_int_equal(one->number, 3);
    assert_int_equal(one->limit_ms, 30000);
    assert_int_equal(one->pause_ms, 1500);
    assert_string_equal(s->steps[1].caption, "");
    assert_int_equal(s->steps[1].zoom, SCRIPT_ZOOM_NONE);
    assert_null(s->steps[2].caption);
    assert_int_equal(s->steps[2].wait, WAIT_SECONDS);
    assert_int_equal(s->steps[2].number, 7);
    assert_true(s->steps[2].limit_ms > 7000);
    script_free(s);
}

static void everything_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    static const char text[] = "titel: x\nsteps:\n- caption: fine\n- keys: Foo a\n- wait: nirvana\n- zoom: garden\n"
                               "- speed: fast\n- limit: 99999\n- pause: 1.25\n- wait: seconds\n- wait: recovered 3\n"
                               "- bogus: 1\n- just words\n- keys: {a: b}\n";
    struct told t = {.count = 0};
    struct script *s = NULL;
    struct why why = {0};
    assert_int_equal(script_parse("s.yaml", text, strlen(text), on_problem, &t, &s, &why), ERR_PARSE);
    assert_null(s);
    assert_string_equal(why.text, "s.yaml:1: a script has no titel");
    assert_string_equal(t.text, "1: a script has no titel\n"
                                "4: keys: Foo is no key\n"
                                "5: wait: there is no condition nirvana\n"
                                "6: zoom: there is no pane called garden\n"
                                "7: speed: not a whole number up to 100: fast\n"
                                "8: limit: not seconds up to 3600, as 3 or 0.5: 99999\n"
                                "9: pause: not seconds up to 3600, as 3 or 0.5: 1.25\n"
                                "10: wait: seconds takes a number up to 3600\n"
                                "11: wait: recovered takes nothing after it\n"
                                "12: a step has no bogus\n"
                                "13: a step is a map, as: caption: …\n"
                                "14: keys: one value is expected\n");
}

static void script_refused(const char *text, enum err expected, const char *says)
{
    struct script *s = NULL;
    struct why why = {0};
    assert_int_equal(script_parse("s.yaml", text, strlen(text), NULL, NULL, &s, &why), expected);
    assert_null(s);
    if (!strstr(why.text, says)) fail_msg("not in it: %s: %s", says, why.text);
}

static void what_is_no_script(void **state)
{
    (void)state;
    script_refused("", ERR_PARSE, "s.yaml:1: not a script");
    script_refused("- a\n- b\n", ERR_PARSE, "not a script");
    script_refused("steps: []\n", ERR_PARSE, "at least one step");
    script_refused("steps:\n- {caption: a, caption: b}\n", ERR_PARSE, "s.yaml:2:");
    script_refused("steps:\n\t- a\n", ERR_PARSE, "s.yaml:2:");
    char *big = mem_zero(SCRIPT_BYTES + 2, 1);
    memset(big, ' ', SCRIPT_BYTES + 1);
    script_refused(big, ERR_LIMIT, "larger than");
    size_t len = (size_t)snprintf(big, SCRIPT_BYTES, "steps:\n");
    for (int i = 0; i <= SCRIPT_STEPS; i++) len += (size_t)snprintf(big + len, SCRIPT_BYTES - len, "- pause: 1\n");
    script_refused(big, ERR_LIMIT, "more than 500 steps");
    free(big);
}

/* Nothing in a caption can move a cursor. */
static void captions_are_safe(void **state)
{
    (void)state;
    struct script *s = parsed_script("steps:\n- caption: \"a\\e[2Jb\"\n");
    assert_string_equal(s->steps[0].caption, "a\\x1b[2Jb");
    script_free(s);
}

/* ---- conditions ---- */

struct fixture {
    struct small s;
    struct focus focus;
    struct view view;
    struct outage outage;
};

static const struct view *view_now(struct fixture *c)
{
    c->focus = small_focus(&c->s);
    small_outage(&c->s, &c->outage);
    c->view = (struct view){.world = c->s.w,
                            .outage = &c->outage,
                            .previous = outage_previous(&c->s.r),
                            .focus = &c->focus,
                            .now_ms = c->s.now_ms,
                            .wall_ms = small_wall(&c->s)};
    return &c->view;
}

static int fixture_open(void **state)
{
    struct fixture *c = mem_zero(1, sizeof *c);
    small_init(&c->s, true);
    *state = c;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *c = *state;
    small_done(&c->s);
    free(c);
    return 0;
}

static void assert_met(struct fixture *c, enum script_wait_kind wait, unsigned number, enum script_met expected,
                       const char *words)
{
    char out[SCRIPT_WORDS];
    const struct view *v = view_now(c);
    assert_int_equal(script_met(wait, number, v, c->s.now_ms, v->wall_ms, out), expected);
    if (words) assert_string_equal(out, words);
}

static void pods_and_services(void **state)
{
    struct fixture *c = *state;
    assert_met(c, WAIT_PODS_READY, 3, SCRIPT_MET, "3 of 3");
    assert_met(c, WAIT_PODS_READY, 4, SCRIPT_NOT_YET, "3 of 4");
    assert_met(c, WAIT_APPLIED, 0, SCRIPT_MET, NULL);
    assert_met(c, WAIT_GONE, 0, SCRIPT_NOT_YET, "1 RayService, 3 pods");
    struct pod *p = small_edit(&c->s, TABLE_POD, "w1");
    p->is_ready = TRI_NO;
    small_put(&c->s, "kube/pods", WORLD_KUBE, p);
    assert_met(c, WAIT_PODS_READY, 3, SCRIPT_NOT_YET, "2 of 3");
}

/* A drill that ended without a PASS never asks, nor passes. */
static void a_drill_asks_and_passes(void **state)
{
    struct fixture *c = *state;
    static const enum script_met expected[][2] = {
        [VIEW_DRILL_NONE] = {SCRIPT_NOT_YET, SCRIPT_NOT_YET}, [VIEW_DRILL_RUNS] = {SCRIPT_NOT_YET, SCRIPT_NOT_YET},
        [VIEW_DRILL_ASKS] = {SCRIPT_MET, SCRIPT_NOT_YET},     [VIEW_DRILL_PASSED] = {SCRIPT_NOT_YET, SCRIPT_MET},
        [VIEW_DRILL_ENDED] = {SCRIPT_NEVER, SCRIPT_NEVER},
    };
    char out[SCRIPT_WORDS];
    view_now(c);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        c->view.drill = (enum view_drill)i;
        assert_int_equal(script_met(WAIT_DRILL_ASKS, 0, &c->view, 0, 0, out), expected[i][0]);
        assert_int_equal(script_met(WAIT_DRILL_PASSED, 0, &c->view, 0, 0, out), expected[i][1]);
    }
}

static void no_cluster_is_not_gone_before_it_was_looked_at(void **state)
{
    (void)state;
    struct fixture c = {.view = {0}};
    small_init(&c.s, false);
    assert_met(&c, WAIT_GONE, 0, SCRIPT_NOT_YET, "0 RayServices, 0 pods");
    assert_met(&c, WAIT_APPLIED, 0, SCRIPT_NOT_YET, NULL);
    assert_met(&c, WAIT_SERVE_RUNNING, 0, SCRIPT_NOT_YET, "0 of 0 deployments");
    assert_met(&c, WAIT_RECOVERED, 0, SCRIPT_NOT_YET, "no head was lost");
    struct change *live = change_source("kube/pods", WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL);
    small_apply(&c.s, live);
    struct change *listed = change_new(CHANGE_RELISTED, "kube/pods", WORLD_KUBE);
    listed->table = TABLE_POD;
    small_apply(&c.s, listed);
    assert_met(&c, WAIT_GONE, 0, SCRIPT_MET, "0 RayServices, 0 pods");
    small_done(&c.s);
}

static void a_head_goes(void **state)
{
    struct fixture *c = *state;
    assert_met(c, WAIT_HEAD_DOWN, 0, SCRIPT_NOT_YET, NULL);
    small_delete_accepted(&c->s, SMALL_HEAD, 0);
    assert_met(c, WAIT_HEAD_DOWN, 0, SCRIPT_MET, NULL);
    assert_met(c, WAIT_RECOVERED, 0, SCRIPT_NOT_YET, NULL);
    c->s.r.outage = OUTAGE_OVER;
    assert_met(c, WAIT_HEAD_DOWN, 0, SCRIPT_NOT_YET, NULL);
    assert_met(c, WAIT_RECOVERED, 0, SCRIPT_MET, NULL);
}

static void what_a_caption_claims(void **state)
{
    struct fixture *c = *state;
    assert_met(c, WAIT_UNHARMED, 0, SCRIPT_NOT_YET, "no head was lost");
    small_delete_accepted(&c->s, SMALL_HEAD, 0);
    assert_met(c, WAIT_UNHARMED, 0, SCRIPT_NOT_YET, NULL); /* no prompt was sent yet */
    c->s.r.request[OUTAGE_PROBES].ok = 20;
    assert_met(c, WAIT_UNHARMED, 0, SCRIPT_MET,
               "20/20 requests, 0 failed; worker pods 2/2 same UIDs, 0 restarts; Neuron runtimes 2/2 same pids");
    c->s.r.request[OUTAGE_PROBES].failed = 1;
    assert_met(c, WAIT_UNHARMED, 0, SCRIPT_NEVER,
               "20/21 requests, 1 failed; worker pods 2/2 same UIDs, 0 restarts; Neuron runtimes 2/2 same pids");
    c->s.r.request[OUTAGE_PROBES].failed = 0;
    /* A worker container may be the same while the process that holds the model is another one. */
    c->s.r.memory->runtime[0].pid++;
    assert_met(c, WAIT_UNHARMED, 0, SCRIPT_NOT_YET,
               "20/20 requests, 0 failed; worker pods 2/2 same UIDs, 0 restarts; Neuron runtimes 1/2 same pids");
    c->s.r.memory->runtime[0].pid--;
    struct pod *p = small_edit(&c->s, TABLE_POD, "w1");
    p->restarts = known_u64(1);
    small_put(&c->s, "kube/pods", WORLD_KUBE, p);
    assert_met(c, WAIT_UNHARMED, 0, SCRIPT_NEVER,
               "20/20 requests, 0 failed; worker pods 2/2 same UIDs, 1 restart; Neuron runtimes 2/2 same pids");
}

static void pod_restarted(struct fixture *c, const char *key, enum tri ready)
{
    struct pod *p = small_edit(&c->s, TABLE_POD, key);
    p->restarts = known_u64((p->restarts.known ? p->restarts.value : 0) + 1);
    p->is_ready = ready;
    small_put(&c->s, "kube/pods", WORLD_KUBE, p);
}

static void workers_restart(void **state)
{
    struct fixture *c = *state;
    assert_met(c, WAIT_WORKERS_RESTARTED, 0, SCRIPT_NOT_YET, "worker pods –");
    small_delete_accepted(&c->s, SMALL_HEAD, 0);
    assert_met(c, WAIT_WORKERS_RESTARTED, 0, SCRIPT_NOT_YET, "worker pods 2/2 same UIDs, 0 restarts");
    pod_restarted(c, "w1", TRI_YES);
    assert_met(c, WAIT_WORKERS_RESTARTED, 0, SCRIPT_NOT_YET, "worker pods 2/2 same UIDs, 1 restart");
    pod_restarted(c, "w2", TRI_NO);
    assert_met(c, WAIT_WORKERS_RESTARTED, 0, SCRIPT_NOT_YET, "worker pods 2/2 same UIDs, 2 restarts");
    struct pod *p = small_edit(&c->s, TABLE_POD, "w2");
    p->is_ready = TRI_YES;
    small_put(&c->s, "kube/pods", WORLD_KUBE, p);
    assert_met(c, WAIT_WORKERS_RESTARTED, 0, SCRIPT_MET, NULL);
}

static void prompt_put(struct fixture *c, const char *key, const char *phase, const char *why, uint64_t due)
{
    struct request *r = record_new(TABLE_REQUEST, key);
    record_set(&r->kind, "prompt");
    record_set(&r->phase, phase);
    record_set(&r->why, why);
    r->due = known_u64(due);
    small_put(&c->s, "prompts", WORLD_SERVE, r);
}

static void the_last_prompt(void **state)
{
    struct fixture *c = *state;
    uint64_t now = small_wall(&c->s);
    prompt_put(c, "1", "ok", NULL, now - 5000);
    assert_met(c, WAIT_ANSWERED, 0, SCRIPT_NOT_YET, "no prompt was sent yet");
    prompt_put(c, "2", "waiting", NULL, now);
    assert_met(c, WAIT_ANSWERED, 0, SCRIPT_NOT_YET, "");
    prompt_put(c, "2", "ok", NULL, now);
    assert_met(c, WAIT_ANSWERED, 0, SCRIPT_MET, "");
    prompt_put(c, "3", "failed", "502 of the proxy", now + 1);
    assert_met(c, WAIT_ANSWERED, 0, SCRIPT_NEVER, "the prompt failed: 502 of the proxy");
}

/* ---- the run ---- */

static void assert_key(struct script_run *run, struct fixture *c, uint32_t key)
{
    struct script_act act;
    assert_true(script_next(run, view_now(c), &act));
    assert_int_equal(act.type, SCRIPT_ACT_KEY);
    assert_int_equal(act.key.key, key);
}

static void assert_nothing(struct script_run *run, struct fixture *c)
{
    struct script_act act;
    assert_false(script_next(run, view_now(c), &act));
}

static void assert_state(struct script_run *run, struct fixture *c, const char *caption, const char *words)
{
    struct caption cap;
    assert_true(script_caption(run, view_now(c), &cap));
    assert_string_equal(cap.text, caption);
    assert_string_equal(cap.state, words);
}

static void in_its_order(void **state)
{
    struct fixture *c = *state;
    struct script_act act;
    struct script_run *run =
        script_run_new(parsed_script("steps:\n- caption: One\n  pause: 2\n  type: é!\n  keys: x k\n"
                                     "  zoom: gcs\n  speed: 4\n- caption: Two\n  wait: pods-ready 4\n"
                                     "  limit: 5\n- pause: 1\n"));
    assert_true(script_next(run, view_now(c), &act));
    assert_int_equal(act.type, SCRIPT_ACT_SPEED);
    assert_int_equal(act.speed, 4);
    assert_true(script_next(run, view_now(c), &act));
    assert_int_equal(act.type, SCRIPT_ACT_ZOOM);
    assert_int_equal(act.pane, '3');
    assert_key(run, c, 'x');
    assert_nothing(run, c); /* a person could not be faster either */
    assert_state(run, c, "One", "1/3  simulator 4x · pressing keys");
    c->s.now_ms += SCRIPT_KEY_GAP_MS;
    assert_key(run, c, 'k');
    c->s.now_ms += SCRIPT_KEY_GAP_MS;
    assert_key(run, c, 0xE9);
    c->s.now_ms += SCRIPT_TYPE_GAP_MS;
    assert_key(run, c, '!');
    c->s.now_ms += SCRIPT_KEY_GAP_MS;
    assert_key(run, c, KEYP_ENTER);
    assert_nothing(run, c);
    c->s.now_ms += SCRIPT_KEY_GAP_MS;
    assert_nothing(run, c);
    assert_state(run, c, "One", "1/3  simulator 4x");
    c->s.now_ms -= SCRIPT_KEY_GAP_MS;
    c->s.now_ms += 2000;
    assert_nothing(run, c);
    c->s.now_ms += 2000;
    assert_state(run, c, "Two", "2/3  simulator 4x · waiting for pods to be ready, 2 s of 5 s: 3 of 4");
    c->s.now_ms += 3000;
    assert_nothing(run, c);
    assert_int_equal(script_state(run), SCRIPT_PAUSED);
    assert_state(run, c, "Two", " PAUSED at 2/3: waited 5 s for pods to be ready: 3 of 4 ");
    script_resume(run, view_now(c));
    assert_nothing(run, c);
    assert_int_equal(script_state(run), SCRIPT_RUNNING);
    script_skip(run);
    assert_nothing(run, c);
    c->s.now_ms += 1000;
    assert_nothing(run, c);
    assert_int_equal(script_state(run), SCRIPT_OVER);
    struct caption cap;
    assert_false(script_caption(run, view_now(c), &cap));
    script_again(run);
    assert_true(script_next(run, view_now(c), &act));
    assert_int_equal(act.type, SCRIPT_ACT_SPEED);
    script_run_free(run);
}

/* Whoever touches a key has the console for himself; nothing is pressed behind his back. */
static void a_person_takes_over(void **state)
{
    struct fixture *c = *state;
    struct script_run *run = script_run_new(parsed_script("steps:\n- caption: One\n  keys: x k\n"));
    assert_key(run, c, 'x');
    script_pause(run, "a key was pressed");
    c->s.now_ms += 60000;
    assert_nothing(run, c);
    assert_state(run, c, "One", " PAUSED at 1/1: a key was pressed ");
    script_resume(run, view_now(c));
    assert_key(run, c, 'k');
    script_run_free(run);
}

static void a_failed_prompt_stops_it(void **state)
{
    struct fixture *c = *state;
    struct script_run *run = script_run_new(parsed_script("steps:\n- wait: answered\n"));
    assert_nothing(run, c);
    prompt_put(c, "9", "failed", "refused", small_wall(&c->s));
    assert_nothing(run, c);
    assert_state(run, c, "", " PAUSED at 1/1: the prompt failed: refused ");
    script_run_free(run);
}

/* What a caption claims has been seen when it stands there. */
static void a_caption_waits_for_its_fact(void **state)
{
    struct fixture *c = *state;
    struct script_run *run =
        script_run_new(parsed_script("steps:\n- caption: Ask.\n  wait: answered\n  then: Answered.\n  pause: 5\n"));
    struct caption shown;
    assert_nothing(run, c);
    assert_true(script_caption(run, view_now(c), &shown));
    assert_string_equal(shown.text, "Ask.");
    prompt_put(c, "9", "ok", NULL, small_wall(&c->s));
    assert_nothing(run, c);
    assert_true(script_caption(run, view_now(c), &shown));
    assert_string_equal(shown.text, "Answered.");
    script_run_free(run);
    struct why why = {0};
    struct script *none = NULL;
    static const char text[] = "steps:\n- caption: One\n  then: Two\n";
    assert_int_equal(script_parse("s.yaml", text, strlen(text), NULL, NULL, &none, &why), ERR_PARSE);
    assert_non_null(strstr(why.text, "then: a step without a wait"));
}

/* "Answered with no head" is no claim of a prompt that was answered with one. */
static void an_answer_with_no_head_is_one(void **state)
{
    struct fixture *c = *state;
    static const struct {
        const char *head;
        enum script_met met;
    } rows[] = {{"head down 5.4s", SCRIPT_MET}, {"head up", SCRIPT_NEVER}, {NULL, SCRIPT_NEVER}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        prompt_put(c, "9", "ok", NULL, small_wall(&c->s));
        struct request *q = small_edit(&c->s, TABLE_REQUEST, "9");
        record_set(&q->head, rows[i].head);
        small_put(&c->s, "prompt", WORLD_SERVE, q);
        assert_met(c, WAIT_ANSWERED_HEADLESS, 0, rows[i].met, NULL);
        assert_met(c, WAIT_ANSWERED, 0, SCRIPT_MET, NULL);
    }
}

/* ---- the rehearsal ---- */

static void on_use(void *arg, unsigned line, int command)
{
    struct told *t = arg;
    size_t len = strlen(t->text);
    snprintf(t->text + len, sizeof t->text - len, "%u: uses %s\n", line, commands[command].name);
}

static void rehearsal_is(const char *text, bool demo, const char *expected)
{
    struct told t = {.count = 0};
    struct script *s = parsed_script(text);
    script_rehearse(s, &(struct script_stage){.demo = demo, .development = demo}, on_problem, on_use, &t);
    assert_string_equal(t.text, expected);
    script_free(s);
}

static void a_rehearsal(void **state)
{
    (void)state;
    rehearsal_is("steps:\n- keys: x k y p\n  type: yes?\n- keys: Down 3 G z\n", true,
                 "2: uses kill-head\n2: uses ask\n4: uses zoom\n");
    rehearsal_is("steps:\n- keys: x z\n- keys: \"%\"\n- type: hello\n- keys: x\n", true,
                 "2: keys: z leads nowhere\n3: keys: % is no command's key\n"
                 "4: type: nothing is open to type into\n5: keys: a key is missing after the last one\n");
    rehearsal_is(
        "steps:\n- keys: \":\"\n  type: frobnicate now\n- keys: \":\"\n  type: svc a/b\n- keys: q\n- keys: q\n", true,
        "2: uses palette\n2: type: there is no command frobnicate\n4: uses palette\n4: uses svc\n"
        "6: uses quit\n6: quit: it leaves, or asks to, before the last step\n7: uses quit\n");
    rehearsal_is("steps:\n- speed: 4\n- keys: \":\"\n  type: reset\n- keys: p\n- zoom: gcs\n", false,
                 "2: speed: only the demo has one\n3: uses palette\n3: uses reset\n"
                 "3: reset: only the demo can be restarted\n5: uses ask\n6: zoom: something lies over the screen\n");
}

static void what_cannot_come(void **state)
{
    (void)state;
    rehearsal_is(
        "steps:\n- wait: recovered\n- keys: x k\n- wait: head-down\n- keys: y\n  wait: unharmed\n"
        "- keys: \":\"\n  type: reset\n  wait: workers-restarted\n- wait: answered\n- keys: p\n  type: hello\n"
        "  wait: answered\n",
        true,
        "2: wait: recovered: no step before it kills the head\n3: uses kill-head\n"
        "4: wait: head-down: no step before it kills the head\n7: uses palette\n7: uses reset\n"
        "7: wait: workers-restarted: no step before it kills the head\n10: wait: answered: this step asks nothing\n"
        "11: uses ask\n");
    rehearsal_is(
        "steps:\n- wait: drill-passed\n- keys: x f\n  wait: drill-asks\n- keys: Enter y\n  wait: drill-passed\n", true,
        "2: wait: drill-passed: no step before it starts a drill\n3: uses drill\n");
    /* How a question is answered depends on the context. */
    rehearsal_is("steps:\n- keys: x k y\n- wait: head-down\n", false,
                 "2: uses kill-head\n2: keys: y alone does not confirm here: type: the RayService's name\n");
    rehearsal_is("steps:\n- keys: x k\n  type: mistral\n- wait: head-down\n", false, "2: uses kill-head\n");
    rehearsal_is("steps:\n- keys: x k\n  type: mistral\n", true,
                 "2: uses kill-head\n2: type: here y alone confirms: keys: y\n");
}

/* On the stage a script goes to a pane by `pane:`, which leaves the stage where it is. */
static void a_rehearsal_on_the_stage(void **state)
{
    (void)state;
    struct told t = {.count = 0};
    struct script *s = parsed_script("steps:\n- keys: \"x d\"\n- keys: Esc 1\n- keys: Tab\n- keys: S\n- keys: T j\n");
    script_rehearse(s, &(struct script_stage){true, true, .whole_screen = true}, on_problem, NULL, &t);
    assert_string_equal(t.text, "3: keys: 1 leaves the stage: pane: does not\n"
                                "4: keys: Tab leaves the stage: pane: does not\n"
                                "5: keys: S leaves the stage: pane: does not\n");
    script_free(s);
}

static void a_caption_has_time_to_be_read(void **state)
{
    (void)state;
    rehearsal_is(
        "steps:\n- wait: answering\n  then: Seen.\n- caption: Next.\n- wait: answering\n  then: Seen.\n  pause: 2\n"
        "- caption: Next.\n- wait: answering\n  then: Seen.\n- wait: seconds 3\n",
        true, "2: then: the next caption replaces it at once: pause: holds it\n");
}

static void the_one_for_clusters_works(void **state)
{
    (void)state;
    struct told t = {.count = 0};
    char *text = fixture_read("deploy/assets/walkthrough-cluster.yaml", NULL);
    struct script *s = parsed_script(text);
    script_rehearse(s, &(struct script_stage){.whole_screen = true}, on_problem, NULL, &t);
    assert_string_equal(t.text, "");
    script_free(s);
    free(text);
}

static void the_shipped_one_works(void **state)
{
    (void)state;
    struct told t = {.count = 0};
    char *text = fixture_read("deploy/assets/walkthrough.yaml", NULL);
    struct script *s = parsed_script(text);
    script_rehearse(s, &(struct script_stage){true, true, .whole_screen = true}, on_problem, NULL, &t);
    assert_string_equal(t.text, "");
    bool kills = false, recovers = false, without = false;
    unsigned speed = 0, of_kill = 0; /* losses at two speeds do not compare */
    for (size_t i = 0; i < s->count; i++) {
        const struct script_step *step = &s->steps[i];
        const bool kill = step->key_count == 2 && step->keys[0].key == 'x' && step->keys[1].key == 'k';
        if (step->speed) speed = step->speed;
        if (kill && of_kill) assert_int_equal(speed, of_kill);
        if (kill) of_kill = speed;
        kills |= step->wait == WAIT_HEAD_DOWN || step->wait == WAIT_GCS_SILENT;
        recovers |= kills && s->steps[i].wait == WAIT_RECOVERED;
        without |= recovers && s->steps[i].wait == WAIT_WORKERS_RESTARTED;
    }
    assert_true(without);
    script_free(s);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_of_a_step),
        cmocka_unit_test(everything_wrong_is_told_with_its_line),
        cmocka_unit_test(what_is_no_script),
        cmocka_unit_test(captions_are_safe),
        cmocka_unit_test_setup_teardown(pods_and_services, fixture_open, fixture_close),
        cmocka_unit_test(no_cluster_is_not_gone_before_it_was_looked_at),
        cmocka_unit_test_setup_teardown(a_head_goes, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(what_a_caption_claims, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(workers_restart, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(the_last_prompt, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(in_its_order, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_person_takes_over, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_failed_prompt_stops_it, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_caption_waits_for_its_fact, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(an_answer_with_no_head_is_one, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_drill_asks_and_passes, fixture_open, fixture_close),
        cmocka_unit_test(a_rehearsal),
        cmocka_unit_test(what_cannot_come),
        cmocka_unit_test(a_rehearsal_on_the_stage),
        cmocka_unit_test(a_caption_has_time_to_be_read),
        cmocka_unit_test(the_one_for_clusters_works),
        cmocka_unit_test(the_shipped_one_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
