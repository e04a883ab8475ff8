/*
 * arming.c - see arming.h. The file: {"version":2,"clusters":{ID:{"context":NAME,"boot":ID,"until_boot_ms":N,
 * "until_ms":N}}}, or in place of an entry's limits {"disarmed":true,"until_ms":N}. Version 1, keyed by context names,
 * arms nothing.
 */
#include "tui/arming.h"

#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/link/file.h"
#include "backends/recording/recordings_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOOT_ID_MAX = 64, ARMING_VERSION = 2 };

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

struct arming_clock arming_clock_now(const struct clock *clock)
{
    struct arming_clock now = {.boot_ms = clock_now_ms(clock), .wall_ms = clock_local_wall_ms(clock)};
    struct buf id;
    buf_init(&id, BOOT_ID_MAX);
    if (file_read(BOOT_ID, &id, NULL) == ERR_OK)
        snprintf(now.boot_id, sizeof now.boot_id, "%.*s", (int)strcspn(buf_text(&id), "\n"), buf_text(&id));
    buf_done(&id);
    return now;
}

char *arming_file(void)
{
    return state_folder("armed.json");
}

/* NULL: no file, or an unusable one; why has the reason. */
static cJSON *file_parse(const struct arming_text *file, struct why *why)
{
    cJSON *root = NULL;
    if (file->err == ERR_NOT_FOUND) return NULL;
    if (file->err)
        why_set(why, file->err, "%s", file->why);
    else if (json_parse(file->text, file->len, &root, why))
        why_prefix(why, "armed.json");
    return root;
}

static const cJSON *entry_of(const cJSON *root, const char *id)
{
    struct known_u64 version = json_u64(root, "version");
    return version.known && version.value == ARMING_VERSION && id ? json_get(json_get(root, "clusters"), id) : NULL;
}

static bool is_within(struct known_u64 until, uint64_t now_ms)
{
    return until.known && until.value > now_ms && until.value <= now_ms + ARMED_FOR_MS;
}

/* Both clocks limit it; CLOCK_BOOTTIME only within the same boot. */
static bool entry_arms(const cJSON *entry, const struct arming_clock *now)
{
    const char *boot = json_str(entry, "boot");
    return boot && strcmp(boot, now->boot_id) == 0 && is_within(json_u64(entry, "until_boot_ms"), now->boot_ms) &&
           is_within(json_u64(entry, "until_ms"), now->wall_ms);
}

static bool entry_disarms(const cJSON *entry)
{
    return cJSON_IsTrue(json_get(entry, "disarmed"));
}

/* The state that the configuration determines; true: the file is irrelevant. */
static bool arming_by_conf(const struct conf *conf, const struct kube_where *where, struct arming *a)
{
    const struct conf_cluster cluster = {where ? where->context : NULL, where ? where->server : NULL,
                                         where ? where->ca : NULL};
    const enum conf_mark mark = conf_mark_of(conf, &cluster);
    a->development = mark == CONF_DEVELOPMENT;
    if (conf->read_only || mark == CONF_READONLY) {
        a->state = ARMING_FORBIDDEN;
        snprintf(a->why, sizeof a->why, "%s",
                 conf->read_only ? "raydeck runs with --read-only" : "config.yaml marks this context read-only");
        return true;
    }
    if (!cluster.context) snprintf(a->why, sizeof a->why, "there is no context to change");
    if (mark == CONF_DEVELOPMENT_ELSEWHERE)
        snprintf(a->why, sizeof a->why,
                 "config.yaml's development: true for %.60s is of another server or ca (raydeck info)",
                 cluster.context);
    return !cluster.context;
}

struct arming arming_of(const struct conf *conf, const struct kube_where *where, const struct arming_text *file,
                        const struct arming_clock *now)
{
    struct arming a = {.state = ARMING_READ_ONLY};
    struct why why = {0};
    if (arming_by_conf(conf, where, &a)) return a;
    cJSON *root = file_parse(file, &why);
    const cJSON *entry = entry_of(root, where->id);
    if (why.text[0]) {
        snprintf(a.why, sizeof a.why, "%.180s", why.text);
    } else if (entry_arms(entry, now)) {
        a.state = ARMING_ARMED;
        a.until_ms = json_u64(entry, "until_boot_ms").value;
    } else if (a.development && !entry_disarms(entry)) {
        a.state = ARMING_DEVELOPMENT;
    } else if (entry || !a.why[0]) {
        snprintf(a.why, sizeof a.why, "%s",
                 entry_disarms(entry) ? "this context was disarmed; :arm arms it"
                 : entry              ? "this context is not armed any more"
                                      : "this context has never been armed");
    }
    cJSON_Delete(root);
    return a;
}

