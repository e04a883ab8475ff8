/* sub_doctor.c - `raydeck doctor`: waits until every world has answered or failed, and judges. An error found is the
 * exit status's first word; that something could not be read is its second. */
#include "deploy/doctor.h"
#include "deploy/redis_from.h"
#include "tui/look.h"
#include "tui/status.h"

#include <stdlib.h>

enum { DOCTOR_TIMEOUT_MS = 10 * 1000, DOCTOR_CHECKUP_MS = 1500, DOCTOR_TEXT_MAX = 16 * 1024 * 1024 };

/* What comes a moment after the lists. A server that refuses it never tells: it is waited for a short while alone. */
static bool checked(void *arg)
{
    const struct session *s = look_session(arg);
    const char *why;
    const struct redis *r = session_focus(s).redis;
    bool redis = !r || (r->slow_count.known && r->timeout_s.known && (r->ray_connections.known || r->ray_why));
    return redis && session_may_delete_pods(s, &why) != TRI_UNKNOWN;
}

struct asking {
    struct look *look;
    struct redis_from *from; /* NULL: AWS is not asked */
    bool from_done;
};

static void on_aws(void *arg, enum err err, const char *why)
{
    struct asking *a = arg;
    (void)err; /* what is not known stays unknown, with the reason */
    (void)why;
    a->from_done = true;
    look_wake(a->look);
}

static bool aws_done(void *arg)
{
    const struct asking *a = arg;
    return !a->from || a->from_done;
}

static void print(const struct cli *cli, const struct findings *found)
{
    if (cli_json(cli)) {
        cJSON *json = findings_json(found);
        char *text = cJSON_Print(json);
        puts(text);
        free(text);
        cJSON_Delete(json);
        return;
    }
    struct buf text;
    buf_init(&text, DOCTOR_TEXT_MAX);
    doctor_text(found, &text);
    fputs(buf_text(&text), stdout);
    buf_done(&text);
}

static int examine(const struct cli *cli, struct look *look, const struct redis_from *from)
{
    const struct session *session = look_session(look);
    struct doctor_ask ask = {.now_ms = loop_now_ms(), .wall_ms = loop_wall_ms(look_loop(look))};
    if (from) ask.aws = redis_from_facts(from);
    struct focus focus = session_focus(session);
    struct findings found;
    ask.may_delete = session_may_delete_pods(session, &ask.may_why);
    findings_init(&found);
    doctor_of(session_world(session), &focus, &ask, &found);
    print(cli, &found);
    const struct status_of status = {.world = session_world(session), .now_ms = ask.now_ms};
    const bool errors = found.of[FINDING_ERROR] > 0;
    findings_done(&found);
    return errors ? EXIT_FAILED : status_err(&status) ? EXIT_UNREACHED : EXIT_FINE;
}

int sub_doctor(struct cli *cli)
{
    struct why why = {0};
    struct look *look = NULL;
    enum err err = cli_configure(cli, &why);
    if (!err) err = look_open(cli, &look, &why);
    if (err) {
        cli_say("%s", why.text);
        return cli_exit_of(err);
    }
    struct asking asking = {.look = look};
    if (cli->redis_from)
        asking.from = redis_from_start(&(struct redis_from_conf){look_loop(look), cli->redis_from, 0},
                                       &(struct redis_from_calls){NULL, on_aws, &asking});
    err = look_until_settled(look, cli_timeout_ms(cli, DOCTOR_TIMEOUT_MS));
    if (err != ERR_CANCELLED) {
        enum err waited = look_until(look, checked, look, DOCTOR_CHECKUP_MS);
        if (waited != ERR_CANCELLED)
            waited = look_until(look, aws_done, &asking, cli_timeout_ms(cli, DOCTOR_TIMEOUT_MS));
        if (waited == ERR_CANCELLED) err = waited;
    }
    const int status = err == ERR_CANCELLED ? look_exit_of(look, err) : examine(cli, look, asking.from);
    redis_from_free(asking.from);
    look_close(look);
    return status;
}
