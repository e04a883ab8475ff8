"""Functions that are not used here, the machine's time where a clock is to be read, and commands that are never sent to
a Redis that is not ours."""
import re

from sources import c_files, code, report

BANNED = {
    "strcpy": "buf_str or mem_str", "strcat": "buf_str", "sprintf": "snprintf or buf_printf", "vsprintf": "vsnprintf",
    "stpcpy": "buf_str", "strncpy": "text_safe_into or snprintf", "strncat": "buf_add", "gets": "buf_lines",
    "strtok": "strchr or strcspn", "atoi": "text_u64", "atol": "text_u64", "atoll": "text_u64", "atof": "json_f64",
    "sscanf": "a parser", "scanf": "a parser", "fscanf": "a parser", "alloca": "mem_alloc", "system": "link/process.h",
    "popen": "link/process.h", "malloc": "mem_alloc", "calloc": "mem_zero", "realloc": "mem_grow", "strdup": "mem_str",
    "strndup": "mem_strn", "asprintf": "mem_printf", "vasprintf": "mem_printf", "tmpnam": "mkstemp", "mktemp": "mkstemp",
    "usleep": "an alarm", "sleep": "an alarm", "signal": "uv_signal or sigaction",
}
ALLOWED = {
    ("backends/base/mem.c", name) for name in ("malloc", "calloc", "realloc", "strdup", "asprintf", "vasprintf")
} | {("tui/term/signals.c", "signal")}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
# What is known since when goes by backends/link/clock.h, which tests and replays set.
BY_CLOCK = ("backends/session/", "tui/panes/", "tui/arming", "tui/answering", "tui/kill_plan")
MACHINE_TIME = re.compile(r"\bloop_(?:now|wall|own_wall)_ms\s*\(")
FORBIDDEN_REDIS = re.compile(r'"(KEYS|MONITOR|FLUSHALL|FLUSHDB|HGETALL|DEL|HSET|HDEL|SET)(?: |")')

# Seconds with a fraction are cut by text_seconds and text_latency: a second way of printing them rounds otherwise.
SECONDS = re.compile(r"%(?:\.[1-9]f|llu\.%\w+) ?s(?![a-z])")

# One function writes plurals, so that nothing says "1 errors".
PLURAL = re.compile(r'\? "" : "s"[ ,;)]')
# What is printed passes tui/safe_output.c; JSON that is printed is made by json_text.
RAW_OUTPUT = re.compile(r"\b(?:write|writev|dprintf|fdopen)\s*\(\s*(?:STD(?:OUT|ERR)_FILENO|[12]\s*,)|\bcJSON_Print\s*\(")
RAW_OUTPUT_IN = ("tui/safe_output.c", "backends/base/mem.c", "backends/base/json_text.c", "tui/arming.c", "backends/sim/")

found = []
for path in c_files("backends", "deploy", "tui"):
    if not path.endswith((".c", ".h")):
        continue
    for number, line in enumerate(code(path).splitlines(), 1):
        if re.match(r"\s*const struct sigaction", line):
            continue
        for match in CALL.finditer(line):
            name = match.group(1)
            if (path, name) not in ALLOWED:
                found.append(f"{path}:{number}: {name} is not used here: {BANNED[name]} instead")
        if not path.startswith(RAW_OUTPUT_IN) and RAW_OUTPUT.search(line):
            found.append(f"{path}:{number}: what is printed is printed by stdio, JSON by json_text (tui/safe_output.h)")
        if path.startswith(BY_CLOCK) and MACHINE_TIME.search(line):
            found.append(f"{path}:{number}: the machine's time is not read here: clock_now_ms or clock_wall_ms instead")
    if path.startswith(("backends/", "deploy/", "tui/")) and not path.startswith("backends/sim/"):
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                if PLURAL.search(line) and path != "backends/base/text_words.c":
                    found.append(f"{path}:{number}: a plural is written by text_plural")
                if SECONDS.search(line):
                    found.append(f"{path}:{number}: seconds are printed by text_seconds or text_latency")
    # There they are arguments of ACL DRYRUN.
    if path.startswith("backends/redis/") and path != "backends/redis/rights_poll.c":
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                if FORBIDDEN_REDIS.search(line) and not line.lstrip().startswith(("*", "/*", "//")):
                    found.append(f"{path}:{number}: a Redis command that the console must never send")
report(found)
