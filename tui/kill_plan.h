/* kill_plan.h - the facts for the confirmation of a kill, of the head or of a worker: for the console's dialog and
 * `raydeck kill-head`. */
#ifndef RAYDECK_KILL_PLAN_H
#define RAYDECK_KILL_PLAN_H

#include "backends/session/session.h"
#include "tui/panes/dialog.h"

/* There must be a head pod in focus. Borrows from the session until its next change, and *ret_loss. */
struct dialog_kill kill_plan(const struct session *s, int64_t grace_s, bool development, struct head_loss *ret_loss);
/* Of a worker pod of the RayService in focus. Borrows likewise. */
struct dialog_kill kill_plan_worker(const struct session *s, const struct pod *pod, int64_t grace_s, bool development);

#endif
