/* script_file.h - walkthroughs as files, and their rehearsal. */
#ifndef RAYDECK_SCRIPT_FILE_H
#define RAYDECK_SCRIPT_FILE_H

#include "tui/cli.h"
#include "tui/script_parse.h"

/* A path, or the name of one that is shipped ("walkthrough"). Caller: script_free. problem may be NULL. */
enum err script_load(const char *name, void (*problem)(void *arg, unsigned line, const char *text), void *arg,
                     struct script **ret, struct why *why);

/* --check: says on stdout what would not work, and does nothing. What a real cluster would refuse is asked there, by
 * reading alone. Exit status: 1 where something was found. */
int script_check(struct cli *cli);

#endif
