#!/usr/bin/env python3
"""mutate.py [--count N] [--jobs N] [--area NAME] [--file WORD] [--list]: mutation tests.

Breaks product code in a fixed set of ways, one at a time, builds what changed, runs the tests nearest to it (those of
the file's own name, then those of AREAS below), and prints the mutants that no test noticed. Exits 0 when at least
LEAST of them were caught.

Operators:
  condition turned    `if (x)` becomes `if (!(x))`
  comparison moved    `<` and `<=`, `>` and `>=`, `==` and `!=` are exchanged; a comparison of milliseconds is turned
                      (`<` becomes `>=`), as one millisecond more or less is nothing that was promised
  and/or exchanged    `&&` becomes `||`, and `||` becomes `&&`
  constant moved      a number in an expression becomes one more; named limits (`NAME = 16,` in an enum), the sizes
                      of memory, conversions of units (60, 1000, 1024), milliseconds where one more is nothing that
                      was promised (DELAYS of a call; the 0 of what has ELAPSED), and what a comparator returns (of
                      which only the sign is read) stay
  return exchanged    `return true;` becomes `return false;`, and the reverse
  call left out       a statement that is one call is removed

Left out by rule, because nothing observable is broken: asserts, calls that only free or wipe memory, calls that only
write a message for people (MESSAGES), and every mutant that the compiler turns into the same object code.

The sample is deterministic: the candidates are ordered by area, file and line, and one is taken from the middle of
each of N equal parts; when it does not compile or is equivalent, the next of its part is taken. Every job works in its
own copy of the tracked files (build/mutate/AREA-JOB), built with AddressSanitizer and UBSan as `make check-asan` does,
never in the checkout. A test that runs over its time limit has noticed; one with sockets or a terminal must fail twice
to count."""
import argparse
import bisect
import ctypes
import glob
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time

LEAST = 0.85
BUILD = "build/asan"
MAKE = ["make", "-s", "BUILD=" + BUILD, "SAN=address,undefined", "CFLAGS=-O1 -g"]
BUILD_LIMIT_S = 1800
TEST_LIMIT_S = 300  # as tests/run.sh; less where the test is known to be quicker
PR_SET_CHILD_SUBREAPER = 36

