/*
 * library_memory.h - libuv, libcurl (with its OpenSSL) and cJSON allocate as we do (base/mem.h): what cannot be had
 * ends the program in one line with the terminal restored. Left to themselves some of them abort, and others report a
 * broken connection or a malformed file where our own memory ran out. libyaml, expat and hiredis say so by an error of
 * their own: see where they are called.
 */
#ifndef RAYDECK_LINK_LIBRARY_MEMORY_H
#define RAYDECK_LINK_LIBRARY_MEMORY_H

/* First of all, before any other call of these libraries; initialises libcurl (curl_global_cleanup at the end). */
void library_memory_init(void);

#endif
