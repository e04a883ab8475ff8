/* drill_harness.c - the verdict on a recording. */
#include "tests/support/drill_harness.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void on_applied(void *arg, const struct replay *p, const struct change *c)
{
    tally_observe(arg, p->world, c);
}

static void recording_play(const struct drill_recording *of, struct request_tally *tally, struct replay *p)
{
    of->open(p, of->arg);
    p->applied = tally ? on_applied : NULL;
    p->applied_arg = tally;
    replay_until(p, of->until_ms ? of->until_ms : p->end_ms);
}

void drill_judge_recording(const struct drill_recording *of, struct drill_verdict *ret, struct outage *ret_outage)
{
    struct replay p;
    struct criteria limits;
    struct request_tally *tally = mem_zero(1, sizeof *tally);

    recording_play(of, NULL, &p);
    *ret_outage = p.outage;
    replay_close(&p);
    tally_begin(tally, NULL, ret_outage->t0_wall_ms);
    recording_play(of, tally, &p);
    criteria_init(&limits);
    if (of->limit) assert_int_equal(criteria_set(&limits, of->limit, NULL), ERR_OK);
    drill_judge(&(struct verdict_ask){.outage = ret_outage,
                                      .tally = tally,
                                      .limits = &limits,
                                      .wall_ms = p.now_ms,
                                      .has_redis = ret_outage->ft == TRI_YES,
                                      .has_prompts = tally_ended(&tally->sum[TALLY_PROMPTS]) > 0,
                                      .fault = "loss of the head"},
                ret);
    replay_close(&p);
    free(tally);
}

void drill_verdict_print(const char *name, const struct drill_verdict *v)
{
    char value[CRITERION_TEXT_MAX];

    print_message("%-24s %-12s %s\n", name, drill_result_word(v->result), v->cause);
    for (int i = 0; i < CRITERIA; i++)
        print_message("    %-10s %-10s %-10s %s\n", criterion_get((enum criterion_id)i)->id,
                      judged_state_word(v->of[i].state),
                      v->of[i].value.known ? criterion_value((enum criterion_id)i, v->of[i].value.value, value) : "–",
                      v->of[i].why);
}
