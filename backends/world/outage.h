/*
 * outage.h - the report of an outage: what was lost, kept and restarted, for how long, and by which evidence.
 *
 * Computed from the marks of a recovery (recovery.h) and the world. All displays and verdicts of an outage use this
 * report and compute nothing themselves. It is a flat value that can be copied, outlives its session, and can be
 * written to and read from JSON. It changes until the ladder is over and OUTAGE_SECONDS have passed since T0; then it
 * is `final`, so that later events of the cluster do not count.
 *
 * The lengths:
 *   unserved    the longest time since T0 in which no probe was answered: between two answers, from T0 to the first,
 *               from the last to now (or to the end of the watch). Unknown where no probe ended.
 *   GCS silent  from the GCS's last sign of life to the GCS that is back and stays; until now while there is none.
 *               Unknown where the silence was not seen.
 *   head down   from T0, or from the end of the grace through which a Terminating head still served, to the new head's
 *               readiness; until now while that is awaited. Unknown where no head was lost, and while it is going.
 *   recovered   from the same moment to Serve RUNNING and the head's readiness, whichever came later; until now while
 *               they are awaited. Where no Serve API is read, the same as head down.
 *   state gone  from when the GCS's state was seen to be gone from a Redis that answers, to when a GCS has written its
 *               NODE there again; until now while there is none. Unknown where it was not gone.
 * A length that runs never gets shorter: where a rung is lost again, it runs on from where it began.
 * All of them in milliseconds by our clock; T0 of an outage that had begun before the first observation is by servers'
 * stamps. Rungs are offsets from T0, and no lengths.
 */
#ifndef RAYDECK_WORLD_OUTAGE_H
#define RAYDECK_WORLD_OUTAGE_H

#include "backends/base/json.h"
#include "backends/base/text.h"
#include "backends/world/recovery.h"

enum {
    OUTAGE_NAME_MAX = 64,
    OUTAGE_WHY_MAX = 1024,
    OUTAGE_WORDS_MAX = 128,
    OUTAGE_TEXT_MAX = 4096,
    FIRST_HEAD_MS = 120000 /* a head made within so long of its cluster is its first */
};

struct outage_rung {
    bool seen;     /* and it holds */
    bool lost;     /* it was seen at was_after_ms, and stopped being true at lost_after_ms: the last time */
    bool possible; /* not seen, but possible */
    uint64_t after_ms, wall_ms, was_after_ms, lost_after_ms;
    char note[RECOVERY_NOTE_MAX]; /* seen: by what */
    char why[OUTAGE_WHY_MAX];     /* possible: why it is not reached; "": unknown */
};

enum worker_fate { WORKER_SAME, WORKER_RESTARTED, WORKER_REPLACED };
struct outage_worker {
    char name[OUTAGE_NAME_MAX];
    enum worker_fate fate; /* restarted: the same UID, its containers started again */
    uint64_t restarts;
};

/* Fields of one GCS table, or of all of them, against what was there at T0. */
struct outage_fields {
    char table[32];
    size_t before, kept, added;
    size_t lost;          /* unexpectedly */
    size_t lost_expected; /* as in every head loss: agent addresses, specifications of actors */
    bool known;           /* the field names were listed before and after */
};

struct outage {
    enum outage_state state; /* NONE: no outage; all other members are meaningless */
    bool final;
    char service_uid[OUTAGE_NAME_MAX], ns[OUTAGE_NAME_MAX], service[OUTAGE_NAME_MAX];
    enum tri ft; /* GCS fault tolerance */

    uint64_t t0_ms, t0_wall_ms;
    enum outage_cause cause;
    char evidence[RECOVERY_NOTE_MAX];
    bool ours, head_lost;
    bool other_head; /* not head_lost: in NODE another head has taken the place of the old one */
    bool found; /* it had begun before the first observation: T0 is by servers' stamps, what was there then is not known
                 */
    bool state_gone; /* the GCS's state was gone from a Redis that answers: it came back empty */
    struct known_u64 grace_s, grace_left_ms; /* left: while the head is going, to the kubelet's SIGKILL */
    char old_head_uid[OUTAGE_NAME_MAX], old_head[OUTAGE_NAME_MAX];
    char new_head_uid[OUTAGE_NAME_MAX], new_head[OUTAGE_NAME_MAX];
    char other_storage_ns[OUTAGE_NAME_MAX]; /* of the new head, where it is not that of T0; "" */
    struct known_u64 reconnect_s;
    uint64_t served_on_ms; /* after T0, through its grace: answers are counted from its end on, failures from T0 on */
    bool going;            /* the old head is Terminating, and still serves through its grace */
    struct known_u64 headless_ms; /* how long there has been no head pod (recovery_headless_ms) */
    bool node_stale;              /* the GCS's table NODE still says ALIVE of the old head */

