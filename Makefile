# raydeck. `make help` says what there is; `make demo` and `make test` do all on a fresh machine.
# One Makefile, not recursive; sources are found by folder, so that a new file needs no line here.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
BUILD    ?= build
SAN      ?=
V        ?= 0

Q := $(if $(filter 1,$(V)),,@)
# "[12/240] CC backends/base/buf.c"; nothing with -s. A recipe is expanded as it starts, by this make alone: that counts it.
# How many there are is counted once, by a dry run, when the first one starts.
silent := $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
step = $(eval STEPS := $(STEPS) x)$(words $(STEPS))
TOTAL = $(eval TOTAL := $(if $(COUNTING),0,$(shell $(MAKE) -n COUNTING=1 V=0 $(MAKEOVERRIDES) $(MAKECMDGOALS) 2>/dev/null | grep -c "printf '\[")))$(TOTAL)
say = $(if $(filter 1,$(V)),,$(if $(silent),@,@printf '[%d/%d] %-5s %s\n' $(step) $(TOTAL) '$(1)' '$(2)';))

CC       ?= cc
PKG      := libcurl libcjson hiredis yaml-0.1 libuv libprotobuf-c ncursesw expat libzstd
SIM_PKG  := libmicrohttpd gnutls
TEST_PKG := cmocka vterm

WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla
HARDEN   := -fstack-protector-strong -fPIE $(if $(SAN),,-D_FORTIFY_SOURCE=2)
CFLAGS   ?= -O2 -g
LDFLAGS  ?=
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# pkg-config is asked once its packages are there; `deps` installs them first.
pkg       = $(shell pkg-config --cflags $(PKG) $(SIM_PKG) 2>/dev/null)
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -I$(BUILD)/gen $(if $(STATIC),-DRAYDECK_STATIC -isystem$(STATIC)/include) $(WARN) $(HARDEN) $(CFLAGS) $(SANFLAGS) $(patsubst -I%,-isystem%,$(pkg)) \
             -DRAYDECK_VERSION='"$(VERSION)"' -DRAYDECK_DATADIR='"$(PREFIX)/share/raydeck"' -MMD -MP
LINK     := $(if $(STATIC),-static-pie,-pie) -Wl,-z,relro,-z,now -Wl,--as-needed $(SANFLAGS) $(LDFLAGS)
LIBS      = $(if $(STATIC),$(STATIC_LIBS),$(shell pkg-config --libs $(PKG)) -lm)
# STATIC=FOLDER of packaging/bastion.sh: `make bastion`. libuv's archive has had two names.
STATIC   ?=
STATIC_LIBS = $(STATIC)/lib/libcurl.a $(STATIC)/lib/libcjson.a -lhiredis -lyaml $(firstword $(wildcard /usr/lib/*/libuv_a.a) -luv) \
             -lprotobuf-c -lncursesw -ltinfo -lexpat -lzstd -lnghttp2 -lssl -lcrypto -lz -lpthread -ldl -lm
SIM_LIBS  = $(shell pkg-config --libs $(SIM_PKG))
TEST_LIBS = $(shell pkg-config --libs $(TEST_PKG))

LIB_SRC  := $(filter-out backends/sim/%,$(wildcard backends/*.c backends/*/*.c)) $(wildcard deploy/*.c) \
            $(filter-out tui/main.c,$(wildcard tui/*.c tui/*/*.c))
