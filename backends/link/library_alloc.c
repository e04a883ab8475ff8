/* library_alloc.c - installs base/mem.h as the allocator of libuv, libcurl, OpenSSL and cJSON. */
#include "backends/link/library_alloc.h"

#include "backends/base/mem.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <uv.h>

static void *library_alloc(size_t size)
{
    return mem_alloc(size);
}

static void *library_zero(size_t count, size_t size)
{
    return mem_zero(count, size);
}

static void *library_grow(void *old, size_t size)
{
    return mem_grow(old, 1, size);
}

static char *library_str(const char *text)
{
    return mem_str(text);
}

static void library_free(void *p)
{
    free(p);
}

/* ---- OpenSSL: CRYPTO_set_mem_functions(3); a size of 0 yields NULL ---- */

typedef void *crypto_alloc_fn(size_t size, const char *file, int line);
typedef void *crypto_grow_fn(void *old, size_t size, const char *file, int line);
typedef void crypto_free_fn(void *p, const char *file, int line);
typedef int crypto_set_fn(crypto_alloc_fn *alloc, crypto_grow_fn *grow, crypto_free_fn *release);

static void *crypto_alloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return size ? mem_alloc(size) : NULL;
}

static void *crypto_grow(void *old, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size) return mem_grow(old, 1, size);
    free(old);
    return NULL;
}

static void crypto_free(void *p, const char *file, int line)
{
    (void)file;
    (void)line;
    free(p);
}

/* We do not link with OpenSSL: dlsym finds it where libcurl uses it. Its initialisation does not report a failed
 * allocation, and the first connection crashes. */
static void crypto_memory_init(void)
{
    crypto_set_fn *set = NULL;
    *(void **)&set = dlsym(RTLD_DEFAULT, "CRYPTO_set_mem_functions");
    if (set)
        (void)set(crypto_alloc, crypto_grow,
                  crypto_free); /* fails once it has allocated: it keeps its allocator then */
}

void library_alloc_init(void)
{
    crypto_memory_init();
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = library_alloc, .free_fn = library_free});
    if (uv_replace_allocator(library_alloc, library_grow, library_zero, library_free) != 0 ||
        curl_global_init_mem(CURL_GLOBAL_DEFAULT, library_alloc, library_free, library_grow, library_str,
                             library_zero) != CURLE_OK)
        mem_exhausted();
}
