/*
 * child_env.h - the environment of child processes: a copy of ours without the secrets that the child does not need.
 * The only place that decides which; child.h, the demo and the simulator's guard use it.
 *
 * A variable is a secret if its name or value looks like one (text_looks_secret) or its value is a URL with a password;
 * proxies, sockets and file paths are not. Variables named in RAYDECK_CHILD_ENV (separated by commas or blanks) are
 * passed to every child.
 */
#ifndef RAYDECK_LINK_CHILD_ENV_H
#define RAYDECK_LINK_CHILD_ENV_H

enum child_secrets {
    CHILD_SECRETS_NONE,
    CHILD_SECRETS_AWS,  /* AWS_… only: for the AWS CLI, and programs that may run it */
    CHILD_SECRETS_CLOUD /* all but those of Redis, model hubs and raydeck: for a credential plugin of any cloud */
};

/* Of a shell command line: CHILD_SECRETS_AWS where it contains a program that may authenticate to AWS (kubectl, aws,
 * ssh …), else none. */
enum child_secrets child_secrets_of_command(const char *command);
enum child_secrets child_secrets_of_plugin(const char *program); /* command of a kubeconfig's user.exec */

/* extra ("NAME=value", NULL-terminated; may be NULL), then those variables of environment that extra does not replace
 * and the child may have. The strings are borrowed; the caller frees the array. */
char **child_env_new(const char *const *environment, enum child_secrets secrets, const char *const *extra);

#endif
