/* object_view_test.c - an object described and as YAML: read, folded, searched, old, refused. */
#include "tests/support/screen_file.h"
#include "tui/panes/chrome.h"
#include "tui/panes/object_view.h"

#include "backends/base/mem.h"
#include "deploy/object_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { READ_MS = 1000 };
static const uint64_t wall_ms = 1795523592000; /* 2026-11-24T12:33:12Z */

static const char pod[] =
    "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"mistral-44qn2-head-d4544\",\"namespace\":"
    "\"mistral\","
    "\"uid\":\"9c1e7a40-head\",\"creationTimestamp\":\"2026-11-20T10:33:12Z\","
    "\"labels\":{\"ray.io/cluster\":\"mistral-44qn2\",\"ray.io/node-type\":\"head\"},"
    "\"ownerReferences\":[{\"kind\":\"RayCluster\",\"name\":\"mistral-44qn2\"}]},"
    "\"spec\":{\"nodeName\":\"ip-100-64-90-12.us-west-2.compute.internal\",\"containers\":[{\"name\":\"ray-head\","
    "\"image\":\"public.ecr.aws/data-on-eks/ray2.60.0-py310-vllm-inf2:2.60.0\","
    "\"args\":[\"ulimit -n 65536; ray start --head --dashboard-host=0.0.0.0 --num-cpus=0 --block\"],"
    "\"resources\":{\"limits\":{\"cpu\":\"4\",\"memory\":\"20G\"}},"
    "\"env\":[{\"name\":\"RAY_REDIS_ADDRESS\",\"value\":\"rediss://redis:6379\"},"
    "{\"name\":\"REDIS_PASSWORD\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"redis\",\"key\":\"password\"}}}]}]},"
    "\"status\":{\"phase\":\"Running\",\"podIP\":\"100.64.90.31\",\"conditions\":[{\"type\":\"Ready\",\"status\":"
    "\"True\","
    "\"lastTransitionTime\":\"2026-11-20T10:34:12Z\"}],\"containerStatuses\":[{\"name\":\"ray-head\",\"ready\":true,"
    "\"restartCount\":1,\"state\":{\"running\":{\"startedAt\":\"2026-11-20T10:33:40Z\"}},\"lastState\":{\"terminated\":"
    "{"
    "\"reason\":\"OOMKilled\",\"exitCode\":137,\"finishedAt\":\"2026-11-20T10:33:38Z\"}}}]}}";
static const char events[] = "[{\"reason\":\"BackOff\",\"type\":\"Warning\",\"message\":\"Back-off restarting failed "
                             "container ray-head\",\"count\":2,\"lastTimestamp\":\"2026-11-24T12:31:12Z\"}]";

static cJSON *json_of(const char *text)
{
    cJSON *json = NULL;
    assert_int_equal(json_parse_shown(text, strlen(text), &json, NULL), ERR_OK);
    return json;
}

static void pod_set(struct object_view *v)
{
    struct buf describe, yaml;
    cJSON *object = json_of(pod), *list = json_of(events);
    buf_init(&describe, OBJECT_TEXT_MAX);
    buf_init(&yaml, OBJECT_TEXT_MAX);
    object_mask(object);
    object_describe(object, list, NULL, wall_ms, &describe);
    object_yaml(object, 0, &yaml);
    object_view_set(v, buf_take(&describe), buf_take(&yaml), wall_ms);
    cJSON_Delete(object);
    cJSON_Delete(list);
}

static void view_check(struct object_view *v, const struct view *view, const char *name)
{
    static const int sizes[][2] = {{40, 120}, {24, 80}, {10, 40}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct canvas cv;
        char file[64];
        canvas_init(&cv, sizes[i][0], sizes[i][1]);
        canvas_fill(&cv, 0, 0, sizes[i][0], sizes[i][1], ROLE_TEXT, '~');
        v->overlay.ops->update(&v->overlay, view, sizes[i][0], sizes[i][1]);
        v->overlay.ops->draw(&v->overlay, view, &cv);
        snprintf(file, sizeof file, "object-%s-%dx%d", name, sizes[i][1], sizes[i][0]);
        screen_check(file, &cv, true);
        canvas_done(&cv);
    }
}