    struct outage_rung rung[RUNG_COUNT];
    enum rung waits_for;        /* while it runs; RUNG_COUNT: nothing */
    enum rung missing;          /* the first possible one not seen; RUNG_COUNT: none */
    struct known_u64 last_rung; /* over: when the last one was seen, after T0 */

    struct outage_worker worker[RECOVERY_WORKERS];
    size_t workers, same, replaced; /* same: by UID, restarted or not */
    uint64_t restarts;
    /* Neuron runtimes of these workers, by pid. Of those whose monitor is gone or not heard nothing is known. */
    size_t runtimes, runtimes_same, runtimes_unheard;

    struct outage_requests request[OUTAGE_CLASSES];
    struct outage_failure failure[OUTAGE_FAILURES];
    /* A character a second since T0: '.' all probes answered, 's' one was slow, 'X' one failed, ' ' none was due. */
    char second[OUTAGE_SECONDS + 1];

    struct outage_fields table[KEPT_TABLES]; /* by table */
    size_t tables;
    struct outage_fields fields;      /* of all tables; known only if each table is */
    struct outage_fields checkpoints; /* Serve's checkpoints, which are among KV's fields */

    struct known_u64 unserved_ms, gcs_silent_ms, head_down_ms, recovered_ms, state_gone_ms;
};

/* The report of the outage that *r marks, as of now. Pure. */
void outage_of(const struct recovery *r, const struct world *w, const struct focus *f, uint64_t now_ms,
               uint64_t wall_ms, struct outage *ret);
/* Is it a head loss: its pod or container was lost, or only the silence of its GCS was seen, and another head's after
 * it?
 */
bool outage_is_loss(const struct outage *o);
/* This console, or the recorded one, caused it. */
static inline bool outage_is_by_us(const struct outage *o)
{
    return o->ours || o->cause == CAUSE_KILLED;
}
/* The previous outage that was a head loss; state OUTAGE_NONE: none. */
const struct outage *outage_previous(const struct recovery *r);
/* The head losses that another outage followed, oldest first; of more than OUTAGES_PAST the latest. Never NULL. */
enum { OUTAGES_PAST = 8 };
struct outage_list {
    struct outage *loss[OUTAGES_PAST];
    size_t count;
};
const struct outage_list *outage_past(const struct recovery *r);
/* The last finished head loss: *now, else *previous. State NONE: none. */
const struct outage *outage_last(const struct outage *now, const struct outage *previous);

/* Where it stands: the GCS is only silent, or has lost its state; a Terminating head still serves; the new head is
 * awaited; it is Ready, and Serve or the workers are awaited. */
enum outage_phase { PHASE_NONE, PHASE_SILENT, PHASE_STATELESS, PHASE_GOING, PHASE_DOWN, PHASE_RECOVERING, PHASE_OVER };
enum outage_phase outage_phase_of(const struct outage *o);
enum outage_phase recovery_phase_of(const struct recovery *r); /* the same, without a report */
/* "HEAD DOWN"; "" of none, and of one that is over. */
const char *outage_phase_words(enum outage_phase phase);
/* The length that runs meanwhile: GCS silent, state gone, head down, recovered. Unknown while the head is going. */
struct known_u64 outage_phase_ms(const struct outage *o);
/* Of reports and of what numbers them: the rungs as they are expected while it runs; once it is over in order of time:
 * those that hold by when they were reached, then the others. */
void outage_rung_order(const struct outage *o, enum rung ret[RUNG_COUNT]);

/* Whether the names of GCS fields were read of any table: without, none is known to be lost. */
bool outage_fields_are_read(const struct world *w);

