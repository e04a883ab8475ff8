/* change_fate_test.c - what is said of a change that was sent and not answered, by the object as it is read again. */
#include "deploy/change_fate.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define META(more) "{\"metadata\":{\"name\":\"m\",\"uid\":\"u1\",\"resourceVersion\":\"8\"" more "}}"
#define MADE ",\"managedFields\":[{\"manager\":\"raydeck\",\"operation\":\"Update\"}]"
#define GOING ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\""

static void what_is_read_says_what_became_of_it(void **state)
{
    (void)state;
    static const struct {
        enum change_verb verb;
        const char *uid, *version;
        enum err err;
        const char *object, *fate;
        bool told;
    } rows[] = {
        {CHANGE_CREATES, NULL, NULL, ERR_NOT_FOUND, NULL, "it does not exist", true},
        {CHANGE_CREATES, NULL, NULL, ERR_OK, META(MADE), "it was created (UID u1)", true},
        {CHANGE_CREATES, NULL, NULL, ERR_OK, META(""), "it exists (UID u1)", true}, /* by whom is not said */
        {CHANGE_CREATES, NULL, NULL, ERR_OK, META(GOING), "it is being deleted (UID u1)", true},
        {CHANGE_CREATES, NULL, NULL, ERR_RESET, NULL, "the reason", false},
        {CHANGE_CREATES, NULL, NULL, ERR_OK, "{}", "the object has no UID", false},
        {CHANGE_APPLIES, "u1", "7", ERR_NOT_FOUND, NULL, "it was deleted", true},
        {CHANGE_APPLIES, "u1", "7", ERR_OK, META(""), "it was changed (resourceVersion 8)", true},
        {CHANGE_APPLIES, "u1", "8", ERR_OK, META(""), "it is unchanged (resourceVersion 8)", true},
        {CHANGE_APPLIES, "u1", NULL, ERR_OK, META(""), "it exists (resourceVersion 8)", true},
        {CHANGE_APPLIES, "u1", "7", ERR_OK, META(GOING), "it is being deleted (UID u1)", true},
        {CHANGE_APPLIES, "u0", "7", ERR_OK, META(""), "it was replaced by another object of that name (UID u1)", true},
        {CHANGE_DELETES, "u1", NULL, ERR_NOT_FOUND, NULL, "it was deleted", true},
        {CHANGE_DELETES, "u1", NULL, ERR_OK, META(GOING), "it is being deleted (UID u1)", true},
        {CHANGE_DELETES, "u1", NULL, ERR_OK, META(""), "it exists and is not being deleted (UID u1)", true},
        {CHANGE_DELETES, "u0", NULL, ERR_OK, META(GOING), "it was replaced by another object of that name (UID u1)",
         true},
        {CHANGE_DELETES, "u1", NULL, ERR_FORBIDDEN, NULL, "the reason", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char fate[200];
        cJSON *object = rows[i].object ? cJSON_Parse(rows[i].object) : NULL;
        struct object_change *change = object_change_new(rows[i].verb, kobject_kind_named("v1", "ConfigMap"), "mistral",
                                                         "m", rows[i].uid, rows[i].version);
        assert_string_equal(change->words, "configmap/m");
        assert_int_equal(change_fate(change, rows[i].err, "the reason", object, fate, sizeof fate), rows[i].told);
        assert_string_equal(fate, rows[i].fate);
        object_change_free(change);
        cJSON_Delete(object);
    }
    object_change_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_read_says_what_became_of_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
