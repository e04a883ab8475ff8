/*
 * xml_walk.h - a bounded SAX parser (expat) for the XML of AWS's query protocol.
 *
 * Rejects a DOCTYPE (and thereby custom entities), more than XML_DEPTH levels or XML_ELEMENTS elements, a text longer
 * than XML_TEXT, and a path longer than XML_PATH. Namespaces are ignored: AWS uses no prefixes.
 */
#ifndef RAYDECK_AWS_XML_WALK_H
#define RAYDECK_AWS_XML_WALK_H

#include "backends/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { XML_DEPTH = 32, XML_ELEMENTS = 200000, XML_TEXT = 16 * 1024, XML_PATH = 1024 };

struct xml_calls {
    void (*open)(void *arg, const char *path); /* "Response/Result/Item"; may be NULL */
    /* The element ends; text is its own, trimmed, "" if none. It may be a secret: it is wiped afterwards. */
    void (*close)(void *arg, const char *path, const char *text);
    void *arg;
};

enum err xml_walk(const char *bytes, size_t len, const struct xml_calls *calls, struct why *why);

/* Is the path `tail`, or does it end with "/" and `tail`? */
bool xml_ends(const char *path, const char *tail);

#endif
