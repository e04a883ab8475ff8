/*
 * look.h - a session without a screen: opened, waited on until something is known, and closed again. What `status`,
 * `ask`, `kill-head` and `info` stand on. SIGINT and SIGTERM end the wait with ERR_CANCELLED.
 */
#ifndef RAYDECK_LOOK_H
#define RAYDECK_LOOK_H

#include "backends/link/loop.h"
#include "backends/session/session.h"
#include "tui/cli.h"

struct look;

enum err look_open(const struct cli *cli, struct look **ret, struct why *why);
void look_close(struct look *look); /* NULL is fine */
struct session *look_session(struct look *look);
struct loop *look_loop(struct look *look);
void look_wake(struct look *look); /* the condition may have become true without a change */

/* Runs the loop until done(arg) says true (ERR_OK), the time is over (ERR_TIMEOUT), or a signal came (ERR_CANCELLED).
 * `done` is asked after every change and at least four times a second. */
enum err look_until(struct look *look, bool (*done)(void *arg), void *arg, uint64_t timeout_ms);

/* Waits until every world that is configured has been seen whole, or has failed (session_settled). */
enum err look_until_settled(struct look *look, uint64_t timeout_ms);

/* Waits until the RayService in focus and its head pod are known. why says what is missing. */
enum err look_for_service(struct look *look, uint64_t timeout_ms, struct why *why);

#endif
