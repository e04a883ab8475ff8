/*
 * aws_plan_test.c - which way the keys come, and where AWS is: from the environment and the shared files alone.
 */
#include "backends/aws/credentials_plan.h"
#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern char **environ;

static int environment_setup(void **state)
{
    (void)state;
    for (char **e = environ; *e;) {
        if (strncmp(*e, "AWS_", 4) != 0) {
            e++;
            continue;
        }
        char *name = mem_strn(*e, strcspn(*e, "="));
        unsetenv(name);
        free(name);
        e = environ;
    }
    setenv("AWS_SHARED_CREDENTIALS_FILE", "tests/fixtures/aws/credentials.ini", 1);
    setenv("AWS_CONFIG_FILE", "tests/fixtures/aws/config.ini", 1);
    return 0;
}

/* Reads and plans; the settings are the caller's to end, as the plan borrows from them. */
static enum err plan_of(const char *profile, struct aws_settings *s, struct plan *p, struct why *why)
{
    enum err err = aws_settings_read(s, profile, NULL, why);
    return err ? err : plan_make(p, s, why);
}

#define PLANNED(profile)                                                                                               \
    struct aws_settings s = {0};                                                                                       \
    struct plan p = {0};                                                                                               \
    struct why why = {0};                                                                                              \
    assert_int_equal(plan_of(profile, &s, &p, &why), ERR_OK)
#define END                                                                                                            \
    plan_done(&p);                                                                                                     \
    aws_settings_done(&s)

static void keys_of_the_environment_come_first(void **state)
{
    (void)state;
    setenv("AWS_ACCESS_KEY_ID", "AKIAENV", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "x", 1);
    PLANNED(NULL);
    assert_int_equal(p.base, PLAN_KEYS);
    assert_string_equal(p.keys.id, "AKIAENV");
    assert_null(p.keys.token);
    END;
}

static void unless_a_profile_is_asked_for(void **state)
{
    (void)state;
    setenv("AWS_ACCESS_KEY_ID", "AKIAENV", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "x", 1);
    PLANNED("base");
    assert_string_equal(p.keys.id, "AKIABASEEXAMPLE00000");
    assert_string_equal(s.region, "us-east-2");
    END;
}

static void half_of_the_keys_is_an_error(void **state)
{
    struct aws_settings s = {0};
    struct plan p = {0};
    (void)state;

    setenv("AWS_ACCESS_KEY_ID", "AKIAENV", 1);
    assert_int_equal(plan_of(NULL, &s, &p, NULL), ERR_PARSE);
    END;
}

static void a_pods_web_identity_goes_before_the_default_profile(void **state)
{
    (void)state;
    setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/irsa", 1);
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/token", 1);
    PLANNED(NULL);
    assert_int_equal(p.base, PLAN_WEB);
    assert_string_equal(p.web.arn, "arn:aws:iam::111122223333:role/irsa");
    assert_string_equal(p.web.token_file, "/var/run/secrets/token");
    assert_null(p.web.session);
    END;
}

static void a_named_profile_goes_before_the_pods_web_identity(void **state)
{
    (void)state;
    setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/irsa", 1);
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/token", 1);
    setenv("AWS_PROFILE", "base", 1);
    PLANNED(NULL);
    assert_int_equal(p.base, PLAN_KEYS);
    assert_string_equal(p.keys.id, "AKIABASEEXAMPLE00000");
    END;
}

static void what_only_the_cli_follows_is_left_to_it(void **state)
{
    static const struct {
        const char *profile, *setting;
    } are[] = {{"operator", "role_arn"},
               {"loop-a", "role_arn"},
               {"agent", "role_arn"},
               {"hardware", "role_arn"},
               {"process", "credential_process"},
               {"single", "sso_session"},
               {"old-sso", "sso_start_url"}};
    (void)state;

    setenv("AWS_REGION", "eu-west-1", 1);
    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        PLANNED(are[i].profile);
        assert_int_equal(p.base, PLAN_CLI);
        assert_string_equal(p.why_cli, are[i].setting);
        END;
    }
}

static void a_profiles_web_identity(void **state)
{
    (void)state;
    setenv("AWS_REGION", "eu-west-1", 1);
    PLANNED("pod");
    assert_int_equal(p.base, PLAN_WEB);
    assert_string_equal(p.web.arn, "arn:aws:iam::111122223333:role/pod");
    assert_string_equal(p.web.token_file, "/nowhere/token");
    END;
}

