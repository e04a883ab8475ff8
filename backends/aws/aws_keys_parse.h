/*
 * aws_keys_parse.h - parses credentials: the JSON of the container agent, of IMDS and of the AWS CLI, the XML of STS.
 * No I/O. Messages never quote the input.
 */
#ifndef RAYDECK_AWS_AWS_KEYS_PARSE_H
#define RAYDECK_AWS_AWS_KEYS_PARSE_H

#include "backends/aws/aws_keys.h"

/* {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}; IMDS adds "Code", "Success" or an error; the CLI names the
 * token "SessionToken". ERR_PARSE; ERR_AUTH: another Code. Caller: aws_keys_done. */
enum err keys_parse_json(const char *bytes, size_t len, struct aws_keys *ret, struct why *why);

/* …Result/Credentials/{AccessKeyId, SecretAccessKey, SessionToken, Expiration} of
 * AssumeRoleWithWebIdentity (STS 2011-06-15). */
enum err keys_parse_sts(const char *bytes, size_t len, struct aws_keys *ret, struct why *why);

#endif