SIM_SRC  := $(wildcard backends/sim/*.c)
PROTO    := $(wildcard backends/*/*.proto)
GEN_C    := $(PROTO:%.proto=$(BUILD)/gen/%.pb-c.c)
GEN_H    := $(GEN_C:.c=.h)
# What the program holds (tui/asset.h): themes, manifests, walkthroughs.
ASSETS   := $(sort $(wildcard themes/*.yaml deploy/assets/*.yaml deploy/assets/*/*.yaml))
ASSET_DEF := $(BUILD)/gen/assets.def
# The terminfo entry that the program holds (tui/term/terminfo_entry.h).
TERMINFO_DEF := $(BUILD)/gen/terminfo_entry.def
ASSETS_WERE := $(shell awk -F'"' '{ print $$4 }' $(ASSET_DEF) 2>/dev/null)
differ = $(strip $(filter-out $(1),$(2)) $(filter-out $(2),$(1)))
obj       = $(patsubst %.c,$(BUILD)/o/%.o,$(1))
LIB_OBJ  := $(call obj,$(LIB_SRC)) $(GEN_C:$(BUILD)/gen/%.c=$(BUILD)/o/gen/%.o)
SIM_OBJ  := $(filter-out $(BUILD)/o/backends/sim/sim_main.o,$(call obj,$(SIM_SRC)))
LIB      := $(BUILD)/libraydeck.a

SUPPORT  := $(call obj,$(wildcard tests/support/*.c))
TEST_SRC := $(wildcard tests/unit/*_test.c tests/wire/*_test.c tests/screens/*_test.c tests/e2e/*_test.c)
TESTS    := $(TEST_SRC:%.c=$(BUILD)/%)
PRELOADS := $(patsubst %.c,$(BUILD)/%.so,$(wildcard tests/preload/*.c))
FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.c)
FUZZERS  := $(FUZZ_SRC:%.c=$(BUILD)/%)
BENCHES  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*_bench.c))
PROGRAMS := $(BUILD)/raydeck $(BUILD)/raydeck-sim

# Python of the Serve application's tests and demo: Ray, Gradio and tools from PyPI, about 900 MB.
SERVE_VENV ?= build/serve-venv
SERVE_REQUIREMENTS := $(wildcard tests/serve/requirements.txt deploy/assets/*/requirements.txt)

.PHONY: FORCE all demo test test-infra test-schema lint-corpus test-serve serve-demo serve-venv check-asan check-ubsan fuzz fuzz-build clang-programs mutate lint format bench coverage install uninstall dist bastion test-bastion deb test-deb clean help \
        programs tests accept generated
.DEFAULT_GOAL := all
.SECONDARY:

all: programs
programs: $(PROGRAMS)
generated: $(GEN_H) $(ASSET_DEF) $(TERMINFO_DEF)
tests: $(TESTS) $(PRELOADS)

# The packages are looked for first, in a make of its own: the rest of this file asks pkg-config about them.
demo:
	$(Q).ci/deps.sh build
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) programs
	$(Q)$(BUILD)/raydeck demo $(ARGS)

test:
	$(Q).ci/deps.sh build test
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) programs tests
	$(Q)BUILD=$(BUILD) tests/run.sh $(TESTS) $(ONLY)

# deploy/assets/terraform and deploy/assets/redis, without AWS.
test-infra:
	$(Q).ci/deps.sh infra
	$(Q)tests/infra/run.sh

# The Serve application and the chat page on real Ray and a real Redis, in a browser. Minutes; not part of `test`.
test-serve:
	$(Q).ci/deps.sh build serve browser
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) programs serve-venv
	$(Q)PYTHONDONTWRITEBYTECODE=1 $(SERVE_VENV)/bin/python -m pytest -q -p no:cacheprovider -p no:warnings tests/serve $(if $(ONLY),-k $(ONLY))

# The same on this machine to look at: Ray, Redis, the chat page, and raydeck beside them.
serve-demo:
	$(Q).ci/deps.sh build serve
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) programs serve-venv
	$(Q)PYTHONPATH=deploy/assets/serve PYTHONDONTWRITEBYTECODE=1 RAYDECK=$(BUILD)/raydeck $(SERVE_VENV)/bin/python -m demo $(ARGS)

serve-venv: $(SERVE_VENV)/ready
$(SERVE_VENV)/ready: $(SERVE_REQUIREMENTS)
	$(Q)python3 -m venv $(SERVE_VENV)
	$(Q)$(SERVE_VENV)/bin/pip install -q -r tests/serve/requirements.txt
	$(Q)touch $@

