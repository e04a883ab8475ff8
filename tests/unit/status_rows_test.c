/* status_rows_test.c - rows are printed in the same order in every run, in whichever order they arrived. */
#include "backends/world/record.h"
#include "tui/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void core_put(struct world *w, const char *key)
{
    struct core *core = record_new(TABLE_CORE, key);
    struct change *c = change_put("neuron/a", WORLD_NEURON, &core->record);
    world_apply(w, c);
    change_free(c);
}

static void core_delete(struct world *w, const char *key)
{
    struct change *c = change_new(CHANGE_GONE, "neuron/a", WORLD_NEURON);
    c->table = TABLE_CORE;
    c->key = strdup(key);
    world_apply(w, c);
    change_free(c);
}

static void what_arrives_in_any_order_is_sorted(void **state)
{
    static const char *const arrivals[][4] = {{"a/10", "a/2", "a/1", "b/0"}, {"b/0", "a/1", "a/2", "a/10"}};
    static const char *const sorted[] = {"a/1", "a/2", "a/10"};
    (void)state;
    for (size_t run = 0; run < 2; run++) {
        struct world *w = world_new();
        size_t count;
        assert_null(status_rows(w, TABLE_CORE, &count));
        assert_int_equal(count, 0);
        for (size_t i = 0; i < 4; i++) core_put(w, arrivals[run][i]);
        core_delete(w, "b/0");
        const struct row **rows = status_rows(w, TABLE_CORE, &count);
        assert_int_equal(count, 3);
        for (size_t i = 0; i < count; i++) assert_string_equal(rows[i]->record->key, sorted[i]);
        free(rows);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_arrives_in_any_order_is_sorted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
