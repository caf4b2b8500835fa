package config

import (
	"bytes"
	"errors"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Bounds of a configuration file: far above what a thousand tenants need, far below what would exhaust the parser.
const (
	maxFileSize = 4 << 20
	maxNesting  = 200
	maxNodes    = 1 << 18
)

// quoted finds what the parser repeats from the file in its messages; it may be part of a secret.
var quoted = regexp.MustCompile(`:?\s*"(\\.|[^"\\])*"`)

// parseYAML gives the root of a file, nil for an empty one. The errors name a line but never repeat its content.
func parseYAML(data []byte) (root ast.Node, line int, err error) {
	// The parser panics on some malformed files; to the operator that is one more syntax error.
	defer func() {
		if recover() != nil {
			root, line, err = nil, 0, reason("is not readable as YAML")
		}
	}()
	if len(data) > maxFileSize {
		return nil, 0, reason("is larger than 4 MiB")
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if line := tooDeep(data); line > 0 {
		return nil, line, reason("is nested too deeply")
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		line, err = syntaxError(err)
		return nil, line, err
	}
	return onlyDocument(file)
}

func syntaxError(err error) (int, error) {
	var at yaml.Error
	if !errors.As(err, &at) {
		return 0, reason("is not readable as YAML")
	}
	line := 0
	if tk := at.GetToken(); tk != nil && tk.Position != nil {
		line = tk.Position.Line
	}
	return line, reason("is not readable as YAML: " + quoted.ReplaceAllString(at.GetMessage(), ""))
}

func onlyDocument(file *ast.File) (ast.Node, int, error) {
	var root ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.DirectiveType {
			continue
		}
		if root != nil {
			return nil, lineOf(doc.Body), reason("has a second document: keep one")
		}
		root = doc.Body
	}
	return root, 0, nil
}

// tooDeep gives the line where brackets, or sequence and key marks on one line, nest deeper than any configuration,
// 0 if none do. The parser recurses, and a stack overflow cannot be recovered from.
func tooDeep(data []byte) int {
	depth, number := 0, 0
	for line := range bytes.Lines(data) {
		number++
		if bytes.Count(line, []byte("- ")) > maxNesting && len(bytes.Trim(line, "- \t\r\n?:")) < len(line)-maxNesting {
			return number
		}
		if bytes.Count(line, []byte("? ")) > maxNesting || bytes.Count(line, []byte(": ")) > 50*maxNesting {
			return number
		}
		for _, c := range line {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(depth-1, 0)
			}
			if depth > maxNesting {
				return number
			}
		}
	}
	return 0
}

func lineOf(n ast.Node) int {
	if n == nil {
		return 0
	}
	if tk := n.GetToken(); tk != nil && tk.Position != nil {
		return tk.Position.Line
	}
	return 0
}

// scalarText gives the text of a scalar as written, numbers and words like true untouched, so that min_version: 1.0
// stays 1.0.
func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return strings.TrimSpace(n.GetToken().Value), true
	}
	return "", false
}
