package config

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"reflect"
	"strings"
)

// fileReader reads files and remembers the checksum of what each held, so that a change of any of them is noticed.
type fileReader struct {
	readFile func(string) ([]byte, error)
	sums     map[string][sha256.Size]byte
}

func newFileReader(readFile func(string) ([]byte, error)) *fileReader {
	if readFile == nil {
		readFile = os.ReadFile
	}
	return &fileReader{readFile, map[string][sha256.Size]byte{}}
}

func (r *fileReader) read(name string) ([]byte, error) {
	data, err := r.readFile(name)
	r.sums[name] = sum(data, err)
	return data, err
}

// changed says whether any file now differs from what was read.
func (r *fileReader) changed() bool {
	for name, before := range r.sums {
		if sum(r.readFile(name)) != before {
			return true
		}
	}
	return false
}

func sum(data []byte, err error) [sha256.Size]byte {
	if err != nil {
		return sha256.Sum256([]byte("unreadable: " + fileTrouble(err)))
	}
	return sha256.Sum256(data)
}

// fileTrouble says why a file could not be read, without its name.
func fileTrouble(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "must not be read by this user"
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		return "cannot be read: " + at.Err.Error()
	}
	return "cannot be read"
}

// readTwins fills every secret whose _file twin was given. Given both in one source is an error; from different
// sources the higher one wins.
func readTwins(cfg *Config) []Problem {
	var problems []Problem
	structs(reflect.ValueOf(cfg).Elem(), "", func(s reflect.Value, path string) {
		for i := range s.NumField() {
			f := s.Type().Field(i)
			if f.Tag.Get("secret") == "" {
				continue
			}
			name := f.Tag.Get("yaml")
			twin := fieldByKey(s, name+"_file")
			if file := twin.String(); file != "" {
				problems = append(problems, readTwin(cfg, s.Field(i), join(path, name), file)...)
			}
		}
	})
	return problems
}

func readTwin(cfg *Config, v reflect.Value, key, file string) []Problem {
	direct, viaFile := cfg.origins[key], cfg.origins[key+"_file"]
	if cfg.origins.given(key) && direct.layer > viaFile.layer {
		return nil
	}
	problem := func(text string, file bool) []Problem {
		return []Problem{{viaFile.where, key + "_file", text, viaFile.line, file}}
	}
	if cfg.origins.given(key) && direct.layer == viaFile.layer {
		return problem("is given beside "+key+": keep one of the two", false)
	}
	data, err := cfg.files.read(file)
	if err != nil {
		return problem(quotePath(file)+" "+fileTrouble(err), true)
	}
	content := strings.TrimRight(string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))), "\r\n")
	if content == "" {
		return problem(quotePath(file)+" is empty", true)
	}
	if err := setScalar(v, content); err != nil {
		return problem("the content of "+quotePath(file)+" (not shown) "+err.Error(), true)
	}
	cfg.origins[key] = viaFile
	return nil
}

func fieldByKey(s reflect.Value, key string) reflect.Value {
	for i := range s.NumField() {
		if s.Type().Field(i).Tag.Get("yaml") == key {
			return s.Field(i)
		}
	}
	return reflect.Value{}
}
