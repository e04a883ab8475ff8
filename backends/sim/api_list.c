/* api_list.c - lists: limit and continue, equality-based label and field selectors. */
#include "backends/base/buf.h"
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/sim/api_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_MAX = 2048, LIST_MAX = 512 * 1024 * 1024 };

/* Matches one "name=value", "name==value" or "name!=value" of a selector. */
static bool term_matches(const char *term, size_t len, const cJSON *obj, bool labels)
{
    char name[256], wanted[256];
    const char *equals = memchr(term, '=', len);
    size_t name_len = equals ? (size_t)(equals - term) : len;
    bool negated = equals && name_len && term[name_len - 1] == '!';
    if (negated) name_len--;
    snprintf(name, sizeof name, "%.*s", (int)name_len, term);
    const char *has = NULL;
    if (labels) {
        has = json_str(json_path(obj, "metadata.labels"), name);
    } else {
        const cJSON *field = json_path(obj, name);
        has = cJSON_IsString(field) ? field->valuestring : "";
    }
    if (!equals) return has != NULL;
    if (equals[1] == '=') equals++;
    snprintf(wanted, sizeof wanted, "%.*s", (int)(term + len - equals - 1), equals + 1);
    return (has && strcmp(has, wanted) == 0) != negated;
}

static bool all_match(const char *selector, const cJSON *obj, bool labels)
{
    while (selector && *selector) {
        size_t len = strcspn(selector, ",");
        if (len && !term_matches(selector, len, obj, labels)) return false;
        selector += len + (selector[len] == ',');
    }
    return true;
}

bool selector_matches(const char *labels, const char *fields, const cJSON *obj)
{
    return all_match(labels, obj, true) && all_match(fields, obj, false);
}

cJSON *status_expired(const char *asked, uint64_t oldest)
{
    char message[128];
    snprintf(message, sizeof message, "too old resource version: %.24s (%" PRIu64 ")", asked, oldest);
    return status_object(410, "Expired", message, "", "");
}

/* The continue token: base64 of {"v":"meta.k8s.io/v1","rv":VERSION,"start":"NS/NAME"}; the page begins after start. */
static char *token_make(uint64_t version, const cJSON *last)
{
    struct buf plain, coded;
    buf_init(&plain, TOKEN_MAX);
    buf_init(&coded, 2 * TOKEN_MAX);
    buf_printf(&plain, "{\"v\":\"meta.k8s.io/v1\",\"rv\":%" PRIu64 ",\"start\":\"%s/%s\"}", version, object_ns(last),
               object_name(last));
    text_base64_encode(buf_text(&plain), plain.len, &coded);
    buf_done(&plain);
    return buf_take(&coded);
}

/* False: not a token of this server. */
static bool token_read(const char *token, uint64_t *ret_version, char start[512])
{
    struct buf plain;
    cJSON *json = NULL;
    bool good = false;
    buf_init(&plain, TOKEN_MAX);
    if (text_base64_decode(token, strlen(token), &plain) == ERR_OK &&
        json_parse(buf_text(&plain), plain.len, &json, NULL) == ERR_OK) {
        struct known_u64 version = json_u64(json, "rv");
        const char *from = json_str(json, "start");
        good = version.known && from && strlen(from) < 512;
        if (good) {
            *ret_version = version.value;
            snprintf(start, 512, "%s", from);
        }
    }
    cJSON_Delete(json);
    buf_done(&plain);
    return good;
}

/* The object sorts after "NS/NAME". */
static bool is_after(const cJSON *obj, const char *start)
{
    const char *slash = strchr(start, '/');
    if (!slash) return true;
    size_t len = (size_t)(slash - start);
    char ns[512];
    snprintf(ns, sizeof ns, "%.*s", (int)len, start);
    int order = strcmp(object_ns(obj), ns);
    return order ? order > 0 : strcmp(object_name(obj), slash + 1) > 0;
}

struct page {
    struct https_request *request;
    uint64_t version, limit;
    char start[512];
    bool from_token;
};

