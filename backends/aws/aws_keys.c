/* aws_keys.c - validates, copies and wipes credentials. */
#include "backends/aws/aws_keys.h"

#include "backends/base/mem.h"

#include <string.h>

static bool can_be_sent(const char *s)
{
    size_t len = s ? strlen(s) : 0;

    if (len == 0 || len > AWS_KEY_MAX) return false;
    for (; *s; s++) {
        if (*s <= ' ' || *s > '~') return false;
    }
    return true;
}

enum err aws_keys_set(struct aws_keys *ret, const char *id, const char *secret, const char *token)
{
    if (token && !*token) token = NULL;
    if (!can_be_sent(id) || !can_be_sent(secret) || (token && !can_be_sent(token))) return ERR_PARSE;
    *ret = (struct aws_keys){.id = mem_str(id), .secret = mem_str(secret), .token = mem_str(token)};
    return ERR_OK;
}

void aws_keys_done(struct aws_keys *k)
{
    mem_free_secret(k->id);
    mem_free_secret(k->secret);
    mem_free_secret(k->token);
    *k = (struct aws_keys){0};
}
