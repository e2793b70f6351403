# nginx-secure-token. `make help` lists the targets and the variables.

# The NGINX to build for and to test with: vendored, system, or custom (a tree of one's own).
NGINX ?= vendored
TARGET_DIR ?= target
PORT ?= 8080
TESTS ?= $(if $(VALGRIND),$(UNDER_VALGRIND),t/)
# What asks most of the module's memory: each part of it once. All of t/ takes hours.
UNDER_VALGRIND := $(patsubst %,t/%.t,soak http2 reload metrics_reload azion gcore akamai alibaba-b bunny ectoken ectoken_legacy \
	cookie format_several hostile playlist_dash playlist_hls preflight redirects secrets strip_query variables)
# How many files of t/ run at a time. They mostly wait.
JOBS ?= $(shell expr 2 '*' $$(nproc 2>/dev/null || echo 1))
# The Debian of `make test-fresh`, and with what `make matrix` tests.
SUITE ?= bookworm
FLAVOURS ?= bookworm trixie sid vendored $(if $(filter custom,$(NGINX)),custom)

# Vendored NGINX, built for a tool that watches over its memory.
WATCH := $(if $(SANITIZE),sanitize-$(SANITIZE))$(if $(VALGRIND),valgrind)
ifneq ($(WATCH),)
ifneq ($(filter $(WATCH),sanitize-address valgrind)/$(NGINX)$(NGINX_SOURCE_DIR)$(NGINX_BUILD_DIR),$(WATCH)/vendored)
$(error it is SANITIZE=address or VALGRIND=1, and not for an NGINX of your choice)
endif
override NGINX := $(WATCH)
endif

# One of the two is enough: NGINX builds in objs/ of its sources unless told otherwise.
ifneq ($(NGINX_SOURCE_DIR)$(NGINX_BUILD_DIR),)
NGINX := custom
override NGINX_SOURCE_DIR := $(abspath $(or $(NGINX_SOURCE_DIR),$(NGINX_BUILD_DIR)/..))
override NGINX_BUILD_DIR := $(abspath $(or $(NGINX_BUILD_DIR),$(NGINX_SOURCE_DIR)/objs))
else ifeq ($(NGINX),custom)
$(error NGINX=custom needs NGINX_SOURCE_DIR or NGINX_BUILD_DIR)
endif
ifeq ($(filter vendored system custom $(WATCH),$(NGINX)),)
$(error NGINX=$(NGINX): it is vendored, system or custom)
endif

OUT := build/$(NGINX)
MODULE := $(OUT)/ngx_http_secure_token_module.so
CLI := build/secure-token

# For whom nginx-sys is compiled depends on the environment, so each NGINX has a target directory of
# its own: nothing is compiled again when one goes back and forth.
CARGO_DIR_vendored := $(TARGET_DIR)
CARGO_DIR_system := $(TARGET_DIR)/system
CARGO_DIR_custom := $(TARGET_DIR)/custom
CARGO_DIR_sanitize-address := $(TARGET_DIR)/sanitize-address
CARGO_DIR_valgrind := $(TARGET_DIR)/valgrind
export CARGO_TARGET_DIR := $(TARGET_DIR)

