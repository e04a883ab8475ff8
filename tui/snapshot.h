/*
 * snapshot.h - a one-shot client for the subcommands: opens a session, runs its loop until a condition holds, closes
 * it.
 *
 * It handles the signals of every subcommand. SIGINT, SIGTERM and SIGHUP end the wait, and every later wait, with
 * ERR_CANCELLED; from then on no request that changes something is sent (session_stop_changes). SIGTSTP stops the
 * process after the owner of the terminal has restored its modes.
 */
#ifndef RAYDECK_SNAPSHOT_H
#define RAYDECK_SNAPSHOT_H

#include "backends/link/loop.h"
#include "backends/session/session.h"
#include "tui/cli.h"

struct snapshot;

enum err snapshot_open(const struct cli *cli, struct snapshot **ret, struct why *why);
/* cli_configure and snapshot_open; NULL: the reason is printed, and *ret_status is the exit status. */
struct snapshot *snapshot_begin(struct cli *cli, int *ret_status);
/* snapshot_open with callbacks for a recording: begin before the session is opened (an error aborts), applied as in
 * struct session_calls, end after the session is closed, while the loop can still run. */
struct snapshot_hooks {
    enum err (*begin)(void *arg, struct loop *l, struct why *why);
    void (*applied)(void *arg, const struct change *c);
    void (*end)(void *arg);
    void *arg;
};
enum err snapshot_open_with(const struct cli *cli, const struct snapshot_hooks *hooks, struct snapshot **ret,
                            struct why *why);
void snapshot_close(struct snapshot *snapshot); /* NULL is fine */
struct session *snapshot_session(struct snapshot *snapshot);
struct loop *snapshot_loop(struct snapshot *snapshot);
void snapshot_wake(struct snapshot *snapshot); /* evaluates `done` again: it may hold without a change of the world */

/* Runs the loop until done(arg) is true (ERR_OK), the limit passes (ERR_TIMEOUT), or a signal arrives (ERR_CANCELLED,
 * also for one that arrived before the call). `done` is evaluated after every change and at least every 250 ms. */
#define SNAPSHOT_NO_LIMIT UINT64_MAX
enum err snapshot_until(struct snapshot *snapshot, bool (*done)(void *arg), void *arg, uint64_t timeout_ms);

/* ERR_CANCELLED where a signal has arrived; pending ones are processed first. Call it before every change. */
enum err snapshot_signalled(struct snapshot *snapshot);
int snapshot_signal(const struct snapshot *snapshot); /* the number of the pending one; 0: none */
/* Clears the signal, so that the program can wait again, for the outcome of a request already sent. */
void snapshot_clear_signal(struct snapshot *snapshot);
/* Ends the wait as the signal of this number does. */
void snapshot_interrupt(struct snapshot *snapshot, int number);
/* cli_exit_of, but 128 + the number of the first signal for ERR_CANCELLED. snapshot may be NULL. */
int snapshot_exit_status(const struct snapshot *snapshot, enum err err);
/* Sets the one callback of the owner of the terminal: called with true before the process stops, with false once it
 * continues (also after a SIGSTOP, which no process can handle). stop NULL: none. */
void snapshot_on_stop(struct snapshot *snapshot, void (*stop)(void *arg, bool stops), void *arg);

/* Waits until every configured world was listed in full, or has failed (session_settled). */
enum err snapshot_until_settled(struct snapshot *snapshot, uint64_t timeout_ms);

/* Waits at most 2.5 s for the first probes of the workers' proxies and of the users' route. After that ANSWERING is
 * unknown, which is not an error. ERR_CANCELLED. */
enum err snapshot_until_probed(struct snapshot *snapshot);

/* Waits until the RayService in focus and its head pod are known; why names what is missing. */
enum err snapshot_find_service(struct snapshot *snapshot, uint64_t timeout_ms, struct why *why);
/* Waits until the RayService that prompts are to lead to is known, and the route, as far as there is one: an ingress is
 * listed after its service is found. That no head pod is there is no error: prompts are answered without one. */
enum err snapshot_find_route(struct snapshot *snapshot, struct why *why);
/* Waits until the protocol of that route is known, not longer than its detection takes. ERR_TIMEOUT, ERR_CANCELLED. */
enum err snapshot_until_routed(struct snapshot *snapshot);

#endif
