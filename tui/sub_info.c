/* sub_info.c - `raydeck info`: what was discovered and from which source; paths; versions. */
#include "tui/snapshot.h"

#include "backends/base/json.h"

#include <curl/curl.h>
#include <stdlib.h>

enum { INFO_TIMEOUT_MS = 5000 };

static void line_text(void *arg, const char *what, const char *value, const char *from)
{
    (void)arg;
    if (from)
        printf("%-26s %-60s %s\n", what, value ? value : "–", from);
    else
        printf("%-26s %s\n", what, value ? value : "–");
}

static void line_json(void *arg, const char *what, const char *value, const char *from)
{
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "what", what);
    cJSON_AddItemToObject(item, "value", value ? cJSON_CreateString(value) : cJSON_CreateNull());
    cJSON_AddItemToObject(item, "from", from ? cJSON_CreateString(from) : cJSON_CreateNull());
    cJSON_AddItemToArray(arg, item);
}

/* The libraries this program runs with, which the session does not know. */
static void own_lines(void (*line)(void *, const char *, const char *, const char *), void *arg)
{
    line(arg, "libcurl", curl_version_info(CURLVERSION_NOW)->version, curl_version_info(CURLVERSION_NOW)->ssl_version);
    line(arg, "libuv", uv_version_string(), NULL);
}

int sub_info(struct cli *cli)
{
    int refused = 0;
    struct snapshot *snapshot = snapshot_begin(cli, &refused);
    if (!snapshot) return refused;
    enum err err = snapshot_until_settled(snapshot, cli_timeout_ms(cli, INFO_TIMEOUT_MS));
    if (err == ERR_CANCELLED) {
        const int status = snapshot_exit_status(snapshot, err);
        snapshot_close(snapshot);
        return status;
    }
    if (cli_json(cli)) {
        cJSON *root = cJSON_CreateObject();
        cJSON_AddNumberToObject(root, "version", 1);
        cJSON *lines = cJSON_AddArrayToObject(root, "info");
        session_info(snapshot_session(snapshot), line_json, lines);
        own_lines(line_json, lines);
        cli_print_json(root);
    } else {
        session_info(snapshot_session(snapshot), line_text, NULL);
        own_lines(line_text, NULL);
    }
    const bool unread = session_unread_why(snapshot_session(snapshot)) != NULL;
    snapshot_close(snapshot);
    return unread ? EXIT_UNREACHED : EXIT_FINE;
}
