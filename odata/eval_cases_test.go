package odata

import (
	"strings"
	"testing"
)

// TestODataCases tries the expressions of public test suites and demands the verdict that the server gave on each.
func TestODataCases(t *testing.T) {
	entity := allTypes()
	m := &Model{Namespace: "TenantReporting", Sets: []*EntitySet{{Name: "AllTypes", Type: entity}}}
	row := rowList{make([]Value, len(entity.Properties))}
	for i, p := range entity.Properties {
		row[0][i] = zeroValue(p.Kind)
	}
	var compared, messages, complexLines int
	for _, line := range readCases(t, "RWSGATE_ODATA_CASES", "../../shared/vectors/odata-cases.tsv") {
		f := strings.Split(line, "\t")
		if len(f) < 9 || strings.HasPrefix(line, "#") || f[0] != "$filter" && f[0] != "$orderby" {
			continue
		}
		if strings.Contains(f[1], "Complex") {
			complexLines++ // the model has no complex properties
			continue
		}
		// The file writes a line break as backslash n.
		option, input, message := f[0], strings.ReplaceAll(f[1], `\n`, "\n"), f[8]
		verdicts := map[string]string{"$filter": f[6], "$orderby": f[7]}
		for kind, want := range verdicts {
			if want == "" {
				continue
			}
			compared++
			got, err := verdict(m, entity, kind, input, row)
			if got != want {
				t.Errorf("%s=%q: got %s (%v), want %s %s", kind, input, got, err, want, message)
			}
			if kind == option && err != nil && err.Message != message {
				messages++
				t.Logf("%s=%q: message %q, recorded %q", kind, input, err.Message, message)
			}
		}
	}
	t.Logf("cases compared=%d message=%d complex=%d", compared, messages, complexLines)
	if compared < 900 {
		t.Errorf("only %d verdicts compared", compared)
	}
}

func zeroValue(k Kind) Value {
	switch k {
	case String, Binary:
		return Value{}
	case Decimal:
		return Value{Kind: Decimal, Str: "0"}
	}
	return Value{Kind: k}
}

func verdict(m *Model, t *EntityType, kind, input string, rows RowSource) (string, *Error) {
	var err *Error
	if kind == "$filter" {
		var f *filter
		if f, err = compileFilter(m, t, input); err == nil {
			_, err = f.match(rows, 0)
		}
	} else {
		var o *orderBy
		if o, err = compileOrderBy(m, t, input); err == nil {
			_, err = o.compare(rows, 0, 0)
		}
	}
	switch {
	case err == nil:
		return "200", nil
	case err.Status == 500:
		return "500", err
	}
	return "400", err
}
