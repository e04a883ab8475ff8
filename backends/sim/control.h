/* control.h - DIR/control: a unix socket on which a line is answered by a line. */
#ifndef RAYDECK_SIM_CONTROL_H
#define RAYDECK_SIM_CONTROL_H

#include "backends/base/err.h"
#include "backends/link/loop.h"

struct control;
/* answer writes at most `size` bytes, NUL included. */
enum err control_new(struct loop *l, const char *path,
                     void (*answer)(void *arg, const char *line, char *out, size_t size), void *arg,
                     struct control **ret, struct why *why);
void control_free(struct control *c); /* closes and unlinks; NULL is fine */

#endif