/* False: an error was sent. */
static bool page_of(struct api *a, struct https_request *r, struct page *p)
{
    const char *limit = https_query(r, "limit"), *token = https_query(r, "continue");
    *p = (struct page){.request = r, .version = objects_version(a->conf.objects)};
    if (limit && text_u64(limit, strlen(limit), 1000000, &p->limit) != ERR_OK) {
        api_status(r, 400, "BadRequest", "limit: not a number", "", "");
        return false;
    }
    if (!token || !*token) return true;
    p->from_token = true;
    if (!token_read(token, &p->version, p->start)) {
        api_status(r, 400, "BadRequest",
                   "invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of "
                   "value",
                   "", "");
        return false;
    }
    if (p->version >= objects_floor(a->conf.objects)) return true;
    cJSON *gone = status_object(410, "Expired",
                                "The provided continue parameter is too old to display a consistent list result. You "
                                "can start a new list without the continue parameter.",
                                "", "");
    api_json(r, 410, gone);
    return false;
}

/* An item of a list of a core kind has neither kind nor apiVersion, which stand first in every object of the store. */
static void add_item(struct buf *out, const cJSON *obj, const struct sim_kind_info *info)
{
    char *text = cJSON_PrintUnformatted(obj), first[160];
    int len = snprintf(first, sizeof first, "{\"kind\":\"%s\",\"apiVersion\":\"%s%s%s\",", info->kind, info->group,
                       *info->group ? "/" : "", info->version);
    bool cut = !info->custom && strncmp(text, first, (size_t)len) == 0;
    if (cut) buf_char(out, '{');
    buf_str(out, cut ? text + len : text);
    cJSON_free(text);
}

struct items {
    struct buf text;
    uint64_t given, left;
    const cJSON *last;
};

static void items_gather(struct api *a, const struct page *p, const struct target *t, struct items *items)
{
    const char *labels = https_query(p->request, "labelSelector"), *fields = https_query(p->request, "fieldSelector");
    size_t count;
    cJSON *const *all = objects_all(a->conf.objects, t->kind, &count);
    for (size_t i = 0; i < count; i++) {
        if (*t->ns && strcmp(object_ns(all[i]), t->ns) != 0) continue;
        if (p->from_token && !is_after(all[i], p->start)) continue;
        if (!selector_matches(labels, fields, all[i])) continue;
        if (p->limit && items->given >= p->limit) {
            items->left++;
            continue;
        }
        if (items->given++) buf_char(&items->text, ',');
        add_item(&items->text, all[i], sim_kind_info(t->kind));
        items->last = all[i];
    }
}

void api_list(struct api *a, struct https_request *r, const struct target *t)
{
    const struct sim_kind_info *info = sim_kind_info(t->kind);
    struct items items = {.given = 0};
    struct buf list;
    struct page page;
    if (!page_of(a, r, &page)) return;
    buf_init(&items.text, LIST_MAX);
    buf_init(&list, LIST_MAX);
    items_gather(a, &page, t, &items);
    buf_printf(&list,
               "{\"kind\":\"%sList\",\"apiVersion\":\"%s%s%s\",\"metadata\":{\"resourceVersion\":\"%" PRIu64 "\"",
               info->kind, info->group, *info->group ? "/" : "", info->version, page.version);
    if (items.left) {
        char *token = token_make(page.version, items.last);
        buf_printf(&list, ",\"continue\":\"%s\",\"remainingItemCount\":%" PRIu64, token, items.left);
        free(token);
    }
    buf_printf(&list, "},\"items\":[");
    buf_add(&list, buf_text(&items.text), items.text.len);
    buf_str(&list, "]}\n");
    bool cut = api_fault(a, FAULT_GARBAGE) && a->lists++ % 2 == 0;
    https_answer(r, 200, "application/json", buf_text(&list), cut ? list.len / 2 : list.len);
    buf_done(&items.text);
    buf_done(&list);
}
