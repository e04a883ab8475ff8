/* console_pty.c - see console_pty.h. */
#include "tests/support/console_pty.h"

#include "backends/base/buf.h"
#include "backends/base/text.h"
#include "tests/support/deadline.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct pty *console_replay(const char *at, const char *env, const char *option, const char *value)
{
    const char *const argv[] = {run_raydeck(), "replay", HEAD_KILL, "--at", at, option, value, NULL};
    const char *const envs[] = {env, NULL};
    struct pty *p = pty_start(&(struct pty_conf){.argv = argv, .env = envs});
    pty_see(p, "REPLAY");
    pty_send(p, ",");
    pty_see(p, "REPLAY paused");
    return p;
}

void console_quit(struct pty *p)
{
    pty_send(p, "q");
    assert_int_equal(pty_wait_exit(p, DEADLINE_MS), 0);
    assert_true(pty_modes_restored(p));
    pty_stop(p);
}

char *console_clipboard(struct pty *p)
{
    static const char begins[] = "\033]52;c;";
    const char *raw = pty_raw(p, NULL), *at = NULL;
    for (const char *next = strstr(raw, begins); next; next = strstr(next + 1, begins)) at = next + sizeof begins - 1;
    if (!at) return NULL;
    struct buf text;
    buf_init(&text, 64 * 1024);
    assert_int_equal(text_base64_decode(at, strcspn(at, "\a"), &text), ERR_OK);
    return buf_take(&text);
}
