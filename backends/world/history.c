/* history.c - the last samples of a core's utilisation. */
#include "backends/world/history.h"

#include <math.h>

static bool point_same(float a, float b)
{
    return (isnan(a) && isnan(b)) || (a <= b && a >= b);
}

bool history_add(struct history *h, struct known_f64 value)
{
    float point = value.known ? (float)value.value : NAN;
    float last = h->count ? h->point[(h->next + HISTORY_POINTS - 1) % HISTORY_POINTS] : NAN;
    h->same = h->count && point_same(point, last) ? h->same + (h->same <= HISTORY_POINTS) : 1;
    h->point[h->next] = point;
    h->next = (h->next + 1) % HISTORY_POINTS;
    if (h->count < HISTORY_POINTS) h->count++;
    return h->same <= HISTORY_POINTS;
}

size_t history_read(const struct history *h, double *out, size_t max)
{
    size_t n = h->count < max ? h->count : max;
    for (size_t i = 0; i < n; i++)
        out[i] = (double)h->point[(h->next + HISTORY_POINTS - (unsigned)(n - i)) % HISTORY_POINTS];
    return n;
}
