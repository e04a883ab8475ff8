/*
 * cli_keys.h - credentials from the AWS CLI: `aws configure export-credentials --format process`. It knows every way
 * that a profile can name (SSO, credential_process, roles by one another), its caches and its refreshes.
 *
 * The answer is the one of a credential_process (AWS SDKs and Tools Reference Guide, "Process credential provider").
 * The CLI has no terminal: where it would prompt (MFA) it fails, and its message is passed on.
 */
#ifndef RAYDECK_AWS_CLI_KEYS_H
#define RAYDECK_AWS_CLI_KEYS_H

#include "backends/aws/aws_keys.h"
#include "backends/link/loop.h"

enum { CLI_KEYS_TIME_LIMIT_MS = 30000 };

struct cli_keys;

/* profile: passed as --profile, which goes before the environment's keys; NULL: the CLI chooses, by AWS_PROFILE. done
 * is called once, from the loop: ERR_NOT_FOUND (no such program), ERR_CHILD, ERR_TIMEOUT, ERR_LIMIT, ERR_PARSE. */
struct cli_keys *cli_keys_start(struct loop *l, const char *profile, const struct keys_calls *calls);
void cli_keys_free(struct cli_keys *c); /* ends the CLI; no callback comes after it; NULL is fine */

#endif
