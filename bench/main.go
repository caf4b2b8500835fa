// Bench measures the compiled gateway from outside, by ratios of one run: go run ./bench. Its tests are the load runs:
// what storms, slow clients, guessing, reloads and the end may not break.
package main

func main() {}
