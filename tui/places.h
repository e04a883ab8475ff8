/*
 * places.h - the directories of the files that raydeck ships (themes, manifests): the user's own, then those of
 * `make install`, also when it was moved (beside the program: ../share), then the sources the program was built from
 * (build/, or build/asan/ and its like).
 */
#ifndef RAYDECK_PLACES_H
#define RAYDECK_PLACES_H

#include <stddef.h>

enum { PLACES = 5, PLACE_MAX = 4096 };

/* The number-th directory of `name` ("themes", as installed); beside: its path in the source tree ("themes",
 * "deploy/assets"). Writes "" after the last. */
void place_folder(int which, const char *name, const char *beside, char *out, size_t size);

#endif
