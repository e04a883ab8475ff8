/* app_chat.c - carries out what is wished in the conversation with the model, and says how prompts have ended. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tui/app_priv.h"

#include <stdlib.h>
#include <string.h>

void app_chat_open(struct app *app, const char *typed)
{
    chat_begin(&app->chat, typed);
    app->over = OVER_CHAT;
}

void app_answered(void *arg, const struct request *r)
{
    struct app *app = arg;
    bool fine = r->phase && (strcmp(r->phase, "ok") == 0 || strcmp(r->phase, "slow") == 0);
    if (fine)
        app_say(app, false, "answered in %.1f s: %s", (double)r->latency_us.value / 1e6,
                r->answer && *r->answer ? r->answer : "the answer is empty");
    else if (r->phase && strcmp(r->phase, "cancelled") == 0)
        app_say(app, false, "the prompt was stopped");
    else
        app_say(app, true, "the prompt failed: %s", r->why ? r->why : r->failure ? r->failure : "no answer");
}

static bool chat_send(struct app *app, const char *question)
{
    struct why why = {0};
    char talk[CHAT_TALK_MAX];
    const struct session_prompt prompt = {.question = question, .talk = chat_talk(&app->chat, talk)};
    if (session_ask(app->session, &prompt, app_answered, app, &why) == ERR_OK) return true;
    chat_say(&app->chat, why.text);
    return false;
}

void app_chat_input(struct app *app, const struct input *in)
{
    struct focus focus = session_focus(app->session);
    struct view view = app_view(app, &focus);
    switch (chat_input(&app->chat, &view, in)) {
    case CHAT_STAYS:
    case CHAT_ANEW: break;
    case CHAT_LEAVES: app_close_over(app); break;
    case CHAT_SENDS:
        if (chat_send(app, app->chat.typed.text)) chat_sent(&app->chat);
        break;
    case CHAT_STOPS:
        if (!session_stop_asking(app->session)) chat_say(&app->chat, "nothing is in flight");
        break;
    case CHAT_AGAIN: {
        const char *question = chat_again(&view);
        char *copy = question ? mem_str(question) : NULL;
        if (copy)
            chat_send(app, copy);
        else
            chat_say(&app->chat, "nothing was asked yet");
        free(copy);
        break;
    }
    }
}

void app_chat_draw(struct app *app, const struct view *view)
{
    struct chat_way way = {.path = NULL};
    const char *model = NULL;
    char safe[128];
    session_may_ask(app->session, &way.path, NULL);
    way.kind = session_prompt_kind(app->session, &model);
    if (model) text_safe_into(safe, sizeof safe, model, strlen(model));
    way.model = model ? safe : NULL;
    chat_update(&app->chat, view, app->canvas.rows, app->canvas.cols);
    chat_draw(&app->chat, view, &way, &app->canvas);
}
