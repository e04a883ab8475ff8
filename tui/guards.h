/*
 * guards.h - the checks before a subcommand changes a cluster: --yes with every name given, a context that is armed,
 * a name that was typed.
 *
 * As in the console, a context is READ-ONLY until armed. On a terminal the user is asked to arm it; --yes with context,
 * namespace and RayService arms it for this one change and prints so; all else is refused.
 */
#ifndef RAYDECK_GUARDS_H
#define RAYDECK_GUARDS_H

#include "tui/snapshot.h"

/* --yes needs --context, --namespace and --service. */
enum err guards_words(const struct cli *cli, const char *what, struct why *why);
/* Checks that the context is armed, or arms it: by y at the terminal, or by --yes with every name. */
enum err guards_context(const struct cli *cli, struct snapshot *snapshot, struct why *why);
/* Checks that this user may delete pods, waiting for the answer of the access review, and then guards_context: nobody
 * arms a context for what is denied. */
enum err guards_delete(const struct cli *cli, struct snapshot *snapshot, struct why *why);
/* Asks for the RayService's name on the terminal; not with --yes. what: lines printed with the question, "" none.
 * ERR_CANCELLED: a signal arrived, also with --yes; nothing was sent yet. */
enum err guards_confirm(const struct cli *cli, struct snapshot *snapshot, const char *what, const char *service,
                        struct why *why);

#endif
