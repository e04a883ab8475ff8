/* xml.h - text within XML documents. */
#ifndef RAYDECK_BASE_XML_H
#define RAYDECK_BASE_XML_H

#include "backends/base/buf.h"

/* Appends safe text (base/text.h) as character data or within a quoted attribute: & < > " ' as entities (XML 1.0,
 * section 2.4). */
void xml_text(struct buf *out, const char *text);

#endif
