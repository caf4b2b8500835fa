.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## run the gateway against a stand-in of Entra ID and Graph, without account or network
	go run . serve --demo

build: ## build the static binary ./rwsgate
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o rwsgate .

test: ## run all Go tests
	go test ./...

quick: ## run the tests of all rooms that do not need the Graph SDK
	go test $$(go list ./... | grep -v -e '^rwsgate$$' -e /command$$ -e /translate/graph$$)

bench: ## run the Go benchmarks
	go test -run '^$$' -bench . -benchmem ./odata ./translate ./gateway

golden: ## write the golden files anew; read the diff before you commit it
	go test ./gateway ./odata ./config -run Golden -update

ci: ## run everything that CI runs
	.ci/run

long: ## run everything that CI runs, and the checks of over five minutes
	.ci/run --long

.PHONY: help demo build test quick bench golden ci long
