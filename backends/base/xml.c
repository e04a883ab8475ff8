/* xml.c - see xml.h. */
#include "backends/base/xml.h"

void xml_text(struct buf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&': (void)buf_str(out, "&amp;"); break;
        case '<': (void)buf_str(out, "&lt;"); break;
        case '>': (void)buf_str(out, "&gt;"); break;
        case '"': (void)buf_str(out, "&quot;"); break;
        case '\'': (void)buf_str(out, "&apos;"); break;
        default: (void)buf_char(out, *text);
        }
    }
}
