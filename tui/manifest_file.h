/* manifest_file.h - the manifest that is deployed: the file named, or the one that raydeck ships (places.h). */
#ifndef RAYDECK_MANIFEST_FILE_H
#define RAYDECK_MANIFEST_FILE_H

#include "deploy/manifest.h"

#define MANIFEST_DEFAULT "ft-options.yaml"

/* path NULL: the shipped one. Caller: manifest_free. */
enum err manifest_file_load(const char *path, struct manifest **ret, struct why *why);

#endif