# Area, files, and the tests nearest to them beside those of their own names, the quickest first. The first pattern that
# matches a file counts.
AREAS = [
    ("world", r"backends/world/evidence.*\.c$", ["unit/evidence_lines_test", "unit/evidence_test",
                                              "unit/probe_targets_test", "unit/answers_test", "screens/main_test"]),
    ("world", r"backends/world/(keyframe|parts)\.c$",
     ["unit/world_test", "unit/keyframe_test", "unit/recoveries_test"]),
    ("world", r"backends/world/(outage|recover).*\.c$",
     ["unit/recoveries_test", "unit/recovery_*_test", "unit/outage_*_test", "unit/recovery_test", "unit/answers_test",
      "unit/outage_test", "screens/losses_test", "unit/script_test", "unit/replay_test", "screens/outage_agree_test",
      "screens/main_test"]),
    ("world", r"backends/world/(redis_loss|headless|answers_head_loss)\.c$",
     ["unit/head_loss_test", "unit/doctor_test", "unit/doctor_redis_test", "unit/answers_test",
      "unit/recovery_wait_test", "screens/panes_test"]),
    ("world", r"backends/world/(answers|request|probe).*\.c$",
     ["unit/probe_targets_test", "unit/answers_test", "unit/head_loss_test", "unit/recovery_test", "unit/world_test",
      "screens/panes_test", "screens/main_test", "screens/outage_agree_test"]),
    ("world", r"backends/world/(record(?!_random)|change|coreset|history).*\.c$",
     ["unit/record_test", "unit/change_test", "unit/world_test", "screens/panes_test"]),
    ("world", r"backends/world/placement\.c$",
     ["unit/placement_test", "unit/head_loss_test", "unit/doctor_test", "screens/panes_test"]),
    ("world", r"backends/world/(?!record_random).*\.c$",
     ["unit/joins_test", "unit/change_test", "unit/world_test", "unit/answers_test", "unit/head_loss_test",
      "unit/evidence_test", "screens/panes_test", "unit/recovery_test", "screens/main_test"]),
    ("kube", r"backends/kube/reflector.*\.c$",
     ["wire/kube_watch_test", "wire/hostile_kube_test", "wire/storm_kube_test", "wire/kube_sim_test"]),
    ("credentials", r"backends/kube/(kube_auth|exec_credential|kube_access|kubeconfig).*\.c$",
     ["unit/exec_credential_test", "unit/kubeconfig_test", "wire/kube_tls_test", "wire/kube_actions_test",
      "wire/kube_watch_test"]),
    ("credentials", r"backends/aws/(credentials|cli_keys|keys|container|imds|web_identity|profile|settings).*\.c$",
     ["unit/aws_plan_test", "unit/aws_parse_test", "wire/aws_test"]),
    ("credentials", r"backends/session/redis_discovery\.c$",
     ["unit/redis_discovery_test", "wire/session_test", "wire/storm_session_test"]),
    ("redis", r"backends/redis/(scan|key_scan|hash_read|command_pace|cursor_guard|track|heartbeat\w*|\w*poll)\.c$",
     ["unit/scan_test", "wire/key_scan_test", "wire/hash_read_test", "wire/redis_test", "wire/redis_change_test",
      "wire/redis_fast_poll_test", "wire/heartbeat_poll_test", "wire/redis_trouble_test", "wire/hostile_redis_test",
      "wire/redis_silence_test", "wire/storm_redis_test"]),
    ("guards", r"tui/(arming|guards|kill_plan).*\.c$", ["unit/arming_test", "unit/arming_store_test",
                                                       "e2e/arming_console_test", "e2e/question_lines_test",
                                                       "e2e/deploy_command_test", "e2e/kill_test"]),
    ("guards", r"backends/(kube/kube_guard|session/permission)\.c$",
     ["unit/kube_guard_test", "unit/permission_test", "wire/kube_actions_test", "wire/session_test"]),
    ("guards", r"deploy/(step_engine|change_fate)\.c$",
     ["unit/step_engine_test", "unit/change_fate_test", "wire/change_lookup_test", "wire/cleanup_test",
      "wire/deploy_test"]),
    ("guards", r"deploy/cleanup.*\.c$",
     ["unit/kobject_test", "unit/cleanup_fields_test", "wire/cleanup_outcomes_test", "wire/cleanup_race_test",
      "wire/cleanup_test", "wire/change_lookup_test", "e2e/deploy_command_test"]),
    ("guards", r"deploy/(apply|deploy|deploy_\w+)\.c$",
     ["unit/deploy_parse_test", "wire/deploy_prerequisites_test", "wire/deploy_outcomes_test", "wire/deploy_redis_test",
      "wire/deploy_race_test", "wire/deploy_test", "wire/change_lookup_test", "wire/cleanup_race_test",
      "e2e/deploy_command_test"]),
]

