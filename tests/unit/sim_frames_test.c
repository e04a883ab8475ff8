/*
 * sim_frames_test.c - every scenario of the simulated cluster (what fails, how the head is deleted, with and without
 * GCS fault tolerance) in simulated time: each second the console is drawn and status printed, and both are held to the
 * rules of frames.h and to what users of the simulated service see. It prints a table; RAYDECK_REPLAY=1 prints each
 * second that is not right.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/frames.h"
#include "tests/support/score.h"
#include "tests/support/sim_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    CALM_S = 8,
    END_S = 100,
    SECOND_MS = 1000,
    PANES_MS = 10000,
    PATIENCE_S = 5,        /* the console's own time-out of a probe */
    PROMPT_PATIENCE_S = 30 /* a model takes its time */
};

/* What else happens: begins with the kill of the head, ends some seconds later. */
struct failure {
    const char *name;
    void (*begin)(struct sim_play *p), (*end)(struct sim_play *p);
    enum fault fault; /* 0, which is of connections: none */
    int seconds;
    bool blind;   /* the console sees nothing meanwhile */
    bool another; /* the head is deleted by somebody else */
};

static void redis_gone(struct sim_play *p)
{
    sim_play_redis_gone(p, true);
}
static void redis_back(struct sim_play *p)
{
    sim_play_redis_gone(p, false);
}
static void api_stopped(struct sim_play *p)
{
    sim_play_api(p, SIM_PLAY_API_STOPPED);
}
static void api_cuts(struct sim_play *p)
{
    sim_play_api(p, SIM_PLAY_API_CUTS);
}
static void api_answers(struct sim_play *p)
{
    sim_play_api(p, SIM_PLAY_API_ANSWERS);
}
static void second_kill(struct sim_play *p)
{
    if (kuberay_head(sim_play_kuberay(p))) sim_play_kill_head(p, 0);
}

static const struct failure failures[] = {
    {.name = "none", .seconds = 20},
    {.name = "by another", .seconds = 20, .another = true},
    {.name = "operator-down", .fault = FAULT_OPERATOR_DOWN, .seconds = 20},
    {.name = "redis-gone", .begin = redis_gone, .end = redis_back, .seconds = 20},
    {.name = "api-stopped", .begin = api_stopped, .end = api_answers, .seconds = 20, .blind = true},
    {.name = "api-cuts", .begin = api_cuts, .end = api_answers, .seconds = 20, .blind = true},
    {.name = "watch-410", .begin = sim_play_relist, .end = sim_play_relist, .seconds = 20},
    {.name = "kill-worker", .begin = sim_play_kill_worker, .seconds = 20},
    {.name = "serve-500", .begin = sim_play_prompts, .fault = FAULT_SERVE_500, .seconds = 40},
    {.name = "serve-hang", .begin = sim_play_prompts, .fault = FAULT_SERVE_HANG, .seconds = 40},
    {.name = "short-patience", .fault = FAULT_SHORT_PATIENCE, .seconds = 100},
    {.name = "redis-lost", .fault = FAULT_REDIS_LOST, .seconds = 100},
    {.name = "wrong-namespace", .fault = FAULT_WRONG_NAMESPACE, .seconds = 100},
    {.name = "head-traffic", .begin = sim_play_prompts, .fault = FAULT_HEAD_TRAFFIC, .seconds = 100},
    {.name = "head-crash-loop", .fault = FAULT_HEAD_CRASH_LOOP, .seconds = 100},
    {.name = "head-pending", .fault = FAULT_HEAD_PENDING, .seconds = 60},
    {.name = "not-ready", .fault = FAULT_WORKERS_NOT_READY, .seconds = 100},
    {.name = "two-heads", .fault = FAULT_TWO_HEADS, .seconds = 100},
    {.name = "prompts-hang", .begin = sim_play_prompts, .fault = FAULT_PROMPTS_HANG, .seconds = 100},
    {.name = "second kill", .end = second_kill, .seconds = 20},
};

struct scenario {
    const struct failure *failure;
    bool ft;
    int64_t grace_s; /* -1: the pod's own; NO_KILL: the head is not deleted */
};
enum { NO_KILL = -2 };

