/*
 * known.h - numbers that may be unknown. Unknown is drawn "–" and written null, never 0.
 */
#ifndef RAYDECK_BASE_KNOWN_H
#define RAYDECK_BASE_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

struct known_u64 {
    uint64_t value;
    bool known;
};
struct known_f64 {
    double value;
    bool known;
};
/* A boolean that may be unknown. */
enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

static inline struct known_u64 known_u64(uint64_t v)
{
    return (struct known_u64){v, true};
}
static inline struct known_f64 known_f64(double v)
{
    return (struct known_f64){v, true};
}
static inline enum tri tri_of(bool yes)
{
    return yes ? TRI_YES : TRI_NO;
}

#define UNKNOWN_U64 ((struct known_u64){0, false})
#define UNKNOWN_F64 ((struct known_f64){0, false})

#endif
