/* loss_fixture.c - builds the loss of a head. */
#include "tests/support/loss_fixture.h"

#include <stdio.h>

void loss_add_requests(struct loss_fixture *x, enum tally_series of, size_t ok, size_t failed)
{
    struct tally_sum *s = &x->tally.sum[of];
    s->ok += ok;
    s->failed += failed;
    if (failed) {
        snprintf(s->failure[0].name, sizeof s->failure[0].name, "refused");
        s->failure[0].count += failed;
    }
    for (size_t i = 0; i < ok; i++) histogram_record(&s->latency, 20000 + i);
    for (size_t i = 0; i < ok + failed; i++) x->tally.due[of][i * LOSS_OVER_MS / 1000 / (ok + failed)]++;
    s->first_due_ms = LOSS_T0;
    s->last_due_ms = s->answered_ms = LOSS_T0 + LOSS_OVER_MS;
    s->gap_ms = 220;
    snprintf(s->path, sizeof s->path, "ingress mistral");
}

/* A loss as it should be: 41 s of silence, two workers and four runtimes that live on, no request failed. */
void loss_fill(struct loss_fixture *x)
{
    struct outage *o = &x->outage;
    *x = (struct loss_fixture){
        .outage = {.state = OUTAGE_OVER, .final = true, .cause = CAUSE_DELETED, .head_lost = true, .ft = TRI_YES}};
    o->t0_ms = 1000;
    o->t0_wall_ms = LOSS_T0;
    o->missing = o->waits_for = RUNG_COUNT;
    o->rung[RUNG_GCS_SILENT] = (struct outage_rung){.seen = true, .wall_ms = LOSS_T0};
    o->rung[RUNG_GCS_BACK] = (struct outage_rung){.seen = true, .wall_ms = LOSS_T0 + LOSS_BACK_MS};
    o->workers = o->same = 2;
    o->runtimes = o->runtimes_same = 4;
    o->fields = (struct outage_fields){.before = 93, .kept = 90, .lost_expected = 3, .known = true};
    o->gcs_silent_ms = known_u64(LOSS_BACK_MS);
    o->head_down_ms = known_u64(45000);
    o->recovered_ms = known_u64(50000);
    tally_begin(&x->tally, NULL, LOSS_T0);
    x->tally.until_ms = LOSS_T0 + LOSS_OVER_MS;
    loss_add_requests(x, TALLY_ROUTE, LOSS_REQUESTS, 0);
    loss_add_requests(x, TALLY_PROMPTS, 20, 0);
    x->tally.sum[TALLY_PROMPTS].before_us = known_u64(20000);
    criteria_init(&x->limits);
    x->ask = (struct verdict_ask){.outage = &x->outage,
                                  .tally = &x->tally,
                                  .limits = &x->limits,
                                  .wall_ms = LOSS_T0 + LOSS_OVER_MS,
                                  .has_redis = true,
                                  .has_fields = true,
                                  .has_neuron = true,
                                  .has_prompts = true,
                                  .fault = "deletion of the head pod"};
}
