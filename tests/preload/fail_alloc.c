/*
 * fail_alloc.c - preloaded into a program under test: the FAIL_ALLOC_AT-th allocation of the program fails, and with
 * FAIL_ALLOC_ALL all after it. FAIL_ALLOC_COUNT names a file that gets the number of allocations at the end. Not
 * inherited by children.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static atomic_ulong seen;
static unsigned long fails_at;
static bool fails_on;
static int count_fd = -1;

static bool alloc_fails(void)
{
    unsigned long n = atomic_fetch_add(&seen, 1) + 1;
    bool now = fails_at && (fails_on ? n >= fails_at : n == fails_at);
    if (now) errno = ENOMEM;
    return now;
}

void *malloc(size_t size)
{
    return alloc_fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return alloc_fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return alloc_fails() ? NULL : __libc_realloc(old, size);
}

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("FAIL_ALLOC_AT"), *count = getenv("FAIL_ALLOC_COUNT");
    if (count) count_fd = open(count, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    unsetenv("LD_PRELOAD");
    fails_on = getenv("FAIL_ALLOC_ALL") != NULL;
    atomic_store(&seen, 0); /* from here: what the loader allocates is not the program's */
    fails_at = at ? strtoul(at, NULL, 10) : 0;
}

__attribute__((destructor)) static void end(void)
{
    if (count_fd >= 0) dprintf(count_fd, "%lu\n", atomic_load(&seen));
}
