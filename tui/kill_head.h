/* kill_head.h - deletes the head pod of a session that is open, after the guards and the confirmation of `raydeck
 * kill-head`; its recovery is not followed. */
#ifndef RAYDECK_KILL_HEAD_H
#define RAYDECK_KILL_HEAD_H

#include "tui/snapshot.h"

/* ERR_OK: the DELETE was accepted. */
enum err kill_head_here(const struct cli *cli, struct snapshot *snapshot, struct why *why);

#endif
