package config

import "strings"

// layer is a source of values; a higher one wins.
type layer int

const (
	layerDefault layer = iota
	layerFile
	layerEnv
	layerFlag
)

type origin struct {
	layer layer
	where string
	line  int // in the file, 0 elsewhere
}

// origins tells where each key was given; keys left at their default are absent.
type origins map[string]origin

// nearest gives the place of a key, or of the innermost mapping or list around it that was given.
func (o origins) nearest(key string) origin {
	for key != "" {
		if at, ok := o[key]; ok {
			return at
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return origin{}
}

func (o origins) given(key string) bool {
	_, ok := o[key]
	return ok
}
