/* app_chat.c - the conversation with the model: sends, stops and repeats prompts, and reports how each ended. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/world/request_words.h"
#include "tui/app_priv.h"

#include <stdlib.h>
#include <string.h>

void context_answered(void *arg, const struct request *r)
{
    struct context *at = arg;
    char words[2 * APP_MESSAGE_MAX];
    const bool bad = !request_is_answered(r) && !text_eq(r->phase, "cancelled");
    context_say(at, bad, "%s", request_answer_words(r, words, sizeof words));
}

static bool chat_send(struct app *app, const char *question)
{
    struct why why = {0};
    char talk[CHAT_TALK_MAX];
    const struct prompt prompt = {.question = question, .conversation = chat_talk(&app->at->chat, talk)};
    if (session_ask(app->at->session, &prompt, context_answered, app->at, &why) == ERR_OK) return true;
    chat_notice(&app->at->chat, why.text);
    return false;
}

static void ask_again(struct app *app)
{
    struct focus focus = session_focus(app->at->session);
    struct view view = app_view(app, &focus);
    const char *question = chat_again(&view);
    char *copy = question ? mem_str(question) : NULL;
    if (copy)
        chat_send(app, copy);
    else
        chat_notice(&app->at->chat, "no prompt was sent yet");
    free(copy);
}

static void chat_result(void *arg, enum overlay_result result)
{
    struct app *app = arg;
    if (result != OVERLAY_ACTION)
        app_overlay_close(app);
    else if (app->at->chat.action == CHAT_STOPS && !session_stop_asking(app->at->session))
        chat_notice(&app->at->chat, "nothing is in flight");
    else if (app->at->chat.action == CHAT_SENDS && chat_send(app, app->at->chat.typed.text))
        chat_sent(&app->at->chat);
    else if (app->at->chat.action == CHAT_AGAIN)
        ask_again(app);
}

void app_chat_open(struct app *app, const char *typed)
{
    chat_begin(&app->at->chat, typed);
    app_overlay_open(app, &app->at->chat.overlay, chat_result);
}

struct chat_route app_chat_route(const struct app *app, char *text, size_t size)
{
    struct chat_route route = {.path = NULL};
    const char *model = NULL;
    session_may_ask(app->at->session, &route.path, NULL);
    route.kind = session_prompt_kind(app->at->session, &model);
    if (model) text_safe_into(text, size, model, strlen(model));
    route.model = model ? text : NULL;
    return route;
}
