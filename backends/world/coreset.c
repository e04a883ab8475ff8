/* coreset.c - Sets of NeuronCores. */
#include "backends/world/record.h"

#include <stdio.h>

void coreset_add(struct coreset *set, unsigned index)
{
    set->known = true;
    if (index < CORESET_MAX) set->word[index / 64] |= (uint64_t)1 << (index % 64);
}

bool coreset_has(const struct coreset *set, unsigned index)
{
    return index < CORESET_MAX && (set->word[index / 64] >> (index % 64) & 1);
}

unsigned coreset_count(const struct coreset *set)
{
    unsigned n = 0;
    for (unsigned i = 0; i < CORESET_MAX; i++) n += coreset_has(set, i);
    return n;
}

/* Two in a row are listed, three or more become a range: "0,1", "2–11", "0,4–6". */
char *coreset_text(const struct coreset *set, char *out, size_t size)
{
    size_t len = 0;
    if (!size) return out;
    out[0] = '\0';
    if (!set->known || !coreset_count(set)) {
        snprintf(out, size, "%s", set->known ? "none" : "–");
        return out;
    }
    for (unsigned i = 0; i < CORESET_MAX; i++) {
        if (!coreset_has(set, i)) continue;
        unsigned last = i;
        while (coreset_has(set, last + 1)) last++;
        char part[32];
        int n = last > i + 1 ? snprintf(part, sizeof part, "%s%u–%u", len ? "," : "", i, last)
                             : snprintf(part, sizeof part, "%s%u", len ? "," : "", i);
        if (len + (size_t)n >= size) break;
        len += (size_t)snprintf(out + len, size - len, "%s", part);
        if (last > i + 1) i = last;
    }
    return out;
}
