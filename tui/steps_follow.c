/* steps_follow.c - see steps_follow.h. */
#include "tui/steps_follow.h"

#include "tui/steps_print.h"

enum { CANCEL_MS = STEP_SENT_MS + 2000 };

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    const struct steps_follow *f = arg;
    steps_print(f->as_messages ? stderr : stdout, step, line);
    snapshot_wake(f->snapshot);
}

static void on_confirm(void *arg)
{
    struct steps_follow *f = arg;
    f->confirming = true;
    snapshot_wake(f->snapshot);
}

static void on_done(void *arg, enum err err, const char *why)
{
    struct steps_follow *f = arg;
    f->over = true;
    why_set(&f->end, err, "%s", why);
    snapshot_wake(f->snapshot);
}

struct step_observer steps_follow_observer(struct steps_follow *f)
{
    return (struct step_observer){on_changed, on_confirm, on_done, f};
}

static bool is_over(void *arg)
{
    const struct steps_follow *f = arg;
    return f->over;
}

static bool is_confirming_or_over(void *arg)
{
    const struct steps_follow *f = arg;
    return f->confirming || f->over;
}

/* Cancels the run: sends no other change and waits for the outcome of the one in flight. A second signal ends this wait
 * too. */
static enum err run_cancel(struct steps_follow *f, struct step_engine *engine, const struct why *how, struct why *why)
{
    if (f->over) return why_set(why, how->code, "%s: %s", how->text, f->end.text);
    step_engine_cancel(engine, how->code, how->text);
    snapshot_clear_signal(f->snapshot);
    if (snapshot_until(f->snapshot, is_over, f, CANCEL_MS)) step_engine_left(engine, how->text, &f->end);
    return why_set(why, how->code, "%s", f->end.text);
}

enum err steps_follow(struct steps_follow *f, struct step_engine *engine, uint64_t limit_ms, struct why *why)
{
    struct why how = {0};
    while (!f->over) {
        const enum err err = snapshot_until(f->snapshot, is_confirming_or_over, f, limit_ms);
        if (err == ERR_CANCELLED && f->interrupted && f->interrupted(f->arg)) {
            snapshot_clear_signal(f->snapshot);
            continue;
        }
        if (err)
            why_set(&how, err, "%s", err == ERR_CANCELLED ? "interrupted" : "not done in time");
        else if (f->confirming)
            f->guards(f->arg, &how);
        if (how.code) return run_cancel(f, engine, &how, why);
        if (!f->confirming) continue;
        f->confirming = false;
        f->confirmed = true;
        step_engine_confirm(engine, true);
    }
    *why = f->end;
    return why->code;
}
