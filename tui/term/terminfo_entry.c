/* terminfo_entry.c - see terminfo_entry.h. */
#include "tui/term/terminfo_entry.h"

#include <stdlib.h>
#include <string.h>

/* Of the system that the program was built on, by infocmp -Q2 (Makefile). */
static const char entry[] = {
#include "terminfo_entry.def"
    '\0'};

bool terminfo_entry_use(const char *terminal)
{
    return strcmp(terminal, "xterm-256color") == 0 && setenv("TERMINFO", entry, 1) == 0;
}

void terminfo_entry_end(void)
{
    const char *now = getenv("TERMINFO");
    if (now && strcmp(now, entry) == 0) unsetenv("TERMINFO");
}
