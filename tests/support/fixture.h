/*
 * fixture.h - recorded bytes for tests. Paths are from the top folder, where tests run. What cannot be read fails the
 * test at once.
 */
#ifndef RAYDECK_TESTS_FIXTURE_H
#define RAYDECK_TESTS_FIXTURE_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* The whole file, NUL-terminated; caller frees. ret_len may be NULL. */
char *fixture_read(const char *path, size_t *ret_len);

/* The same as JSON; caller frees with cJSON_Delete. */
cJSON *fixture_json(const char *path);

/* Calls line() for each line of a file (NUL-terminated, without its newline); returns how many there were. */
size_t fixture_lines(const char *path, void (*line)(void *arg, const char *text, size_t len), void *arg);

#endif
