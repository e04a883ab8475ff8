/* arming.c - see arming.h. The file: {"version":1,"contexts":{"NAME":UNTIL_MS}}. */
#include "tui/arming.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ARMED_FILE_MAX = 256 * 1024, PATH_TEXT_MAX = 4096 };

/* "" where there is neither XDG_STATE_HOME nor HOME. */
static void state_folder(char *out, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    out[0] = '\0';
    if (state && state[0] == '/')
        snprintf(out, size, "%s/raydeck", state);
    else if (home && home[0] == '/')
        snprintf(out, size, "%s/.local/state/raydeck", home);
}

static enum err make_folders(const char *path)
{
    char part[PATH_TEXT_MAX];
    for (size_t i = 1; path[i - 1]; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        if (mkdir(part, 0700) != 0 && errno != EEXIST) return ERR_IO;
    }
    return ERR_OK;
}

static cJSON *read_state(const char *file, struct why *why)
{
    struct buf text;
    buf_init(&text, ARMED_FILE_MAX);
    cJSON *root = NULL;
    enum err err = file_read(file, &text, why);
    if (!err) err = json_parse(buf_text(&text), text.len, &root, why);
    if (err == ERR_NOT_FOUND && why) *why = (struct why){0};
    buf_done(&text);
    return root;
}

struct arming arming_of(const struct conf *conf, const char *context, uint64_t wall_ms)
{
    struct arming a = {.state = ARMING_READ_ONLY};
    const struct conf_context *known = context ? conf_context_of(conf, context) : NULL;
    if (conf->read_only || (known && known->readonly)) {
        a.state = ARMING_FORBIDDEN;
        snprintf(a.why, sizeof a.why, "%s",
                 conf->read_only ? "raydeck runs with --read-only" : "config.yaml marks this context read-only");
        return a;
    }
    if (!context) {
        snprintf(a.why, sizeof a.why, "there is no context to change");
        return a;
    }
    if (known && known->development) {
        a.state = ARMING_DEVELOPMENT;
        return a;
    }
    char file[PATH_TEXT_MAX], folder[PATH_TEXT_MAX - 16];
    state_folder(folder, sizeof folder);
    snprintf(file, sizeof file, "%s/armed.json", folder);
    struct why why = {0};
    cJSON *root = read_state(file, &why);
    struct known_u64 until = json_u64(json_get(root, "contexts"), context);
    cJSON_Delete(root);
    if (until.known && until.value > wall_ms && until.value <= wall_ms + ARMED_FOR_MS) {
        a.state = ARMING_ARMED;
        a.until_wall_ms = until.value;
    } else if (why.text[0]) {
        snprintf(a.why, sizeof a.why, "%.150s", why.text);
    } else {
        snprintf(a.why, sizeof a.why,
                 until.known ? "this context is not armed any more" : "this context has never been armed");
    }
    return a;
}

enum err arming_set(const struct conf *conf, const char *context, bool armed, uint64_t wall_ms, struct why *why)
{
    struct arming now = arming_of(conf, context, wall_ms);
    if (!context || now.state == ARMING_FORBIDDEN) return why_set(why, ERR_GUARD, "%s", now.why);
    char file[PATH_TEXT_MAX], folder[PATH_TEXT_MAX - 16];
    state_folder(folder, sizeof folder);
    if (!folder[0] || make_folders(folder)) return why_set(why, ERR_IO, "%s: cannot be made", folder);
    snprintf(file, sizeof file, "%s/armed.json", folder);
    cJSON *root = read_state(file, NULL);
    if (!cJSON_IsObject(root)) {
        cJSON_Delete(root);
        root = cJSON_CreateObject();
        cJSON_AddNumberToObject(root, "version", 1);
    }
    cJSON *contexts = cJSON_GetObjectItemCaseSensitive(root, "contexts");
    if (!cJSON_IsObject(contexts)) {
        cJSON_DeleteItemFromObjectCaseSensitive(root, "contexts");
        contexts = cJSON_AddObjectToObject(root, "contexts");
    }
    cJSON_DeleteItemFromObjectCaseSensitive(contexts, context);
    cJSON_AddNumberToObject(contexts, context, armed ? (double)(wall_ms + ARMED_FOR_MS) : 0);
    char *text = cJSON_Print(root);
    enum err err = file_write(file, text, strlen(text), why);
    free(text);
    cJSON_Delete(root);
    return err;
}

bool arming_allows(const struct arming *a)
{
    return a->state == ARMING_ARMED || a->state == ARMING_DEVELOPMENT;
}
