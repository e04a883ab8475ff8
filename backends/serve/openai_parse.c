/* openai_parse.c - Parses the JSON of an OpenAI-compatible endpoint. */
#include "backends/serve/openai_parse.h"

#include "backends/base/json.h"
#include "backends/base/mask.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdlib.h>
#include <string.h>

static char *safe_text(const char *text, size_t max)
{
    return text ? text_safe(text, strlen(text), TEXT_ONE_LINE, max) : NULL;
}

void openai_piece_done(struct openai_piece *p)
{
    if (!p) return;
    free(p->text);
    free(p->finish);
    free(p->model);
    free(p->error);
    *p = (struct openai_piece){0};
}

/* ---- errors ---------------------------------------------------------------------------------------------------- */

/* FastAPI's detail is a text, or a list of objects with a msg each. */
static const char *detail_of(const cJSON *root)
{
    const cJSON *detail = json_get(root, "detail");
    if (cJSON_IsString(detail)) return detail->valuestring;
    return cJSON_IsArray(detail) ? json_str(detail->child, "msg") : NULL;
}

/* An error may quote the request. */
static char *masked_text(const char *text)
{
    return text ? mask_text(text, strlen(text), TEXT_ONE_LINE, OPENAI_WHY_MAX) : NULL;
}

static char *error_of(const cJSON *root)
{
    const cJSON *error = json_get(root, "error");
    const char *text = cJSON_IsString(error) ? error->valuestring : json_str(error, "message");
    if (!text && text_eq(json_str(root, "object"), "error")) text = json_str(root, "message");
    if (!text && cJSON_IsObject(error)) text = "an error without a message";
    return masked_text(text);
}

char *openai_parse_error(const char *body, size_t len)
{
    cJSON *root = NULL;
    if (len > OPENAI_BODY_MAX || json_parse_shown(body, len, &root, NULL) != ERR_OK) return NULL;
    char *text = error_of(root);
    if (!text) text = masked_text(detail_of(root));
    cJSON_Delete(root);
    return text;
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

static enum err piece_fill(const cJSON *root, const char *holder, struct openai_piece *p, struct why *why)
{
    p->error = error_of(root);
    if (p->error) return ERR_OK;
    const cJSON *choices = json_get(root, "choices"), *choice = cJSON_IsArray(choices) ? choices->child : NULL;
    if (!cJSON_IsArray(choices)) return why_set(why, ERR_PARSE, "not a chat completion: it has no choices");
    p->text = mem_str(json_str(json_get(choice, holder), "content"));
    p->finish = safe_text(json_str(choice, "finish_reason"), OPENAI_NAME_MAX);
    p->model = safe_text(json_str(root, "model"), OPENAI_NAME_MAX);
    p->tokens = json_u64(json_get(root, "usage"), "completion_tokens");
    return ERR_OK;
}

static enum err piece_parse(const char *bytes, size_t len, const char *holder, struct openai_piece *ret,
                            struct why *why)
{
    cJSON *root = NULL;
    struct openai_piece p = {0};
    enum err err = json_parse_shown(bytes, len, &root, why);
    if (err) return err;
    err = cJSON_IsObject(root) ? piece_fill(root, holder, &p, why) : why_set(why, ERR_PARSE, "not a chat completion");
    cJSON_Delete(root);
    if (!err) *ret = p;
    return err;
}

enum err openai_parse_event(const char *data, size_t len, struct openai_piece *ret, struct why *why)
{
    while (len && strchr(" \t\r\n", data[len - 1])) len--;
    if (len == 6 && memcmp(data, "[DONE]", 6) == 0) {
        *ret = (struct openai_piece){.over = true};
        return ERR_OK;
    }
    return piece_parse(data, len, "delta", ret, why);
}

enum err openai_parse_answer(const char *body, size_t len, struct openai_piece *ret, struct why *why)
{
    struct openai_piece p = {0};
    enum err err = piece_parse(body, len, "message", &p, why);
    if (err) return err;
    if (!p.error && !p.text) {
        openai_piece_done(&p);
        return why_set(why, ERR_PARSE, "a chat completion without a message");
    }
    *ret = p;
    return ERR_OK;
}

enum err openai_parse_models(const char *body, size_t len, char **ret_model, struct why *why)
{
    cJSON *root = NULL;
    enum err err = json_parse_shown(body, len, &root, why);
    if (err) return err;
    const cJSON *data = json_get(root, "data");
    const char *id = cJSON_IsArray(data) ? json_str(data->child, "id") : NULL;
    if (!cJSON_IsArray(data))
        err = why_set(why, ERR_PARSE, "not a list of models");
    else if (!id || !*id || strlen(id) > OPENAI_NAME_MAX)
        err = why_set(why, ERR_NOT_FOUND, "the server has no model");
    else
        *ret_model = mem_str(id);
    cJSON_Delete(root);
    return err;
}

/* ---- the question ---------------------------------------------------------------------------------------------- */

static void add_message(cJSON *messages, const char *role, const char *content)
{
    cJSON *message = cJSON_CreateObject();
    cJSON_AddStringToObject(message, "role", role);
    cJSON_AddStringToObject(message, "content", content);
    cJSON_AddItemToArray(messages, message);
}

char *openai_build_request(const char *model, const struct prompt_turn *turns, size_t count, const char *question)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *messages = cJSON_AddArrayToObject(root, "messages");
    cJSON_AddStringToObject(root, "model", model);
    for (size_t i = 0; i < count; i++) {
        add_message(messages, "user", turns[i].question);
        add_message(messages, "assistant", turns[i].answer);
    }
    add_message(messages, "user", question);
    cJSON_AddBoolToObject(root, "stream", true);
    /* Requests the token count in the last chunk. */
    cJSON_AddBoolToObject(cJSON_AddObjectToObject(root, "stream_options"), "include_usage", true);
    char *text = cJSON_PrintUnformatted(root);
    if (!text) mem_exhausted();
    char *body = mem_str(text);
    cJSON_free(text);
    cJSON_Delete(root);
    return body;
}
