/* role.c - the names of roles. */
#include "tui/draw/role.h"

const char *role_name(enum role role)
{
    static const char *const names[ROLE_COUNT] = {
#define ROLE(name, word) [ROLE_##name] = word,
#include "tui/draw/role.def"
#undef ROLE
    };
    return (unsigned)role < ROLE_COUNT ? names[role] : "?";
}
