package odata

// shiftDates copies the parts of a tree in which DateTime literals compared with a property move.
func shiftDates(n *node, property string, by int64) (*node, bool) {
	changed := false
	args := n.args
	for i, arg := range n.args {
		moved, ok := shiftDates(arg, property, by)
		if n.op.isComparison() && isDate(arg) && n.args[1-i].isProperty(property) {
			moved, ok = shiftedDate(arg, by), true
		}
		if !ok {
			continue
		}
		if !changed {
			args, changed = append([]*node(nil), n.args...), true
		}
		args[i] = moved
	}
	if !changed {
		return n, false
	}
	moved := *n
	moved.args = args
	return &moved, true
}

func isDate(n *node) bool { return n.op == opLiteral && n.value.Kind == DateTime }

// isProperty tells whether the node is the row's property of a name, however its path is written.
func (n *node) isProperty(name string) bool { return n.op == opEnd && n.name == name }

func shiftedDate(n *node, by int64) *node {
	moved := *n
	moved.value.Int = min(max(n.value.Int+by, 0), maxTicks)
	moved.name = "datetime'" + string(appendQuoted(nil, moved.value)) + "'"
	return &moved
}
