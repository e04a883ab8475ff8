/* deploy_parts.c - see deploy_parts.h. */
#include "deploy/deploy_parts.h"

#include "backends/base/text.h"
#include "backends/base/url.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *file;
} parts[PARTS] = {
#define PART(id, word, file, help) [PART_##id] = {word, file},
#include "deploy/deploy_parts.def"
#undef PART
};

const char *part_word(enum part part)
{
    return parts[part].word;
}

const char *part_file(enum part part)
{
    return parts[part].file;
}

static enum part part_named(const char *word, size_t len)
{
    size_t i = 0;
    while (i < PARTS && (strlen(parts[i].word) != len || strncmp(parts[i].word, word, len) != 0)) i++;
    return (enum part)i;
}

enum err parts_parse(const char *words, unsigned *ret, struct why *why)
{
    unsigned set = 0;
    for (const char *p = words; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
        const enum part part = part_named(p, strcspn(p, ","));
        if (part == PARTS) {
            char known[96] = "";
            for (size_t i = 0; i < PARTS; i++) {
                const size_t used = strlen(known);
                snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", parts[i].word);
            }
            return why_set(why, ERR_USAGE, "--with: expected a list, separated by commas, of: %s", known);
        }
        set |= 1U << part;
    }
    *ret = set;
    return ERR_OK;
}

bool part_is_redis_dev(const cJSON *object)
{
    const cJSON *labels = json_path(object, "metadata.labels");
    return text_eq(json_str(labels, "app.kubernetes.io/name"), REDIS_DEV);
}

bool part_is_redis_dev_address(const char *address)
{
    static const size_t len = sizeof REDIS_DEV - 1;
    const struct url_part userinfo = url_userinfo(address);
    const char *authority = url_authority(address);
    const char *host = userinfo.at ? userinfo.at + userinfo.len + 1 : authority ? authority : address;
    return strncmp(host, REDIS_DEV, len) == 0 && (!host[len] || strchr(".:/", host[len]));
}
