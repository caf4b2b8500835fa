package odata

// parentType binds what a name stands behind; without a path that is the row.
func (b *binder) parentType(n *node) typ {
	if n.parent == nil {
		return typ{class: classEntity, entity: b.entity}
	}
	b.bind(n.parent)
	return n.parent.typ
}

// inner binds a name in the middle of a path. No property leads anywhere here, so it is always an error.
func (b *binder) inner(n *node) {
	t := b.parentType(n)
	if t.class == classEntity && t.entity.Property(n.name) >= 0 {
		fail("Can only bind segments that are Navigation, Structural, Complex, or Collections. We found a segment '%s' that isn't any of those. Please revise the query.", n.name)
	}
	failProperty(t, n.name)
}

// end binds the property at the end of a path.
func (b *binder) end(n *node) {
	t := b.parentType(n)
	if t.class == classEntity {
		if n.property = t.entity.Property(n.name); n.property >= 0 {
			p := &t.entity.Properties[n.property]
			n.typ = kindType(p.Kind, p.Nullable)
			return
		}
	}
	failProperty(t, n.name)
}

func failProperty(t typ, name string) {
	fail("Could not find a property named '%s' on type '%s'.", name, t.name("System.Object"))
}

// dotted binds a type's name in a path: the rows' own type is the only one they have.
func (b *binder) dotted(n *node) {
	parent := b.parentType(n)
	t := b.typeNamed(n.name)
	if t == nil {
		fail("The child type '%s' in a cast was not an entity type. Casts can only be performed on entity types.", n.name)
	}
	if parent.class != classEntity || parent.entity != t {
		fail("Encountered invalid type cast. '%s' is not assignable from '%s'.", n.name, parent.name("<null>"))
	}
	n.typ = typ{class: classEntity, entity: t, nullable: true}
}

func (b *binder) typeNamed(name string) *EntityType {
	if b.entity.FullName() == name {
		return b.entity
	}
	if b.model == nil {
		return nil
	}
	return b.model.typeNamed(name)
}
