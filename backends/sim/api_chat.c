/* api_chat.c - the OpenAI API of a model behind Serve, as vLLM fills it in: a list of models, and chat completions
 * whole or streamed. Sources: the OpenAI API reference, "Chat Completions" and "Models"; vLLM's errors. */
#include "backends/base/json.h"
#include "backends/base/mem.h"
#include "backends/sim/api_priv.h"
#include "backends/sim/llm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define MODEL "mistral-7b"

enum { FIRST_MS = 180, FIRST_MORE_MS = 240, TOKEN_MS = 22, TOKEN_MORE_MS = 26, ID_MAX = 48 };

/* An answer being streamed. */
struct chat {
    struct api *api;
    struct https_stream *stream;
    struct alarm *alarm;
    char *text, pod[KUBERAY_NAME], id[ID_MAX];
    size_t at; /* of text: what was sent */
    bool begun, usage;
    unsigned asked, said; /* tokens */
    uint64_t created;
    struct rng rng;
    struct chat *prev, *next;
};

/* ---- one piece after the other ----------------------------------------------------------------------------------- */

static void chat_free(void *arg)
{
    struct chat *c = arg;
    DL_DELETE(c->api->chats, c);
    alarm_free(c->alarm);
    free(c->text);
    free(c);
}

void api_chats_free(struct api *a)
{
    while (a->chats) chat_free(a->chats);
}

static void send_line(struct chat *c, const char *data)
{
    char *line = mem_printf("data: %s\n\n", data);
    (void)https_stream_write(c->stream, line, strlen(line)); /* https.c drops a reader that falls behind */
    free(line);
}

/* choices: their JSON; usage: adds the token counts. */
static void send_chunk(struct chat *c, const char *choices, bool usage)
{
    char counts[128] = "";
    if (usage)
        snprintf(counts, sizeof counts,
                 ",\"usage\":{\"prompt_tokens\":%u,\"total_tokens\":%u,\"completion_tokens\":%u}", c->asked,
                 c->asked + c->said, c->said);
    char *data = mem_printf("{\"id\":\"%s\",\"object\":\"chat.completion.chunk\",\"created\":%" PRIu64
                            ",\"model\":\"" MODEL "\",\"choices\":[%s]%s}",
                            c->id, c->created, choices, counts);
    send_line(c, data);
    free(data);
}

/* A token is a word with the blank before it. */
static size_t token_len(const char *text)
{
    size_t blank = strspn(text, " ");
    return blank + strcspn(text + blank, " ");
}

static void send_token(struct chat *c)
{
    size_t len = token_len(c->text + c->at);
    char *word = mem_strn(c->text + c->at, len);
    cJSON *string = cJSON_CreateString(word);
    char *quoted = cJSON_PrintUnformatted(string);
    char *choice =
        mem_printf("{\"index\":0,\"delta\":{\"content\":%s},\"logprobs\":null,\"finish_reason\":null}", quoted);
    c->at += len;
    c->said++;
    send_chunk(c, choice, false);
    free(choice);
    cJSON_free(quoted);
    cJSON_Delete(string);
    free(word);
}

static void send_end(struct chat *c)
{
    send_chunk(c,
               "{\"index\":0,\"delta\":{\"content\":\"\"},\"logprobs\":null,\"finish_reason\":\"stop\","
               "\"stop_reason\":null}",
               false);
    if (c->usage) send_chunk(c, "", true);
    send_line(c, "[DONE]");
    https_stream_end(c->stream);
}

static void next_piece(void *arg)
{
    struct chat *c = arg;
    const struct sim_pod *p = kuberay_pod(c->api->conf.kuberay, c->pod);
    if (!p || p->serving != SERVING_OK) { /* its replica died: cuts the stream */
        https_stream_end(c->stream);
        return;
    }
    if (api_fault(c->api, FAULT_SERVE_CUT) && c->text[c->at] && c->at >= strlen(c->text) / 2) {
        https_stream_cut(c->stream);
        return;
    }
    if (api_prompts_hang(c->api)) {
        alarm_set(c->alarm, API_HELD_MS, 0);
        return;
    }
    if (!c->begun)
        send_chunk(c,
                   "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                   "\"finish_reason\":null}",
                   false);
    c->begun = true;
    if (!c->text[c->at]) {
        send_end(c);
        return;
    }
    send_token(c);
    alarm_set(c->alarm, api_prompt_ms(c->api, TOKEN_MS + rng_below(&c->rng, TOKEN_MORE_MS)), 0);
}

/* ---- questions --------------------------------------------------------------------------------------------------- */

static unsigned tokens_of(const char *text)
{
    unsigned count = 0;
    for (; *text; text += token_len(text)) count++;
    return count;
}

static void reply_openai_error(struct api *a, struct https_request *r, unsigned status, const char *type,
                               const char *message)
{
    const struct template_value values[] = {{"MESSAGE", message}, {"TYPE", type}, {NULL, NULL}};
    cJSON *e = template_text("{'object':'error','message':'${MESSAGE}','type':'${TYPE}','param':null}", values);
    cJSON_AddNumberToObject(e, "code", status);
    char *printed = cJSON_PrintUnformatted(e), *body = mem_str(printed);
    cJSON_free(printed);
    cJSON_Delete(e);
    api_answer_later(a, r, TOKEN_MS, status, "application/json", body);
}

