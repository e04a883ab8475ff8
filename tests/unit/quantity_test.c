/* quantity_test.c - resource quantities, as apimachinery's resource.Quantity reads them. */
#include "deploy/quantity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void quantities_are_thousandths(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t milli;
    } rows[] = {{"0", 0},
                {"2", 2000},
                {"+2", 2000},
                {"500m", 500},
                {"0.5", 500},
                {".5", 500},
                {"5.", 5000},
                {"100n", 1}, /* rounded up */
                {"1.0001", 1001},
                {"0.1", 100},
                {"1u", 1},
                {"20G", 20000000000000},
                {"360G", 360000000000000},
                {"1Ki", 1024000},
                {"1.5Gi", 1610612736000},
                {"16Gi", 17179869184000},
                {"128974848000m", 128974848000},
                {"1e3", 1000000},
                {"12E-1", 1200},
                {"1E+2", 100000},
                {"1P", 1000000000000000000},
                {"00012", 12000}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t milli = 7;
        if (quantity_parse(rows[i].text, &milli) != ERR_OK) fail_msg("%s: refused", rows[i].text);
        if (milli != rows[i].milli) fail_msg("%s: %llu", rows[i].text, (unsigned long long)milli);
    }
}

static void what_is_no_quantity_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",  " 1",    "1 ", "-1",  "two",  "1K",  "1gi",  "1kk",   ".",
                                        "m", "1.2.3", "1e", "1e+", "0x10", "1,5", "1Gib", "1e1.5", "++1"};
    uint64_t milli = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (quantity_parse(wrong[i], &milli) != ERR_PARSE) fail_msg("%s: taken", wrong[i]);
    assert_int_equal(quantity_parse(NULL, &milli), ERR_PARSE);
    assert_int_equal(quantity_parse("16Ei", &milli), ERR_LIMIT);
    assert_int_equal(quantity_parse("999999999999999999Ei", &milli), ERR_LIMIT);
    assert_int_equal(quantity_parse("1e60", &milli), ERR_LIMIT);
    assert_int_equal(milli, 7);
}

static void strings_and_numbers_of_a_resource_list(void **state)
{
    (void)state;
    cJSON *list = NULL;
    const char text[] = "{\"cpu\":\"250m\",\"memory\":1024,\"pods\":110,\"odd\":\"x\",\"half\":0.5}";
    assert_int_equal(json_parse(text, sizeof text - 1, &list, NULL), ERR_OK);
    assert_int_equal(quantity_of(list, "cpu").value, 250);
    assert_int_equal(quantity_of(list, "memory").value, 1024000);
    assert_int_equal(quantity_of(list, "pods").value, 110000);
    assert_int_equal(quantity_of(list, "half").value, 500);
    assert_false(quantity_of(list, "odd").known);
    assert_false(quantity_of(list, "absent").known);
    assert_false(quantity_of(NULL, "cpu").known);
    cJSON_Delete(list);
}

static void quantities_are_written_as_people_do(void **state)
{
    (void)state;
    char out[QUANTITY_TEXT_MAX];
    assert_string_equal(quantity_count_text(16000, out), "16");
    assert_string_equal(quantity_count_text(500, out), "500m");
    assert_string_equal(quantity_count_text(1500, out), "1500m");
    assert_string_equal(quantity_count_text(0, out), "0");
    assert_string_equal(quantity_bytes_text(20000000000000, out), "20G");
    assert_string_equal(quantity_bytes_text(360000000000000, out), "360G");
    assert_string_equal(quantity_bytes_text(17179869184000, out), "17.2G");
    assert_string_equal(quantity_bytes_text(512000, out), "512");
    assert_string_equal(quantity_bytes_text(UINT64_MAX, out), "18.4P");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_are_thousandths),
        cmocka_unit_test(what_is_no_quantity_is_refused),
        cmocka_unit_test(strings_and_numbers_of_a_resource_list),
        cmocka_unit_test(quantities_are_written_as_people_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
