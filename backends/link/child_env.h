/*
 * child_env.h - the environment of child processes: ours without the secrets that the child has no need of. The one
 * place that says which; child.h, the demo and the simulator's guard use it.
 *
 * A secret is a variable that looks like one by its name or value (text_looks_secret) or holds a URL with a password;
 * proxies, sockets and paths of files are none. What a person names in RAYDECK_CHILD_ENV (names, separated by commas or
 * blanks) is given to every child.
 */
#ifndef RAYDECK_LINK_CHILD_ENV_H
#define RAYDECK_LINK_CHILD_ENV_H

enum child_secrets {
    CHILD_SECRETS_NONE,
    CHILD_SECRETS_AWS,  /* AWS_… alone: the AWS CLI, and what may run it */
    CHILD_SECRETS_CLOUD /* all but those of Redis, of models and of raydeck: a credential plug-in, whose cloud is not
                           known */
};

/* By the words of a shell's command line: AWS's where it names a program that signs in to a cluster or a machine there
 * (kubectl, aws, ssh …), else none. */
enum child_secrets child_secrets_of_command(const char *command);
enum child_secrets child_secrets_of_plugin(const char *program); /* of a kubeconfig's exec */

/* extra ("NAME=value", NULL-terminated; may be NULL) and then what of environment it does not replace and the child may
 * have. The texts are borrowed; caller frees the array. */
char **child_env_new(const char *const *environment, enum child_secrets secrets, const char *const *extra);

#endif