# Each YAML under deploy/ against the schemas of Kubernetes and of KubeRay's CRDs; lint against a JSON-Schema validator with the
# same CRDs, on 5,000 broken manifests. PyPI, and CRDS=FOLDER or go.
test-schema: programs
	$(Q)BUILD=$(BUILD) tests/schema/run.sh

# How often each rule is found in a folder of manifests: DIR=FOLDER, OPTIONS="--kuberay 1.4".
lint-corpus: programs
	$(Q)[ -d "$(DIR)" ] || { echo 'lint-corpus: DIR=FOLDER of manifests is needed' >&2; exit 2; }
	$(Q)tests/corpus/lint_corpus.py $(BUILD)/raydeck $(DIR) $(OPTIONS)

check-asan:
	$(Q).ci/deps.sh build test
	$(Q)$(MAKE) --no-print-directory BUILD=build/asan SAN=address,undefined CFLAGS='-O1 -g' test

check-ubsan:
	$(Q).ci/deps.sh build test
	$(Q)$(MAKE) --no-print-directory BUILD=build/ubsan SAN=undefined CFLAGS='-O1 -g' test

# A short run of every fuzz target: SECONDS_EACH seconds each, from the corpus of recorded bytes.
SECONDS_EACH ?= 20
fuzz:
	$(Q).ci/deps.sh build fuzz
	$(Q)$(FUZZ_MAKE) fuzz-build
	$(Q)tests/fuzz/run.sh build/fuzz/tests/fuzz $(SECONDS_EACH)
fuzz-build: $(FUZZERS)
# clang's warnings are errors here. `make lint` asks for the programs in this way, so that nothing is compiled by clang twice.
FUZZ_MAKE = $(MAKE) --no-print-directory -j$$(nproc) BUILD=build/fuzz CC=clang SAN=address,undefined,fuzzer-no-link CFLAGS='-O1 -g -Werror'
clang-programs:
	$(Q)$(FUZZ_MAKE) programs

# Breaks the code in COUNT places, one at a time, and says which of them no test noticed; OPTIONS: of mutate.py.
COUNT ?= 200
mutate:
	$(Q).ci/deps.sh build test
	$(Q)tests/mutate/mutate.py --count $(COUNT) $(OPTIONS)

lint:
	$(Q).ci/deps.sh build test lint
	$(Q)tests/lint/run.sh

format:
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')

bench:
	$(Q).ci/deps.sh build test
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) programs $(BENCHES)
	$(Q)BUILD=$(BUILD) tests/bench/run.sh

coverage:
	$(Q)$(MAKE) --no-print-directory BUILD=build/coverage CFLAGS='-O0 -g --coverage' test
	$(Q)tests/lint/coverage.sh build/coverage

# One static program, for machines that have nothing: STATIC_DIR/raydeck. Its libraries without a package are built first.
STATIC_DIR ?= $(BUILD)/bastion
bastion:
	$(Q).ci/deps.sh build bastion
	$(Q)packaging/bastion.sh $(STATIC_DIR)/static
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) BUILD=$(STATIC_DIR) STATIC=$(abspath $(STATIC_DIR))/static/root $(STATIC_DIR)/raydeck
	$(Q)packaging/bastion_needs.sh $(STATIC_DIR)/raydeck

test-bastion: bastion
	$(Q).ci/deps.sh test
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) programs $(BUILD)/tests/bastion/bastion_test
	$(Q)RAYDECK_BASTION=$(STATIC_DIR)/raydeck BUILD=$(BUILD) tests/run.sh $(BUILD)/tests/bastion/bastion_test

# A package for the Debian or Ubuntu that runs here, of HEAD, checked by lintian.
deb: dist
	$(Q).ci/deps.sh build deb
	$(Q)packaging/deb.sh $(BUILD)/raydeck-$(VERSION).tar.gz $(BUILD)/deb