# Directories are among them so that a deleted file counts as a change.
SOURCES := $(wildcard Cargo.toml Cargo.lock build.rs .cargo .cargo/*) tools/build \
	$(if $(SANITIZE),$(wildcard tools/sanitizer tools/sanitizer/*)) $(shell find src abi links/src links/Cargo.toml playlist/src playlist/Cargo.toml token/src token/Cargo.toml)

# What a recipe starts must not see our flags (NGINX is built by make as well), nor somebody else's
# NGINX where it was not asked for, nor NGINX: NGINX itself takes that variable for its listening
# sockets, handed over at an upgrade.
unexport MAKEFLAGS MFLAGS SANITIZE VALGRIND NGINX NGINX_SOURCE_DIR NGINX_BUILD_DIR

# What the tests, the demonstration and the benchmark are run with.
export NGINX_BINARY ?= $(abspath $(if $(VALGRIND),tools/nginx-under-valgrind,$(OUT)/nginx))
export SECURE_TOKEN_MODULE := $(abspath $(MODULE))
export SECURE_TOKEN_CLI := $(abspath $(CLI))
export PORT

.DEFAULT_GOAL := build
.NOTPARALLEL:
# Every target that help knows.
.PHONY: $(shell sed -nE 's/^([a-z0-9-]+): \#\# .*/\1/p' $(firstword $(MAKEFILE_LIST))) measure-peers FORCE

build: ## build the module and, if it is vendored, NGINX: into build/$(NGINX)/
build: $(MODULE) $(if $(filter-out custom,$(NGINX)),$(OUT)/nginx)

BUILD = CARGO_TARGET_DIR=$(CARGO_DIR_$(NGINX)) NGINX_SOURCE_DIR=$(NGINX_SOURCE_DIR) \
	NGINX_BUILD_DIR=$(NGINX_BUILD_DIR) tools/build $(NGINX)

$(MODULE): $(SOURCES) $(OUT)/inputs | deps-build
	$(BUILD)

# Comes with the module; here for the case that it alone was deleted.
$(OUT)/nginx: | $(MODULE)
	@test -e $@ || $(BUILD)

# What else a build depends on. Written anew only when it changed.
# Flags for C change the command as well, and a build of Debian's packages has flags of its own.
$(OUT)/inputs build/inputs: FORCE | deps-build
	@mkdir -p $(@D)
	@{ rustc -V; env | grep -E '^(NGX_|RUSTFLAGS=|CC=|CFLAGS=|CARGO_BUILD_)' | sort; \
	case $(if $(filter build/inputs,$@),cli,$(NGINX)) in \
	system) dpkg-query -W nginx nginx-dev ;; \
	custom) echo $(NGINX_SOURCE_DIR); cd $(NGINX_BUILD_DIR) && pwd && cksum Makefile ngx_auto_config.h ;; \
	esac; } >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# The command, which the tests, the demonstration and the benchmark sign with.
$(CLI): $(shell find token/ explain/ playlist/ cli/ \( -path token/tests -o -path playlist/tests -o -path explain/tests -o -path cli/tests \) -prune -o -print) Cargo.toml Cargo.lock build/inputs | deps-build
	@tools/cargo 'compiling the command secure-token' build --locked --release -p secure-token
	@mkdir -p $(@D)
	@cp -f $(TARGET_DIR)/release/secure-token $@

cli: ## build the command secure-token: into build/
cli: $(CLI)

PREFIX ?= /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share
install-cli: ## install the command with its manual pages and completions: below $(PREFIX)
install-cli: $(CLI)
	install -D -m 755 $(CLI) $(DESTDIR)$(PREFIX)/bin/secure-token
	mkdir -p $(addprefix $(SHARE)/,man/man1 bash-completion/completions zsh/site-functions fish/vendor_completions.d)
	$(CLI) man --out-dir $(SHARE)/man/man1
	$(CLI) completions bash >$(SHARE)/bash-completion/completions/secure-token
	$(CLI) completions zsh >$(SHARE)/zsh/site-functions/_secure-token
	$(CLI) completions fish >$(SHARE)/fish/vendor_completions.d/secure-token.fish

deb: ## build Debian's packages of the module and the command, for the Debian that this is: into build/deb/
deb: deps-deb
	@tools/deb

test-deb: ## build them, install, use and remove them in a Debian with nothing in it (SUITE=trixie)
test-deb: deps-test-deb
	@tools/test-deb $(SUITE)

reproducible: ## build module and command once more in another folder, and compare them byte for byte
reproducible: build $(CLI)
	@tools/reproducible $(NGINX)

sbom: ## write which crates the module and the command are made of (CycloneDX): into build/sbom/
sbom: deps-build
	@tools/sbom

publish-check: ## look whether crates.io would take the crates, as they are committed
publish-check: deps-build
	@tools/cargo 'packing and compiling the crates' publish --workspace --locked --dry-run

docs: ## write the tables and pictures of the documents anew: schemes, reasons, and what was measured
docs: deps-docs $(CLI)
	tools/docs
	bench/picture

lab: ## make the page signers/web/index.html anew of its sources and of what the command says
lab: $(CLI)
	signers/web/facts $(CLI)
	signers/web/build

run: ## serve the demonstration on http://127.0.0.1:$(PORT)/ until Ctrl-C
run: deps-run build $(CLI)
	@demo/run

test: ## run all tests: test-cargo and test-nginx
test: deps-test test-cargo test-nginx

test-all: ## the same, with every program installed that a test needs, so that none is skipped
test-all: export SECURE_TOKEN_SKIP_NOTHING := 1
test-all: deps-test-all players http3-client test

players: ## fetch the players of the web that t/ plays streams with: into build/players
	@tools/players

