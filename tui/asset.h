/*
 * asset.h - the files that raydeck ships: themes, manifests, walkthroughs. The program holds them all, so that a copy
 * of it is whole; a file of the same name takes precedence, in $XDG_CONFIG_HOME/raydeck (or ~/.config/raydeck), then in
 * the data directory (PREFIX/share/raydeck, or ../share/raydeck beside the program).
 *
 * Names are as in a data directory: "themes/projector.yaml", "assets/ft-options.yaml", "assets/redis/redis.yaml".
 */
#ifndef RAYDECK_ASSET_H
#define RAYDECK_ASSET_H

#include "backends/base/buf.h"
#include "backends/base/err.h"

/* Appends its bytes to out. *ret_path says which it was, for messages: a file's path, or "<raydeck>/NAME" for the one
 * in the program; caller frees; set after a failure too. ERR_NOT_FOUND; else as file_read: a file that cannot be read
 * is not passed over. */
enum err asset_read(const char *name, struct buf *out, char **ret_path, struct why *why);

/* Calls found() for each NAME.yaml of a folder ("themes"), wherever it is; a name may come several times. */
void asset_list(const char *folder, void (*found)(void *arg, const char *name, size_t len), void *arg);

#endif
