/* settings.c - reads region, profile and endpoints from the environment and the shared files. */
#include "backends/aws/settings.h"

#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/url.h"
#include "backends/link/file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REGION_MAX = 32, SERVICE_MAX = 32, ENDPOINT_MAX = 1024 };

const char *aws_env(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

const char *aws_profile_value(const struct aws_settings *s, const char *key)
{
    return profiles_get(&s->files, s->profile, key);
}

static enum err read_shared(struct profiles *p, enum profile_file kind, const char *variable, const char *below_home,
                            struct why *why)
{
    const char *named = aws_env(variable), *home = aws_env("HOME");
    struct buf bytes;

    if (!named && !home) return ERR_OK;
    char *path = named ? mem_str(named) : mem_printf("%s/%s", home, below_home);
    buf_init(&bytes, PROFILE_FILE_MAX);
    enum err err = file_read(path, &bytes, why);
    if (!err)
        err = profiles_parse(p, kind, path, buf_text(&bytes), bytes.len, why);
    else if (err == ERR_NOT_FOUND)
        err = ERR_OK;
    buf_wipe(&bytes);
    free(path);
    return err;
}

/* Validates a region, which becomes part of a host name. */
static bool is_region(const char *s)
{
    if (strlen(s) > REGION_MAX) return false;
    for (; *s; s++) {
        if (!(*s >= 'a' && *s <= 'z') && !(*s >= '0' && *s <= '9') && *s != '-') return false;
    }
    return true;
}

static enum err choose_region(struct aws_settings *s, const char *region, struct why *why)
{
    if (!region || !*region) region = aws_env("AWS_REGION");
    if (!region) region = aws_env("AWS_DEFAULT_REGION");
    if (!region) region = aws_profile_value(s, "region");
    if (!region) return why_set(why, ERR_USAGE, "AWS: no region: set AWS_REGION, or region in the profile");
    if (!is_region(region)) return why_set(why, ERR_USAGE, "AWS: not a region: %.64s", region);
    s->region = mem_str(region);
    return ERR_OK;
}

enum err aws_settings_read(struct aws_settings *s, const char *profile, const char *region, struct why *why)
{
    *s = (struct aws_settings){0};
    s->profile_asked = profile && *profile;
    if (!s->profile_asked) profile = aws_env("AWS_PROFILE");
    s->profile_named = profile != NULL;
    s->owned_profile = mem_str(profile ? profile : "default");
    s->profile = s->owned_profile;

    enum err err = read_shared(&s->files, PROFILE_CREDENTIALS, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials", why);
    if (!err) err = read_shared(&s->files, PROFILE_CONFIG, "AWS_CONFIG_FILE", ".aws/config", why);
    if (!err && s->profile_named && !profiles_has(&s->files, s->profile))
        err = why_set(why, ERR_NOT_FOUND, "AWS: no profile %.64s in the shared files", s->profile);
    return err ? err : choose_region(s, region, why);
}

void aws_settings_done(struct aws_settings *s)
{
    profiles_done(&s->files);
    free(s->owned_profile);
    free(s->region);
    *s = (struct aws_settings){0};
}

static const char *configured_endpoint(const struct aws_settings *s, const char *service)
{
    char upper[SERVICE_MAX] = "";
    const char *ignore = aws_env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");

    if (ignore && strcasecmp(ignore, "true") == 0) return NULL;
    for (size_t i = 0; service[i] && i + 1 < sizeof upper; i++) upper[i] = (char)toupper((unsigned char)service[i]);
    char *name = mem_printf("AWS_ENDPOINT_URL_%s", upper);
    const char *url = aws_env(name);
    free(name);
    if (!url) url = aws_env("AWS_ENDPOINT_URL");
    return url ? url : aws_profile_value(s, "endpoint_url");
}

/* The name of most services is that of their host. */
static const char *host_of(const char *service)
{
    return strcmp(service, "memorydb") == 0 ? "memory-db" : service;
}

enum err aws_endpoint(const struct aws_settings *s, const char *service, char **ret, struct why *why)
{
    const char *url = configured_endpoint(s, service);

    if (!url) {
        const char *suffix = strncmp(s->region, "cn-", 3) == 0 ? ".cn" : "";
        *ret = mem_printf("https://%s.%s.amazonaws.com%s/", host_of(service), s->region, suffix);
        return ERR_OK;
    }
    if (!url_is_http(url) || strlen(url) > ENDPOINT_MAX || strpbrk(url, "?#@ \r\n"))
        return why_set(why, ERR_USAGE, "AWS: the endpoint URL given for %s is none of http or https", service);
    char *bare = url_without_slash(url);
    *ret = mem_printf("%s/", bare);
    free(bare);
    return ERR_OK;
}
