# Bivouac: `make help` says what there is. Needs only Node >= 18 with npm; the Node that runs everything (26) comes
# as an npm package, pinned in package-lock.json like all others.

SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

arch := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x64)
node := node_modules/node-linux-$(arch)/bin/node
biome := $(node) node_modules/@biomejs/biome/bin/biome
tsc := $(node) node_modules/typescript/bin/tsc

# npm writes this file last: it is there and newer than the lock file when the installation is whole.
packages := node_modules/.package-lock.json

# The pages, with the list that the server reads; written last.
web := dist/web/files.json

# A hung test must end as a failure with a name, well before the whole run is given up.
test_timeout_ms := 120000
# An emulated computer starts in minutes.
image_test_timeout_ms := 3600000
image_tests ?= $(wildcard test/image/*.test.ts)
run_tests := $(node) --test --test-timeout=$(test_timeout_ms) --test-concurrency=$(shell nproc) --test-reporter=spec
# Those that start a server process: they run once more against the single binary. Of the browser's, the scene that
# goes through most of the pages: each costs a start of Chromium.
server_tests = $(filter-out %/single-binary.test.ts,\
  $(shell grep -rl --include='*.test.ts' server-process.ts test/integration test/conformance)) \
  test/browser/add-a-phone.test.ts

.PHONY: help
help: ## Say what there is
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 14

.PHONY: run
run: $(packages) $(web) ## Start the server from the sources, data in .run/ (or BIVOUAC_DATA=DIR)
	@exec scripts/bivouac serve

.PHONY: test
test: typecheck lint $(web) dist/bivouac-linux-$(arch) ## Type check, lint, and all tests on the sources and on the binary
	@status=0
	echo 'Tests of the binary:'
	BIVOUAC_BINARY=$(CURDIR)/dist/bivouac-linux-$(arch) $(run_tests) $(server_tests) || status=1
	echo 'Tests of the sources:'
	$(run_tests) 'test/{unit,integration,conformance,browser}/**/*.test.ts' || status=1
	exit $$status

.PHONY: test-tools
test-tools: ## Install the Debian packages that let every test run (as root)
	@scripts/install-test-tools.sh

.PHONY: bench
bench: $(packages) ## Measure codec, fan-out, stopped readers and reconnect storms
	@$(node) test/bench/run.ts

.PHONY: build
build: $(packages) $(web) ## Make the single binary for x86-64: dist/bivouac-linux-x64
	@$(node) scripts/build.ts x64 --measure

.PHONY: build-arm64
build-arm64: $(packages) $(web) ## Make the single binary for Raspberry Pi: dist/bivouac-linux-arm64
	@$(node) scripts/build.ts arm64 --measure

.PHONY: deb
deb: dist/bivouac-linux-x64 dist/bivouac-linux-arm64 ## Make the Debian packages: dist/*.deb, for amd64 and arm64
	@$(node) scripts/build-deb.ts x64
	$(node) scripts/build-deb.ts arm64

dist/bivouac-linux-%: $(packages) $(web) $(shell find src -name '*.ts') $(wildcard scripts/*.ts)
	@$(node) scripts/build.ts $*

.PHONY: web
web: $(web) ## Build the pages: dist/web

$(web): $(packages) scripts/build-web.ts $(shell find src/web -type f -not -name README.md)
	@$(node) scripts/build-web.ts

.PHONY: image-tools
image-tools: ## Install the Debian packages for `make image` and `make image-test` (as root)
	@image/install-tools.sh

.PHONY: image
image: dist/bivouac-linux-arm64 ## Make the firmware image (as root): dist/bivouac-VERSION-arm64.img.zst
	@image/build.sh product $(node)

# One machine is emulated at a time: a second would only slow the first.
.PHONY: image-test
image-test: image ## Start the firmware image in an emulator and use it, from first start to power cut (as root)
	@image/check-tools.sh test
	image/build.sh test $(node)
	$(node) --test --test-timeout=$(image_test_timeout_ms) --test-concurrency=1 --test-reporter=spec $(image_tests)

.PHONY: lint
lint: $(packages) ## Check style and common mistakes
	@$(biome) check

.PHONY: typecheck
typecheck: $(packages) ## Check types
	@$(tsc) -p .
	$(tsc) -p src/web

.PHONY: docs
docs: $(packages) ## Write what is generated: docs/{configuration,errors,api}.md, the pages' types of the API
	@$(node) scripts/gen-config-doc.ts
	$(node) scripts/gen-errors-doc.ts
	$(node) scripts/gen-api-doc.ts
	$(node) scripts/gen-api-client.ts

.PHONY: clean
clean: ## Remove what was built (not the data in .run/)
	@rm -rf dist .cache coverage

# Its words go to stderr: stdout of `make run` belongs to the server's log lines.
$(packages): package.json package-lock.json
	@scripts/install-packages.sh $(node) >&2
