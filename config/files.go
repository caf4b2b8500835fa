package config

// fileReader reads files and remembers what it read.
type fileReader struct{}
