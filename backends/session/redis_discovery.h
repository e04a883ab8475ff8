/*
 * redis_discovery.h - finds the Redis of one RayService and keeps a link to it.
 *
 * The desired configuration comes from the program's own configuration, else from the RayService: the address, the
 * user, and where the password is. A user or password in a Secret (or in clear in the RayService's spec) is read
 * through the API server, and is never put into a struct change. They are sent only to the host and port that the
 * RayService names, with TLS if it uses TLS; to another configured address only with `redis_credentials`. The link is
 * opened with the desired configuration and replaced when that changes; only redis_discovery_update opens it, with what
 * is known at that moment.
 *
 * The owner calls redis_discovery_update when the world has changed, and later when the reconcile callback requested
 * it. Several may share one world, each for its own RayService; they share a budget of connections.
 */
#ifndef RAYDECK_SESSION_REDIS_DISCOVERY_H
#define RAYDECK_SESSION_REDIS_DISCOVERY_H

#include "backends/backend.h"
#include "backends/conf.h"
#include "backends/link/budget.h"
#include "backends/world/joins.h"

/* DENIED while the API server does not let us read the user or the password. */
#define REDIS_SECRETS_SOURCE "kube/secrets"
enum { REDIS_SECRET_RETRY_MS = 30000 }; /* after a password that could not be read, or was refused */

struct redis_discovery;

/* Everything is borrowed until redis_discovery_free. */
struct redis_discovery_conf {
    struct loop *loop; /* and its clock */
    const struct conf *conf;
    const struct redis_ops *ops;
    const struct kube_ops *kube_ops; /* reads the Secrets; kube NULL: cannot */
    struct kube *kube;
    const struct sink *sink; /* for the link's changes, and the state of the source "redis" without a link */
    struct budget *opens;    /* BUDGET_CONNECTIONS: beyond it the source is throttled, and says so */
};
struct redis_discovery_calls {
    /* Requests an update after after_ms. Also called within _update, and from callbacks of the API server. */
    void (*reconcile)(void *arg, uint64_t after_ms);
    void *arg;
};

struct redis_discovery *redis_discovery_new(const struct redis_discovery_conf *conf,
                                            const struct redis_discovery_calls *calls);
/* The source turns OFF, so that the world drops its rows. No callback and no change comes after it; NULL is fine. */
void redis_discovery_free(struct redis_discovery *d);

/* focus: of the RayService; borrowed for the call, in which only changes of the sources "redis" and "kube/secrets" are
 * published. */
void redis_discovery_update(struct redis_discovery *d, const struct world *w, const struct focus *focus);
/* About once a second: a password that was refused is read again after REDIS_SECRET_RETRY_MS. */
void redis_discovery_tick(struct redis_discovery *d);
void redis_discovery_refresh(struct redis_discovery *d); /* reads the Redis again, and a refused password at once */
void redis_discovery_set_fast_poll(struct redis_discovery *d, bool fast); /* during a head loss */

/* A user or password is being read, or was read and the next update opens the link. */
bool redis_discovery_is_pending(const struct redis_discovery *d);

/* What was found, for display; text is borrowed until the next update; NULL: none. The address may contain secrets
 * (url_without_secrets). */
struct redis_found {
    const char *address, *user;
    const char *from;          /* of address: "configuration", "RayService" */
    const char *user_from;     /* of user, likewise */
    const char *password_from; /* "Secret NS/NAME, key KEY" */
    const char *password_why;  /* why it was not read; NULL: it was, or is not needed, or not asked for yet */
    bool password_read;        /* the link was opened, with the password where there is one */
    const char *withheld_for;  /* "host:port": the RayService's credentials are for that and were not sent to address */
};
struct redis_found redis_discovery_found(const struct redis_discovery *d);

#endif
