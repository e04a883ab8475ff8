/* text_words.c - Durations, sizes and counts in words. */
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <inttypes.h>
#include <stdio.h>

char *text_bytes(char out[TEXT_NUM_MAX], struct known_u64 bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes.value;
    size_t unit = 0;

    if (!bytes.known) {
        snprintf(out, TEXT_NUM_MAX, "\xE2\x80\x93");
        return out;
    }
    /* 1023.6 KiB would be worded 1024 KiB: the step up is taken where rounding would pass it. */
    while (unit + 1 < ARRAY_LEN(units) && value >= (unit == 0 ? 1024.0 : 1023.5)) {
        value /= 1024;
        unit++;
    }
    snprintf(out, TEXT_NUM_MAX, "%.*f %s", unit > 0 && value < 9.95 ? 1 : 0, value, units[unit]);
    return out;
}

/* Two units, the second left out where it is zero: "4m10s", "3h". */
static char *two_units(char out[TEXT_NUM_MAX], uint64_t big, const char *big_unit, uint64_t small,
                       const char *small_unit)
{
    if (small == 0)
        snprintf(out, TEXT_NUM_MAX, "%" PRIu64 "%s", big, big_unit);
    else
        snprintf(out, TEXT_NUM_MAX, "%" PRIu64 "%s%" PRIu64 "%s", big, big_unit, small, small_unit);
    return out;
}

/* The steps of HumanDuration in k8s.io/apimachinery/pkg/util/duration, so that ages read as kubectl's do. */
char *text_duration(char out[TEXT_NUM_MAX], uint64_t ms)
{
    uint64_t s = ms / 1000, m = s / 60, h = m / 60, d = h / 24, y = d / 365;

    if (s < 2 * 60) return two_units(out, s, "s", 0, "");
    if (m < 10) return two_units(out, m, "m", s % 60, "s");
    if (m < 3 * 60) return two_units(out, m, "m", 0, "");
    if (h < 8) return two_units(out, h, "h", m % 60, "m");
    if (h < 48) return two_units(out, h, "h", 0, "");
    if (h < 24 * 8) return two_units(out, d, "d", h % 24, "h");
    if (d < 365 * 2) return two_units(out, d, "d", 0, "");
    if (d < 365 * 8) return two_units(out, y, "y", d % 365, "d");
    return two_units(out, y, "y", 0, "");
}

char *text_latency(char out[TEXT_NUM_MAX], struct known_u64 us)
{
    if (!us.known)
        snprintf(out, TEXT_NUM_MAX, "\xE2\x80\x93");
    else if (us.value < 1000000)
        snprintf(out, TEXT_NUM_MAX, "%" PRIu64 " ms", us.value / 1000);
    else
        snprintf(out, TEXT_NUM_MAX, "%" PRIu64 ".%u s", us.value / 1000000, (unsigned)(us.value / 100000 % 10));
    return out;
}

char *text_seconds(char out[TEXT_NUM_MAX], uint64_t ms)
{
    uint64_t s = ms / 1000;

    if (s < 60)
        snprintf(out, TEXT_NUM_MAX, "%" PRIu64 ".%us", s, (unsigned)(ms % 1000 / 100));
    else if (s < 3600)
        snprintf(out, TEXT_NUM_MAX, "%" PRIu64 ":%02u", s / 60, (unsigned)(s % 60));
    else
        snprintf(out, TEXT_NUM_MAX, "%" PRIu64 ":%02u:%02u", s / 3600, (unsigned)(s / 60 % 60), (unsigned)(s % 60));
    return out;
}

const char *text_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}
