/* fake_redis.c - a RESP server whose replies are the test's. */
#include "tests/support/fake_redis.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN_MAX = 1024 * 1024, REPLY_MAX = 64 * 1024 * 1024, COMMAND_MAX = 512, NAMES = 32 };

struct guest {
    uv_tcp_t tcp;
    struct fake_redis *server;
    struct guest *next, **self;
    struct buf in;
    bool subscribed;
    char room[64 * 1024];
};

struct fake_redis {
    uv_tcp_t tcp;
    struct loop *loop;
    fake_redis_answer *answer;
    void *arg;
    struct guest *guests;
    char url[64];
    unsigned connections;
    uint64_t sent;
    struct {
        char name[32]; /* the command's first words, up to a digit or a key */
        unsigned times;
    } asked[NAMES];
    size_t names;
};

static void guest_closed(uv_handle_t *h)
{
    struct guest *g = h->data;
    buf_done(&g->in);
    free(g);
}

static void guest_close(struct guest *g)
{
    if (uv_is_closing((uv_handle_t *)&g->tcp)) return;
    *g->self = g->next;
    if (g->next) g->next->self = g->self;
    uv_close((uv_handle_t *)&g->tcp, guest_closed);
}

static void count_command(struct fake_redis *f, const char *command)
{
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(command, " "), command);
    size_t i = 0;
    while (i < f->names && strcmp(f->asked[i].name, name) != 0) i++;
    if (i == NAMES) abort();
    if (i == f->names) memcpy(f->asked[f->names++].name, name, sizeof name);
    f->asked[i].times++;
}

