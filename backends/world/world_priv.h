/* world_priv.h - what a world holds. Private to the world. */
#ifndef RAYDECK_WORLD_WORLD_PRIV_H
#define RAYDECK_WORLD_WORLD_PRIV_H

#include "backends/world/rows.h"

struct world {
    struct rows rows[TABLE_COUNT];
    struct sources sources;
};

#endif
