/* deploy_harness.c - see deploy_harness.h. */
#include "tests/support/deploy_harness.h"

#include "backends/base/mem.h"
#include "backends/kube/kube_api.h"
#include "tests/support/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void on_change(void *owner, struct change *c)
{
    struct deploy_harness *r = owner;
    c->at_ms = c->at_ms ? c->at_ms : loop_now_ms();
    world_apply(r->world, c);
    change_free(c);
}

static enum err may_change(void *arg, struct why *why)
{
    const struct deploy_harness *r = arg;
    return r->no ? why_set(why, ERR_GUARD, "%s", r->no) : ERR_OK;
}

struct deploy_harness *deploy_harness_new(const struct sim_conf *conf)
{
    struct deploy_harness *r = mem_zero(1, sizeof *r);
    struct why why = {0};
    r->sim = sim_fixture_new(conf);
    r->world = world_new();
    char *path = mem_printf("%s/kubeconfig", r->sim->folder);
    const struct kube_open open = {.kubeconfig = path, .scope = {.only = "mistral"}, .guard = {may_change, r}};
    if (kube_api.open(r->sim->loop, &open, &(struct sink){on_change, r}, &r->kube, &why)) fail_msg("%s", why.text);
    free(path);
    return r;
}

static void work_free(struct deploy_harness *r)
{
    deploy_free(r->deploy);
    cleanup_free(r->cleanup);
    manifest_free(r->manifest);
    variables_done(&r->vars);
    r->deploy = NULL;
    r->cleanup = NULL;
    r->manifest = NULL;
    r->asked = r->over = false;
    r->err = ERR_OK;
    r->why[0] = r->said[0] = '\0';
}

void deploy_harness_free(struct deploy_harness *r)
{
    work_free(r);
    kube_api.close(r->kube);
    world_free(r->world);
    sim_fixture_free(r->sim);
    free(r);
}

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    struct deploy_harness *r = arg;
    const size_t used = strlen(r->said), left = sizeof r->said - used;
    if (line)
        snprintf(r->said + used, left, "%c %s: %s\n",
                 line->tone == TONE_BAD    ? '#'
                 : line->tone == TONE_WARN ? '!'
                                           : ' ',
                 step->name, line->text);
    else
        snprintf(r->said + used, left, "= %s %s\n", step->name, step_state_word(step->state));
}

static void on_confirm(void *arg)
{
    ((struct deploy_harness *)arg)->asked = true;
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct deploy_harness *r = arg;
    assert_false(r->over);
    r->over = true;
    r->err = err;
    snprintf(r->why, sizeof r->why, "%s", why);
}

static void until_asked_or_over(struct deploy_harness *r)
{
    const uint64_t end = loop_now_ms() + DEADLINE_MS;
    while (!r->asked && !r->over) {
        if (loop_now_ms() > end) fail_msg("timed out: \n%s", r->said);
        loop_step(r->sim->loop, 20);
    }
}

void deploy_harness_deploy(struct deploy_harness *r, const char *text, const char *(*environment)(const char *name))
{
    struct why why = {0};
    work_free(r);
    if (manifest_parse("test.yaml", text, strlen(text), &r->manifest, NULL, &why)) fail_msg("%s", why.text);
    variables_init(&r->vars, environment);
    const struct deploy_conf conf = {.loop = r->sim->loop,
                                     .cluster = {&kube_api, r->kube},
                                     .world = r->world,
                                     .context_ns = "mistral",
                                     .manifest = r->manifest,
                                     .variables = &r->vars,
                                     .poll_ms = 20};
    const struct step_observer observer = {on_changed, on_confirm, on_done, r};
    r->deploy = deploy_start(&conf, &observer);
    until_asked_or_over(r);
}

void deploy_harness_cleanup(struct deploy_harness *r)
{
    work_free(r);
    const struct cleanup_conf conf = {.loop = r->sim->loop,
                                      .cluster = {&kube_api, r->kube},
                                      .world = r->world,
                                      .ns = "mistral",
                                      .hang_ms = DEADLINE_MS,
                                      .wait_ms = DEADLINE_MS,
                                      .poll_ms = 20};
    const struct step_observer observer = {on_changed, on_confirm, on_done, r};
    r->cleanup = cleanup_start(&conf, &observer);
    until_asked_or_over(r);
}

void deploy_harness_answer(struct deploy_harness *r, bool yes)
{
    if (!r->asked) fail_msg("not asked: %s\n%s", r->why, r->said);
    r->asked = false;
    step_engine_confirm(r->deploy ? deploy_engine(r->deploy) : cleanup_engine(r->cleanup), yes);
    until_asked_or_over(r);
    assert_true(r->over);
}

void deploy_harness_said(const struct deploy_harness *r, const char *text)
{
    if (!strstr(r->said, text)) fail_msg("not said: %s\nbut:\n%s%s", text, r->said, r->why);
}
