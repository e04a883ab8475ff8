/* record_open.c - see record_open.h. */
#include "tui/record_open.h"

#include "backends/recording/recordings_folder.h"
#include "tui/redact.h"

#include <stdlib.h>

static void record_redact(void *arg, char *text, size_t len)
{
    const struct record_conf *conf = arg;
    redact_text(conf->redact, text, len);
}

enum err record_open(struct loop *l, const struct cli *cli, const struct record_conf *conf, struct live_recording **ret,
                     struct why *why)
{
    *ret = NULL;
    if (!conf->file && !conf->flight) return ERR_OK;
    char *folder = recordings_folder();
    struct live_conf live = {.file = conf->file,
                             .flight = conf->flight,
                             .folder = folder,
                             /* A demo leaves no files behind. */
                             .saves_losses = !cli->conf.demo,
                             .opening = {.raydeck = RAYDECK_VERSION, .demo = cli->conf.demo},
                             .say = conf->say,
                             .arg = conf->arg};
    if (conf->redact) live.redaction = (struct recorder_redaction){record_redact, (void *)(uintptr_t)conf};
    enum err err = live_open(l, &live, ret, why);
    free(folder);
    return err;
}
