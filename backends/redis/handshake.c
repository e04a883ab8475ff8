/* handshake.c - the handshake of a connection: AUTH, SELECT, CLIENT SETNAME, CLIENT ID, PING, pipelined. */
#include "backends/redis/handshake.h"

#include "backends/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err redis_error(const struct reply *error, struct why *why)
{
    if (!error || error->type != REPLY_ERROR) return why_set(why, ERR_PROTOCOL, "Redis: a reply of the wrong type");
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
    struct handshake *h = arg;
    if (reply->type != REPLY_ERROR) return;
    /* a password where none is set is ignored, as redis-cli does */
    if (strstr(reply->text, "without any password configured") || strstr(reply->text, "no password is set")) return;
    if (redis_error(reply, &h->why) == ERR_SERVER && !reply_error_is(reply, "LOADING")) h->why.code = ERR_AUTH;
    if (strstr(reply->text, "wrong number of arguments"))
        (void)why_set(&h->why, ERR_AUTH, "Redis before 6 takes no user name, only a password");
    h->err = h->why.code;
}

static void on_select(void *arg, const struct reply *reply)
{
    struct handshake *h = arg;
    if (reply->type != REPLY_ERROR) return;
    if (strstr(reply->text, "unknown command"))
        (void)redis_error(reply, &h->no_databases);
    else if (!h->err)
        h->err = redis_error(reply, &h->why);
}

/* A server at maxclients answers the first command with that error and closes the connection. */
static void on_name(void *arg, const struct reply *reply)
{
    struct handshake *h = arg;
    if (reply->type != REPLY_ERROR || !strstr(reply->text, "max number of clients") || h->err) return;
    h->err = redis_error(reply, &h->why);
    h->done(h->arg, h);
}

static void on_id(void *arg, const struct reply *reply)
{
    struct handshake *h = arg;
    if (reply->type == REPLY_INTEGER && reply->number >= 0) h->id = known_u64((uint64_t)reply->number);
}

static void on_ping(void *arg, const struct reply *reply)
{
    struct handshake *h = arg;
    /* NOPERM proves that the connection is authenticated: the ACL merely lacks +ping */
    if (!h->err && reply->type == REPLY_ERROR && !reply_error_is(reply, "NOPERM")) h->err = redis_error(reply, &h->why);
    if (h->err == ERR_AUTH && reply_error_is(reply, "NOAUTH") && strstr(h->why.text, "NOAUTH"))
        (void)why_set(&h->why, ERR_AUTH, "Redis requires a password, and none was given (NOAUTH)");
    h->done(h->arg, h);
}

void handshake_start(struct handshake *h, struct resp *conn, const struct handshake_conf *conf,
                     void (*done)(void *arg, const struct handshake *h), void *arg)
{
    *h = (struct handshake){.done = done, .arg = arg};
    if (conf->user || conf->password) {
        const char *password = conf->password ? conf->password : "";
        const struct gcs_span both[] = {span_of(conf->user ? conf->user : ""), span_of(password)};
        const bool named = conf->user != NULL;
        (void)resp_send(conn, ALLOW_AUTH, named ? both : both + 1, named ? 2 : 1, on_auth, h);
    }
    if (conf->db) {
        char number[16];
        snprintf(number, sizeof number, "%u", conf->db);
        const struct gcs_span db = span_of(number);
        (void)resp_send(conn, ALLOW_SELECT, &db, 1, on_select, h);
    }
    const struct gcs_span name = span_of(conf->name);
    (void)resp_send(conn, ALLOW_CLIENT_SETNAME, &name, 1, on_name, h);
    (void)resp_send(conn, ALLOW_CLIENT_ID, NULL, 0, on_id, h);
    (void)resp_send(conn, ALLOW_PING, NULL, 0, on_ping, h);
}
