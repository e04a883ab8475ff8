/* script_file.h - walkthroughs as files, and their validation. */
#ifndef RAYDECK_SCRIPT_FILE_H
#define RAYDECK_SCRIPT_FILE_H

#include "tui/cli.h"
#include "tui/script_parse.h"

/* Opens a path, or a shipped one by name ("walkthrough"). Caller: script_free. problem may be NULL. */
enum err script_load(const char *name, void (*problem)(void *arg, unsigned line, const char *text), void *arg,
                     struct script **ret, struct why *why);

/* --check: prints problems on stdout; changes nothing. Permissions are checked on the real cluster, by reading only.
 * Exit status: 1 where a problem was found. */
int script_check(struct cli *cli);

#endif
