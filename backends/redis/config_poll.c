/* config_poll.c - polls CONFIG GET and SLOWLOG GET once a minute. A command that the server refuses, as managed
 * services do, is not sent again on this connection, and its fields stay unknown. */
#include "backends/base/mem.h"
#include "backends/redis/redis_link.h"
#include "backends/redis/server_parse.h"

#include <stdio.h>
#include <string.h>

static const char *const settings[] = {"timeout", "maxmemory-policy", "appendonly", "save", "slowlog-log-slower-than"};

static void on_config(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    const size_t at = k->poll.config_at++ % ARRAY_LEN(settings);
    if (reply->type == REPLY_ERROR)
        k->poll.no_config = true;
    else
        config_parse(settings[at], reply_item(reply, 1), k->record);
    poll_reply_done(k);
}

static void on_slowlog(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    if (!slowlog_parse(reply, k->record)) k->poll.no_slowlog = true;
    poll_reply_done(k);
}

static void on_cluster(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    if (reply_is_text(reply)) k->record->shards = cluster_size_parse(reply->text, reply->len);
    poll_reply_done(k);
}

void config_poll_send(struct redis_link *k)
{
    char number[16];
    snprintf(number, sizeof number, "%d", POLL_SLOWLOG_MAX);
    const struct gcs_span most = {number, strlen(number)};
    for (size_t i = 0; i < ARRAY_LEN(settings) && !k->poll.no_config; i++) {
        const struct gcs_span name = {settings[i], strlen(settings[i])};
        poll_send(k, ALLOW_CONFIG_GET, &name, 1, on_config);
    }
    if (k->record->cluster == TRI_YES) poll_send(k, ALLOW_CLUSTER_INFO, NULL, 0, on_cluster);
    if (!k->poll.no_slowlog) poll_send(k, ALLOW_SLOWLOG_GET, &most, 1, on_slowlog);
}