# It is installed, run and removed on a bare system of this release, and of each other one of SUITES, where it is built first.
SUITES ?=
CODENAME  = $(shell . /etc/os-release; echo $$VERSION_CODENAME)
test-deb: deb
	$(Q).ci/deps.sh bare
	$(Q)tests/deb/bare.sh $(CODENAME) $(BUILD)/raydeck-$(VERSION).tar.gz $(BUILD)/deb/raydeck_*.deb
	$(Q)set -e; for suite in $(filter-out $(CODENAME),$(SUITES)); do tests/deb/bare.sh $$suite $(BUILD)/raydeck-$(VERSION).tar.gz; done

# Shows how the screens differ from the files kept (by `make test`), and takes them as they are now; so with the pictures.
PICTURES := $(BUILD)/tests/e2e/timeline_command_test $(BUILD)/tests/e2e/snapshot_command_test
accept:
	$(Q)$(MAKE) --no-print-directory -j$$(nproc) programs tests
	$(Q)RAYDECK_ACCEPT=1 BUILD=$(BUILD) tests/run.sh $(filter $(BUILD)/tests/screens/%,$(TESTS)) $(PICTURES)
	$(Q)git --no-pager diff --stat -- tests/screens docs

$(BUILD)/o/%.o: %.c | $(GEN_H)
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) $(EXTRA_$(subst /,_,$*)) -c -o $@ $<

# The assembler puts cluster.json into this object: -MMD does not see that.
$(BUILD)/o/backends/sim/template.o: backends/sim/cluster.json