static void answer_as_empty(const char *command, struct buf *out)
{
    static const struct {
        const char *prefix, *reply;
    } replies[] = {
        {"PING", "+PONG\r\n"},
        {"CLIENT ID", ":7\r\n"},
        {"CLIENT LIST", "$5\r\nid=7\n\r\n"},
        {"CLIENT", "+OK\r\n"},
        {"AUTH", "+OK\r\n"},
        {"SELECT", "+OK\r\n"},
        {"INFO", "$0\r\n\r\n"},
        {"DBSIZE", ":0\r\n"},
        {"SCAN", "*2\r\n$1\r\n0\r\n*0\r\n"},
        {"CONFIG", "*0\r\n"},
        {"SLOWLOG", "*0\r\n"},
        {"SUBSCRIBE", "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n"},
        {"HLEN", ":0\r\n"},
        {"HSTRLEN", ":0\r\n"},
        {"HKEYS", "*0\r\n"},
        {"HSCAN", "*2\r\n$1\r\n0\r\n*0\r\n"},
        {"HGET", "$-1\r\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        if (strncmp(command, replies[i].prefix, strlen(replies[i].prefix)) != 0) continue;
        buf_str(out, replies[i].reply);
        return;
    }
    buf_str(out, "-ERR unknown command\r\n");
}

/* The length of one whole command at the start of `text`, whose words go into command; 0: not whole yet. */
static size_t take_command(const char *text, size_t len, char command[COMMAND_MAX])
{
    char *end;
    size_t at, out = 0;
    if (len < 4 || text[0] != '*' || !memchr(text, '\n', len)) return 0;
    unsigned long words = strtoul(text + 1, &end, 10);
    at = (size_t)(end + 2 - text);
    command[0] = '\0';
    for (unsigned long i = 0; i < words; i++) {
        if (at + 4 > len || !memchr(text + at, '\n', len - at)) return 0;
        size_t size = strtoul(text + at + 1, &end, 10);
        at = (size_t)(end + 2 - text);
        if (at + size + 2 > len) return 0;
        for (size_t j = 0; j < size + 1 && out < COMMAND_MAX - 1; j++)
            command[out++] = j < size ? (text[at + j] ? text[at + j] : '?') : ' ';
        at += size + 2;
    }
    command[out ? out - 1 : 0] = '\0';
    return at;
}

struct written {
    uv_write_t req;
    struct buf bytes;
};

static void on_written(uv_write_t *req, int status)
{
    struct written *w = (struct written *)(void *)req;
    (void)status;
    buf_done(&w->bytes);
    free(w);
}

static void guest_answer(struct guest *g)
{
    struct fake_redis *f = g->server;
    char command[COMMAND_MAX];
    struct written *w = mem_zero(1, sizeof *w);
    size_t at = 0, len;
    buf_init(&w->bytes, REPLY_MAX);
    while ((len = take_command(buf_text(&g->in) + at, g->in.len - at, command)) > 0) {
        at += len;
        count_command(f, command);
        g->subscribed |= strncmp(command, "SUBSCRIBE", 9) == 0;
        if (!f->answer(f->arg, command, &w->bytes)) answer_as_empty(command, &w->bytes);
    }
    memmove(g->in.data, g->in.data + at, g->in.len - at);
    g->in.len -= at;
    f->sent += w->bytes.len;
    uv_buf_t out = uv_buf_init(w->bytes.data, (unsigned)w->bytes.len);
    if (w->bytes.len == 0 || uv_write(&w->req, (uv_stream_t *)&g->tcp, &out, 1, on_written)) on_written(&w->req, 0);
}

void fake_redis_push(struct fake_redis *f, const char *bytes)
{
    for (struct guest *g = f->guests; g; g = g->next) {
        if (!g->subscribed) continue;
        struct written *w = mem_zero(1, sizeof *w);
        buf_init(&w->bytes, REPLY_MAX);
        buf_str(&w->bytes, bytes);
        uv_buf_t out = uv_buf_init(w->bytes.data, (unsigned)w->bytes.len);
        if (uv_write(&w->req, (uv_stream_t *)&g->tcp, &out, 1, on_written)) on_written(&w->req, 0);
    }
}

static void on_room(uv_handle_t *h, size_t size, uv_buf_t *out)
{
    struct guest *g = h->data;
    (void)size;
    *out = uv_buf_init(g->room, sizeof g->room);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
    struct guest *g = s->data;
    if (n < 0) {
        guest_close(g);
        return;
    }
    if (buf_add(&g->in, b->base, (size_t)n)) abort();
    guest_answer(g);
}

static void on_guest(uv_stream_t *s, int status)
{
    struct fake_redis *f = s->data;
    if (status) return;
    struct guest *g = mem_zero(1, sizeof *g);
    g->server = f;
    buf_init(&g->in, IN_MAX);
    uv_tcp_init(s->loop, &g->tcp);
    g->tcp.data = g;
    g->next = f->guests;
    if (g->next) g->next->self = &g->next;
    g->self = &f->guests;
    f->guests = g;
    f->connections++;
    if (uv_accept(s, (uv_stream_t *)&g->tcp))
        guest_close(g);
    else
        uv_read_start((uv_stream_t *)&g->tcp, on_room, on_read);
}

struct fake_redis *fake_redis_start(struct loop *l, fake_redis_answer *answer, void *arg)
{
    struct fake_redis *f = mem_zero(1, sizeof *f);
    struct sockaddr_in at;
    int len = sizeof at;
    f->loop = l;
    f->answer = answer;
    f->arg = arg;
    uv_ip4_addr("127.0.0.1", 0, &at);
    uv_tcp_init(loop_uv(l), &f->tcp);
    f->tcp.data = f;
    int bad = uv_tcp_bind(&f->tcp, (const struct sockaddr *)&at, 0);
    bad |= uv_listen((uv_stream_t *)&f->tcp, 64, on_guest);
    bad |= uv_tcp_getsockname(&f->tcp, (struct sockaddr *)&at, &len);
    if (bad) abort();
    snprintf(f->url, sizeof f->url, "redis://127.0.0.1:%u", ntohs(at.sin_port));
    return f;
}

static void server_closed(uv_handle_t *h)
{
    free(h->data);
}

void fake_redis_stop(struct fake_redis *f)
{
    while (f->guests) guest_close(f->guests);
    uv_close((uv_handle_t *)&f->tcp, server_closed);
}

const char *fake_redis_url(const struct fake_redis *f)
{
    return f->url;
}

unsigned fake_redis_connections(const struct fake_redis *f)
{
    return f->connections;
}

unsigned fake_redis_commands(const struct fake_redis *f, const char *prefix)
{
    unsigned sum = 0;
    for (size_t i = 0; i < f->names; i++)
        if (strncmp(f->asked[i].name, prefix, strlen(prefix)) == 0) sum += f->asked[i].times;
    return sum;
}

uint64_t fake_redis_sent(const struct fake_redis *f)
{
    return f->sent;
}