/* Removes the entries that expire first. */
static void entries_bound(cJSON *clusters)
{
    while (cJSON_GetArraySize(clusters) > ARMED_ENTRIES) {
        cJSON *oldest = clusters->child;
        for (cJSON *item = oldest; item; item = item->next)
            if (json_u64(item, "until_ms").value < json_u64(oldest, "until_ms").value) oldest = item;
        cJSON_Delete(cJSON_DetachItemViaPointer(clusters, oldest));
    }
}

static cJSON *entry_new(const struct kube_where *where, const struct arming_clock *now, bool armed)
{
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddStringToObject(entry, "context", where->context);
    if (armed) {
        cJSON_AddStringToObject(entry, "boot", now->boot_id);
        cJSON_AddNumberToObject(entry, "until_boot_ms", (double)(now->boot_ms + ARMED_FOR_MS));
    } else {
        cJSON_AddTrueToObject(entry, "disarmed");
    }
    cJSON_AddNumberToObject(entry, "until_ms", (double)(now->wall_ms + (armed ? ARMED_FOR_MS : 0)));
    return entry;
}

char *arming_change(const struct conf *conf, const struct kube_where *where, const struct arming_text *file,
                    const struct arming_clock *now, bool armed, struct why *why)
{
    struct arming a = {.state = ARMING_READ_ONLY};
    if (arming_by_conf(conf, where, &a) || !where->id) {
        why_set(why, ERR_GUARD, "%s", a.why);
        return NULL;
    }
    cJSON *root = file_parse(file, NULL), *clusters = cJSON_GetObjectItemCaseSensitive(root, "clusters");
    struct known_u64 version = json_u64(root, "version");
    if (!version.known || version.value != ARMING_VERSION || !cJSON_IsObject(clusters)) {
        cJSON_Delete(root);
        root = cJSON_CreateObject();
        cJSON_AddNumberToObject(root, "version", ARMING_VERSION);
        clusters = cJSON_AddObjectToObject(root, "clusters");
    }
    cJSON_DeleteItemFromObjectCaseSensitive(clusters, where->id);
    /* A development context is armed by config.yaml and needs no entry. */
    if (!armed || !a.development) cJSON_AddItemToObject(clusters, where->id, entry_new(where, now, armed));
    entries_bound(clusters);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (!text) mem_exhausted();
    return text;
}

static enum err file_of(const char *path, struct buf *bytes, struct arming_text *ret, struct why *why)
{
    buf_init(bytes, ARMED_FILE_MAX);
    enum err err = path ? file_read(path, bytes, why) : ERR_NOT_FOUND;
    *ret = (struct arming_text){buf_text(bytes), bytes->len, err, why->text};
    return err;
}

struct arming arming_read(const struct conf *conf, const struct kube_where *where, const struct clock *clock)
{
    const struct arming_clock now = arming_clock_now(clock);
    struct arming_text file;
    struct why why = {0};
    struct buf bytes;
    char *path = arming_file();
    file_of(path, &bytes, &file, &why);
    struct arming a = arming_of(conf, where, &file, &now);
    buf_done(&bytes);
    free(path);
    return a;
}

void arming_refuse(struct arming *a, const char *why)
{
    if (!arming_allows(a)) return;
    a->state = ARMING_READ_ONLY;
    a->until_ms = 0;
    snprintf(a->why, sizeof a->why, "%s", why);
}

void arming_expire(struct arming *a, uint64_t now_ms)
{
    if (a->state == ARMING_ARMED && now_ms >= a->until_ms) arming_refuse(a, "this context is not armed any more");
}

bool arming_allows(const struct arming *a)
{
    return a->state == ARMING_ARMED || a->state == ARMING_DEVELOPMENT;
}
