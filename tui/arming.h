/*
 * arming.h - may this cluster be changed? One never seen before is READ-ONLY; arming lasts 15 minutes and is kept in
 * $XDG_STATE_HOME/raydeck/armed.json, so that a second console on the same machine knows. A context that config.yaml
 * marks `readonly: true` cannot be armed; one it marks `development: true` needs no arming, until it is disarmed.
 *
 * What is armed is a server, a CA and a context together (kube_where.id): two kubeconfigs with a context of one name
 * are two. The clocks are the machine's own: CLOCK_BOOTTIME within a boot, which nobody can set, and the wall clock
 * beside it; never a server's Date. Everything here but arming_file is pure: who reads the file decides where.
 */
#ifndef RAYDECK_ARMING_H
#define RAYDECK_ARMING_H

#include "backends/backend.h"
#include "backends/conf.h"
#include "backends/link/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum { ARMED_FOR_MS = 15 * 60 * 1000, ARMED_FILE_MAX = 256 * 1024, ARMED_ENTRIES = 256, ARMING_WHY_MAX = 200 };

enum arming_state { ARMING_READ_ONLY, ARMING_ARMED, ARMING_FORBIDDEN, ARMING_DEVELOPMENT };

struct arming {
    enum arming_state state;
    uint64_t until_ms;        /* of ARMING_ARMED, CLOCK_BOOTTIME (clock_now_ms) */
    bool development;         /* config.yaml says so of this cluster, whatever the state */
    char why[ARMING_WHY_MAX]; /* why not, for a person */
};

/* Now, and of which boot. */
struct arming_clock {
    uint64_t boot_ms, wall_ms;
    char boot_id[40]; /* "" where the kernel does not tell it */
};
struct arming_clock arming_clock_now(const struct clock *clock);

/* The path of armed.json; NULL where there is neither XDG_STATE_HOME nor HOME. Caller frees. */
char *arming_file(void);

/* The file as it was read: err is file_read's. One that could not be read or is malformed arms nothing, in a
 * development context either (it may have been disarmed), and why says so; one that is not there is fine. */
struct arming_text {
    const char *text;
    size_t len;
    enum err err;
    const char *why; /* of err */
};
/* where NULL: there is no cluster. */
struct arming arming_of(const struct conf *conf, const struct kube_where *where, const struct arming_text *file,
                        const struct arming_clock *now);
/* The file's new text, armed or disarmed; NULL and why where it is forbidden (ERR_GUARD). Caller frees. */
char *arming_change(const struct conf *conf, const struct kube_where *where, const struct arming_text *file,
                    const struct arming_clock *now, bool armed, struct why *why);

/* Both with the file read and written at once: for subcommands, which have nothing else to do. ERR_GUARD, ERR_IO. */
struct arming arming_read(const struct conf *conf, const struct kube_where *where, const struct clock *clock);
enum err arming_set(const struct conf *conf, const struct kube_where *where, const struct clock *clock, bool armed,
                    struct why *why);

/* Ends an arming whose time is over. */
void arming_expire(struct arming *a, uint64_t now_ms);
/* Whether changes are allowed. */
bool arming_allows(const struct arming *a);
void arming_refuse(struct arming *a, const char *why); /* READ-ONLY for that reason, where changes were allowed */

#endif
