/*
 * app_read.h - the files that a command of the console names (a theme, a manifest), read off the loop (blocking.h): the
 * file system that they are on may hang. One at a time: a further one takes the place of the one before.
 */
#ifndef RAYDECK_APP_READ_H
#define RAYDECK_APP_READ_H

#include "backends/link/blocking.h"

enum { APP_READ_LATE_MS = 500 }; /* from then on a message says that it takes so long */

struct app;
struct app_file;
struct app_file_ops {
    enum err (*read)(struct app_file *f, struct why *why); /* on a thread: may access f only */
    void (*done)(struct app *app, struct app_file *f);     /* from the loop, after ERR_OK; f is borrowed */
    void (*free_data)(struct app_file *f);                 /* of what surrounds it, not f itself */
    const char *prefix;                                    /* of an error's message: "lint: " */
};
/* The first member of what is read; on the heap. */
struct app_file {
    const struct app_file_ops *ops;
    char *name; /* for a person: the path, or "the manifest that raydeck ships"; owned */
    enum err err;
    struct why why;
};
void app_read_start(struct app *app, struct app_file *f /* takes */);
void app_read_stop(struct app *app); /* done is not called */

#endif
