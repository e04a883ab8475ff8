/*
 * compat.h - bridges differences between library versions: hiredis 0.14 (Debian 12) and 1.2 (Debian 13); libvterm 0.1.4
 * and 0.3. The parts for libvterm and expat need vterm.h or expat.h to be included before.
 */
#ifndef RAYDECK_BASE_COMPAT_H
#define RAYDECK_BASE_COMPAT_H

#include <hiredis/hiredis.h>
#include <stddef.h>
#include <string.h>

/* The type of the number of elements in redisReplyObjectFunctions.createArray. */
#if HIREDIS_MAJOR >= 1
typedef size_t compat_redis_count;
#else
typedef int compat_redis_count;
#endif

/* hiredis 1.0 and later parse RESP3, with more function pointers, all of which must be set. */
#if HIREDIS_MAJOR >= 1
#define COMPAT_REDIS_RESP3 1
#else
#define COMPAT_REDIS_RESP3 0
#endif

#ifdef XML_MAJOR_VERSION
/* Newer versions of expat deprecate this for a 64-bit function that older ones lack. */
static inline unsigned long compat_xml_line(XML_Parser parser)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    return (unsigned long)XML_GetCurrentLineNumber(parser);
#pragma GCC diagnostic pop
}
#endif

#ifdef VTERM_VERSION_MINOR
/* Copies a string property, such as the title, to out. libvterm 0.2 passes it in fragments, 0.1 (Debian 12) whole. */
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
