/* child_env.c - decides which environment variables a child inherits. */
#include "backends/link/child_env.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/url.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { NAME_MAX_BYTES = 256 };

static const char separators[] = " \t\n,";
static const char pass_list_variable[] = "RAYDECK_CHILD_ENV";

/* Names where a secret is, not the secret; and proxies, without which a child may reach nothing. */
static bool is_location(const char *name, const char *value)
{
    static const char *const ends[] = {"_file", "_path", "_dir", "_sock", "_uri"};
    if (text_ends_nocase(name, "_proxy")) return true;
    if (url_secret(value, strlen(value)).at) return false;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (text_ends_nocase(name, ends[i])) return true;
    return *value == '/' && text_has(name, "credential");
}

static bool is_secret(const char *name, const char *value)
{
    if (!*value || is_location(name, value)) return false;
    return text_looks_secret(name, value) || strcmp(name, "AWS_ACCESS_KEY_ID") == 0 ||
           url_secret(value, strlen(value)).at;
}

static bool is_not_cloud(const char *name, const char *value)
{
    static const char *const words[] = {"redis", "raydeck", "hf_", "hugging", "openai"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (text_has(name, words[i])) return true;
    return strncmp(value, "hf_", 3) == 0;
}

static bool is_allowed(enum child_secrets secrets, const char *name, const char *value)
{
    if (!is_secret(name, value)) return true;
    if (secrets == CHILD_SECRETS_AWS) return strncmp(name, "AWS_", 4) == 0;
    return secrets == CHILD_SECRETS_CLOUD && !is_not_cloud(name, value);
}

/* Does a list of names hold that one? */
static bool list_names(const char *list, const char *name)
{
    while (list && *list) {
        list += strspn(list, separators);
        size_t len = strcspn(list, separators);
        if (len && len == strlen(name) && strncmp(list, name, len) == 0) return true;
        list += len;
    }
    return false;
}

static const char *value_of(const char *const *environment, const char *name)
{
    const size_t len = strlen(name);
    for (; *environment; environment++)
        if (strncmp(*environment, name, len) == 0 && (*environment)[len] == '=') return *environment + len + 1;
    return NULL;
}

static bool variable_passes(const char *variable, enum child_secrets secrets, const char *list)
{
    char name[NAME_MAX_BYTES];
    const size_t len = strcspn(variable, "=");
    if (!variable[len] || len >= sizeof name) return false;
    memcpy(name, variable, len);
    name[len] = '\0';
    return list_names(list, name) || is_allowed(secrets, name, variable + len + 1);
}

static bool is_replaced(const char *variable, const char *const *extra)
{
    const size_t len = strcspn(variable, "=");
    for (; extra && *extra; extra++)
        if (strncmp(*extra, variable, len) == 0 && (*extra)[len] == '=') return true;
    return false;
}

char **child_env_new(const char *const *environment, enum child_secrets secrets, const char *const *extra)
{
    const char *list = value_of(environment, pass_list_variable);
    size_t room = 1, n = 0;
    for (size_t i = 0; environment[i]; i++) room++;
    for (size_t i = 0; extra && extra[i]; i++) room++;
    char **env = mem_zero(room, sizeof *env);
    for (size_t i = 0; extra && extra[i]; i++) env[n++] = (char *)(uintptr_t)extra[i];
    for (size_t i = 0; environment[i]; i++)
        if (!is_replaced(environment[i], extra) && variable_passes(environment[i], secrets, list))
            env[n++] = (char *)(uintptr_t)environment[i];
    return env;
}

/* ---- which program needs which secrets ---- */

static bool is_program(const char *word, size_t len, const char *const *programs)
{
    const char *slash = memrchr(word, '/', len);
    if (slash) len -= (size_t)(slash + 1 - word), word = slash + 1;
    for (; *programs; programs++)
        if (strlen(*programs) == len && strncmp(word, *programs, len) == 0) return true;
    return false;
}

enum child_secrets child_secrets_of_command(const char *command)
{
    /* kubectl runs `aws eks get-token`; ssh goes through `aws ssm start-session` where its configuration says so. */
    static const char *const programs[] = {"aws", "kubectl", "oc", "ssh", "eksctl", "aws-vault", NULL};
    static const char gaps[] = " \t\n\"'`;&|()<>=";
    while (*command) {
        command += strspn(command, gaps);
        size_t len = strcspn(command, gaps);
        if (len && is_program(command, len, programs)) return CHILD_SECRETS_AWS;
        command += len;
    }
    return CHILD_SECRETS_NONE;
}

enum child_secrets child_secrets_of_plugin(const char *program)
{
    static const char *const programs[] = {"aws", "aws-iam-authenticator", NULL};
    return is_program(program, strlen(program), programs) ? CHILD_SECRETS_AWS : CHILD_SECRETS_CLOUD;
}
