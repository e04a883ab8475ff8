/*
 * mem.h - allocation that never returns NULL.
 *
 * When memory is exhausted the hook (the terminal's restore) runs once and the process ends with status 70. All sizes
 * are checked for overflow. Memory is freed with free().
 */
#ifndef RAYDECK_BASE_MEM_H
#define RAYDECK_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);                         /* uninitialised */
void *mem_zero(size_t count, size_t size);            /* zeroed */
void *mem_grow(void *old, size_t count, size_t size); /* realloc of count * size */
char *mem_str(const char *text);                      /* copy; NULL stays NULL */
char *mem_strn(const char *bytes, size_t len);        /* copy of len bytes, NUL-terminated */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void mem_wipe(void *secret, size_t len); /* zeroes in a way the compiler keeps */
void mem_free_secret(char *secret);      /* wipes a string, then frees it; accepts NULL */
_Noreturn void mem_exhausted(void);      /* for a failed allocation inside a library */
/* Exits in the same way, with status 70, when another indispensable resource is exhausted: "raydeck: <words>". */
_Noreturn void mem_exhausted_of(const char *words);
void mem_on_exhausted(void (*hook)(void)); /* the one hook; set once, by the program */

/* Number of elements of an array (not of a pointer). */
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
