/*
 * guards.h - the checks before a subcommand changes a cluster: --yes with every name given, a context that is armed,
 * a name that was typed.
 *
 * A context never armed is READ-ONLY here as in the console. On a terminal the question to arm it comes first;
 * --yes with context, namespace and RayService arms for its one change and prints that; anything else is refused.
 */
#ifndef RAYDECK_GUARDS_H
#define RAYDECK_GUARDS_H

#include "tui/snapshot.h"

/* --yes needs --context, --namespace and --service. */
enum err guards_words(const struct cli *cli, const char *what, struct why *why);
/* The context may be changed: it is armed, or is armed by y at the terminal, or by --yes with every name. */
enum err guards_context(const struct cli *cli, struct snapshot *snapshot, struct why *why);
/* The RayService's name typed on a terminal; with --yes nothing is asked. what: lines that are shown with the question,
 * "" none. ERR_CANCELLED where a signal has arrived, also with --yes: nothing was sent yet. */
enum err guards_confirm(const struct cli *cli, struct snapshot *snapshot, const char *what, const char *service,
                        struct why *why);

#endif
