/*
 * redis_desired.h - the desired configuration of the link to a RayService's Redis: address, user, and where the
 * password is. It comes from the program's own configuration, else from the RayService. Pure.
 */
#ifndef RAYDECK_SESSION_REDIS_DESIRED_H
#define RAYDECK_SESSION_REDIS_DESIRED_H

#include "backends/conf.h"
#include "backends/world/record.h"

/* Where the password is. */
enum password_kind { PASSWORD_NONE, PASSWORD_CONFIGURED, PASSWORD_SECRET, PASSWORD_INLINE /* in the spec */ };

/* The desired configuration. Text is borrowed from the program's configuration and the world. */
struct redis_desired {
    const char *url, *via, *user, *password;
    const char *from; /* "configuration", "RayService" */
    enum password_kind kind;
    const char *ns, *service, *secret_name, *secret_key;
    const char *user_secret_name, *user_secret_key; /* the Secret of the user name, if not in `user` */
    const char *withheld_for; /* the address that the RayService's credentials are for, if not url */
};

/* r may be NULL. False: no address is known. The RayService's user and password belong to it only if the address is
 * the RayService's own, or the configuration allows it (redis_credentials): a mistyped or forwarded address must not
 * receive them. */
bool redis_desired_of(const struct conf *c, const struct rayservice *r, struct redis_desired *ret);
/* A key that differs if any part of it does; it may hold a password: free with mem_free_secret. */
char *redis_desired_key(const struct redis_desired *d);
/* Must the password be read through the API server? */
bool redis_desired_needs_password(const struct redis_desired *d);

#endif
