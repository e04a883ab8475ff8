/* change_lookup_test.c - a run is cancelled while the server holds back the answer of a change: its object is read
 * again, and what holds is told. */
#include "backends/base/mem.h"
#include "backends/kube/kube_api.h"
#include "deploy/step_engine.h"
#include "tests/support/kube_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAPS "/api/v1/namespaces/mistral/configmaps"
#define META(version, more) "{\"metadata\":{\"name\":\"m\",\"uid\":\"u1\",\"resourceVersion\":\"" version "\"" more "}}"
#define MADE ",\"managedFields\":[{\"manager\":\"raydeck\",\"operation\":\"Update\"}]"
#define GOING ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\""

/* A server that has one object or none, which the change makes another, or does not; it never answers the change. */
struct stage {
    struct kube_fixture fixture; /* first: the route finds its way back */
    enum change_verb verb;
    const char *after; /* the object as it is after the change; NULL: there is none */
    bool mute;         /* nor is a reading answered */
    unsigned changes, readings;
    struct step_engine engine;
    bool over;
    enum err err;
    char why[ERR_TEXT_MAX];
};

static bool server_route(struct kube_fixture *fixture, const char *request, struct tiny_reply *reply)
{
    struct stage *s = (struct stage *)fixture;
    if (kube_fixture_is(request, "POST " MAPS) || kube_fixture_is(request, "PATCH " MAPS "/m") ||
        kube_fixture_is(request, "DELETE " MAPS "/m")) {
        s->changes++;
        return true;
    }
    if (!kube_fixture_is(request, "GET " MAPS "/m ")) return false;
    s->readings++;
    if (!s->mute)
        *reply = kube_fixture_json(fixture, s->after ? 200 : 404, s->after ? s->after : "{\"kind\":\"Status\"}");
    return true;
}

static void on_answer(void *arg, const struct object_answer *a)
{
    (void)arg;
    fail_msg("answered: %s", a->why);
}

static void step_change(void *arg)
{
    struct stage *s = arg;
    const struct object_pin pin = {"u1", "7"};
    const struct cluster *to = &s->engine.cluster;
    cJSON *o = cJSON_Parse(
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\",\"namespace\":\"mistral\"}}");
    switch (s->verb) {
    case CHANGE_CREATES: object_create(to, kobject_kind_of(o), o, on_answer, s); break;
    case CHANGE_APPLIES: object_apply(to, kobject_kind_of(o), o, &pin, 0, on_answer, s); break;
    case CHANGE_DELETES: object_delete(to, kobject_kind_of(o), "mistral", "m", &pin, on_answer, s); break;
    }
    cJSON_Delete(o);
}

static void on_confirm(void *arg)
{
    step_engine_confirm(&((struct stage *)arg)->engine, true);
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct stage *s = arg;
    s->over = true;
    s->err = err;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static bool change_came(struct kube_fixture *fixture)
{
    return ((struct stage *)fixture)->changes > 0;
}

static bool is_over(struct kube_fixture *fixture)
{
    return ((struct stage *)fixture)->over;
}

static void change_cancelled(struct stage *s, const char *fate)
{
    static const struct step_def defs[] = {{"confirm", NULL, STEP_CONFIRMS}, {"change", step_change, 0}};
    s->fixture.route = server_route;
    kube_fixture_start(&s->fixture);
    kube_fixture_open(&s->fixture, "{token: x}", "mistral");
    const struct step_engine_conf conf = {.loop = s->fixture.loop,
                                          .cluster = {&kube_api, s->fixture.be, NULL},
                                          .defs = defs,
                                          .count = ARRAY_LEN(defs),
                                          .words = {"the apply of", "applied", "the rest was not", "again is safe"},
                                          .observer = {NULL, on_confirm, on_done, s},
                                          .arg = s};
    step_engine_open(&s->engine, &conf);
    kube_fixture_until(&s->fixture, change_came, "the change is sent");
    step_engine_cancel(&s->engine, ERR_CANCELLED, "interrupted");
    kube_fixture_until(&s->fixture, is_over, "the run is over");
    char *why = mem_printf("interrupted: the apply of configmap/m was sent%s; the rest was "
                           "not; again is safe",
                           fate);
    assert_string_equal(s->why, why);
    assert_int_equal(s->err, ERR_CANCELLED);
    assert_int_equal(s->changes, 1);
    assert_int_equal(s->readings, 1);
    free(why);
    step_engine_close(&s->engine);
    kube_fixture_stop(&s->fixture);
}

static void a_create_that_was_done_is_told_as_done(void **state)
{
    (void)state;
    change_cancelled(&(struct stage){.verb = CHANGE_CREATES, .after = META("8", MADE)}, ": it was created (UID u1)");
}

static void a_create_that_was_not_done_is_told_as_not_done(void **state)
{
    (void)state;
    change_cancelled(&(struct stage){.verb = CHANGE_CREATES}, ": it does not exist");
}

static void an_apply_is_told_by_the_resource_version(void **state)
{
    (void)state;
    change_cancelled(&(struct stage){.verb = CHANGE_APPLIES, .after = META("8", "")},
                     ": it was changed (resourceVersion 8)");
    change_cancelled(&(struct stage){.verb = CHANGE_APPLIES, .after = META("7", "")},
                     ": it is unchanged (resourceVersion 7)");
}

static void a_delete_is_told_by_the_object(void **state)
{
    (void)state;
    change_cancelled(&(struct stage){.verb = CHANGE_DELETES}, ": it was deleted");
    change_cancelled(&(struct stage){.verb = CHANGE_DELETES, .after = META("8", GOING)},
                     ": it is being deleted (UID u1)");
    change_cancelled(&(struct stage){.verb = CHANGE_DELETES, .after = META("7", "")},
                     ": it exists and is not being deleted (UID u1)");
}

static void a_server_that_answers_nothing_leaves_it_unknown(void **state)
{
    (void)state;
    change_cancelled(&(struct stage){.verb = CHANGE_CREATES, .mute = true},
                     ", its outcome is unknown: the API server does not answer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_create_that_was_done_is_told_as_done),
        cmocka_unit_test(a_create_that_was_not_done_is_told_as_not_done),
        cmocka_unit_test(an_apply_is_told_by_the_resource_version),
        cmocka_unit_test(a_delete_is_told_by_the_object),
        cmocka_unit_test(a_server_that_answers_nothing_leaves_it_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