http3-client: ## fetch the HTTP/3 client that t/http3.t asks with: into build/http3
http3-client: deps-http3-client
	@tools/http3-client

SHIFT ?= +1500d
test-another-day: ## run the tests with the clock set to another day (SHIFT=+1500d)
test-another-day: CLOCK := $(abspath tools/another-day) $(SHIFT)
test-another-day: deps-another-day test
	@tools/another-day

test-cargo: ## run the tests of the crates that are not part of NGINX
test-cargo: deps-build
	@$(if $(SANITIZE),$(SANITIZED_CRATES)) tools/cargo 'compiling or running the tests of the crates' $(if $(CLOCK),\
		--config "target.'cfg(all())'.runner=[$(foreach word,$(CLOCK),'$(word)',)]") \
		test --workspace --exclude ngx_http_secure_token_module $(if $(SANITIZE),--target $(HOST))

# See tools/build.
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
SANITIZED_CRATES = RUSTC_BOOTSTRAP=1 RUSTFLAGS='$(RUSTFLAGS) -Zsanitizer=address' RUSTDOCFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=$(CARGO_DIR_sanitize-address)

test-nginx: ## run t/ (or TESTS=t/azion.t) with a real NGINX
test-nginx: deps-test build $(CLI)
	@tools/test-nginx
	@$(NGINX_BINARY) -v
	TEST_NGINX_BINARY=$(NGINX_BINARY) TEST_NGINX_SECURE_TOKEN_MODULE=$(SECURE_TOKEN_MODULE) \
		$(CLOCK) $(if $(WATCH),tools/watched $(abspath $(OUT)/reports)) prove -j $(JOBS) --exec tools/run-test -r $(PROVE_FLAGS) $(TESTS)

# In the smallest Debian, of which nothing stays but its packages in build/debian.
WHO ?= root user
test-fresh: ## do what the README says in a Debian with nothing in it (SUITE=trixie, WHO=user)
test-fresh: deps-debian-root
	for who in $(WHO); do tools/debian-root $(SUITE) tools/fresh $$who '$(TESTS)' || exit; done

# An NGINX is compiled twice, and the module with it.
test-config: ## have NGINX's own configure and make build the module, loaded and built in, and run t/ with both
test-config: deps-test $(CLI)
	@tools/test-nginx
	TESTS='$(TESTS)' JOBS=$(JOBS) tools/try-config $(NGINX_SOURCE_DIR)

# Not of t/: it takes as long as it is told, and what happens when depends on the machine.
soak: ## serve good and bad clients through reloads, upgrades and killed workers, for TIME=600 seconds
soak: deps-test build
	TEST_NGINX_BINARY=$(NGINX_BINARY) TEST_NGINX_SECURE_TOKEN_MODULE=$(SECURE_TOKEN_MODULE) \
		$(if $(WATCH),tools/watched $(abspath $(OUT)/reports)) soak/run $(or $(TIME),600)

miri: ## run the tests of the crates that are not part of NGINX in Miri, the interpreter of Rust
miri: deps-build deps-miri
	@tools/miri

# A package of its own, as the benchmarks are.
model: ## have workers share links in every order that a scheduler thinks of (ORDERS=20000 for each scenario)
model: deps-build
	@CARGO_TARGET_DIR=$(abspath $(TARGET_DIR)) $(if $(ORDERS),ORDERS=$(ORDERS)) SHUTTLE_RANDOM_SEED=$(or $(SEED),1) tools/cargo 'compiling the model, or running it' \
		test --locked --release --manifest-path links/model/Cargo.toml

matrix: ## run t/ with every NGINX that there is (FLAVOURS='sid vendored')
matrix: deps-debian-root deps-test
	@NGINX_SOURCE_DIR=$(NGINX_SOURCE_DIR) tools/matrix $(FLAVOURS)

check: ## check format, lints (warnings are errors), sources, dependencies, licences and shell scripts
check: deps-check
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo fmt --manifest-path bench/crate/Cargo.toml --check
	cargo fmt --manifest-path links/model/Cargo.toml --check
	tools/clippy
	tools/sources
	tools/rust-version
	tools/cargo-deny
	tools/shellcheck

bench: ## measure what the module costs a request
bench: deps-bench build $(CLI)
	@bench/run

