/* aws_keys_parse.c - parses credentials in JSON and in STS's XML. */
#include "backends/aws/aws_keys_parse.h"

#include "backends/aws/xml_walk.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/stamp.h"
#include "backends/base/text.h"

#include <string.h>

enum { CODE_MAX = 64 };

enum err keys_parse_json(const char *bytes, size_t len, struct aws_keys *ret, struct why *why)
{
    cJSON *root = NULL;
    enum err err = ERR_OK;

    if (json_parse(bytes, len, &root, NULL)) return why_set(why, ERR_PARSE, "credentials that are not JSON");
    const char *code = json_str(root, "Code"), *token = json_str(root, "Token");
    if (!token) token = json_str(root, "SessionToken");
    if (code && strcmp(code, "Success") != 0) {
        char safe[CODE_MAX];
        text_safe_into(safe, sizeof safe, code, strlen(code));
        err = why_set(why, ERR_AUTH, "no credentials: %s", safe);
    } else if (aws_keys_set(ret, json_str(root, "AccessKeyId"), json_str(root, "SecretAccessKey"), token)) {
        err = why_set(why, ERR_PARSE, "credentials that lack a key, or have one that cannot be sent");
    } else {
        ret->ends_ms = json_stamp(root, "Expiration");
    }
    json_wipe(root);
    return err;
}

struct sts {
    char *id, *secret, *token;
    struct known_u64 ends_ms;
};

static void replace_secret(char **to, const char *text)
{
    mem_free_secret(*to);
    *to = mem_str(text);
}

static void sts_close(void *arg, const char *path, const char *text)
{
    struct sts *s = arg;
    uint64_t ms;

    if (xml_ends(path, "Credentials/AccessKeyId")) replace_secret(&s->id, text);
    if (xml_ends(path, "Credentials/SecretAccessKey")) replace_secret(&s->secret, text);
    if (xml_ends(path, "Credentials/SessionToken")) replace_secret(&s->token, text);
    if (xml_ends(path, "Credentials/Expiration") && !stamp_parse(text, &ms)) s->ends_ms = known_u64(ms);
}

enum err keys_parse_sts(const char *bytes, size_t len, struct aws_keys *ret, struct why *why)
{
    struct sts s = {0};
    enum err err = xml_walk(bytes, len, &(struct xml_calls){.close = sts_close, .arg = &s}, why);

    if (!err && (!s.token || aws_keys_set(ret, s.id, s.secret, s.token)))
        err = why_set(why, ERR_PARSE, "STS's answer lacks a key, or has one that cannot be sent");
    if (!err) ret->ends_ms = s.ends_ms;
    mem_free_secret(s.id);
    mem_free_secret(s.secret);
    mem_free_secret(s.token);
    return err;
}
