/* equivalent_priv.h - shared by equivalent.c and equivalent_redis.c. */
#ifndef RAYDECK_EQUIVALENT_PRIV_H
#define RAYDECK_EQUIVALENT_PRIV_H

#include "backends/base/buf.h"
#include "tui/equivalent.h"

/* Each appends to the command line in out, quoted for a shell. */
void equivalent_word(struct buf *out, const char *word);
void equivalent_words(struct buf *out, const char *const *words /* NULL-terminated */);
void equivalent_option(struct buf *out, const char *option, const char *value); /* nothing without a value */

/* `redis-cli … command KEY` of the hash that holds the table. False: where its Redis is, is not known. */
bool equivalent_redis(const struct equivalent_from *f, const struct gcstable *t, const char *command, struct buf *out);

#endif
