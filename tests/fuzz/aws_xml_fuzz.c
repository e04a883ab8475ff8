/* aws_xml_fuzz.c - answers of AWS, XML and JSON: no host without a port, none that could be no host, all of it bounded.
 */
#include "backends/aws/aws_keys_parse.h"
#include "backends/aws/elasticache_parse.h"
#include "backends/aws/error_parse.h"
#include "backends/aws/memorydb_parse.h"
#include "backends/base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void caches_check(const struct caches *c)
{
    if (c->count > CACHES_MAX) abort();
    for (size_t i = 0; i < c->count; i++) {
        const struct cache *x = &c->item[i];
        if ((x->host != NULL) != (x->port != 0) || x->port > 65535) abort();
        if (x->host && (!*x->host || strcmp(x->host, "null") == 0)) abort();
        if (x->id && !text_is_safe(x->id, strlen(x->id), TEXT_ONE_LINE)) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct caches caches = {0};
    struct cache_parameters parameters = {0};
    struct aws_keys keys = {0};
    struct aws_error error = {0};
    struct why why = {0};

    (void)caches_parse(bytes, size, &caches, &why);
    caches_check(&caches);
    caches_done(&caches);
    (void)memorydb_clusters_parse(bytes, size, &caches, &why);
    caches_check(&caches);
    caches_done(&caches);
    (void)memorydb_parameters_parse(bytes, size, &parameters, &why);
    cache_parameters_done(&parameters);
    (void)cache_parameters_parse(bytes, size, &parameters, &why);
    cache_parameters_done(&parameters);
    if (!aws_error_parse(bytes, size, &error) && !*error.code) abort();
    if (!keys_parse_sts(bytes, size, &keys, &why) && (!keys.id || !keys.secret || !keys.token)) abort();
    aws_keys_done(&keys);
    if (!keys_parse_json(bytes, size, &keys, &why) && (!keys.id || !keys.secret)) abort();
    aws_keys_done(&keys);
    return 0;
}
