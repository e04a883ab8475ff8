/*
 * mask.h - masks secrets in text (a command line, a traceback): a word that looks like one (text_looks_secret, also in
 * NAME=value and "name": "value") is replaced by "•••".
 */
#ifndef RAYDECK_BASE_MASK_H
#define RAYDECK_BASE_MASK_H

#include "backends/base/text.h"

/* Safe copy of len foreign bytes, at most max_bytes. Caller frees. */
char *mask_text(const char *foreign, size_t len, enum text_keep keep, size_t max_bytes);

#endif