static void without_anything_the_container_then_the_instance(void **state)
{
    (void)state;
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials", 1);
    setenv("AWS_CONFIG_FILE", "/nowhere/config", 1);
    setenv("AWS_DEFAULT_REGION", "eu-west-1", 1);
    {
        PLANNED(NULL);
        assert_int_equal(p.base, PLAN_IMDS);
        END;
    }
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials", 1);
    PLANNED(NULL);
    assert_int_equal(p.base, PLAN_CONTAINER);
    END;
}

static void files_that_cannot_be_read_are_said(void **state)
{
    struct aws_settings s = {0};
    struct why why;
    (void)state;

    setenv("AWS_CONFIG_FILE", "tests/fixtures/aws", 1);
    assert_int_equal(aws_settings_read(&s, NULL, NULL, &why), ERR_IO);
    assert_string_equal(why.text, "tests/fixtures/aws: not a regular file");
    aws_settings_done(&s);
    setenv("AWS_CONFIG_FILE", "tests/fixtures/aws/imds.json", 1);
    assert_int_equal(aws_settings_read(&s, NULL, NULL, &why), ERR_PARSE);
    assert_null(strstr(why.text, "secret"));
    aws_settings_done(&s);
}

/* ---- where AWS is -------------------------------------------------------------------------------------------- */

static void is_at(const char *service, const char *region, const char *expected)
{
    struct aws_settings s = {0};
    char *url = NULL;

    assert_int_equal(aws_settings_read(&s, NULL, region, NULL), ERR_OK);
    assert_int_equal(aws_endpoint(&s, service, &url, NULL), ERR_OK);
    assert_string_equal(url, expected);
    free(url);
    aws_settings_done(&s);
}

static void where_aws_is(void **state)
{
    (void)state;
    is_at("elasticache", "us-west-2", "https://elasticache.us-west-2.amazonaws.com/");
    is_at("memorydb", "us-west-2", "https://memory-db.us-west-2.amazonaws.com/");
    is_at("sts", "eu-west-1", "https://sts.eu-west-1.amazonaws.com/");
    is_at("sts", "cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn/");
    is_at("sts", NULL, "https://sts.us-west-2.amazonaws.com/"); /* the profile's */
    setenv("AWS_DEFAULT_REGION", "eu-south-1", 1);
    is_at("sts", NULL, "https://sts.eu-south-1.amazonaws.com/");
    setenv("AWS_REGION", "eu-north-1", 1);
    is_at("sts", NULL, "https://sts.eu-north-1.amazonaws.com/");
    setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566", 1);
    is_at("sts", NULL, "http://127.0.0.1:4566/");
    setenv("AWS_ENDPOINT_URL_STS", "https://sts.example/", 1);
    is_at("sts", NULL, "https://sts.example/");
    is_at("elasticache", NULL, "http://127.0.0.1:4566/");
    setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
    is_at("elasticache", NULL, "https://elasticache.eu-north-1.amazonaws.com/");
}

static void a_place_that_can_be_none(void **state)
{
    static const char *const bad[] = {"ftp://x/", "x", "http://x/?a=b", "http://user:pass@x/", "http://x y/"};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct aws_settings s = {0};
        char *url = NULL;
        setenv("AWS_ENDPOINT_URL", bad[i], 1);
        assert_int_equal(aws_settings_read(&s, NULL, NULL, NULL), ERR_OK);
        assert_int_equal(aws_endpoint(&s, "sts", &url, NULL), ERR_USAGE);
        assert_null(url);
        aws_settings_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keys_of_the_environment_come_first, environment_setup),
        cmocka_unit_test_setup(unless_a_profile_is_asked_for, environment_setup),
        cmocka_unit_test_setup(half_of_the_keys_is_an_error, environment_setup),
        cmocka_unit_test_setup(a_pods_web_identity_goes_before_the_default_profile, environment_setup),
        cmocka_unit_test_setup(a_named_profile_goes_before_the_pods_web_identity, environment_setup),
        cmocka_unit_test_setup(what_only_the_cli_follows_is_left_to_it, environment_setup),
        cmocka_unit_test_setup(a_profiles_web_identity, environment_setup),
        cmocka_unit_test_setup(without_anything_the_container_then_the_instance, environment_setup),
        cmocka_unit_test_setup(files_that_cannot_be_read_are_said, environment_setup),
        cmocka_unit_test_setup(where_aws_is, environment_setup),
        cmocka_unit_test_setup(a_place_that_can_be_none, environment_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