static void scenario_second(const struct scenario *s, struct sim_play *p, int at)
{
    if (at == CALM_S && s->failure->begin) s->failure->begin(p);
    if (at == CALM_S && s->failure->fault) sim_play_fault(p, s->failure->fault, true);
    if (at == CALM_S && s->grace_s != NO_KILL)
        (s->failure->another ? sim_play_delete_head : sim_play_kill_head)(p, s->grace_s);
    if (at == CALM_S + s->failure->seconds && s->failure->end) s->failure->end(p);
    if (at == CALM_S + s->failure->seconds && s->failure->fault) sim_play_fault(p, s->failure->fault, false);
    sim_play_pass(p, SECOND_MS);
}

/* A request that hangs has not failed yet: the console says that it does not know, and of prompts nothing. */
static enum truth scenario_truth(const struct replay_users *users, unsigned hangs_s, bool *ret_open)
{
    const bool prompts_alone = users->hanging && !users->proxies_failed;
    *ret_open = users->hanging && !prompts_alone && hangs_s <= PATIENCE_S;
    return prompts_alone && hangs_s <= PROMPT_PATIENCE_S ? TRUTH_ANY : truth_of(users);
}

/* Returns how many rules were broken. */
static size_t scenario_run(const struct scenario *s, struct score *score)
{
    struct sim_play p;
    struct frames *frames = frames_new(PANES_MS);
    const bool told = getenv("RAYDECK_REPLAY") != NULL;
    unsigned hangs_s = 0;
    sim_play_open(&p, s->ft);
    for (int at = 0; at < END_S; at++) {
        scenario_second(s, &p, at);
        const struct replay_users users = sim_play_users(&p);
        bool open;
        hangs_s = users.hanging ? hangs_s + 1 : 0;
        const enum truth truth = scenario_truth(&users, hangs_s, &open);
        const struct view view = sim_play_view(&p);
        const char *word = frames_check(frames, &view);
        frames_check_clock(frames, &view);
        const int blind_s = s->failure->blind ? s->failure->seconds + SCORE_WRONG_MAX_S : 0;
        score_second(score, truth, word, open || (at >= CALM_S && at < CALM_S + blind_s));
        if (told && !score_is_right(truth, word))
            print_message("  +%3d s  true: %-12s %s\n", at + 1 - CALM_S, truth_words(truth), frames_answering(frames));
    }
    const size_t broken = frames_broken(frames);
    if (broken) print_message("%s", frames_complaints(frames));
    frames_free(frames);
    sim_play_close(&p);
    return broken;
}

static void every_frame_agrees_with_what_users_see(void **state)
{
    (void)state;
    static const int64_t graces[] = {NO_KILL, 0, -1};
    static const char *const grace_words[] = {"not killed", "grace 0", "default"};
    size_t wrong = 0, broken = 0;
    print_message("%-13s %-11s %-4s %7s %7s %7s %7s %13s %7s\n", "fails", "head", "FT", "seconds", "right", "wrong",
                  "unknown", "longest wrong", "broken");
    for (size_t i = 0; i < ARRAY_LEN(failures); i++)
        for (size_t g = 0; g < ARRAY_LEN(graces); g++)
            for (int ft = 1; ft >= 0; ft--) {
                const struct scenario s = {&failures[i], ft, graces[g]};
                struct score score = {0};
                const size_t rules = scenario_run(&s, &score);
                print_message("%-13s %-11s %-4s %7zu %7zu %7zu %7zu %11zu s %7zu\n", s.failure->name, grace_words[g],
                              ft ? "on" : "off", score.seconds, score.right, score.wrong, score.unknown, score.longest,
                              rules);
                wrong += score.longest > SCORE_WRONG_MAX_S;
                broken += rules;
            }
    if (wrong) fail_msg("in %zu scenarios ANSWERING was wrong for more than %d s", wrong, SCORE_WRONG_MAX_S);
    if (broken) fail_msg("%zu times a frame broke a rule", broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_frame_agrees_with_what_users_see)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
