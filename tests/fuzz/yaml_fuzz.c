/* yaml_fuzz.c - Fuzz target: YAML. */
#include "backends/base/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Down the last child only: a shared node may be reached in very many ways. */
static void node_check(const struct yaml_node *n)
{
    unsigned depth = 0;

    for (; n; n = n->count ? n->items[n->count - 1] : NULL) {
        if (++depth > YAML_DEPTH + 1) abort();
        if (n->line == 0 || n->column == 0) abort();
        if (n->kind == YAML_SCALAR && !n->text) abort();
        if (n->kind == YAML_SCALAR && strlen(n->text) > SIZE_MAX / 2) abort(); /* read to its end */
        if (n->count && n->items[n->count]) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml *y = NULL;
    struct why why;

    if (yaml_parse("fuzz", (const char *)data, size, &y, &why) == ERR_OK) {
        node_check(yaml_root(y));
        (void)yaml_str(yaml_root(y), "a");
        yaml_tree_free(y);
    } else if (strncmp(why.text, "fuzz:", 5) != 0) {
        abort();
    }
    return 0;
}
