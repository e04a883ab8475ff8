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
#include <sys/stat.h>
#include <unistd.h>

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

static void a_region_is_part_of_a_host_name(void **state)
{
    static const struct {
        const char *region;
        bool good;
    } are[] = {{"a", true},
               {"z9-0", true},
               {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
               {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
               {"us-West-2", false},
               {"us.west", false},
               {"us/west", false},
               {"us{west", false},
               {"us`west", false},
               {"us:west", false}};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        struct aws_settings s = {0};
        struct why why = {0};
        assert_int_equal(aws_settings_read(&s, NULL, are[i].region, &why), are[i].good ? ERR_OK : ERR_USAGE);
        if (!are[i].good) assert_int_equal(strncmp(why.text, "AWS: not a region: ", 19), 0);
        aws_settings_done(&s);
    }
    struct aws_settings s = {0};
    struct why why = {0};
    assert_int_equal(aws_settings_read(&s, NULL, "", NULL), ERR_OK); /* is not given */
    assert_string_equal(s.region, "us-west-2");
    aws_settings_done(&s);
    setenv("AWS_CONFIG_FILE", "/nowhere/config", 1);
    assert_int_equal(aws_settings_read(&s, NULL, NULL, &why), ERR_USAGE);
    assert_string_equal(why.text, "AWS: no region: set AWS_REGION, or region in the profile");
    aws_settings_done(&s);
}

static void a_profile_that_is_named_must_be_there(void **state)
{
    struct aws_settings s = {0};
    struct why why = {0};
    (void)state;

    assert_int_equal(aws_settings_read(&s, "nobody", "eu-west-1", &why), ERR_NOT_FOUND);
    assert_string_equal(why.text, "AWS: no profile nobody in the shared files");
    aws_settings_done(&s);
    setenv("AWS_PROFILE", "nobody", 1);
    assert_int_equal(aws_settings_read(&s, NULL, "eu-west-1", &why), ERR_NOT_FOUND);
    aws_settings_done(&s);
    assert_int_equal(aws_settings_read(&s, "base", "eu-west-1", &why), ERR_OK); /* what is asked for counts */
    assert_true(s.profile_asked && s.profile_named);
    aws_settings_done(&s);
    unsetenv("AWS_PROFILE");
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials", 1);
    setenv("AWS_CONFIG_FILE", "/nowhere/config", 1);
    assert_int_equal(aws_settings_read(&s, NULL, "eu-west-1", &why), ERR_OK); /* the default one may be missing */
    assert_false(s.profile_asked || s.profile_named);
    aws_settings_done(&s);
}

static void the_shared_files_are_below_home(void **state)
{
    struct aws_settings s = {0};
    char *home = getenv("HOME") ? mem_str(getenv("HOME")) : NULL;
    char folder[] = "/tmp/raydeck-aws-XXXXXX", sub[64], path[80];
    (void)state;

    assert_non_null(mkdtemp(folder));
    snprintf(sub, sizeof sub, "%s/.aws", folder);
    snprintf(path, sizeof path, "%s/config", sub);
    assert_int_equal(mkdir(sub, 0700), 0);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs("[default]\nregion = ap-south-1\n", f);
    fclose(f);
    unsetenv("AWS_SHARED_CREDENTIALS_FILE");
    unsetenv("AWS_CONFIG_FILE");
    setenv("HOME", folder, 1);
    assert_int_equal(aws_settings_read(&s, NULL, NULL, NULL), ERR_OK);
    assert_string_equal(s.region, "ap-south-1");
    aws_settings_done(&s);
    unsetenv("HOME");
    assert_int_equal(aws_settings_read(&s, NULL, NULL, NULL), ERR_USAGE);
    aws_settings_done(&s);
    if (home) setenv("HOME", home, 1);
    unlink(path);
    rmdir(sub);
    rmdir(folder);
    free(home);
}

static void half_of_a_profiles_keys_is_an_error(void **state)
{
    static const char *const half[] = {"aws_access_key_id = A", "aws_secret_access_key = s"};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(half); i++) {
        char path[] = "/tmp/raydeck-keys-XXXXXX";
        struct aws_settings s = {0};
        struct plan p = {0};
        struct why why = {0};
        const int fd = mkstemp(path);
        assert_true(fd >= 0);
        dprintf(fd, "[default]\n%s\n", half[i]);
        close(fd);
        setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
        assert_int_equal(plan_of(NULL, &s, &p, &why), ERR_PARSE);
        assert_string_equal(why.text, "AWS: profile default: a key is missing, or cannot be sent");
        END;
        unlink(path);
    }
    setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    struct aws_settings s = {0};
    struct plan p = {0};
    assert_int_equal(plan_of(NULL, &s, &p, NULL), ERR_PARSE);
    END;
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
        cmocka_unit_test_setup(a_region_is_part_of_a_host_name, environment_setup),
        cmocka_unit_test_setup(a_profile_that_is_named_must_be_there, environment_setup),
        cmocka_unit_test_setup(the_shared_files_are_below_home, environment_setup),
        cmocka_unit_test_setup(half_of_a_profiles_keys_is_an_error, environment_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