SWAP = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&"}
TURN = {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MESSAGES = "cli_say|why_prefix|step_log"
HARMLESS = re.compile(r"(?:(?:if|for|while) \(.*\) )?(?:\(void\))?(?:assert|static_assert|mem_free\w*|\w+_wipe|free|"
                      r"\w+_free|free_\w+|\w+_done|cJSON_Delete\w*|va_end|va_start|" + MESSAGES + r")\(")
BLANK = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
CONDITION = re.compile(r"\s*(?:\} else )?if (\()")
OPERATOR = re.compile(r" (<=|>=|==|!=|<|>|&&|\|\|) ")
CONSTANT = re.compile(r"(?<=[-+*<>=(, ])(\d+)u?(?=[ ;,)\]])")
ALLOCATED = re.compile(r"(mem_(alloc|zero|array|grow)\w*|buf_init)\(")
FIXED = re.compile(r"^\s*(?:(?:enum \{ )?[A-Z][A-Z0-9_]+ = |(?:\w+ )+\**\w+\[[^\]]*\](?: = .*)?;)")
ELAPSED = re.compile(r"_ms\b.* \? .* - .* : 0[;)]")
DELAYS = re.compile(r"\b(?:step_later|engine_next|alarm_set)\(")
COMPARES = re.compile(r"\? -1 :")
UNITS = ("60", "1000", "1024")  # of a conversion: a thousandth more is within its rounding
RETURN = re.compile(r"\s*return (true|false);")
CALL = re.compile(r"\s+((?:\(void\))?\w+\(.*\);)\s*$")
KEYWORD = re.compile(r"(return|if|for|while|switch|sizeof)\b")


def blanked(text):
    """The text with comments and literals overwritten; offsets stay."""
    return BLANK.sub(lambda m: "".join(c if c == "\n" else " " for c in m.group(0)), text)


def closing(text, start):
    depth = 0
    for i in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    return -1


def in_line(line):
    """The mutants within one line of blanked text: (column, length, replacement, operator)."""
    found = []
    for m in OPERATOR.finditer(line):
        word = m.group(1)
        to = TURN.get(word, SWAP[word]) if re.search("_ms|_MS", line) else SWAP[word]
        found.append((m.start(1), len(word), to, "and/or exchanged" if word in ("&&", "||") else "comparison moved"))
    if not any(fixed.search(line) for fixed in (FIXED, ALLOCATED, ELAPSED, DELAYS, COMPARES)):
        for m in CONSTANT.finditer(line):
            if m.group(1) in UNITS:
                continue
            found.append((m.start(1), len(m.group(1)), str(int(m.group(1)) + 1), "constant moved"))
    m = RETURN.match(line)
    if m:
        found.append((m.start(1), len(m.group(1)), "false" if m.group(1) == "true" else "true", "return exchanged"))
    m = CALL.match(line)
    if m and not KEYWORD.match(m.group(1)):
        found.append((m.start(1), len(m.group(1)), ";", "call left out"))
    return found


def candidates(path):
    """Every mutant of a file: (offset, length, replacement, operator), in order."""
    with open(path, encoding="utf-8") as f:
        text = blanked(f.read())
    found, offset = [], 0
    for line in text.splitlines(keepends=True):
        # A statement: indented, no preprocessor line, nothing that only frees or says something.
        if line[:1] in " \t" and not HARMLESS.match(line.strip()):
            m = CONDITION.match(line)
            end = closing(text, offset + m.start(1)) if m else -1
            if end > 0:
                found.append((offset + m.start(1), end + 1 - offset - m.start(1), "(!{})", "condition turned"))
            found += [(offset + column, *rest) for column, *rest in in_line(line)]
        offset += len(line)
    return found


def named(pattern):
    """The tests that "unit/recovery_*_test" means, in order."""
    return sorted(name[len("tests/"):-len(".c")] for name in glob.glob(f"tests/{pattern}.c"))


def nearest(path, tests):
    """The tests of a file: those of its own name, where there are any, then those of its area."""
    stem = os.path.basename(path)[:-2]
    own = [f"{kind}/{stem}_test" for kind in ("unit", "screens", "wire", "e2e")
           if os.path.exists(f"tests/{kind}/{stem}_test.c")]
    return list(dict.fromkeys(own + [test for pattern in tests for test in named(pattern)]))


def mutants():
    """Every candidate, by area: (area, path, offset, length, replacement, operator, tests)."""
    listed = subprocess.run(["git", "ls-files", "*.c"], capture_output=True, text=True, check=True).stdout.split()
    every, unused = [], {pattern for _, pattern, _ in AREAS}
    for path in listed:
        for area, pattern, tests in AREAS:
            if re.match(pattern, path):
                unused.discard(pattern)
                every += [(area, path, *found, nearest(path, tests)) for found in candidates(path)]
                break
    absent = [t for _, _, tests in AREAS for t in tests if not named(t)]
    if unused or absent:
        raise SystemExit(f"AREAS is not true any more: no file matches {sorted(unused)}, no test {absent}")
    order = [area for area, _, _ in AREAS]
    return sorted(every, key=lambda m: (order.index(m[0]), m[1], m[2]))


def describe(mutant, root="."):
    _, path, start, length, replacement, operator, _ = mutant
    with open(os.path.join(root, path), encoding="utf-8") as f:
        text = f.read()
    lines = [i for i, c in enumerate(text) if c == "\n"]
    row = bisect.bisect_left(lines, start)
    was = " ".join(text[start:start + length].split())
    to = "nothing" if replacement == ";" else replacement.replace("{}", was)
    return f"{path}:{row + 1}: {operator}: {was} -> {to}   | {text.splitlines()[row].strip()}"


def children_end():
    """What a test left behind: its orphans are ours (PR_SET_CHILD_SUBREAPER), and are ended and waited for."""
    while True:
        ours = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
                    if int(f.read().rpartition(")")[2].split()[1]) == os.getpid():
                        ours.append(int(pid))
            except OSError:
                pass
        if not ours:
            return
        for pid in ours:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def run(command, tree, limit):
    """The exit status, or None after the limit."""
    scratch = os.path.abspath(os.path.join(tree, "build/tmp"))
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    environment = {**os.environ, "BUILD": BUILD, "TMPDIR": scratch, "LC_ALL": "C.UTF-8", "TZ": "UTC",
                   "CMOCKA_TEST_ABORT": "1"}
    environment.pop("MAKEFLAGS", None)  # of the make that runs us
    with subprocess.Popen(command, cwd=tree, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, start_new_session=True) as child:
        try:
            status = child.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            status = None
    children_end()
    return status


def build(tree, *targets):
    return run([*MAKE, *targets], tree, BUILD_LIMIT_S) == 0


def test_build(tree, test):
    programs = ["programs"] if test.startswith(("wire/", "e2e/")) else []
    return build(tree, *programs, f"{BUILD}/tests/{test}")


def test_passes(tree, test, limit):
    """A failure is believed at once where nothing but the code decides; else when it is repeated."""
    for _ in range(2 if test.startswith(("wire/", "e2e/")) else 1):
        status = run([f"{BUILD}/tests/{test}"], tree, limit)
        if status == 0:
            return True
        if status is None:
            return False
    return False


def code(path):
    """What an object does: without the debug information, which knows columns."""
    bare = path + ".bare"
    subprocess.run(["objcopy", "--strip-debug", path, bare], check=True)
    with open(bare, "rb") as f:
        return f.read()


def judge(tree, mutant, limits):
    """'caught' or 'survived'; 'void' when it does not compile or is the same program."""
    _, path, start, length, replacement, _, tests = mutant
    source, obj = os.path.join(tree, path), os.path.join(tree, BUILD, "o", path[:-2] + ".o")
    with open(source, encoding="utf-8") as f:
        text = f.read()
    with open(obj, "rb") as f:
        kept = f.read()
    before = code(obj)
    try:
        with open(source, "w", encoding="utf-8") as f:
            f.write(text[:start] + replacement.replace("{}", text[start:start + length]) + text[start + length:])
        if not build(tree, os.path.join(BUILD, "o", path[:-2] + ".o")) or code(obj) == before:
            return "void"
        for test in tests:
            if limits[test] is None:
                continue
            if not test_build(tree, test):
                return "void"
            if not test_passes(tree, test, limits[test]):
                return "caught"
        return "survived"
    finally:
        # The object is put back too, newer than its source: it is not compiled once more for that.
        with open(source, "w", encoding="utf-8") as f:
            f.write(text)
        with open(obj, "wb") as f:
            f.write(kept)


def prepare(tree):
    """A copy of the tracked files as they are in the checkout, built; what did not change stays as it was built."""
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()
    tracked = [name for name in tracked if os.path.exists(name)]
    for folder, _, names in os.walk(tree):
        for name in names:
            inside = os.path.relpath(os.path.join(folder, name), tree)
            if not inside.startswith("build/") and inside not in tracked:
                os.unlink(os.path.join(folder, name))
    for name in tracked:
        to = os.path.join(tree, name)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        with open(name, "rb") as f:
            now = f.read()
        if os.path.exists(to):
            with open(to, "rb") as f:
                if f.read() == now:
                    continue
        shutil.copy(name, to)
    if not build(tree, "programs"):
        raise SystemExit(f"{tree} does not build")


def measure(tree, tests, limits):
    """How long each test may take: by how long it takes with the code as it is. One that fails then tells nothing: it
    is named, and left out (None)."""
    for test in tests:
        if test in limits:
            continue
        if not test_build(tree, test):
            raise SystemExit(f"{test} does not build")
        started = time.monotonic()
        if not test_passes(tree, test, TEST_LIMIT_S):
            print(f"{test} fails without a mutation, and is left out", flush=True)
            limits[test] = None
            continue
        limits[test] = min(TEST_LIMIT_S, 20 + 5 * (time.monotonic() - started))


def work(tree, parts, results):
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    prepare(tree)
    limits = {}
    for part in parts:
        for mutant in part:
            measure(tree, mutant[6], limits)
            verdict = judge(tree, mutant, limits)
            if verdict != "void":
                results.put((verdict, mutant[0], describe(mutant, tree)))
                break


def sample(every, count):
    """N equal parts, each beginning with its middle."""
    count = min(count, len(every))
    parts = [every[i * len(every) // count:(i + 1) * len(every) // count] for i in range(count)]
    return [part[len(part) // 2:] + part[:len(part) // 2] for part in parts]


def judged(parts, jobs, name):
    """(caught, survived) by area; every survivor is printed when it is known."""
    results, totals, found = multiprocessing.Queue(), {}, 0
    workers = [multiprocessing.Process(target=work, args=(f"build/mutate/{name}-{job}", parts[job::jobs], results))
               for job in range(jobs)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers) or not results.empty():
        if results.empty():
            time.sleep(0.2)
            continue
        verdict, area, words = results.get()
        caught, survived = totals.get(area, (0, 0))
        totals[area] = (caught + (verdict == "caught"), survived + (verdict == "survived"))
        found += 1
        if verdict == "survived":
            print(f"{found}/{len(parts)} survived {words}", flush=True)
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a job has failed")
    return totals


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=200, help="how many mutants (of all areas)")
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options.add_argument("--area", help="only those of this area: " + ", ".join(dict.fromkeys(a for a, _, _ in AREAS)))
    options.add_argument("--file", default="", help="only those of files whose path has this word")
    options.add_argument("--list", action="store_true", help="print what would be broken, break nothing")
    args = options.parse_args()

    parts = sample([m for m in mutants() if args.file in m[1]], args.count)
    parts = [part for part in parts if args.area in (None, part[0][0])]
    if args.list:
        for part in parts:
            print(describe(part[0]))
        return 0
    totals = judged(parts, max(1, min(args.jobs, len(parts))), args.area or "all")
    for area, (caught, survived) in sorted(totals.items()):
        print(f"  {area:<12} {caught:4d} caught, {survived:3d} survived")
    caught, survived = sum(c for c, _ in totals.values()), sum(s for _, s in totals.values())
    print(f"{caught} of {caught + survived} mutants caught ({100 * caught / max(caught + survived, 1):.0f} %)")
    return 0 if caught >= LEAST * max(caught + survived, 1) else 1


if __name__ == "__main__":
    sys.exit(main())
