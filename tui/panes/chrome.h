/*
 * chrome.h - what only the console itself knows and the main screen shows around the panes: where we are, how long this
 * context stays armed, what was just said, and the keys that work here now. Borrowed for the call, like the view.
 */
#ifndef RAYDECK_PANES_CHROME_H
#define RAYDECK_PANES_CHROME_H

#include "backends/base/known.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct linted; /* tui/panes/lint_pane.h */

/* One key of the footer. */
struct footer_key {
    const char *key, *word; /* "Enter", "open"; "x k", "kill" */
    bool enabled;           /* else it is drawn with a ✗: pressing it says why */
};

struct doctor_aws; /* deploy/doctor.h */

/* Where a prompt goes; NULL: not known. */
struct chat_route {
    const char *path, *kind, *model; /* safe text */
};

struct chrome {
    const char *context; /* of the kubeconfig, "in-cluster"; NULL: none */
    bool insecure;       /* TLS to the API server is not verified */
    uint64_t armed_left_ms;
    enum tri may_delete;            /* pods: what the API server says */
    const char *may_why;            /* NULL: nothing to add */
    const struct doctor_aws *aws;   /* NULL: not asked */
    const struct chat_route *route; /* of prompts; NULL: not known */
    const struct linted *linted;    /* a manifest's findings; NULL: none was looked at */
    const char *message;            /* one line above the footer; NULL: none */
    bool message_bad;               /* it is about something refused or failed */
    bool message_idle;              /* nothing was just said: it is left out where it would take the footer's place */
    const struct footer_key *keys;
    size_t key_count;
    const char *footer_tail; /* after the keys, "q asks: recovery running"; NULL: none */
};

#endif
