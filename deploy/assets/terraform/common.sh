# shellcheck shell=bash
# common.sh: what install.sh and cleanup.sh have in common: prerequisites, the question, running a step, the log. Sourced.
#
# Sets: tf (terraform or tofu), cluster_dir (the root module), log_dir. Reads what the options say:
: "${name:?}" "${dry_run:?}" "${assume_yes:?}" "${region?}"

cluster_dir="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/cluster"
log_dir="${XDG_STATE_HOME:-$HOME/.local/state}/rayserve-ha"

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
say() { printf '%s\n' "$*"; }

# check_name VALUE, check_region VALUE: before they get into a command.
check_name() { [[ $1 =~ ^[a-z](-?[a-z0-9]){0,29}$ ]] || die "--name: lower-case letters, digits and single hyphens, 30 at most"; }
check_region() { [[ $1 =~ ^[a-z]{2}(-[a-z]+)+-[0-9]$ ]] || die "--region: an AWS region, as us-west-2"; }

# What terraform and kubectl were doing is theirs to end; then this says that nothing is lost.
doing=''
interrupted() {
  printf '\n%s: interrupted%s. Run the same command again: it goes on from here.\n' "${0##*/}" "${doing:+ at $doing}" >&2
  exit 130
}
trap interrupted INT TERM

# How each tool is got, as its own makers say it.
how_to_get() {
  case $1 in
    aws) echo 'the AWS CLI, version 2: docs.aws.amazon.com/cli, "Installing or updating"' ;;
    kubectl) echo 'kubectl: kubernetes.io/docs/tasks/tools' ;;
    curl) echo 'curl: your system has a package of it' ;;
    helm) echo 'helm 3: helm.sh/docs/intro/install' ;;
    tofu) echo 'OpenTofu 1.8 or later (opentofu.org/docs/intro/install), or Terraform 1.6 or later' ;;
  esac
}

# find_tools NAME...: all that is missing is named at once. "tofu" is either of tofu and terraform.
find_tools() {
  local tool missing=0
  tf=$(command -v tofu || command -v terraform || true)
  for tool in "$@"; do
    if [ "$tool" = tofu ]; then [ -n "$tf" ] && continue; else command -v "$tool" >/dev/null && continue; fi
    [ $missing = 1 ] || printf '%s: this is missing:\n' "${0##*/}" >&2
    printf '  %s\n' "$(how_to_get "$tool")" >&2
    missing=1
  done
  [ $missing = 0 ] || exit 1
  tf=$(basename "$tf")
}

# run_step WORD COMMAND...: runs a command in the foreground of its log. A failure ends the script with what to do: everything
# here may be run again, and goes on from there.
run_step() {
  local word=$1 log; shift
  if [ "$dry_run" = 1 ]; then printf '+ %s\n' "$(printf '%q ' "$@" | sed 's/ $//')"; return 0; fi
  mkdir -p "$log_dir"; chmod 700 "$log_dir"
  log="$log_dir/$name-$word.log"
  say "… $word (log: $log)"
  doing=$word
  if ! "$@" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    explain_failure "$log"
    die "$word failed. Once it is mended, run the same command again: it goes on from here."
  fi
  doing=''
}

# answer_of ABSENT COMMAND...: what a command prints; nothing where it fails with a message that ABSENT (a pattern) matches.
# Every other failure ends the script: whether something is there must be known, an expired session is no answer. Its caller
# takes the answer by an assignment alone, which ends with it.
answer_of() {
  local absent=$1 errors status=0; shift
  errors=$(mktemp)
  "$@" 2>"$errors" || status=$?
  if [ $status != 0 ] && { [ -z "$absent" ] || ! grep -qE "$absent" "$errors"; }; then
    tail -n 20 "$errors" >&2
    explain_failure "$errors"
    rm -f "$errors"
    die "$1 gives no answer ($(printf '%s ' "${@:2:3}" | sed 's/ $//')). Once it is mended, run the same command again: it goes on from here."
  fi
  rm -f "$errors"
}

# state_lock_of LOG: the ID of the lock that it names.
state_lock_of() { sed -n 's/^[^A-Za-z]*ID: *\([0-9A-Za-z-]*\) *$/\1/p' "$1" | head -n 1 | grep . || echo 'ID (the ID is above)'; }

# explain_failure LOG: what is behind the failures that people meet.
explain_failure() {
  if grep -qE 'ExpiredToken|expired|InvalidClientTokenId|SSOTokenProviderError|Unable to locate credentials|No valid credential' "$1"; then
    say 'The AWS session is over: aws sso login, or new credentials.' >&2
  elif grep -q 'Error acquiring the state lock' "$1"; then
    say "Another run holds the state, or one was interrupted: if none is left, $tf -chdir=$cluster_dir force-unlock $(state_lock_of "$1")." >&2
  elif grep -qE 'VcpuLimitExceeded|InsufficientInstanceCapacity' "$1"; then
    say "This account or zone has no room for such instances: Service Quotas, \"Running On-Demand Inf instances\", or another --region." >&2
  elif grep -qE 'UnauthorizedOperation|AccessDenied' "$1"; then
    say 'These AWS credentials may not do that: the line above names the permission.' >&2
  fi
}

# check_session: whose account it will be. The number is shown and is in no file.
check_session() {
  if [ "$dry_run" = 1 ]; then say '+ aws sts get-caller-identity'; return; fi
  local account
  account=$(aws sts get-caller-identity --query Account --output text 2>/dev/null) ||
    die 'AWS does not take these credentials: they are missing or expired. aws sso login or aws configure, then this again.'
  say "AWS account $account, region $region"
}

# ask QUESTION ANSWER: goes on when just that is typed. Without a terminal it needs --yes.
ask() {
  [ "$dry_run" = 1 ] && return
  [ "$assume_yes" = 1 ] && return
  [ -t 0 ] || die 'nothing was changed: without a terminal this needs --yes'
  local answer
  read -r -t 0.1 -n 10000 _ || true # what was typed before the question is no answer to it
  read -r -p "$1 " answer || die 'nothing was changed'
  [ "$answer" = "$2" ] || die 'nothing was changed'
}

# terraform_run WORD ARGUMENT...: terraform or tofu over the cluster's module.
terraform_run() { local word=$1; shift; run_step "$word" "$tf" "-chdir=$cluster_dir" "$@"; }
