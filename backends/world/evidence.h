/*
 * evidence.h - whether the service answers its users: three lines of evidence, and the worst known verdict. Pure.
 *
 * - The users' route: the Serve service's ready endpoints, and a probe along the route of a request (ingress, service,
 * or the API server's proxy to the service).
 * - The proxies: the Serve proxies of the worker pods, each asked by itself. One that is no ready endpoint of the
 *   service gets no requests: it is shown, and judges nothing.
 * - The model: prompts of ours, the replicas that the Serve API reports with their age, what the NeuronCores execute. A
 *   Serve proxy without a replica behind it answers /-/healthz, and holds each request.
 *
 * What keeps the console from seeing (an API server that is down, stopped or forbids its proxy; no network, no
 * descriptors) is no evidence of the service: the line is unknown, and says why. Nothing is YES without a sample that
 * is younger than EVIDENCE_FRESH_MS.
 */
#ifndef RAYDECK_WORLD_EVIDENCE_H
#define RAYDECK_WORLD_EVIDENCE_H

#include "backends/base/buf.h"
#include "backends/world/answers.h"
#include "backends/world/probe_targets.h"

enum {
    EVIDENCE_FRESH_MS = 5000,   /* maximum age of a sample for YES */
    EVIDENCE_WINDOW_MS = 2500,  /* window of the probes of the users' route */
    EVIDENCE_PROMPT_MS = 60000, /* how long a failed prompt counts */
    EVIDENCE_WAIT_MS = 10000    /* a prompt that waits longer, and twice as long as the slowest answered one, hangs */
};

enum evidence_line { EVIDENCE_ROUTE, EVIDENCE_PROXIES, EVIDENCE_MODEL, EVIDENCE_LINES };

struct evidence {
    enum verdict verdict;      /* OK: YES; WARN: PARTLY */
    struct known_u64 age_ms;   /* of the newest sample */
    char by[64];               /* the route of that sample: "API server proxy", "Serve API"; "": none */
    char why[ANSWER_TEXT_MAX]; /* "refused", "no Serve endpoint is ready", "2 of 2 answer" */
};

struct service_evidence {
    struct evidence line[EVIDENCE_LINES];
    enum verdict verdict;         /* the worst known one */
    enum evidence_line from;      /* its line */
    struct known_u64 answered_ms; /* wall clock; the newest response of any kind */
    bool hanging;                 /* requests are in flight, and none has ended for a while */
    enum evidence_line hanging_line;
    bool waiting;    /* a prompt of ours hangs: what is answered besides is PARTLY */
    bool kubernetes; /* is read, and reports the RayService: its endpoints may be known */
    struct serve_endpoints endpoints;
    struct probe_targets proxies;
    struct known_f64 executions_s; /* of the live Neuron monitors */
    uint64_t execution_errors;     /* since the console started */
};

/* now_ms as changes' at_ms, wall_ms as their wall_ms. */
struct service_evidence evidence_of(const struct world *w, const struct focus *f, uint64_t now_ms, uint64_t wall_ms);

const char *evidence_name(enum evidence_line line); /* "service", "proxies", "model" */
const char *evidence_word(enum verdict verdict);    /* "YES", "PARTLY", "NO", "–" */

/* The three lines as text, each "service YES ok · 2 endpoints, not head · 0.4 s ago by API server proxy". */
void evidence_text(const struct service_evidence *e, const char *indent, struct buf *out);

#endif
