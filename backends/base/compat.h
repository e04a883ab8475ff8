/*
 * compat.h - differences between versions of the libraries we build with, in one place: Debian 12 has hiredis 0.14,
 * Debian 13 has 1.2; libvterm 0.1.4 and 0.3. libvterm's and expat's
 * parts are there when vterm.h or expat.h was included before this header.
 */
#ifndef RAYDECK_BASE_COMPAT_H
#define RAYDECK_BASE_COMPAT_H

#include <hiredis/hiredis.h>
#include <stddef.h>
#include <string.h>

/* The number of elements as redisReplyObjectFunctions.createArray is told it. */
#if HIREDIS_MAJOR >= 1
typedef size_t compat_redis_count;
#else
typedef int compat_redis_count;
#endif

/* hiredis from 1.0 parses RESP3 too, and calls through more pointers: one left NULL makes it invent a reply. */
#if HIREDIS_MAJOR >= 1
#define COMPAT_REDIS_RESP3 1
#else
#define COMPAT_REDIS_RESP3 0
#endif

#ifdef XML_MAJOR_VERSION
/* Newer expat has the number in 64 bits under another name, and calls this one deprecated; older ones have only this.
 */
static inline unsigned long compat_xml_line(XML_Parser parser)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    return (unsigned long)XML_GetCurrentLineNumber(parser);
#pragma GCC diagnostic pop
}
#endif

#ifdef VTERM_VERSION_MINOR
/* A string property, such as the title, into out. libvterm 0.2 gives it in fragments, 0.1 (Debian 12) in one piece. */
static inline void compat_vterm_string(char *out, size_t size, const VTermValue *value)
{
#if VTERM_VERSION_MAJOR > 0 || VTERM_VERSION_MINOR >= 2
    size_t at = value->string.initial ? 0 : strnlen(out, size - 1), len = value->string.len;
    const char *text = value->string.str;
#else
    size_t at = 0, len = strlen(value->string);
    const char *text = value->string;
#endif
    if (len > size - 1 - at) len = size - 1 - at;
    memcpy(out + at, text, len);
    out[at + len] = '\0';
}
#endif

#endif
