/* kube_line_fuzz.c - one line of a watch. */
#include "backends/kube/kube_parse.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const enum table tables[] = {TABLE_POD, TABLE_RAYSERVICE, TABLE_EVENT, TABLE_SLICE};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct kube_event ev;
        if (kube_parse_line(tables[i], (const char *)data, size, &ev, NULL) == ERR_OK) kube_event_done(&ev);
    }
    return 0;
}
