/* drill_priv.h - the state of a drill, for the files of drill.c. */
#ifndef RAYDECK_DEPLOY_DRILL_PRIV_H
#define RAYDECK_DEPLOY_DRILL_PRIV_H

#include "deploy/drill.h"

enum { DRILL_OVERRIDES = 8, DRILL_OVERRIDE_MAX = 120, DRILL_FAULT_MAX = 64, DRILL_POLL_MS = 250 };

struct drill {
    struct drill_conf conf;
    struct step_engine engine;
    char fault[DRILL_FAULT_MAX];
    char *head, *head_uid; /* of the guards: only this one is deleted */
    bool has_redis, has_neuron;
    char overrides[DRILL_OVERRIDES][DRILL_OVERRIDE_MAX]; /* guards that `force` overrode */
    size_t overridden;

    struct load *load;
    struct load_series series[LOAD_SERIES_MAX]; /* of the load, as asked for; what they point to is borrowed */
    enum tally_series series_of[LOAD_SERIES_MAX];
    size_t series_count;
    bool stopped, aborted;
    uint64_t begun_ms;
    double prompts_per_s; /* 0: none */

    bool deleted; /* the delete was sent */
    uint64_t deleted_ms;
    bool logged[RUNG_COUNT];
    bool tallying;
    struct request_tally tally;

    bool judged;
    struct outage outage;
    struct drill_verdict verdict;
    char *ray_version;
    struct drill_report report;
};

void drill_guards(void *arg); /* the step */
/* A guard that refuses: an error of the step, or with `force` a warning that the scope names. */
void drill_refuse(struct drill *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void drill_outage(const struct drill *d, struct outage *ret); /* as of now */
uint64_t drill_now_ms(const struct drill *d);
uint64_t drill_wall_ms(const struct drill *d);

/* drill_load.c */
void drill_baseline(void *arg); /* the step */
/* prompts_per_s 0: no prompts. */
enum err drill_load_start(struct drill *d, double prompts_per_s, struct why *why);
void drill_load_end(struct drill *d);
enum drill_step drill_phase(const struct drill *d);

#endif
