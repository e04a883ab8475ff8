/*
 * places.h - the directories of the files that raydeck ships (themes, manifests): the user's own, then those of
 * `make install`, also when it was moved (beside the program: ../share), then the sources the program was built from
 * (build/, or build/asan/ and its like).
 */
#ifndef RAYDECK_PLACES_H
#define RAYDECK_PLACES_H

#include <stddef.h>

enum { PLACES = 5, PLACE_MAX = 4096 };

/* The folder of that number for `name` ("themes", installed under that name); beside: from the top of the sources
 * ("themes", "deploy/assets"). Writes "" where there is none. */
void place_folder(int which, const char *name, const char *beside, char *out, size_t size);

#endif
