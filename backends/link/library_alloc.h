/*
 * library_alloc.h - makes libuv, libcurl (with OpenSSL) and cJSON allocate through base/mem.h: a failed allocation
 * restores the terminal and exits with one line. By default some of them abort, and others report a broken connection
 * or a malformed file instead. libyaml, expat and hiredis return an error code for it, which their callers check.
 */
#ifndef RAYDECK_LINK_LIBRARY_ALLOC_H
#define RAYDECK_LINK_LIBRARY_ALLOC_H

/* Call it before any other function of these libraries. Initialises libcurl: curl_global_cleanup at exit. */
void library_alloc_init(void);

#endif
