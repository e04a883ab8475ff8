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

enum err guards_context(const struct cli *cli, struct look *look, struct why *why)
{
    const struct kube_where *where = session_where(look_session(look));
    struct arming a = arming_of(&cli->conf, where ? where->context : NULL, loop_wall_ms(look_loop(look)));
    if (a.state == ARMING_FORBIDDEN) return why_set(why, ERR_GUARD, "%s", a.why);
    /* --yes with everything spelled out, or the name typed at a terminal, is what arming is in the console. */
    if (!arming_allows(&a) && !cli->yes && !isatty(STDIN_FILENO))
        return why_set(why, ERR_GUARD, "READ-ONLY: %s", a.why);
    return ERR_OK;
}

enum err guards_confirm(const struct cli *cli, const char *service, struct why *why)
{
    if (cli->yes) return ERR_OK;
    if (!isatty(STDIN_FILENO))
        return why_set(why, ERR_GUARD, "not confirmed: there is no terminal to ask at, and no --yes");
    fprintf(stderr, "Type the RayService's name (%s) to go on: ", service);
    char line[LINE_MAX_BYTES];
    if (!fgets(line, sizeof line, stdin)) return why_set(why, ERR_GUARD, "not confirmed");
    line[strcspn(line, "\r\n")] = '\0';
    return *service && strcmp(line, service) == 0 ? ERR_OK : why_set(why, ERR_GUARD, "not confirmed");
}
