/*
 * arming.h - whether this cluster may be changed. A new one is READ-ONLY; arming lasts 15 minutes and is stored in
 * $XDG_STATE_HOME/raydeck/armed.json, which all consoles of the user on this machine share. A context that config.yaml
 * marks `readonly: true` cannot be armed; one it marks `development: true` needs no arming, until it is disarmed.
 *
 * What is armed is a server, a CA and a context together (kube_where.id): two kubeconfigs with a context of one name
 * are two. It uses the machine's clocks: CLOCK_BOOTTIME within a boot, which cannot be set, and the wall clock; never
 * a server's Date. Everything but arming_file, arming_read and arming_set is pure.
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
    bool development;         /* config.yaml marks this cluster, whatever the state */
    char why[ARMING_WHY_MAX]; /* why not, for a person */
};

/* Both clocks, and the id of the boot. */
struct arming_clock {
    uint64_t boot_ms, wall_ms;
    char boot_id[40]; /* "" where the kernel does not provide it */
};
struct arming_clock arming_clock_now(const struct clock *clock);

/* The path of armed.json; NULL where there is neither XDG_STATE_HOME nor HOME. Caller frees. */
char *arming_file(void);

/* The file as it was read: err is file_read's. An unreadable or malformed file arms nothing, not even a development
 * context (it may have been disarmed), and why is the reason; a missing file is no error. */
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

/* With blocking file I/O: for the start of the console, which reads its configuration so too. */
struct arming arming_read(const struct conf *conf, const struct kube_where *where, const struct clock *clock);

/* Ends an arming that has expired. */
void arming_expire(struct arming *a, uint64_t now_ms);
/* Whether changes are allowed. */
bool arming_allows(const struct arming *a);
void arming_refuse(struct arming *a, const char *why); /* READ-ONLY for that reason, where changes were allowed */

#endif
