/* Once a minute: how the server is set, and what was slow. What a server refuses (managed ones do) stays unknown, and
 * is not asked again on this connection. */
#include "backends/base/mem.h"
#include "backends/redis/redis_link.h"
#include "backends/redis/server_parse.h"

#include <stdio.h>
#include <string.h>

static const char *const settings[] = {"timeout", "maxmemory-policy", "appendonly", "save", "slowlog-log-slower-than"};

static void on_config(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    const size_t at = k->pulse.config_at++ % ARRAY_LEN(settings);
    if (reply->type == REPLY_ERROR)
        k->pulse.no_config = true;
    else
        config_parse(settings[at], reply_item(reply, 1), k->record);
    pulse_answered(k);
}

static void on_slowlog(void *arg, const struct reply *reply)
{
    struct redis_link *k = arg;
    if (!slowlog_parse(reply, k->record)) k->pulse.no_slowlog = true;
    pulse_answered(k);
}

void checkup_ask(struct redis_link *k)
{
    char number[16];
    snprintf(number, sizeof number, "%d", PULSE_SLOWLOG_MAX);
    const struct gcs_span most = {number, strlen(number)};
    for (size_t i = 0; i < ARRAY_LEN(settings) && !k->pulse.no_config; i++) {
        const struct gcs_span name = {settings[i], strlen(settings[i])};
        pulse_ask(k, ALLOW_CONFIG_GET, &name, 1, on_config);
    }
    if (!k->pulse.no_slowlog) pulse_ask(k, ALLOW_SLOWLOG_GET, &most, 1, on_slowlog);
}
