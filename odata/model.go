// Package odata speaks the OData 2 dialect of WCF Data Services 5.6, as recorded in the project's reference: entity
// model, URIs, query options, $filter, paging, Atom, JSON (verbose and light), service document, $metadata and errors.
// It knows no report: the model is data, rows come through RowSource.
package odata

import "slices"

// Property is one primitive property of an entity type.
type Property struct {
	Name     string
	Kind     Kind
	Nullable bool // as $metadata says it; a row may carry null all the same

	// IgnoreCase makes comparisons and string functions on this property ignore letter case, as a SQL collation does.
	IgnoreCase bool
}

// EntityType is the shape of a set's rows. Properties are in wire order.
type EntityType struct {
	Namespace, Name string
	Key             string
	Properties      []Property
}

// FullName is the type's name with its namespace.
func (t *EntityType) FullName() string { return t.Namespace + "." + t.Name }

// Property gives the index of the property called name (case-sensitive), or -1.
func (t *EntityType) Property(name string) int {
	for i := range t.Properties {
		if t.Properties[i].Name == name {
			return i
		}
	}
	return -1
}

// keyKind is the kind of the key property.
func (t *EntityType) keyKind() Kind {
	if i := t.Property(t.Key); i >= 0 {
		return t.Properties[i].Kind
	}
	return Null
}

// Annotation is a ValueAnnotation of a set in $metadata.
type Annotation struct{ Term, String string }

// EntitySet is a collection that can be asked for.
type EntitySet struct {
	Name        string
	Type        *EntityType
	PageSize    int // rows a page at most; 0 means unpaged
	Annotations []Annotation
}

// Limits bound what an untrusted query may ask of us; zero fields mean the defaults.
type Limits struct {
	FilterLength int // bytes of $filter or $orderby
	FilterDepth  int // nesting
	FilterNodes  int // nodes of the tree
}

// Model is one service: its sets, in the order of the service document, and its options.
type Model struct {
	Namespace string // of the schema
	Container string // entity container's name
	Sets      []*EntitySet
	JSONP     bool // $callback is answered; refused as unknown otherwise
	Limits    Limits
}

// Set gives the set called name (case-sensitive), or nil.
func (m *Model) Set(name string) *EntitySet {
	for _, s := range m.Sets {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// types gives the entity types of the sets, each once, in the order of the sets.
func (m *Model) types() []*EntityType {
	var types []*EntityType
	for _, s := range m.Sets {
		if !slices.Contains(types, s.Type) {
			types = append(types, s.Type)
		}
	}
	return types
}

// typeNamed gives the entity type with that full name, or nil.
func (m *Model) typeNamed(name string) *EntityType {
	for _, s := range m.Sets {
		if s.Type.FullName() == name {
			return s.Type
		}
	}
	return nil
}

// annotated tells whether any set has annotations; they raise the version of $metadata.
func (m *Model) annotated() bool {
	return slices.ContainsFunc(m.Sets, func(s *EntitySet) bool { return len(s.Annotations) > 0 })
}

// RowSource gives the rows of a set, in the provider's own order.
type RowSource interface {
	Len() int
	// Value gives a property of a row; property is an index into the type's Properties. It must not allocate.
	Value(row, property int) Value
}