/* ---- sums over it ----------------------------------------------------------------------------------------------- */

size_t outage_answered(const struct outage *o); /* probes and prompts */
size_t outage_failed(const struct outage *o);
size_t outage_runtimes_other(const struct outage *o); /* Neuron runtimes that were heard, and are not the same */
bool outage_workers_lived_on(
    const struct outage *o); /* all workers of T0 exist and none restarted; true without workers */
const struct outage_fields *outage_fields_of(const struct outage *o, const char *table); /* NULL: not known at T0 */

/* ---- its words: nobody else has any ----------------------------------------------------------------------------- */

/* The clock of a rung: its time after T0, or the time since T0 while it is waited for. Unknown of others, and of one
 * that is dated back once it is seen (the GCS's silence): its clock would go back. */
struct known_u64 outage_rung_clock(const struct outage *o, enum rung rung, uint64_t now_ms);
/* A length: "14.2s", "–" if unknown. */
char *outage_length(char out[TEXT_NUM_MAX], struct known_u64 ms);
/* An offset from T0: "+14.2s". */
char *outage_offset(char out[TEXT_NUM_MAX], uint64_t after_ms);
/* "delete accepted", "head container ended: OOMKilled, exit code 137". */
char *outage_cause_words(const struct outage *o, char out[OUTAGE_WORDS_MAX]);
/* From when its requests are counted: "since the delete", "since the head was down" (after its grace), "since the head
 * was lost", "since the GCS fell silent", "since gcs_server was killed". */
const char *outage_since_words(const struct outage *o);
/* "same UIDs, 0 restarts", "1 replaced, 2 restarts" */
char *outage_fate_words(const struct outage *o, char out[OUTAGE_WORDS_MAX]);
/* "2/2 same pids", "1/2 same pids, 1 not heard", "–" where none was reported. */
char *outage_runtime_words(const struct outage *o, char out[OUTAGE_WORDS_MAX]);
/* "2/2 same UIDs, 0 restarts", "1/2 the same, 1 replaced, 2 restarts", "–" where none was there. */
char *outage_worker_words(const struct outage *o, char out[OUTAGE_WORDS_MAX]);
/* "31/31 requests, 0 failed"; "" where none ended. class OUTAGE_CLASSES: of all. */
char *outage_request_words(const struct outage *o, enum outage_class class, char out[OUTAGE_WORDS_MAX]);
/* "kept 52/54 LOST 1 +2 -1 expected", "–" where it is unknown or NULL; *ret_bad (may be NULL): something was lost. */
char *outage_field_words(const struct outage_fields *k, char out[OUTAGE_WORDS_MAX], bool *ret_bad);
/* "was +30.1s, lost again +45.0s"; "first …" of one that holds again; "" of one that was never lost. */
char *outage_rung_words(const struct outage_rung *rung, char out[OUTAGE_WORDS_MAX]);
/* Appends what changed of a rung since *printed, a line each: "  +45.0s  head pod ready … was +30.1s, lost again
 * +45.0s". *printed is the rung as of now then; all zero before the first call. */
void outage_rung_news(const struct outage *o, enum rung rung, struct outage_rung *printed, struct buf *out);
/* The length that the outage is named by: "head down 14.2s"; where no head was lost, "GCS state gone 4.0s" or "GCS
 * silent 3.0s". */
char *outage_main_words(const struct outage *o, char out[OUTAGE_WORDS_MAX]);
/* The head's state: "head up", "head not ready", "head down 5.4s", "head back, recovering 41.2s", "no head"; while a
 * head runs without its GCS, that: "GCS silent 3.0s", "GCS state gone 4.0s". */
char *outage_head_words(const struct outage *o, const struct pod *head, char out[OUTAGE_WORDS_MAX]);

/* Its losses, a line each: lengths, worker pods, requests, the GCS's fields. Appends nothing without an outage. */
void outage_losses_text(const struct outage *o, struct buf *out);

/* ---- as JSON ---------------------------------------------------------------------------------------------------- */

cJSON *outage_to_json(const struct outage *o);                    /* caller frees; {} of no outage */
enum err outage_from_json(const cJSON *json, struct outage *ret); /* ERR_PARSE, and *ret untouched */

#endif
