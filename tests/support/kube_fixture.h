/*
 * kube_fixture.h - the Kubernetes backend against a server that plays a script: what it says goes into a real world,
 * and is counted. A route answers a request, or leaves it to the recording: a folder's lists and watches.
 */
#ifndef RAYDECK_TESTS_KUBE_FIXTURE_H
#define RAYDECK_TESTS_KUBE_FIXTURE_H

#include "backends/backend.h"
#include "backends/world/world.h"
#include "tests/support/deadline.h"
#include "tests/support/tiny_server.h"

enum { FIXTURE_TEXTS = 512 };

struct kube_fixture {
    struct loop *loop;
    struct tiny_server *server;
    struct world *world;
    struct kube *be;
    bool all;             /* the backend is opened for all namespaces */
    bool read_only;       /* the backend is opened without a guard */
    const char *no;       /* why the guard allows no change; NULL: it allows every one */
    unsigned guard_asked; /* how often */
    const char *folder;   /* of recorded lists and watches; NULL: empty lists, silent watches */
    /* The script: true when it set *reply. */
    bool (*route)(struct kube_fixture *s, const char *request, struct tiny_reply *reply);
    void (*turn)(struct kube_fixture *s); /* after each step of kube_fixture_until; NULL: nothing */
    char *text[FIXTURE_TEXTS];
    size_t texts;
    char dir[64];  /* holds the kubeconfig, and what a test puts there */
    char path[96]; /* of the kubeconfig */
    unsigned lists[TABLE_COUNT], watches[TABLE_COUNT], versions;
    unsigned changes[CHANGE_PROGRESS + 1];
    unsigned downs;      /* times that a source said DOWN */
    char last_down[200]; /* "source: why" */
    uint64_t total;      /* of the last PROGRESS */
    uint64_t dropped;
    char deleted[128], deleted_detail[128];
    uint64_t deleted_grace;
    unsigned step;    /* the script's own */
    uint64_t step_ms; /* too; of loop_now_ms */
};

void kube_fixture_start(struct kube_fixture *s);
/* Writes the kubeconfig and opens the backend. user: YAML of the user's map ("{token: x}"); ns: of kube_open. */
void kube_fixture_open(struct kube_fixture *s, const char *user, const char *ns);
/* The same with a whole kubeconfig. */
void kube_fixture_open_text(struct kube_fixture *s, const char *text, const char *ns);
void kube_fixture_stop(struct kube_fixture *s);

void kube_fixture_put_file(struct kube_fixture *s, const char *name, const char *text); /* in dir */

/* Steps the loop until it is so; fails the test after DEADLINE_MS. */
void kube_fixture_until(struct kube_fixture *s, bool (*so)(struct kube_fixture *s), const char *what);
void kube_fixture_for(struct kube_fixture *s, uint64_t ms); /* to see that nothing happens */

bool kube_fixture_is(const char *request, const char *start); /* "GET /api/v1/pods" */
bool kube_fixture_is_watch(const char *request);

/* Answers; bodies are copied. */
struct tiny_reply kube_fixture_json(struct kube_fixture *s, int status, const char *body);
struct tiny_reply kube_fixture_file(struct kube_fixture *s, int status, const char *path);
struct tiny_reply kube_fixture_stream(struct kube_fixture *s, const char *lines); /* a watch; stays open */
char *kube_fixture_keep(struct kube_fixture *s, char *text);                      /* frees it at the end */

enum source_state kube_fixture_state(const struct kube_fixture *s, const char *source);
const char *kube_fixture_why(const struct kube_fixture *s, const char *source); /* "" where there is none */

#endif
