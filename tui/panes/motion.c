/* motion.c - which input moves how far; see motion.h. */
#include "tui/panes/motion.h"

#include "backends/base/mem.h"

enum { WHEEL_LINES = 3 };

static const struct {
    uint32_t key;
    unsigned mods;
    enum motion motion;
} keys[] = {
    {KEYP_UP, 0, MOTION_UP},
    {'k', 0, MOTION_UP},
    {KEYP_DOWN, 0, MOTION_DOWN},
    {'j', 0, MOTION_DOWN},
    {KEYP_PGUP, 0, MOTION_PAGE_UP},
    {'b', MOD_CTRL, MOTION_PAGE_UP},
    {KEYP_PGDN, 0, MOTION_PAGE_DOWN},
    {'f', MOD_CTRL, MOTION_PAGE_DOWN},
    {' ', 0, MOTION_PAGE_DOWN},
    {'u', MOD_CTRL, MOTION_HALF_UP},
    {'d', MOD_CTRL, MOTION_HALF_DOWN},
    {KEYP_HOME, 0, MOTION_FIRST},
    {'g', 0, MOTION_FIRST},
    {KEYP_END, 0, MOTION_LAST},
    {'G', 0, MOTION_LAST},
};

enum motion motion_of(const struct input *in)
{
    if (in->type == INPUT_MOUSE && in->mouse == MOUSE_WHEEL_UP) return MOTION_WHEEL_UP;
    if (in->type == INPUT_MOUSE && in->mouse == MOUSE_WHEEL_DOWN) return MOTION_WHEEL_DOWN;
    for (size_t i = 0; in->type == INPUT_KEY && i < ARRAY_LEN(keys); i++)
        if (keys[i].key == in->key && keys[i].mods == in->mods) return keys[i].motion;
    return MOTION_NONE;
}

int motion_by(const struct input *in, int page)
{
    const int whole = page > 1 ? page : 1, half = page > 2 ? page / 2 : 1;
    switch (motion_of(in)) {
    case MOTION_UP: return -1;
    case MOTION_DOWN: return 1;
    case MOTION_PAGE_UP: return -whole;
    case MOTION_PAGE_DOWN: return whole;
    case MOTION_HALF_UP: return -half;
    case MOTION_HALF_DOWN: return half;
    case MOTION_FIRST: return -MOTION_ALL;
    case MOTION_LAST: return MOTION_ALL;
    case MOTION_WHEEL_UP: return -WHEEL_LINES;
    case MOTION_WHEEL_DOWN: return WHEEL_LINES;
    case MOTION_NONE: break;
    }
    return 0;
}
