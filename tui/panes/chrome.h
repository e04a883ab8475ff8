/*
 * chrome.h - the console's own state around the panes: the context, how long it stays armed, the last message, and the
 * keys that are available now. Borrowed for the call, like the view.
 */
#ifndef RAYDECK_PANES_CHROME_H
#define RAYDECK_PANES_CHROME_H

#include "backends/base/known.h"
#include "tui/draw/canvas.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct linted; /* tui/panes/lint_pane.h */

/* One key of the footer. */
struct footer_key {
    char key[16]; /* "Enter"; "x k" with its leader */
    const char *word;
    bool enabled; /* else it is drawn with a ✗; pressing it shows why */
    bool kept;    /* its room is kept free of others: the palette, the help, the way out */
};

struct doctor_aws; /* deploy/doctor.h */

/* Where a prompt goes; NULL: not known. */
struct chat_route {
    const char *path, *kind, *model; /* safe text */
};

struct chrome {
    const char *context; /* of the kubeconfig, "in-cluster"; NULL: none */
    const char *others;  /* of the contexts in the background the one that is worst off: "prod: NO +1"; NULL: none */
    enum role others_role;
    const char *forwards; /* local ports that lead into the cluster: "localhost:7860 up"; NULL: none */
    enum role forwards_role;
    bool insecure; /* TLS of the API server is not verified */
    uint64_t armed_left_ms;
    enum tri may_delete;            /* pods: the API server's review */
    const char *may_why;            /* NULL: nothing to add */
    const struct doctor_aws *aws;   /* NULL: not queried */
    const struct chat_route *route; /* of prompts; NULL: not known */
    const struct linted *linted;    /* a manifest's findings; NULL: none was linted */
    bool redacted;                  /* stand-ins are shown for what identifies a cluster */
    const char *replay;             /* a recording is replayed, and how: "REPLAY ×4"; NULL: none */
    const char *message;            /* above the footer; NULL: none */
    bool message_bad;               /* it reports a refusal or a failure */
    bool message_idle;              /* it is old: omitted where it would replace the footer */
    const struct footer_key *keys;
    size_t key_count;
    const char *footer_tail; /* after the keys, "q asks: recovery running"; NULL: none */
};

#endif
