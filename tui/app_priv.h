/* app_priv.h - the console's state. Private to tui/app*.c. */
#ifndef RAYDECK_APP_PRIV_H
#define RAYDECK_APP_PRIV_H

#include "backends/session/session.h"
#include "backends/world/worker_loss.h"
#include "tui/app_deploy.h"
#include "tui/app_drill.h"
#include "tui/app_logs.h"
#include "tui/app_object.h"
#include "tui/app_read.h"
#include "tui/arming_store.h"
#include "tui/cli.h"
#include "tui/commands.h"
#include "tui/forwards.h"
#include "tui/frame_pace.h"
#include "tui/layout_store.h"
#include "tui/panes/chat.h"
#include "tui/panes/columns_menu.h"
#include "tui/panes/command_palette.h"
#include "tui/panes/contexts_view.h"
#include "tui/panes/dialog.h"
#include "tui/panes/explain.h"
#include "tui/panes/forward_box.h"
#include "tui/panes/forwards_view.h"
#include "tui/panes/help.h"
#include "tui/panes/lint_pane.h"
#include "tui/panes/losses.h"
#include "tui/panes/nodes_view.h"
#include "tui/panes/overlay.h"
#include "tui/panes/picker.h"
#include "tui/panes/prompt_box.h"
#include "tui/panes/recordings_view.h"
#include "tui/panes/screen.h"
#include "tui/panes/select_text.h"
#include "tui/reading.h"
#include "tui/record_open.h"
#include "tui/script.h"
#include "tui/sim_line.h"
#include "tui/term/term.h"

enum { APP_MESSAGE_MAX = 256, APP_CONTEXTS = 4 /* held at once */, CONTEXT_WORD_MAX = 40 };

/* The pod that the kill dialog names: only this one is deleted. */
struct kill_target {
    char *uid, *name;
    bool worker;
    int64_t grace_s;
};

/* All that belongs to one context of the kubeconfig: its session, and what a person does and sees there. */
struct context {
    struct app *app;
    const struct conf *conf; /* of its session: the command line's, or own */
    struct conf own;
    struct session *session;
    struct screen *screen;
    struct arming arming; /* as last published by the store */
    struct arming_store *armed;
    struct chat chat;
    struct losses losses;
    struct explain explain;
    struct outage outage;       /* as of the last app_view */
    struct kill_target killing; /* of a DELETE without a response yet; uid NULL: none */
    struct app_work *work;      /* a deployment or a clean-up */
    struct app_drill *drill;    /* NULL: none yet */
    struct forwards *forwards;  /* local ports of its session; NULL: none yet */
    struct app_logs *logs;      /* NULL: none yet */
    struct app_object *object;  /* read last; NULL: none yet */
    struct redis_from *aws;     /* the doctor's query of AWS; NULL: not started */
    struct linted linted;       /* file NULL: none yet */
    bool picker_offered, demo_offered;
    enum outage_phase title_phase; /* the phase in the window's title */
    struct record_conf record;
    struct live_recording *recording; /* NULL: none */
    uint64_t left_ms;                 /* when another one took the screen */
    enum verdict verdict;             /* what it answers, as of the last tick */
    char word[CONTEXT_WORD_MAX];

    struct worker_loss worker_loss; /* of the last worker that was deleted here */
    bool worker_news;               /* of it, not said yet */
};

