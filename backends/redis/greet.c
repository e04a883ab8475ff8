/* greet.c - the greeting of a connection: AUTH, CLIENT SETNAME, CLIENT INFO. */
#include "backends/redis/greet.h"

#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err greet_error(const struct reply *error, struct why *why)
{
    if (!error || error->type != REPLY_ERROR) return why_set(why, ERR_PROTOCOL, "Redis: an answer of the wrong kind");
    enum err code = ERR_SERVER;
    if (reply_error_is(error, "NOAUTH") || reply_error_is(error, "WRONGPASS")) code = ERR_AUTH;
    if (reply_error_is(error, "NOPERM")) code = ERR_FORBIDDEN;
    if (reply_error_is(error, "MOVED") || reply_error_is(error, "CLUSTERDOWN")) code = ERR_UNSUPPORTED;
    char *text = text_safe(error->text, error->len, TEXT_ONE_LINE, ERR_TEXT_MAX / 2);
    if (code == ERR_UNSUPPORTED)
        (void)why_set(why, code, "Redis runs in cluster mode, which is not supported (%s)", text);
    else
        (void)why_set(why, code, "Redis: %s", text);
    free(text);
    return code;
}

static struct gcs_span span_of(const char *text)
{
    return (struct gcs_span){text, strlen(text)};
}

static void on_auth(void *arg, const struct reply *reply)
{
    struct greet *g = arg;
    if (reply->type != REPLY_ERROR) return;
    /* a password too many is no obstacle: redis-cli goes on as well */
    if (strstr(reply->text, "without any password configured") || strstr(reply->text, "no password is set")) return;
    if (greet_error(reply, &g->why) == ERR_SERVER && !reply_error_is(reply, "LOADING")) g->why.code = ERR_AUTH;
    g->err = g->why.code;
}

static void on_select(void *arg, const struct reply *reply)
{
    struct greet *g = arg;
    if (reply->type == REPLY_ERROR && !g->err) g->err = greet_error(reply, &g->why);
}

/* A full server says so to whatever comes first, and hangs up. */
static void on_name(void *arg, const struct reply *reply)
{
    struct greet *g = arg;
    if (reply->type != REPLY_ERROR || !strstr(reply->text, "max number of clients") || g->err) return;
    g->err = greet_error(reply, &g->why);
    g->done(g->arg, g);
}

static void on_id(void *arg, const struct reply *reply)
{
    struct greet *g = arg;
    if (reply->type == REPLY_INTEGER && reply->number >= 0) g->id = known_u64((uint64_t)reply->number);
}

static void on_ping(void *arg, const struct reply *reply)
{
    struct greet *g = arg;
    /* a user without the right to PING is answered all the same */
    if (!g->err && reply->type == REPLY_ERROR && !reply_error_is(reply, "NOPERM")) g->err = greet_error(reply, &g->why);
    if (g->err == ERR_AUTH && reply_error_is(reply, "NOAUTH") && strstr(g->why.text, "NOAUTH"))
        (void)why_set(&g->why, ERR_AUTH, "Redis wants a password, and none was given (NOAUTH)");
    g->done(g->arg, g);
}

void greet_start(struct greet *g, struct resp *conn, const struct greet_who *who,
                 void (*done)(void *arg, const struct greet *g), void *arg)
{
    *g = (struct greet){.done = done, .arg = arg};
    if (who->user || who->password) {
        const char *password = who->password ? who->password : "";
        const struct gcs_span both[] = {span_of(who->user ? who->user : ""), span_of(password)};
        const bool named = who->user != NULL;
        (void)resp_ask(conn, ALLOW_AUTH, named ? both : both + 1, named ? 2 : 1, on_auth, g);
    }
    if (who->db) {
        char number[16];
        snprintf(number, sizeof number, "%u", who->db);
        const struct gcs_span db = span_of(number);
        (void)resp_ask(conn, ALLOW_SELECT, &db, 1, on_select, g);
    }
    const struct gcs_span name = span_of(who->name);
    (void)resp_ask(conn, ALLOW_CLIENT_SETNAME, &name, 1, on_name, g);
    (void)resp_ask(conn, ALLOW_CLIENT_ID, NULL, 0, on_id, g);
    (void)resp_ask(conn, ALLOW_PING, NULL, 0, on_ping, g);
}
