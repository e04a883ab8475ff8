"""What the lints share: the project's C files, and their text without comments and strings."""
import re
import subprocess


def c_files(*roots):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", "*.c", "*.h", "*.def"],
                            capture_output=True, text=True, check=True).stdout.split()
    return [f for f in listed if not roots or f.split("/")[0] in roots]


def raw_lines(*patterns):
    """Lines of all files that git knows by these patterns, blanks and comments included."""
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard", "--", *patterns],
                            capture_output=True, check=True).stdout.split(b"\0")
    total = 0
    for path in filter(None, listed):
        try:
            with open(path, "rb") as f:
                total += f.read().count(b"\n")
        except FileNotFoundError:  # deleted, and not committed yet
            continue
    return total


_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code(path):
    """The file's text with comments and the insides of strings blanked; line numbers stay."""
    def blank(match):
        text = match.group(0)
        if text[0] == '"' and _include_line(match):
            return text
        return "".join(c if c == "\n" else " " for c in text) if text[0] == "/" else text[0] + " " * (len(text) - 2) + text[-1]
    with open(path, encoding="utf-8") as f:
        return _TOKEN.sub(blank, f.read())


def _include_line(match):
    start = match.string.rfind("\n", 0, match.start()) + 1
    return match.string[start:match.start()].lstrip().startswith("#include")


def report(problems):
    for problem in problems:
        print(problem)
    raise SystemExit(1 if problems else 0)
