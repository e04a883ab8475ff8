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
_Noreturn void mem_exhausted(void);      /* where a library's own allocation has failed */
/* The same end, with status 70, where something else runs out that there is no going on without: "raydeck: <words>". */
_Noreturn void mem_exhausted_of(const char *words);
void mem_on_exhausted(void (*hook)(void)); /* the one hook; set once, by the program */

/* Number of elements of a real array. */
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
