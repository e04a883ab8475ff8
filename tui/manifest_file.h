/* manifest_file.h - the manifest that is deployed: the file named, or the one that raydeck ships (places.h). */
#ifndef RAYDECK_MANIFEST_FILE_H
#define RAYDECK_MANIFEST_FILE_H

#include "deploy/lint.h"

#define MANIFEST_DEFAULT "ft-options.yaml"

/* path NULL: the shipped one. Caller: manifest_free. */
enum err manifest_file_load(const char *path, struct manifest **ret, struct why *why);

/* The same file through lint (lint_text): adds what is found. An error is only that it cannot be read. *ret_file: the
 * path that was read; caller frees; may be NULL. */
enum err manifest_file_lint(const char *path, struct variables *vars, struct findings *out, char **ret_file,
                            struct why *why);
/* The same of stdin, whose name is "stdin": not for the console, whose keys come from there. */
enum err manifest_input_lint(struct variables *vars, struct findings *out, struct why *why);

#endif
