"""Each command of docs/walkthrough.md and of the README exists: subcommand and options, script and options, target, file; each
command of the walk-through says whether it was run, by tests that are there."""
import os
import re
import shlex

from sources import report

found = []


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


defs = read("tui/options.def")
MACRO = r"\b(?:ON|OF)_\w+"
macros = dict(re.findall(rf'^#define ({MACRO}) (.*?)(?: /\*.*)?$', defs, re.M))


def subcommands_of(where):
    """Of `ON_CLUSTER "replay/play"`: the subcommands, without their ways of running."""
    while re.search(MACRO, where):
        where = re.sub(MACRO, lambda m: macros[m.group(0)], where)
    return {word.split("/")[0] for word in where.replace('"', " ").split()}


options = {}
for name, letter, argument, where in re.findall(
        rf"^OPT\(\"([\w-]+)\", (0|'\w'), (NULL|\"[^\"]*\"), \w+, [\w.]+, ((?:\"[^\"]*\"|{MACRO}| )+), \"", defs, re.M):
    heeded = subcommands_of(where)
    options["--" + name] = argument != "NULL", heeded
    if letter != "0":
        options["-" + letter[1]] = options["--" + name]
subcommands = set(re.findall(r'^SUB\("([\w-]*)"', read("tui/subcommands.def"), re.M))
targets = set(re.findall(r"^([\w-]+):", read("Makefile"), re.M))
# Programs of others; what is given to them is not held here.
OTHERS = {"aws", "cd", "docker", "eval", "export", "git", "helm", "kind", "kubectl", "source", "sudo", "zstd", "brew", "apt-get", "ssh"}


def check_raydeck(place, words):
    sub, given, at = None, [], 0
    while at < len(words):
        word = words[at].split("=", 1)[0]
        at += 1
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            sub = sub if sub is not None else word
            continue
        if word in ("--man", "--completion", "--complete"):
            return
        if word not in options:
            found.append(f"{place}: raydeck has no option {word}")
            continue
        given.append(word)
        at += options[word][0] and "=" not in words[at - 1]
    if sub is not None and sub not in subcommands:
        found.append(f"{place}: raydeck has no subcommand {sub}")
        return
    for word in given:
        if options[word][1] and (sub or "console") not in options[word][1]:
            found.append(f"{place}: raydeck {sub or ''}: {word} has no effect on it")


def check_script(place, folder, words):
    path = os.path.join(folder, words[0])
    if not os.path.exists(path):
        found.append(f"{place}: there is no {path}")
        return
    text = read(path)
    for word in words[1:]:
        if word.startswith("-") and not re.search(rf"^ *{word}\b.*\)", text, re.M) and not re.search(rf"\| {word}\b", text):
            found.append(f"{place}: {path} has no option {word}")


def check_command(place, folder, line):
    """Returns the folder in which the next command runs."""
    line = re.sub(r"\[([^\]]*)\]", r"\1", line)  # what may be left out
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return folder
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    if not words:
        return folder
    if words[0] == "sudo":
        words = words[1:]
    program = os.path.basename(words[0])
    if program == "raydeck":
        for cut in ("|", "&&", ">", ";"):
            words = words[:words.index(cut)] if cut in words else words
        check_raydeck(place, words[1:])
    elif program == "make":
        for word in words[1:]:
            if "=" not in word and not word.startswith("-") and word not in targets:
                found.append(f"{place}: make has no target {word}")
    elif words[0] == "cd":
        folder = os.path.join(folder, words[1])
        if not os.path.isdir(folder):
            found.append(f"{place}: there is no folder {folder}")
    elif words[0].startswith(("./", ".ci/", "tests/", "packaging/")):
        check_script(place, folder, words)
    elif program not in OTHERS and not re.match(r"\w+\(\)", words[0]):
        found.append(f"{place}: {program} is not known here")
    if match := re.search(r"-chdir=cluster output -raw (\w+)", line):
        if f'output "{match.group(1)}"' not in read("deploy/assets/terraform/cluster/outputs.tf"):
            found.append(f"{place}: there is no output {match.group(1)}")
    for path in re.findall(r"(?<![\w/])((?:deploy|tests|docs)/[\w./-]+)", line):
        if not os.path.exists(path):
            found.append(f"{place}: there is no {path}")
    return folder


def check_page(page):
    """The blocks of shell of a page, and what follows each: (line, text behind it)."""
    folder, inside, behind, blocks = ".", False, [], []
    joined = ""
    for number, line in enumerate(read(page).splitlines(), 1):
        if line.startswith("## "):
            folder = "."
        if line.startswith("```"):
            inside = not inside and line == "```sh"
            if inside:
                behind = []
                blocks.append((number, behind))
            continue
        if not inside:
            behind.append(line)
            continue
        if line.endswith("\\"):
            joined += line[:-1]
            continue
        folder = check_command(f"{page}:{number}", folder, joined + line)
        joined = ""
    return blocks


def check_tests(page):
    for kind, test in re.findall(r"`((?:unit|wire|screens|e2e)/\w+): (\w+)`", read(page)):
        path = f"tests/{kind}.c"
        if not os.path.exists(path) or not re.search(rf"^static void {test}\(", read(path), re.M):
            found.append(f"{page}: there is no test {kind}: {test}")
    for path, test in re.findall(r"`((?:infra|serve)/\w+\.(?:bats|py)): ([^`]+)`", read(page)):
        path = f"tests/{path}"
        if not os.path.exists(path) or (f'@test "{test}"' not in read(path) and f"def {test}(" not in read(path)):
            found.append(f"{page}: there is no test {path}: {test}")
    for path in re.findall(r"`((?:tests|deploy)/[\w./-]+)`", read(page)):
        if not os.path.exists(path):
            found.append(f"{page}: there is no {path}")


for page in ("README.md", "deploy/assets/terraform/README.md"):
    check_page(page)
for number, behind in check_page("docs/walkthrough.md"):
    text = next((line for line in behind if line), "")
    if not text.startswith(("Run", "Not run")):
        found.append(f"docs/walkthrough.md:{number}: it is not said whether that was run")
    elif "`" not in "\n".join(behind) and text.startswith("Run"):
        found.append(f"docs/walkthrough.md:{number}: no test is named that runs it")
check_tests("docs/walkthrough.md")
report(found)
