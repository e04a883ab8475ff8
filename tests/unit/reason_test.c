/* reason_test.c - why a service does not answer yet: the one sentence that helps most, out of what is known. */
#include "deploy/reason.h"
#include "tests/support/small_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void reason_is(const struct small *s, const char *ns, const char *service, const char *expected)
{
    char got[512];
    reason_of_service(s->w, ns, service, got, sizeof got);
    assert_string_equal(got, expected);
}

static void worker_is(struct small *s, const char *status, const char *message)
{
    struct pod *p = small_edit(s, TABLE_POD, "w1");
    p->is_ready = TRI_NO;
    record_set(&p->status, status);
    record_set(&p->message, message);
    small_put(s, "kube/pods", WORLD_KUBE, p);
}

static void serve_says(struct small *s, const char *key, const char *status, const char *message)
{
    struct rayservice *r = small_edit(s, TABLE_RAYSERVICE, key);
    while (r->deployments_count == 0) (void)RECORD_APPEND(r, deployments);
    struct deployment *d = &r->deployments[0];
    record_set(&d->name, "mistral-7b");
    record_set(&d->status, status);
    record_set(&d->app_status, "DEPLOYING");
    record_set(&d->message, message);
    small_put(s, "kube/rayservices", WORLD_KUBE, r);
}

static void what_helps_most_comes_first(void **state)
{
    (void)state;
    struct small s;
    small_init(&s, true);
    const char *const ns = "mistral", *const name = "mistral", *const key = "rs-uid";
    char expected[512];
    worker_is(&s, "Running", NULL);
    reason_of_service(s.w, ns, name, expected, sizeof expected);
    assert_non_null(strstr(expected, " is Running, not ready yet"));
    /* Serve knows why it is not. */
    serve_says(&s, key, "UPDATING", "out of memory on the device");
    reason_is(&s, ns, name, "Serve: mistral-7b is UPDATING: out of memory on the device");
    serve_says(
        &s, key, "UNHEALTHY",
        "401 Client Error: Unauthorized for url: https://huggingface.co/mistralai/Mistral-7B/resolve/main/config");
    reason_is(
        &s, ns, name,
        "Serve: mistral-7b is UNHEALTHY: Hugging Face refuses the token: give a valid HUGGING_FACE_HUB_TOKEN, whose "
        "account may read the model: 401 Client Error: Unauthorized for url: "
        "https://huggingface.co/mistralai/Mistral-7B/resolve/main/config");
    serve_says(&s, key, "UNHEALTHY", "took 403 ms");
    reason_is(&s, ns, name, "Serve: mistral-7b is UNHEALTHY: took 403 ms");
    /* A pod that cannot even start comes before it. */
    worker_is(&s, "ImagePullBackOff", "Back-off pulling image \"x\"");
    reason_of_service(s.w, ns, name, expected, sizeof expected);
    assert_non_null(strstr(expected, " is ImagePullBackOff: the image cannot be pulled: check its name and tag"));
    assert_non_null(strstr(expected, ": Back-off pulling image \"x\""));
    /* And the head, whose container's state has no message. */
    struct pod *head = small_edit(&s, TABLE_POD, "9c1e0000-head");
    head->is_ready = TRI_NO;
    head->ft = TRI_YES;
    record_set(&head->status, "CrashLoopBackOff");
    record_set(&head->message, "back-off 40s restarting failed container=head");
    small_put(&s, "kube/pods", WORLD_KUBE, head);
    worker_is(&s, "Running", NULL);
    reason_of_service(s.w, ns, name, expected, sizeof expected);
    assert_non_null(strstr(expected, "head-d4544 is CrashLoopBackOff: its container ends again and again, as where the "
                                     "GCS cannot reach Redis"));
    small_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_helps_most_comes_first)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
