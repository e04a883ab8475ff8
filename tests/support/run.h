/* run.h - runs a program to its end and keeps what it wrote. For tests. */
#ifndef RAYDECK_TESTS_RUN_H
#define RAYDECK_TESTS_RUN_H

#include <stddef.h>

struct run {
    int status; /* exit status; 128 + signal; -1 where it, or what it left with its output, was killed at the time limit
                 */
    char *out, *err;
};
/* argv is NULL-terminated, argv[0] a path. env: "NAME=value" …, NULL-terminated, added to a clean environment (PATH,
 * LC_ALL, TZ, HOME nowhere, the sanitizers' options). input: its standard input, or NULL for none. */
struct run run_program(const char *const *argv, const char *const *env, const char *input, unsigned max_ms);
void run_done(struct run *r);

/* build/raydeck of this build: $BUILD, or build. */
const char *run_raydeck(void);
const char *run_raydeck_sim(void);
/* "LD_PRELOAD=…" of tests/preload/NAME.c in this build, for `env`; caller frees. */
char *run_preload(const char *name);

/* A fresh folder under the temporary files, and its removal with all that is in it. */
char *run_folder(void);                 /* fails the test when it cannot; caller: run_remove */
void run_remove(char *folder);          /* frees too; NULL is fine */
size_t run_entries(const char *folder); /* what is in it; 0 for one that is not there */

#endif