static enum overlay_result view_press(struct object_view *v, const struct view *view, uint32_t key)
{
    const struct input in = {.type = INPUT_KEY, .key = key};
    v->overlay.ops->update(&v->overlay, view, 40, 120);
    return v->overlay.ops->input(&v->overlay, view, &in);
}

static void test_screens(void **state)
{
    (void)state;
    struct object_view v;
    struct view view = {.now_ms = READ_MS, .wall_ms = wall_ms};
    object_view_open(&v, "Pod mistral/mistral-44qn2-head-d4544", OBJECT_DESCRIBE);
    view_check(&v, &view, "reading");
    pod_set(&v);
    view_check(&v, &view, "described");
    assert_int_equal(view_press(&v, &view, 'y'), OVERLAY_STAYS);
    view_check(&v, &view, "yaml");
    view_press(&v, &view, 'F');
    for (const char *key = "/OOM"; *key; key++) view_press(&v, &view, (unsigned char)*key);
    view_press(&v, &view, KEYP_ENTER);
    view_check(&v, &view, "searched");
    assert_int_equal(view_press(&v, &view, KEYP_ESC), OVERLAY_STAYS); /* the search */
    /* What cannot be read any more stays, and is called old. */
    object_view_failed(&v, "pods \"mistral-44qn2-head-d4544\" not found");
    view.wall_ms += 75000;
    view_check(&v, &view, "old");
    const struct chrome chrome = {.message = "written: /state/raydeck/texts/text-20261124T123312Z-object.txt"};
    view.chrome = &chrome;
    assert_int_equal(view_press(&v, &view, 'w'), OVERLAY_SAVE);
    view_check(&v, &view, "written");
    assert_int_equal(view_press(&v, &view, 'r'), OVERLAY_ACTION);
    assert_int_equal(view_press(&v, &view, 'q'), OVERLAY_CANCELLED);
    v.overlay.ops->done(&v.overlay);
}

static void test_refused(void **state)
{
    (void)state;
    struct object_view v;
    const struct view view = {.now_ms = READ_MS, .wall_ms = wall_ms};
    struct buf text;
    object_view_open(&v, "Secret mistral/hf-token", OBJECT_YAML);
    object_view_failed(&v, "secrets \"hf-token\" is forbidden: User \"reader\" cannot get resource \"secrets\" in API "
                           "group \"\" in the namespace \"mistral\"");
    view_check(&v, &view, "refused");
    buf_init(&text, 100);
    v.overlay.ops->text(&v.overlay, &text);
    assert_int_equal(text.len, 0);
    buf_done(&text);
    v.overlay.ops->done(&v.overlay);
}

/* Enter folds what the cursor is in, and unfolds it; the cursor goes with it. */
static void test_folds(void **state)
{
    (void)state;
    struct object_view v;
    const struct view view = {.now_ms = READ_MS, .wall_ms = wall_ms};
    object_view_open(&v, "Pod", OBJECT_YAML);
    pod_set(&v);
    for (int i = 0; i < 4; i++) view_press(&v, &view, 'j');
    view_press(&v, &view, '-');
    assert_int_equal(v.view.cursor, 2); /* metadata */
    assert_true(text_folds_is_folded(&v.folds, 2));
    view_press(&v, &view, KEYP_ENTER);
    assert_false(text_folds_is_folded(&v.folds, 2));
    view_press(&v, &view, KEYP_ENTER);
    view_press(&v, &view, '+');
    assert_false(text_folds_is_folded(&v.folds, 2));
    v.overlay.ops->done(&v.overlay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_folds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
