/*
 * xml_walk.h - XML of AWS's query protocol, an element at a time, by expat.
 *
 * Refused: a document type (and so entities of the sender's own), more than XML_DEPTH levels, XML_ELEMENTS elements, a
 * text longer than XML_TEXT, a path longer than XML_PATH. Names are as they are written: AWS uses no prefixes.
 */
#ifndef RAYDECK_AWS_XML_WALK_H
#define RAYDECK_AWS_XML_WALK_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { XML_DEPTH = 32, XML_ELEMENTS = 200000, XML_TEXT = 16 * 1024, XML_PATH = 1024 };

struct xml_calls {
    void (*open)(void *arg, const char *path); /* "Response/Result/Item"; may be NULL */
    /* The element ends; text is its own, without blanks around it, "" when none. Secret as far as we know: wiped. */
    void (*close)(void *arg, const char *path, const char *text);
    void *arg;
};

enum err xml_walk(const char *bytes, size_t len, const struct xml_calls *calls, struct why *why);

/* Whether the path is `tail`, or ends with "/" and it. */
bool xml_ends(const char *path, const char *tail);

#endif
