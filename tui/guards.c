#include "tui/guards.h"

#include "tui/arming.h"

#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 300 };

enum err guards_words(const struct cli *cli, const char *what, struct why *why)
{
    const struct conf *c = &cli->conf;
    if (!cli->yes || (c->context && c->ns && c->service)) return ERR_OK;
    return why_set(why, ERR_GUARD, "--yes needs --context, --namespace and --service to say %s", what);
}

/* The line that was typed, without its end; false at the end of the input. */
static bool read_line(char line[LINE_MAX_BYTES])
{
    if (!fgets(line, LINE_MAX_BYTES, stdin)) return false;
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

/* The question that a refused key asks in the console: who and where, and y arms. */
static enum err ask_to_arm(const struct cli *cli, struct look *look, const struct arming *a, struct why *why)
{
    const struct kube_where *where = session_where(look_session(look));
    struct focus f = session_focus(look_session(look));
    char line[LINE_MAX_BYTES];
    fprintf(stderr, "READ-ONLY: %s.\n  context    %s\n  server     %s\n  as         %s\n  service    %s/%s\n", a->why,
            where->context, where->server ? where->server : "–", where->user ? where->user : "–",
            f.rayservice && f.rayservice->ns ? f.rayservice->ns : "–",
            f.rayservice && f.rayservice->name ? f.rayservice->name : "–");
    fprintf(stderr, "Arm this context for 15 minutes? y or n: ");
    if (!read_line(line) || strcmp(line, "y") != 0) return why_set(why, ERR_GUARD, "READ-ONLY: not armed");
    return arming_set(&cli->conf, where, true, why);
}

static enum err context_allowed(const struct cli *cli, struct look *look, struct why *why)
{
    const struct kube_where *where = session_where(look_session(look));
    const char *context = where ? where->context : NULL;
    struct arming a = arming_read(&cli->conf, where);
    if (a.state == ARMING_FORBIDDEN) return why_set(why, ERR_GUARD, "%s", a.why);
    if (arming_allows(&a)) return ERR_OK;
    if (cli->yes && context) {
        cli_say("context %s is armed for this alone, by --yes that names it", context);
        return ERR_OK;
    }
    if (!context || !isatty(STDIN_FILENO)) return why_set(why, ERR_GUARD, "READ-ONLY: %s", a.why);
    return ask_to_arm(cli, look, &a, why);
}

enum err guards_context(const struct cli *cli, struct look *look, struct why *why)
{
    enum err err = context_allowed(cli, look, why);
    /* For the one act that the program was called for, and which is confirmed next. */
    if (!err) session_allow_changes(look_session(look), UINT64_MAX);
    return err;
}

enum err guards_confirm(const struct cli *cli, const char *service, struct why *why)
{
    if (cli->yes) return ERR_OK;
    if (!isatty(STDIN_FILENO))
        return why_set(why, ERR_GUARD, "not confirmed: there is no terminal to ask at, and no --yes");
    fprintf(stderr, "Type the RayService's name (%s) to go on: ", service);
    char line[LINE_MAX_BYTES];
    if (!read_line(line)) return why_set(why, ERR_GUARD, "not confirmed");
    return *service && strcmp(line, service) == 0 ? ERR_OK : why_set(why, ERR_GUARD, "not confirmed");
}
