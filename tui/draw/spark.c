/* spark.c - a sparkline. */
#include "tui/draw/spark.h"

#include <math.h>

enum { SPARK_LEVELS = 8 };

static double largest_of(const double *samples, size_t count)
{
    double top = 0;
    for (size_t i = 0; i < count; i++)
        if (samples[i] > top) top = samples[i];
    return top;
}

static int level_of(double sample, double top)
{
    if (!(sample > 0) || !(top > 0)) return 0;
    if (sample >= top) return SPARK_LEVELS - 1;
    return (int)lround(sample / top * (SPARK_LEVELS - 1));
}

void spark_draw(struct canvas *cv, int row, int col, int width, enum role role, const double *samples, size_t count,
                double top)
{
    static const char ascii[SPARK_LEVELS + 1] = "_.-=+*%#";
    if (width <= 0) return;
    canvas_fill(cv, row, col, 1, width, role, ' ');
    if (count > (size_t)width) {
        samples += count - (size_t)width;
        count = (size_t)width;
    }
    if (!(top > 0)) top = largest_of(samples, count);
    int at = col + width - (int)count;
    for (size_t i = 0; i < count; i++, at++) {
        if (isnan(samples[i])) {
            canvas_fill(cv, row, at, 1, 1, ROLE_DIM, cv->ascii ? '?' : 0xB7);
            continue;
        }
        int high = level_of(samples[i], top);
        canvas_fill(cv, row, at, 1, 1, role, cv->ascii ? (uint32_t)ascii[high] : (uint32_t)(0x2581 + high));
    }
}
