/* guards.c - see guards.h. */
#include "tui/guards.h"

#include "backends/base/mem.h"
#include "tui/arming_wait.h"
#include "tui/question.h"

#include <stdlib.h>
#include <string.h>

enum { PERMISSION_TIMEOUT_MS = 5000 };

enum err guards_words(const struct cli *cli, const char *what, struct why *why)
{
    const struct conf *c = &cli->conf;
    if (!cli->yes || (c->context && c->ns && c->service)) return ERR_OK;
    return why_set(why, ERR_GUARD, "--yes needs --context, --namespace and --service to name %s", what);
}

/* The question of the console's arm dialog: context, user and service; y arms. */
static enum err ask_to_arm(const struct cli *cli, struct snapshot *snapshot, const struct arming *a, struct why *why)
{
    const struct kube_where *where = session_where(snapshot_session(snapshot));
    struct focus f = session_focus(snapshot_session(snapshot));
    char line[QUESTION_LINE_MAX];
    char *text = mem_printf("READ-ONLY: %s.\n  context    %s\n  server     %s\n  as         %s\n  service    %s/%s\n"
                            "Arm this context for 15 minutes? y or n:\n",
                            a->why, where->context, where->server ? where->server : "–",
                            where->user ? where->user : "–", f.rayservice && f.rayservice->ns ? f.rayservice->ns : "–",
                            f.rayservice && f.rayservice->name ? f.rayservice->name : "–");
    enum err err = question_ask(snapshot, text, line, why);
    free(text);
    if (err == ERR_CANCELLED) return err;
    if (err || strcmp(line, "y") != 0) return why_set(why, ERR_GUARD, "READ-ONLY: not armed");
    return arming_wait_arm(snapshot, &cli->conf, why);
}

static enum err context_allowed(const struct cli *cli, struct snapshot *snapshot, struct why *why)
{
    const struct kube_where *where = session_where(snapshot_session(snapshot));
    const char *context = where ? where->context : NULL;
    struct arming a;
    enum err err = arming_wait_read(snapshot, &cli->conf, &a, why);
    if (err) return err;
    if (a.state == ARMING_FORBIDDEN) return why_set(why, ERR_GUARD, "%s", a.why);
    if (arming_allows(&a)) return ERR_OK;
    if (cli->yes && context) {
        cli_say("context %s is armed for this command only, by --yes", context);
        return ERR_OK;
    }
    if (!context || !question_can_be_asked()) return why_set(why, ERR_GUARD, "READ-ONLY: %s", a.why);
    return ask_to_arm(cli, snapshot, &a, why);
}

enum err guards_context(const struct cli *cli, struct snapshot *snapshot, struct why *why)
{
    enum err err = context_allowed(cli, snapshot, why);
    /* Arms for this subcommand's change only; its confirmation follows. */
    if (!err) session_allow_changes(snapshot_session(snapshot), UINT64_MAX);
    return err;
}

/* An empty name cannot be typed, so it never confirms. */
static enum err name_typed(struct snapshot *snapshot, const char *what, const char *service, struct why *why)
{
    char line[QUESTION_LINE_MAX];
    char *text = mem_printf("%sType the RayService's name (%s) to go on:\n", what, service);
    enum err err = question_ask(snapshot, text, line, why);
    free(text);
    if (err == ERR_CANCELLED) return err;
    if (err) return why_prefix(why, "not confirmed: ");
    return *service && strcmp(line, service) == 0 ? ERR_OK : why_set(why, ERR_GUARD, "not confirmed");
}

/* A denial is an answer too. */
static bool permission_is_known(void *arg)
{
    return !session_permission_waits(snapshot_session(arg));
}

enum err guards_delete(const struct cli *cli, struct snapshot *snapshot, struct why *why)
{
    if (snapshot_until(snapshot, permission_is_known, snapshot, PERMISSION_TIMEOUT_MS) == ERR_CANCELLED)
        return why_set(why, ERR_CANCELLED, "interrupted");
    const enum err err = session_may_delete(snapshot_session(snapshot), why);
    return err ? err : guards_context(cli, snapshot, why);
}

enum err guards_confirm(const struct cli *cli, struct snapshot *snapshot, const char *what, const char *service,
                        struct why *why)
{
    if (!cli->yes && !question_can_be_asked())
        return why_set(why, ERR_GUARD, "not confirmed: there is no terminal, and --yes is not given");
    enum err err = cli->yes ? ERR_OK : name_typed(snapshot, what, service, why);
    if (err) return err;
    return snapshot_signalled(snapshot) ? why_set(why, ERR_CANCELLED, "interrupted") : ERR_OK;
}
