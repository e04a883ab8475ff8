/*
 * mask.h - text for people out of text that may hold a secret: a command line, a traceback. A word that looks like one
 * (text_looks_secret, NAME=value and "name": "value" included) is shown as "•••".
 */
#ifndef RAYDECK_BASE_MASK_H
#define RAYDECK_BASE_MASK_H

#include "backends/base/text.h"

/* Safe copy of len foreign bytes, at most max_bytes. Caller frees. */
char *mask_text(const char *foreign, size_t len, enum text_keep keep, size_t max_bytes);

#endif
