/*
 * record_open.h - starts the recording that the command line specifies: --record FILE, --no-recorder, --redact.
 */
#ifndef RAYDECK_RECORD_OPEN_H
#define RAYDECK_RECORD_OPEN_H

#include "backends/recording/live_recording.h"
#include "tui/cli.h"

struct redactor;
struct record_conf {
    const char *file; /* NULL: none */
    bool flight;
    struct redactor *redact; /* borrowed; NULL: no redaction */
    void (*say)(void *arg, bool bad, const char *words);
    void *arg;
};
/* *ret NULL: no recording. conf must outlive the recording. */
enum err record_open(struct loop *l, const struct cli *cli, const struct record_conf *conf, struct live_recording **ret,
                     struct why *why);

#endif
