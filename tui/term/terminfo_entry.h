/*
 * terminfo_entry.h - the terminfo entry that the program holds, for systems without a terminfo database.
 *
 * ncurses takes an entry itself in the environment's TERMINFO ("b64:…", terminfo(5)); no file is written.
 */
#ifndef RAYDECK_TERMINFO_ENTRY_H
#define RAYDECK_TERMINFO_ENTRY_H

#include <stdbool.h>

/* Has look-ups find the entry, which is that of xterm-256color; false for another terminal. */
bool terminfo_entry_use(const char *terminal);
/* Takes it out of the environment again, where it is in it: children get their own. */
void terminfo_entry_end(void);

#endif