bench-peers: ## measure it beside secure_link, Lua, njs and auth_request, on the NGINX of Debian: some 15 minutes
bench-peers:
	@$(MAKE) --no-print-directory TARGET_DIR=$(TARGET_DIR) bench-crate
	@$(MAKE) --no-print-directory TARGET_DIR=$(TARGET_DIR) NGINX=system NGINX_BINARY=/usr/sbin/nginx measure-peers docs
measure-peers: deps-bench-peers build $(CLI)
	@bench/peers

bench-playlists: ## measure what it costs to rewrite playlists: instructions, time and memory
bench-playlists: deps-bench build $(CLI)
	@bench/playlists

bench-tenants: ## measure what many tenants cost: memory, nginx -t and a request
bench-tenants: deps-bench build $(CLI)
	@bench/tenants

# A package of its own, with a Cargo.lock of its own: nothing else compiles criterion.
BENCH_CRATE = --locked --manifest-path bench/crate/Cargo.toml
bench-crate: ## measure how long the crate token takes for a verification, in nanoseconds
bench-crate: deps-build
	@CARGO_TARGET_DIR=$(abspath $(TARGET_DIR)) tools/cargo 'compiling or running the benchmarks of the crate' bench $(BENCH_CRATE) --bench verify

SAMPLES ?= 2000000
bench-timing: ## test whether the time of a verification tells a secret (SAMPLES=2000000): on a quiet machine
bench-timing: deps-build
	@tools/cargo 'compiling, or measuring' run $(BENCH_CRATE) --quiet --release --bin timing -- $(SAMPLES)

# A target takes a processor: not twice as many at a time, as of tests that wait.
fuzz: ## fuzz every parser and verdict for TIME=60 seconds each (TARGETS='hls dash')
fuzz: deps-fuzz
	@TIME=$(or $(TIME),60) SANITIZE=$(SANITIZE) JOBS=$(if $(filter file,$(origin JOBS)),,$(JOBS)) tools/fuzz $(TARGETS)

clean: ## delete what was built, except build/tools
	mkdir -p build && find build -mindepth 1 -maxdepth 1 ! -name tools -exec rm -rf {} +
	cargo clean

# The tools that a target needs are installed (by root on Debian), or named.
DEPS := build $(filter system,$(NGINX)) $(if $(SANITIZE),sanitize) $(if $(VALGRIND),valgrind)
DEPS_TASKS := docs run test http3-client test-all another-day debian-root deb test-deb check bench bench-peers fuzz miri
.PHONY: deps-build $(DEPS_TASKS:%=deps-%)
deps-build:
	@tools/deps $(DEPS)
$(DEPS_TASKS:%=deps-%): deps-%:
	@tools/deps $(DEPS) $*

help: ## this list
	@echo 'usage: make [TARGET] [VARIABLE=VALUE...]'
	@echo
	@echo 'targets (default: build)'
	@sed -nE 's/^([a-z0-9-]+): ## (.*)/\1\t\2/p' Makefile | \
		while IFS="$$(printf '\t')" read -r target text; do printf '  %-16s %s\n' $$target "$$text"; done
	@echo
	@echo 'variables'
	@echo '  NGINX=vendored    build for the NGINX of the crate nginx-src (default)'
	@echo '  NGINX=system      build for the NGINX of Debian'\''s packages nginx and nginx-dev'
	@echo '  NGINX_SOURCE_DIR, NGINX_BUILD_DIR   build for a configured NGINX tree of your own'
	@echo '  NGINX_BINARY      run and test with this NGINX instead of build/$$(NGINX)/nginx'
	@echo '  SANITIZE=address  test with AddressSanitizer and UBSan, and fail where they report something'
	@echo '  VALGRIND=1        test-nginx under Valgrind'
	@echo '  PORT=8080         where `make run` listens'
	@echo '  TESTS=t/          files or directories for `make test-nginx`'
	@echo '  JOBS=             files that `make test-nginx` runs at a time (default: two for each core)'
	@echo '  SEED=1 COUNT=300  which odd links t/link_fuzz.t makes, and how many for each scheme'
	@echo '  SEED=1 ORDERS=20000  which orders `make model` tries, and how many of each kind'
	@echo '  PROVE_FLAGS=      more options for prove, for example -v'
	@echo '  TIME=             seconds that `make fuzz` spends on each target (60; TARGETS= names some), and `make soak` in all (600)'
	@echo '  TARGET_DIR=target where cargo builds'
	@echo '  HMAC_SECURE_LINK= a clone of the module secure_link_hmac, for `make bench-peers`'
	@echo '  PREFIX=/usr/local where `make install-cli` installs'
