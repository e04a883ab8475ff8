/*
 * slow_resolver.c - preloaded into a program under test: a resolver that does not come back for names that begin with
 * "slow", and is the system's for all others.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    while (node && strncmp(node, "slow", 4) == 0) pause();
    return next(node, service, hints, res);
}