struct cast;
struct app {
    struct cli *cli;
    struct loop *loop;
    struct context *context[APP_CONTEXTS]; /* those that are held, in order of opening */
    size_t contexts;
    struct context *at; /* of them on the screen */
    struct term *term;
    struct cast *cast; /* of --cast; NULL: none */
    struct canvas canvas;
    struct layout_store *layouts;
    struct alarm *tick, *soon;
    struct frame_pace pace; /* when `soon` fires */
    uint64_t tick_ms;       /* the current interval of tick */
    struct keymap keymap;
    bool swallows; /* a filter is being typed where there can be none */
    char **themes;
    size_t theme;
    struct app_decided {
        enum command_id id;
        char *args;                /* of a palette line; NULL: none is pending */
    } decided;                     /* the command that runs once armed.json was read */
    struct overlay_stack overlays; /* of the structs that follow, and of work */
    struct help help;
    struct command_palette palette;
    struct palette_history typed_lines; /* in it, of this run */
    struct blocking_call *naming_files; /* for it; NULL: none is under way */
    struct prompt_box prompt;
    struct picker picker;
    struct recordings_view recordings;
    struct contexts_view list;
    struct columns_menu columns;
    struct select_text select;
    struct forward_box forward;
    struct forwards_view forwards;
    struct nodes_view nodes;
    struct dialog dialog;
    struct reading reading; /* of the dialog: input before it could be read is discarded */
    struct alarm *read;     /* fires when it could be read */
    struct kill_target kill;
    enum command_id arm_then; /* the command to run once armed; CMD_ARM: none */
    char message[APP_MESSAGE_MAX];
    bool message_bad;
    uint64_t message_until_ms;
    const struct pane *message_of; /* shown only while that pane has the focus; NULL: of none */
    bool dirty;                    /* a frame is owed */
    struct script_run *script;     /* NULL: none was given */
    struct alarm *script_alarm;    /* set while it runs */
    struct foreground *shell;      /* NULL: none; it has the terminal */
    struct sim_line *speed_line, *reset_line;
    unsigned sim_speed;                 /* of the demo's simulator; 0: it is none */
    bool resetting;                     /* the demo is being reset; a script waits for it */
    struct redactor *redact;            /* the command line's; NULL: none */
    struct app_replay *replay;          /* NULL: none */
    struct blocking_call *listing;      /* of the recordings; NULL: none is under way */
    struct blocking_call *saving;       /* of a text; NULL: none is under way */
    struct blocking_call *reading_file; /* app_read.h; NULL: none */
    struct alarm *reading_late;
    struct app_linting *linting; /* app_lint.c, while it renders; NULL: it does not */
    char reading_name[APP_MESSAGE_MAX];
    int exit_status;
};

