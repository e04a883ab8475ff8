/*
 * cli_keys.h - credentials from the AWS CLI: `aws configure export-credentials --format process`. The CLI supports
 * every credential provider of a profile (SSO, credential_process, chained roles), with caches and refreshes.
 *
 * The output has the format of credential_process (AWS SDKs and Tools Reference Guide, "Process credential provider").
 * The CLI runs without a terminal: where it would prompt (MFA) it fails, and its message is reported.
 */
#ifndef RAYDECK_AWS_CLI_KEYS_H
#define RAYDECK_AWS_CLI_KEYS_H

#include "backends/aws/aws_keys.h"
#include "backends/link/loop.h"

enum { CLI_KEYS_TIME_LIMIT_MS = 30000 };

struct cli_keys;

/* profile: passed as --profile, which overrides keys in the environment; NULL: the CLI uses AWS_PROFILE. Calls done
 * once, from the loop: ERR_NOT_FOUND (no such program), ERR_CHILD, ERR_TIMEOUT, ERR_LIMIT, ERR_PARSE. */
struct cli_keys *cli_keys_start(struct loop *l, const char *profile, const struct keys_calls *calls);
void cli_keys_free(struct cli_keys *c); /* terminates the CLI; no callback follows; NULL is fine */

#endif
