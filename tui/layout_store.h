/*
 * layout_store.h - how a person has arranged the panes at each size of the terminal: remembered for the session, and in
 * $XDG_STATE_HOME/raydeck/layouts.json for the next one.
 *
 * The file is read at start, as the other files are that are read then, and written off the loop (file_job.h). It is a
 * convenience: one that cannot be read or written, or is of another version, is left alone without a word.
 */
#ifndef RAYDECK_LAYOUT_STORE_H
#define RAYDECK_LAYOUT_STORE_H

#include "backends/link/loop.h"
#include "tui/panes/screen.h"

enum { LAYOUT_SIZES = 16 /* are remembered, those last arranged */, LAYOUT_FILE_MAX = 16 * 1024 };

struct layout_store;
struct layout_store *layout_store_new(struct loop *l, bool kept /* beyond this session */);
void layout_store_free(struct layout_store *s); /* NULL is fine */

/* As it is now on a terminal of that size; written where it differs from what is remembered. */
void layout_store_note(struct layout_store *s, int rows, int cols, const struct screen_layout *layout);
bool layout_store_find(const struct layout_store *s, int rows, int cols, struct screen_layout *ret);

#endif