# The assembler puts the assets into this object. Their list is written anew where a file has come or gone.
$(BUILD)/o/tui/asset.o: $(ASSET_DEF) $(ASSETS)
$(ASSET_DEF): $(if $(call differ,$(ASSETS_WERE),$(ASSETS)),FORCE)
	@mkdir -p $(@D)
	@for path in $(ASSETS); do \
	    name=$${path#deploy/}; id=$$(printf %s "$$name" | tr -c a-z0-9 _); \
	    printf 'ASSET(%s, "%s", "%s")\n' "$$id" "$$name" "$$path"; done > $@
FORCE:

$(BUILD)/o/tui/term/terminfo_entry.o: $(TERMINFO_DEF)
$(TERMINFO_DEF):
	@mkdir -p $(@D)
	@infocmp -Q2 -x xterm-256color | sed "/^#/d; s/./'&',/g" > $@.new && mv $@.new $@

$(BUILD)/o/gen/%.o: $(BUILD)/gen/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -w -c -o $@ $<

$(BUILD)/gen/%.pb-c.c $(BUILD)/gen/%.pb-c.h &: %.proto
	@mkdir -p $(BUILD)/gen
	$(call say,PROTO,$<)protoc-c --c_out=$(BUILD)/gen $<

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $(LIB_OBJ)

$(BUILD)/raydeck: $(call obj,tui/main.c) $(LIB)
	$(call say,LINK,$@)$(CC) $(LINK) -o $@ $^ $(LIBS)

$(BUILD)/raydeck-sim: $(call obj,backends/sim/sim_main.c) $(SIM_OBJ) $(LIB)
	$(call say,LINK,$@)$(CC) $(LINK) -o $@ $^ $(LIBS) $(SIM_LIBS)

$(BUILD)/tests/fuzz/%_fuzz: $(BUILD)/o/tests/fuzz/%_fuzz.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(LINK) -fsanitize=fuzzer -o $@ $^ $(LIBS)

$(BUILD)/tests/%: $(BUILD)/o/tests/%.o $(SUPPORT) $(SIM_OBJ) $(LIB) | $(PRELOADS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(LINK) -o $@ $^ $(LIBS) $(SIM_LIBS) $(TEST_LIBS)

# Preloaded into programs under test; no sanitizer: the program brings its own.
$(BUILD)/tests/preload/%.so: tests/preload/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -Wno-missing-prototypes -O1 -g -fPIC -shared -o $@ $< -ldl

# The program holds its themes and manifests: these copies are to read, to change and to build images from.
EXAMPLES := $(PREFIX)/share/doc/raydeck/examples

install: programs
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(EXAMPLES)/themes $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	    $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 themes/*.yaml $(DESTDIR)$(EXAMPLES)/themes
	cd deploy && for file in $$(find assets overlays -type f ! -path '*/demo/*' ! -path '*/__pycache__/*' ! -path '*/.*/*' ! -name '*.png' \
	    ! -name '*.tfstate*' ! -name '*.tfvars'); do \
	    mode=644; [ ! -x "$$file" ] || mode=755; \
	    install -D -m $$mode "$$file" $(DESTDIR)$(abspath $(EXAMPLES))/"$$file" || exit 1; done
	$(BUILD)/raydeck --man > $(DESTDIR)$(PREFIX)/share/man/man1/raydeck.1
	install -m 644 docs/raydeck-sim.1 $(DESTDIR)$(PREFIX)/share/man/man1
	$(BUILD)/raydeck --completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/raydeck
	$(BUILD)/raydeck --completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_raydeck
	$(BUILD)/raydeck --completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/raydeck.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/raydeck $(DESTDIR)$(PREFIX)/bin/raydeck-sim $(DESTDIR)$(PREFIX)/share/man/man1/raydeck.1 \
	    $(DESTDIR)$(PREFIX)/share/man/man1/raydeck-sim.1 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/raydeck $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_raydeck \
	    $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/raydeck.fish
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/raydeck

# The sources of HEAD: the same bytes whenever and by whomever they are packed.
dist:
	@git rev-parse -q --verify HEAD >/dev/null || { echo 'make dist packs what git has, and there is nothing here' >&2; exit 1; }
	@mkdir -p $(BUILD)
	$(Q)git -c tar.umask=0022 archive --format=tar --prefix=raydeck-$(VERSION)/ -o $(BUILD)/raydeck-$(VERSION).tar HEAD
	$(Q)gzip -9nf $(BUILD)/raydeck-$(VERSION).tar
	@echo $(BUILD)/raydeck-$(VERSION).tar.gz

clean:
	rm -rf build

help:
	@echo 'make demo         build, then the console on a simulated cluster'
	@echo 'make test         build, then every test                     ONLY=name: those whose path has it'
	@echo 'make test-infra   deploy/assets: HCL of Terraform, scripts, Redis; without AWS'
	@echo 'make test-serve   the Serve application and chat page on real Ray (PyPI, 900 MB)    ONLY=name'
	@echo 'make serve-demo   the same to look at, with raydeck beside it'
	@echo 'make test-schema  each YAML under deploy, and lint itself, against JSON Schemas of Kubernetes and KubeRay    CRDS=folder SEED=1'
	@echo 'make lint-corpus  how often each rule is found in a folder of manifests    DIR=folder OPTIONS="--kuberay 1.4"'
	@echo 'make check-asan   the tests under AddressSanitizer and UBSan; check-ubsan: UBSan alone'
	@echo 'make fuzz         a short run of each parser fuzzer          SECONDS_EACH=20'
	@echo 'make mutate       mutation tests: breaks the code, runs the tests    COUNT=200 OPTIONS="--area world"'
	@echo 'make lint         layers, banned functions, complexity, formatting, shell scripts'
	@echo 'make accept       take the screens as they are drawn now, and say what changed'
	@echo 'make bench        speed, against curl, kubectl and redis-cli in the same run'
	@echo 'make coverage     line coverage of the tests'
	@echo 'make install      PREFIX=/usr/local DESTDIR=;  make uninstall'
	@echo 'make dist         build/raydeck-VERSION.tar.gz: the sources of HEAD'
	@echo 'make bastion      build/bastion/raydeck: one static program; make test-bastion runs it in an empty chroot (root)'
	@echo 'make deb          build/deb/raydeck_VERSION_ARCH.deb; make test-deb installs, runs and removes it (root)    SUITES="bookworm trixie"'
	@echo 'make clean        remove build/;  V=1 shows the commands'

-include $(shell test -d $(BUILD)/o && find $(BUILD)/o -name '*.d')
