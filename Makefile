.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## run the gateway against a stand-in of Entra ID and Graph, without account or network
	go run . serve --demo

build: ## build the static binary ./rwsgate
	CGO_ENABLED=0 GOFLAGS=-trimpath go build -tags grpcnotrace -ldflags "-s -w -X rwsgate/command.version=$$(git describe --tags --always --dirty)" -o rwsgate .

release: ## make archives, bills of materials and checksums for three platforms in dist
	.ci/release.sh dist

image: ## build the container image with docker
	docker build --build-arg VERSION=$$(git describe --tags --always --dirty) --build-arg COMMIT=$$(git rev-parse HEAD) -t rwsgate .

lint: ## run gofmt and the linter
	gofmt -l $$(git ls-files '*.go')
	cd tools && GOFLAGS= go build -o ../dist/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	dist/golangci-lint run ./...

test: ## run all Go tests
	go test ./...

quick: ## run the tests of all rooms that do not need the Graph SDK
	go test $$(go list ./... | grep -v -e '^rwsgate$$' -e /command$$ -e /translate/graph$$)

bench: ## run the Go benchmarks
	go test -run '^$$' -bench . -benchmem ./odata ./translate ./gateway

golden: ## write the golden files anew; read the diff before you commit it
	go test ./gateway ./odata ./config -run Golden -update

screenshots: ## make docs/screenshots anew, with npm and Chromium
	conformance/page/screenshots.sh

ci: ## run everything that CI runs
	.ci/run

long: ## run everything that CI runs, and the checks of over five minutes
	.ci/run --long

.PHONY: help demo build release image lint test quick bench golden screenshots ci long
