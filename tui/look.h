/*
 * look.h - a session without a screen: opened, waited on until something is known, and closed again. What every
 * subcommand that asks a cluster stands on.
 *
 * Here signals are taken, for all of them. SIGINT, SIGTERM and SIGHUP end the wait, and every wait after it, with
 * ERR_CANCELLED, and from that moment on no request that changes something is sent (session_stop_changes). SIGTSTP
 * stops the process, after whoever has the terminal has given it back.
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
 * `done` is asked after every change and at least four times a second. A signal that came before counts, whatever done
 * says. */
#define LOOK_NO_LIMIT UINT64_MAX
enum err look_until(struct look *look, bool (*done)(void *arg), void *arg, uint64_t timeout_ms);

/* ERR_CANCELLED where a signal has come; what it is told of so far is looked at first. Before anything is changed. */
enum err look_signalled(struct look *look);
/* The signal has been taken note of: what comes after may be waited for, until the next one comes. */
void look_go_on(struct look *look);
/* Ends the wait, as the signal of this number does. */
void look_interrupt(struct look *look, int number);
/* cli_exit_of, and for ERR_CANCELLED 128 + the number of the first signal. look may be NULL. */
int look_exit_of(const struct look *look, enum err err);
/* Who has the terminal is told before the process stops (true), and when it was continued (false; that too where it was
 * stopped by SIGSTOP, and so nobody was told). One at a time; NULL: nobody. */
void look_on_stop(struct look *look, void (*stop)(void *arg, bool stops), void *arg);

/* Waits until every world that is configured has been seen whole, or has failed (session_settled). */
enum err look_until_settled(struct look *look, uint64_t timeout_ms);

/* Waits until the RayService in focus and its head pod are known. why says what is missing. */
enum err look_for_service(struct look *look, uint64_t timeout_ms, struct why *why);

#endif
