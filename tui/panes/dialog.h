/*
 * dialog.h - a question before a change: what would happen, to exactly which object, and the equivalent command.
 * Confirmed by typing a word (the RayService's name), or by plain y where that is allowed. Pure: it draws and reads the
 * answer, the owner carries it out.
 */
#ifndef RAYDECK_PANES_DIALOG_H
#define RAYDECK_PANES_DIALOG_H

#include "backends/world/answers.h"
#include "tui/draw/textbox.h"
#include "tui/panes/overlay.h"

enum { DIALOG_WORD_MAX = 256 };
struct dialog {
    struct overlay overlay; /* unread: it accepts no answer yet */
    char title[96];
    char *body;                 /* lines of safe text */
    char word[DIALOG_WORD_MAX]; /* what must be typed; "": y alone is enough */
    bool danger;                /* it destroys something */
    bool wrong;                 /* Enter was pressed on another word */
    int top;                    /* lines of the body scrolled off the top */
    struct textbox typed;
};

/* Any question. All text is copied; word NULL: plain y. */
void dialog_open(struct dialog *d, const char *title, const char *body, const char *word, bool danger);
void dialog_again(struct dialog *d); /* clears what was typed */
void dialog_done(struct dialog *d);  /* a zeroed one is fine */
enum overlay_result dialog_input(struct dialog *d, const struct input *in);
void dialog_draw(const struct dialog *d, struct canvas *cv);

/* A worker pod that exists now. */
struct dialog_worker {
    const char *name, *uid;
};
enum { DIALOG_WORKERS = 4 /* are named; the rest is counted */ };

/* The deletion of a head pod, or of a worker pod. Strings are borrowed for the call. */
struct dialog_kill {
    const char *context, *ns, *service; /* context NULL: none known */
    const char *pod, *uid;
    int64_t grace_s;              /* -1: the pod's own */
    struct known_u64 pod_grace_s; /* the pod's own grace period */
    enum tri ft;                  /* GCS fault tolerance is wired */
    struct known_u64 reconnect_s;
    bool is_worker; /* the pod is one */
    bool head_lost; /* there is no head pod */
    size_t workers; /* living worker pods besides the pod, and the first of them */
    struct dialog_worker worker[DIALOG_WORKERS];
    size_t in_flight;             /* our prompts in flight */
    const char *path;             /* of prompts, in words; NULL: not known */
    struct known_u64 besides;     /* Serve endpoints that are ready and not the pod's own */
    bool development;             /* plain y is enough here */
    const struct head_loss *loss; /* NULL: not evaluated */
    size_t marks;                 /* rows that are marked, and left alone */
};
/* What it means and what exactly is deleted, "label      value" a line; with_uids: of the worker pods too. Safe text;
 * caller frees. */
char *dialog_kill_text(const struct dialog_kill *kill, bool with_uids);
void dialog_open_kill(struct dialog *d, const struct dialog_kill *kill);

/* "kubectl --context C -n NS delete pod POD --grace-period=0 --force", safe text. Caller frees. */
char *dialog_kill_command(const struct dialog_kill *kill);

#endif
