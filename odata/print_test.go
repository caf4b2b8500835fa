package odata

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func parseTree(text string) (n *node, err *Error) {
	defer rescue(&err)
	return parseExpression(text, Limits{FilterLength: 1 << 20, FilterNodes: 1 << 16, FilterDepth: 1 << 10}), nil
}

// sameTree compares two trees by what they mean.
func sameTree(a, b *node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.op != b.op || a.name != b.name || len(a.args) != len(b.args) || !sameTree(a.parent, b.parent) {
		return false
	}
	for i := range a.args {
		if !sameTree(a.args[i], b.args[i]) {
			return false
		}
	}
	return true
}

// checkPrint demands that a tree's text parses to the same tree.
func checkPrint(t interface {
	Fatalf(string, ...any)
}, n *node) {
	text := string(n.append(nil))
	again, err := parseTree(text)
	if err != nil {
		t.Fatalf("%s does not parse back: %v", text, err)
	}
	if !sameTree(n, again) {
		t.Fatalf("%s parses back as %s", text, again.append(nil))
	}
}

func TestPrint(t *testing.T) {
	for _, c := range [][2]string{
		{"( ( 1 ) )  add  2", "1 add 2"},
		{"(1 add 2) mul 3 sub (4 sub 5)", "(1 add 2) mul 3 sub (4 sub 5)"},
		{"1 sub 2 sub 3", "1 sub 2 sub 3"},
		{"not(a eq b)or c and d", "not (a eq b) or c and d"},
		{"(a or b) and c", "(a or b) and c"},
		{"- 5 eq -(5)", "-5 eq -(5)"},
		{"-(-5) eq -  a", "-(-5) eq -a"},
		{"- - a", "--a"},
		{"$it / Date gt DateTime'2013-01-01'", "$it/Date gt DateTime'2013-01-01'"},
		{"NS . T / a / b", "NS.T/a/b"},
		{"(a)/b", "(a)/b"},
		{"f( 1 , 'o''b' )/x/y", "f(1,'o''b')/x/y"},
		{"a/any( x : x/b eq 1)/c", "a/any(x:x/b eq 1)/c"},
		{"a/any() and all(b)", "a/any() and all(b)"},
		{"f(a=1 b=[2],c=@p)", "f(a=1,b=[2],c=@p)"},
		{"*", "*"},
	} {
		n, err := parseTree(c[0])
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
			continue
		}
		if got := string(n.append(nil)); got != c[1] {
			t.Errorf("%s prints as %s, want %s", c[0], got, c[1])
		}
		checkPrint(t, n)
	}
}

// drawTree draws a tree that the grammar allows.
func drawTree(t *rapid.T, depth int) *node {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth == 0 {
		kind %= 3
	}
	switch kind {
	case 0:
		return &node{op: opLiteral, name: rapid.SampledFrom([]string{"1", "-1", "2L", "-1.5", "1e5f", "2.50M", "'x'", "'o''b'", "true", "null", "-INF",
			"NaN", "datetime'2013-01-01'", "X'0a'"}).Draw(t, "literal")}
	case 1, 2:
		return drawPath(t, depth)
	case 3:
		n := &node{op: opCall, name: rapid.SampledFrom([]string{"length", "f", "a.b"}).Draw(t, "function")}
		for range rapid.IntRange(0, 3).Draw(t, "arguments") {
			n.args = append(n.args, drawTree(t, depth-1))
		}
		return n
	case 4:
		return &node{op: opNot, args: []*node{drawTree(t, depth-1)}}
	case 5:
		return &node{op: opNegate, args: []*node{drawTree(t, depth-1)}}
	}
	op := nodeOp(rapid.IntRange(int(opOr), int(opModulo)).Draw(t, "operator"))
	return &node{op: op, args: []*node{drawTree(t, depth-1), drawTree(t, depth-1)}}
}

var names = rapid.SampledFrom([]string{"a", "Date", "any", "and", "eq", "desc", "é", "_x1"})

func drawPath(t *rapid.T, depth int) *node {
	var parent *node
	for range rapid.IntRange(0, 2).Draw(t, "segments") {
		n := &node{op: opInner, name: names.Filter(func(s string) bool { return s != "any" }).Draw(t, "segment"), parent: parent}
		switch rapid.IntRange(0, 4).Draw(t, "segment kind") {
		case 0:
			n.op, n.name = opDotted, "NS."+n.name
		case 1:
			n = &node{op: opAny, parent: n}
			if depth > 0 {
				n.name, n.args = fmt.Sprint("v", depth), []*node{drawTree(t, depth-1)}
			}
		case 2:
			if parent == nil {
				n.op, n.name = opIt, "$it"
			}
		}
		parent = n
	}
	if parent != nil {
		return &node{op: opEnd, name: "z", parent: parent}
	}
	return &node{op: opEnd, name: names.Draw(t, "name")}
}

func TestPrintParsesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkPrint(t, drawTree(t, rapid.IntRange(0, 4).Draw(t, "depth"))) })
}
