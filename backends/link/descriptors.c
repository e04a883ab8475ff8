/* descriptors.c - counts the file descriptors left by opening some. */
#include "backends/link/descriptors.h"

#include <sys/eventfd.h>
#include <unistd.h>

bool descriptors_short(unsigned spare)
{
    int opened[DESCRIPTORS_SPARE_MAX];
    unsigned n = 0;

    while (n < spare && n < DESCRIPTORS_SPARE_MAX) {
        opened[n] = eventfd(0, EFD_CLOEXEC); /* needs no file: a chroot may have none */
        if (opened[n] < 0) break;
        n++;
    }
    bool missing = n < spare && n < DESCRIPTORS_SPARE_MAX;
    while (n > 0) close(opened[--n]);
    return missing;
}
