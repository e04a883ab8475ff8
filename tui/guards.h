/*
 * guards.h - what stands between a subcommand that changes a cluster and the change: --yes that spells everything out,
 * a context that may be changed, a name that was typed.
 */
#ifndef RAYDECK_GUARDS_H
#define RAYDECK_GUARDS_H

#include "tui/look.h"

/* --yes needs --context, --namespace and --service. */
enum err guards_words(const struct cli *cli, const char *what, struct why *why);
/* The context may be changed: armed, or everything spelled out, or a terminal to type the name at. */
enum err guards_context(const struct cli *cli, struct look *look, struct why *why);
/* The RayService's name typed on a terminal; with --yes nothing is asked. */
enum err guards_confirm(const struct cli *cli, const char *service, struct why *why);

#endif
