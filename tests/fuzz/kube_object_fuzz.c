/* kube_object_fuzz.c - one object, or a page of a list,, of every Kubernetes kind. */
#include "backends/base/json.h"
#include "backends/kube/kube_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const enum table tables[] = {TABLE_POD,   TABLE_RAYSERVICE, TABLE_RAYCLUSTER,
                                        TABLE_KNODE, TABLE_EVENT,      TABLE_SLICE};
    struct kube_page page;
    cJSON *root = NULL;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (kube_parse_page(tables[i], (const char *)data, size, &page, NULL) == ERR_OK) kube_page_done(&page);
    }
    if (json_parse((const char *)data, size, &root, NULL) != ERR_OK) return 0;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct record *r = NULL;
        if (kube_parse_object(tables[i], root, &r, NULL) == ERR_OK) record_free(r);
    }
    cJSON_Delete(root);
    return 0;
}
