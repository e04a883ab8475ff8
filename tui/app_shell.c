/* app_shell.c - a shell in the selected pod by `kubectl exec -it`: the console leaves the terminal to it, and goes on
 * watching meanwhile. A shell can change whatever its container can, so that the context must be armed. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/app_priv.h"

#include <stdio.h>
#include <stdlib.h>

static void on_ended(void *arg, enum err err, const char *why)
{
    struct app *app = arg;
    foreground_free(app->shell);
    app->shell = NULL;
    term_return(app->term);
    if (err == ERR_NOT_FOUND)
        app_say(app, true, "shell: kubectl: no such program; install it, or name it in config.yaml (kubectl: COMMAND)");
    else if (err)
        app_say(app, true, "shell: %s; its own words are above raydeck's screen", why);
    else
        app_say(app, false, "the shell has ended");
}

void app_shell_open(struct app *app)
{
    const struct pod *pod = app_selected_pod(app);
    struct why why = {0};
    if (!pod) {
        app_say(app, true, "shell: select a pod that is there");
        return;
    }
    char *uid = mem_str(pod->record.key), *name = mem_printf("%s/%s", pod->ns, pod->name);
    term_lend(app->term);
    printf("raydeck: a shell in %s, which can change what it reaches; exit or ^D returns\n", name);
    fflush(stdout);
    const enum err err = session_shell(app->at->session, uid, &(struct foreground_calls){.ended = on_ended, .arg = app},
                                       &app->shell, &why);
    if (err) {
        term_return(app->term);
        app_say(app, true, "shell: %s", why.text);
    }
    free(uid);
    free(name);
}

void app_shell_close(struct app *app)
{
    foreground_free(app->shell);
    app->shell = NULL;
}