/* The content of the last message of role "user". */
static const char *question_of(const cJSON *asked)
{
    const char *found = NULL;
    JSON_EACH (m, json_get(asked, "messages")) {
        const char *role = json_str(m, "role"), *content = json_str(m, "content");
        if (role && content && strcmp(role, "user") == 0) found = content;
    }
    return found;
}

static void answer_whole(struct api *a, struct https_request *r, struct chat *c)
{
    unsigned said = tokens_of(c->text);
    cJSON *text = cJSON_CreateString(c->text);
    char *quoted = cJSON_PrintUnformatted(text);
    char *body = mem_printf("{\"id\":\"%s\",\"object\":\"chat.completion\",\"created\":%" PRIu64 ",\"model\":\"" MODEL
                            "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":%s,"
                            "\"tool_calls\":[]},\"logprobs\":null,\"finish_reason\":\"stop\",\"stop_reason\":null}],"
                            "\"usage\":{\"prompt_tokens\":%u,\"total_tokens\":%u,\"completion_tokens\":%u,"
                            "\"prompt_tokens_details\":null}}",
                            c->id, c->created, quoted, c->asked, c->asked + said, said);
    cJSON_free(quoted);
    cJSON_Delete(text);
    api_answer_prompt(a, r, c->pod, FIRST_MS + (uint64_t)said * (TOKEN_MS + TOKEN_MORE_MS / 2), "application/json",
                      body);
    chat_free(c);
}

static struct chat *chat_new(struct api *a, const struct sim_pod *replica, const char *question)
{
    struct chat *c = mem_zero(1, sizeof *c);
    char hex[25];
    c->api = a;
    c->text = llm_text(a->conf.seed, question);
    c->asked = tokens_of(question);
    c->created = loop_wall_ms(a->loop) / 1000;
    rng_init(&c->rng, a->conf.seed + a->proxied++);
    rng_hex(&c->rng, hex, 24);
    snprintf(c->id, sizeof c->id, "chatcmpl-%s", hex);
    snprintf(c->pod, sizeof c->pod, "%s", replica->name);
    DL_APPEND(a->chats, c);
    return c;
}

static void reply_completion(struct api *a, struct https_request *r, const struct sim_pod *replica, const cJSON *asked)
{
    const char *model = json_str(asked, "model"), *question = question_of(asked);
    char message[256];
    if (!question) {
        reply_openai_error(a, r, 400, "BadRequestError", "messages: there is none of a user");
        return;
    }
    if (!model || strcmp(model, MODEL) != 0) {
        snprintf(message, sizeof message, "The model `%.100s` does not exist.", model ? model : "");
        reply_openai_error(a, r, 404, "NotFoundError", message);
        return;
    }
    struct chat *c = chat_new(a, replica, question);
    uint64_t takes = FIRST_MS + (uint64_t)tokens_of(c->text) * (TOKEN_MS + TOKEN_MORE_MS / 2);
    if (a->conf.prompt) a->conf.prompt(a->conf.arg, replica->name, api_prompt_ms(a, takes));
    if (json_bool(asked, "stream") != TRI_YES) {
        answer_whole(a, r, c);
        return;
    }
    c->usage = json_bool(json_get(asked, "stream_options"), "include_usage") == TRI_YES;
    c->alarm = alarm_new(a->loop, next_piece, c);
    alarm_set(c->alarm, api_prompt_ms(a, FIRST_MS + rng_below(&c->rng, FIRST_MORE_MS)), 0);
    c->stream = https_stream_new(r, "text/event-stream; charset=utf-8", chat_free, c);
}

static void chat_request(struct api *a, struct https_request *r, const struct sim_pod *replica)
{
    size_t len;
    const char *body = https_body(r, &len);
    cJSON *asked = NULL;
    if (json_parse(body, len, &asked, NULL) != ERR_OK)
        reply_openai_error(a, r, 400, "BadRequestError", "the body is not valid JSON");
    else if (!replica)
        reply_openai_error(a, r, 503, "ServiceUnavailableError", "no replica is available");
    else
        reply_completion(a, r, replica, asked);
    cJSON_Delete(asked);
}

void api_chat(struct api *a, struct https_request *r, const struct sim_pod *replica, const char *path)
{
    bool models = strcmp(path, "/v1/models") == 0, chat = strcmp(path, "/v1/chat/completions") == 0;
    bool post = strcmp(https_method(r), "POST") == 0;
    if (models && !post)
        api_answer_later(a, r, 3, 200, "application/json",
                         mem_str("{\"object\":\"list\",\"data\":[{\"id\":\"" MODEL
                                 "\",\"object\":\"model\",\"created\":"
                                 "1763900000,\"owned_by\":\"vllm\",\"root\":\"mistralai/Mistral-7B-Instruct-v0.2\","
                                 "\"parent\":null,\"max_model_len\":8192,\"permission\":[]}]}"));
    else if (chat && post)
        chat_request(a, r, replica);
    else if (models || chat)
        api_answer_later(a, r, 3, 405, "application/json", mem_str("{\"detail\":\"Method Not Allowed\"}"));
    else
        api_answer_later(a, r, 3, 404, "application/json", mem_str("{\"detail\":\"Not Found\"}"));
}
