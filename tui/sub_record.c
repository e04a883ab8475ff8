/* sub_record.c - `raydeck record FILE`: records a session without a screen into a new file until interrupted. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/snapshot_record.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_FOR_MAX_S = 30 * 86400 };

static void on_said(void *arg, bool bad, const char *words)
{
    (void)arg;
    if (bad) cli_say("%s", words);
}

static enum err on_begin(void *arg, struct loop *l, struct why *why)
{
    return snapshot_record_begin(arg, l, why);
}

static void on_applied(void *arg, const struct change *c)
{
    snapshot_record_change(arg, c);
}

static void on_end(void *arg)
{
    snapshot_record_end(arg);
}

static bool is_failed(void *arg)
{
    const struct snapshot_record *r = arg;
    return live_file_failed(r->live);
}

/* Waits for the end; returns the error that ends it early. */
static enum err record_wait(struct snapshot_record *r, struct snapshot *snapshot, uint64_t for_ms)
{
    snapshot_record_opened(r, snapshot);
    enum err err = snapshot_until(snapshot, is_failed, r, for_ms);
    return err == ERR_OK ? ERR_IO : ERR_OK; /* a signal and the timeout are normal ends */
}

int sub_record(struct cli *cli)
{
    struct why why = {0};
    struct snapshot *snapshot = NULL;
    uint64_t for_s = 0, began_ms = loop_now_ms();
    struct snapshot_record r = {.cli = cli, .conf = {.say = on_said}};
    const struct snapshot_hooks hooks = {on_begin, on_applied, on_end, &r};
    enum err err = cli->argc == 1 ? ERR_OK : why_set(&why, ERR_USAGE, "record: into which file? raydeck record FILE");
    if (!err) err = cli_for_seconds(cli, RECORD_FOR_MAX_S, &for_s, &why);
    if (!err) err = cli_configure(cli, &why);
    if (!err) {
        r.conf.file = cli->argv[0];
        err = snapshot_open_with(cli, &hooks, &snapshot, &why);
    }
    if (err) {
        cli_say("%s", why.text);
        return cli_exit_of(err);
    }
    err = record_wait(&r, snapshot, for_s ? for_s * 1000 : SNAPSHOT_NO_LIMIT);
    snapshot_close(snapshot);
    if (r.err && r.why.text[0]) cli_say("%s", r.why.text);
    char length[TEXT_NUM_MAX], size[TEXT_NUM_MAX];
    cli_say("%s: %s, %llu change%s, %s", cli->argv[0], text_duration(length, loop_now_ms() - began_ms),
            (unsigned long long)r.changes, text_plural(r.changes), text_bytes(size, known_u64(r.bytes)));
    return err || r.err ? EXIT_FAILED : EXIT_FINE;
}
