/* step_script.c - plays an engine of steps against a script; see step_script.h. */
#include "tests/support/step_script.h"

#include "tests/support/engine_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void text_append(char *to, size_t size, const char *text)
{
    const size_t used = strlen(to);
    snprintf(to + used, size - used, "%s", text);
}

static struct step_script *script_of(struct kube_fixture *fixture)
{
    return (struct step_script *)(void *)fixture;
}

static void script_turn(struct kube_fixture *fixture)
{
    engine_clock_turn(fixture->loop, script_of(fixture)->engine);
}

void step_script_open(struct step_script *s,
                      bool (*route)(struct kube_fixture *s, const char *request, struct tiny_reply *reply))
{
    s->fixture.route = route;
    s->fixture.turn = script_turn;
    kube_fixture_start(&s->fixture);
    engine_clock_start(s->fixture.loop);
    kube_fixture_open(&s->fixture, "{token: x}", "mistral");
}

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    struct step_script *s = arg;
    char text[2 * STEP_TEXT_MAX];
    if (line)
        snprintf(text, sizeof text, "%c %s: %s\n",
                 line->tone == TONE_BAD    ? '#'
                 : line->tone == TONE_WARN ? '!'
                                           : ' ',
                 step->name, line->text);
    else
        snprintf(text, sizeof text, "= %s %s%s%s\n", step->name, step_state_word(step->state), step->now[0] ? ": " : "",
                 step->now);
    text_append(s->said, sizeof s->said, text);
}

static void on_confirm(void *arg)
{
    ((struct step_script *)arg)->asked = true;
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct step_script *s = arg;
    assert_false(s->over);
    s->over = true;
    s->err = err;
    snprintf(s->why, sizeof s->why, "%s", why);
}

struct step_observer step_script_observer(struct step_script *s)
{
    return (struct step_observer){on_changed, on_confirm, on_done, s};
}

static bool script_asked_or_over(struct kube_fixture *fixture)
{
    const struct step_script *s = script_of(fixture);
    return s->asked || s->over;
}

static bool script_is_over(struct kube_fixture *fixture)
{
    return script_of(fixture)->over;
}

void step_script_until_asked(struct step_script *s, struct step_engine *engine)
{
    s->engine = engine;
    kube_fixture_until(&s->fixture, script_asked_or_over, "the question, or an end");
}

void step_script_answer(struct step_script *s, bool yes)
{
    if (s->asked) step_engine_confirm(s->engine, yes);
    kube_fixture_until(&s->fixture, script_is_over, "the end");
}

bool step_script_takes(struct step_script *s, const char *request)
{
    char line[400];
    if (kube_fixture_is(request, "GET /version ") || strstr(request, "limit=250") || kube_fixture_is_watch(request))
        return false;
    snprintf(line, sizeof line, "%.*s\n", (int)strcspn(request, "\r"), request);
    char *http = strstr(line, " HTTP/1.1");
    if (http) memcpy(http, "\n", 2);
    text_append(s->log, sizeof s->log, line);
    return true;
}

void step_script_said(const struct step_script *s, const char *text)
{
    if (!strstr(s->said, text)) fail_msg("not said: %s\nbut:\n%s%s", text, s->said, s->why);
}
