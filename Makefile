# Copse: "make help" lists what this file can do.

# Versions of the tools. They are installed into .tools/ and never enter go.mod.
GOFUMPT_VERSION      := v0.12.0
STATICCHECK_VERSION  := v0.8.2
DEADCODE_VERSION     := v0.52.0
TEMPL_VERSION        := v0.3.977
GOVULNCHECK_VERSION  := v1.9.0
GOLANGCI_VERSION     := v2.15.0
BENCHSTAT_VERSION    := v0.0.0-20260908200009-22c9c6c9d4da

TOOLS    := $(CURDIR)/.tools
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS  := -s -w -X main.version=$(VERSION)
# What builds pages is generated and calls itself often: written into one another it is an eighth of the binary.
GCFLAGS  := github.com/copse-social/copse/frontend/views=-l
GO_FILES  = $(shell git ls-files -co --exclude-standard -- '*.go' ':!:*_templ.go')
FIXTURES ?= ../shared/fixtures
FUZZTIME ?= 30s
DURATION ?= 1h

.DEFAULT_GOAL := help
.PHONY: help run build test check house fmt-check vet fix-check staticcheck tidy-check \
	deadcode generate-check catalogues lint-full generate golden peers e2e fuzz drills soak bench bench-pages vuln migrate psql fmt clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start three organisations on this machine (needs Go alone)
	go run ./cmd/copse demo

build: ## Build the static binary bin/copse, with scripts where Node.js is at hand
	.ci/assets.sh
	CGO_ENABLED=0 go build -trimpath -gcflags '$(GCFLAGS)' -ldflags '$(LDFLAGS)' -o bin/copse ./cmd/copse

test: ## Run the whole suite on both engines and both queues, installing what it needs
	.ci/test.sh

check: fmt-check vet fix-check staticcheck tidy-check generate-check deadcode catalogues house test ## All that CI runs

house: ## The tests that hold imports, sizes and documents to the code
	go test -run '^Test(Imports|Sizes|Comments|Docs|Architecture|Config)' ./cmd/copse ./cmd/copse/config

fmt-check: $(TOOLS)/gofumpt-$(GOFUMPT_VERSION)
	@out=$$($< -l $(GO_FILES)); if [ -n "$$out" ]; then echo "make fmt would change:"; echo "$$out"; exit 1; fi

vet:
	go vet ./...

fix-check:
	go fix -diff ./...

staticcheck: $(TOOLS)/staticcheck-$(STATICCHECK_VERSION)
	$< ./...

tidy-check:
	go mod tidy -diff
	go mod verify

# The delivery worker's Step is how tests drive what Run does with its loops, and Routes is how they
# know every route.
deadcode: $(TOOLS)/deadcode-$(DEADCODE_VERSION)
	@out=$$($< ./cmd/copse | grep -v 'func: \(Deliverer\.\(Step\|ready\)\|Server\.Routes\)$$'); if [ -n "$$out" ]; then echo "$$out"; exit 1; fi

catalogues: ## Check the translations with msgfmt
	.ci/setup.sh
	for file in frontend/locales/*/LC_MESSAGES/*.po; do msgfmt --check --output-file=/dev/null $$file || exit 1; done

generate-check:
	.ci/unchanged.sh $(MAKE) --no-print-directory generate

lint-full: $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION) ## golangci-lint beside the daily checks
	$< run ./...

vuln: $(TOOLS)/govulncheck-$(GOVULNCHECK_VERSION) ## Known vulnerabilities in what we call
	$< ./...

generate: $(TOOLS)/templ-$(TEMPL_VERSION) ## Rewrite generated code and documents
	$< generate -path frontend
	.ci/document.sh markdown docs/configuration.md
	.ci/document.sh env .env.example

golden: ## Rewrite golden files; review the difference as a change of protocol
	COPSE_TEST_GOLDEN=1 go test ./...

peers: ## Run the documents recorded from other servers
	COPSE_TEST_FIXTURES=$(abspath $(FIXTURES)) go test -count=1 -v -run '^TestPeers' ./...

e2e: ## The browser suite and the independent peer alone
	.ci/test.sh e2e

fuzz: ## Fuzz every target for FUZZTIME (30s)
	FUZZTIME=$(FUZZTIME) .ci/fuzz.sh

drills: ## Break Copse on purpose (35 minutes); the table goes into docs/reliability.md
	.ci/setup.sh
	go run ./cmd/drills -markdown docs/reliability.md

soak: ## One fault after the other, by chance, for DURATION (1h)
	.ci/setup.sh
	go run ./cmd/drills -only F21 -for $(DURATION)

bench: $(TOOLS)/benchstat-$(BENCHSTAT_VERSION) ## Go benchmarks, compared with the baseline kept in docs
	.ci/bench.sh $<

bench-keep: $(TOOLS)/benchstat-$(BENCHSTAT_VERSION)
	.ci/bench.sh $< keep

bench-pages: ## Pages over real connections, and the start: answers a second, CPU, median
	GOGC=200 go test -run '^$$' -bench 'Serve|Start' -benchtime $${BENCHTIME:-3000x} ./cmd/copse

migrate: ## Bring the configured database to the newest schema
	go run ./cmd/copse migrate up

psql: ## Open the configured PostgreSQL database
	psql "$${COPSE_DATABASE_URL:?set COPSE_DATABASE_URL to a postgres:// address}"

fmt: $(TOOLS)/gofumpt-$(GOFUMPT_VERSION) ## Format the source
	$< -w $(GO_FILES)

clean: ## Remove what was built; data/ stays
	rm -rf bin .tools
	find . -name node_modules -prune -exec rm -rf {} +

# Each tool is a file named after its version, so a new version at the top is
# installed by itself.
$(TOOLS)/gofumpt-$(GOFUMPT_VERSION):
	.ci/tool.sh $@ mvdan.cc/gofumpt@$(GOFUMPT_VERSION)
$(TOOLS)/staticcheck-$(STATICCHECK_VERSION):
	.ci/tool.sh $@ honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)
$(TOOLS)/deadcode-$(DEADCODE_VERSION):
	.ci/tool.sh $@ golang.org/x/tools/cmd/deadcode@$(DEADCODE_VERSION)
$(TOOLS)/templ-$(TEMPL_VERSION):
	.ci/tool.sh $@ github.com/a-h/templ/cmd/templ@$(TEMPL_VERSION)
$(TOOLS)/govulncheck-$(GOVULNCHECK_VERSION):
	.ci/tool.sh $@ golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
$(TOOLS)/golangci-lint-$(GOLANGCI_VERSION):
	.ci/tool.sh $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
$(TOOLS)/benchstat-$(BENCHSTAT_VERSION):
	.ci/tool.sh $@ golang.org/x/perf/cmd/benchstat@$(BENCHSTAT_VERSION)