/* app.c */
void app_say(struct app *app, bool bad, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void app_redraw(struct app *app);                          /* a frame, now where the terminal takes one */
void app_changed(struct app *app, const struct change *c); /* of the context on the screen: a frame is due */
void app_leave(struct app *app, int status);
void app_key_unknown(struct app *app, const struct input *in); /* app_input.c: says what does its work here, if any */
void app_key_dropped(struct app *app, const struct input *in, const char *why); /* app_input.c: says so of a key */
/* context_view of the one on the screen. */
struct view app_view(struct app *app, const struct focus *focus);
const char *app_context(const struct app *app);         /* NULL: none */
enum err app_restart(struct app *app, struct why *why); /* replaces session and screen by new ones */
/* The pod that the selected row belongs to; NULL: none, or it is gone. Borrowed. */
const struct pod *app_selected_pod(const struct app *app);
bool app_too_small(const struct app *app); /* to read a question: nothing may be confirmed */

/* app_context.c: one context's session, recorder and arming. */
struct context *context_new(struct app *app, const struct conf *conf); /* borrows conf; nothing is opened yet */
enum err context_open(struct context *at, const char *record /* file; NULL: none */, struct why *why);
enum err context_reopen(struct context *at, struct why *why); /* replaces session and screen by new ones */
void context_free(struct context *at);                        /* the half-opened as well; NULL is fine */
void context_tick(struct context *at);                        /* about once a second */
const char *context_name(const struct context *at);           /* NULL: none */
/* A view of its current state; focus must outlive it. Its outage report is valid until the next call. */
struct view context_view(struct context *at, const struct focus *focus);
/* As app_say, with the context's name where another one is on the screen. */
void context_say(struct context *at, bool bad, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Announces the context's outage: rings where a head is lost, and sets the window's title where it is on the screen. */
void context_notify(struct context *at);
void context_phase_follow(struct context *at); /* after a jump of a replay: no news */

void context_title(const struct context *at); /* the window's */

/* app_contexts.c: those that are held. */
void app_context_command(struct app *app, const char *args); /* "": the list; NAME, close, close NAME */
void app_contexts_tick(struct app *app);                     /* about once a second */
void app_contexts_update(struct app *app);                   /* before each frame: the rows of the list */
/* Of those in the background the one that is worst off, for the strip; "": there is none. */
enum verdict app_contexts_words(const struct app *app, char *out, size_t size);
bool app_contexts_recover(const struct app *app);   /* a recovery runs in one of them */
const char *context_runs(const struct context *at); /* what keeps it from being closed; NULL: nothing */
void app_contexts_free(struct app *app);            /* at exit */

/* app_overlay.c: what lies over the screen. */
typedef void app_overlay_result(void *app, enum overlay_result result);
void app_overlay_open(struct app *app, struct overlay *o, app_overlay_result *on_result); /* over those that are open */
void app_overlay_close(struct app *app);                                                  /* the top one */
void app_overlay_close_all(struct app *app);
void app_overlay_update(struct app *app, const struct view *view, const struct canvas *stage); /* before each frame */
void app_overlay_input(struct app *app, const struct input *in);                               /* where one is open */
void app_overlay_resumed(struct app *app);
void app_prompt_open(struct app *app);
void app_picker_open(struct app *app);
bool app_asks(const struct app *app);     /* the top one is a question */
void app_question_sent(struct app *app);  /* a frame with its question was written */
void app_question_shown(struct app *app); /* checks whether the terminal has displayed it */
void app_question_due(void *app);         /* the alarm of its reading time */

/* app_palette.c */
void app_palette_open(struct app *app, const char *text /* "": empty */);
void app_palette_choose(struct app *app, const char *name); /* the values of its argument as a list: Enter takes one */
void app_palette_stop(struct app *app);                     /* at exit: lists no files any more */

/* app_input.c */
void app_input(struct app *app, const struct input *in);

/* app_commands.c: runs a command; args is the rest of a palette line ("" for a key). */
void app_command(struct app *app, enum command_id id, const char *args);
/* ERR_OK, or why the command is not available now. */
enum err app_may(const struct app *app, enum command_id id, struct why *why);

/* app_record.c: recordings. */
/* Before the session; file: of --record, created; NULL: none. */
enum err context_record_open(struct context *at, const char *file, struct why *why);
void context_record_change(void *at, const struct change *c); /* each change, after world_apply */
void context_record_session(struct context *at);              /* the session is open */
void context_record_anew(struct context *at);                 /* the session was replaced */
void context_record_look(struct context *at);                 /* each tick: a loss of the head is saved */
void context_record_close(struct context *at);                /* after the session, before the loop */
void app_listing_stop(struct app *app);                       /* of the recordings, at exit */
void app_save(struct app *app, const char *path /* "": in the recordings' directory */);
void app_recordings(struct app *app);

/* app_text.c: writes a text to a new file in $XDG_STATE_HOME/raydeck/texts, and says which. Takes text. */
void app_text_save(struct app *app, const char *name, struct buf *text);
void app_overlay_save(struct app *app); /* that of the top overlay */
void app_detail_save(struct app *app);  /* that of the opened detail */

/* app_replay.c: the recording of `raydeck replay FILE`. */
enum { REPLAY_LEAP_MS = 10000, REPLAY_WORDS_MAX = 48 };
void app_replay_open(struct app *app); /* after the session */
void app_replay_close(struct app *app);
void app_replay_words(const struct app *app, char *out, size_t size); /* for the strip; "": none is replayed */
void app_replay_pause(struct app *app);
void app_replay_step(struct app *app);
void app_replay_by(struct app *app, int64_t ms);
void app_replay_loss(struct app *app, bool next); /* a little before that head loss */
void app_replay_speed(struct app *app, int by);   /* powers of two */
void app_replay_seek(struct app *app, const char *time);
bool app_replay_jumps(const struct app *app); /* what is applied now is passed by unseen */

/* app_resize.c: commands */
void app_pane_zoom(struct app *app);
void app_pane_wider(struct app *app);
void app_pane_narrower(struct app *app);
void app_pane_taller(struct app *app);
void app_pane_shorter(struct app *app);
void app_pane_even(struct app *app);

/* app_shell.c: a shell in the selected pod, which has the terminal until it ends. */
void app_shell_open(struct app *app);
void app_shell_close(struct app *app); /* at exit, before the session */

/* app_forward.c: local ports that lead into the cluster. */
void app_ui_open(struct app *app);               /* the chat page's */
void app_forward_ask(struct app *app);           /* opens the dialog, or shows why not */
void app_forwards_show(struct app *app);         /* the list */
void app_forwards_update(struct app *app);       /* before each frame: the rows of the list */
void context_forwards_close(struct context *at); /* before its session */

/* app_nodes.c: the list of Kubernetes nodes. */
void app_nodes_show(struct app *app);

/* app_chat.c: the conversation with the model. */
void app_chat_open(struct app *app, const char *typed /* safe; "" keeps what was */);
/* Where prompts go; text backs the model's name. */
struct chat_route app_chat_route(const struct app *app, char *text, size_t size);
void context_answered(void *at, const struct request *r);

/* app_kill.c */
void context_kill_forget(struct context *at);    /* the session was replaced: forgets the DELETE in flight */
void context_kill_done(struct context *at);      /* at exit: reports a DELETE without a response */
void app_kill_done(struct app *app);             /* at exit */
void app_kill_ask(struct app *app);              /* opens the dialog, or shows why not */
void app_kill_worker_ask(struct app *app);       /* the same, of the selected worker */
void context_worker_observe(struct context *at); /* each change: what follows the deletion of a worker */
void context_worker_say(struct context *at);     /* each tick: says what is new of it */
void app_arm_ask(struct app *app, enum command_id then /* CMD_ARM: nothing */);
void app_disarm(struct app *app);

/* app_script.c */
enum err app_script_load(struct app *app, struct why *why);
void app_script_go(struct app *app);
void app_script_step(void *app); /* performs due actions */
void app_script_person(struct app *app, const struct input *in);
void app_script_command(struct app *app, const char *args);
void app_script_draw(struct app *app, const struct view *view);
struct canvas app_script_stage(struct app *app,
                               const struct view *view); /* the canvas without the caption's own rows */
void app_script_done(struct app *app);
void app_reset(struct app *app, const char *how /* "": its initial state; or running, empty, no-ft */);

/* app_aws.c: begin queries AWS when the doctor's pane is shown for the first time; drawing only reads the facts. NULL:
 * not asked. */
void app_aws_begin(struct app *app);
const struct doctor_aws *app_aws_facts(const struct app *app);
void app_aws_refresh(struct app *app); /* queries again, if it did before */
/* app_lint.c: the findings of a manifest, a folder, a chart or a kustomization, in their pane. file "": the manifest
 * that `x d` applies. */
void app_lint(struct app *app, const char *file);
void app_lint_again(struct app *app); /* reads the shown file again */
void app_lint_stop(struct app *app);  /* ends a chart or a kustomization that is being rendered */
void context_lint_done(struct context *at);

/* app_marks.c: the rows of the pane in focus that a person marks. */
void app_mark(struct app *app, const char *args); /* "": the selected row, or takes its mark away; all, none */
void app_mark_range(struct app *app);

/* app_copy.c: sends the commands equivalent to the marked rows, or to the selected one, to the clipboard, or shows them
 * to be selected. */
void app_copy_command(struct app *app);

#endif
