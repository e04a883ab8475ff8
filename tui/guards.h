/*
 * guards.h - what stands between a subcommand that changes a cluster and the change: --yes that spells everything out,
 * a context that may be changed, a name that was typed.
 *
 * A context never armed is READ-ONLY here as in the console. At a terminal the question to arm it comes first, as a
 * refused key's does; --yes that names context, namespace and RayService arms for its one act, and says so; anything
 * else is refused.
 */
#ifndef RAYDECK_GUARDS_H
#define RAYDECK_GUARDS_H

#include "tui/snapshot.h"

/* --yes needs --context, --namespace and --service. */
enum err guards_words(const struct cli *cli, const char *what, struct why *why);
/* The context may be changed: it is armed, or is now, by y at the terminal; or --yes spells everything out. */
enum err guards_context(const struct cli *cli, struct snapshot *snapshot, struct why *why);
/* The RayService's name typed on a terminal; with --yes nothing is asked. what: lines that are shown with the question,
 * "" none. ERR_CANCELLED where a signal has come, with --yes too: nothing was sent yet. */
enum err guards_confirm(const struct cli *cli, struct snapshot *snapshot, const char *what, const char *service,
                        struct why *why);

#endif
