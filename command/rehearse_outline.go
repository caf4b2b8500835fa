package command

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// outline is what of an answer a client's reader hangs on.
type outline struct {
	shape      string   // a word for how the body is built
	properties []string // of the rows, sorted
	rows       []outlined
}

// outlined is one row.
type outlined struct{ date, minutes string }

// outlineOf reads an answer of any format.
func outlineOf(body []byte) (outline, error) {
	body = bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf"))
	switch {
	case len(body) == 0:
		return outline{shape: "nothing"}, nil
	case body[0] == '{':
		return outlineJSON(body)
	case body[0] == '<':
		return outlineXML(body)
	}
	return outline{shape: "text"}, nil
}

var errNoObject = errors.New("it is no JSON object")

func outlineJSON(body []byte) (outline, error) {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(body, &top); err != nil {
		return outline{}, errNoObject
	}
	for _, form := range []struct{ member, shape string }{{"d", "d"}, {"value", "light"}} {
		inner, ok := top[form.member]
		if !ok {
			continue
		}
		var wrapped struct {
			Results *[]map[string]any `json:"results"`
		}
		if json.Unmarshal(inner, &wrapped) == nil && wrapped.Results != nil {
			return rowsOf("d.results, a list", *wrapped.Results), nil
		}
		var list []map[string]any
		if json.Unmarshal(inner, &list) == nil {
			return rowsOf(form.shape+", a list", list), nil
		}
		var one map[string]any
		if json.Unmarshal(inner, &one) == nil {
			return rowsOf(form.shape+", an object", []map[string]any{one}), nil
		}
		return outline{shape: form.shape}, nil
	}
	return outline{shape: "an object of " + strings.Join(names(top), ", ")}, nil
}

func names[V any](of map[string]V) []string {
	var all []string
	for name := range of {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func rowsOf(shape string, list []map[string]any) outline {
	o := outline{shape: shape}
	for _, row := range list {
		text := map[string]string{}
		for name, value := range row {
			if name != "__metadata" && !strings.HasPrefix(name, "odata.") && !strings.Contains(name, "@") {
				text[name] = fmt.Sprint(value)
			}
		}
		o.add(text)
	}
	return o
}

// add takes a row over.
func (o *outline) add(row map[string]string) {
	for _, name := range names(row) {
		if !slices.Contains(o.properties, name) {
			o.properties = append(o.properties, name)
		}
	}
	slices.Sort(o.properties)
	minutes := func(name string) string {
		if value, ok := row[name]; ok {
			return value
		}
		return "-"
	}
	o.rows = append(o.rows, outlined{dateOf(row["Date"]), minutes("TotalAudioMinutes") + "/" + minutes("TotalVideoMinutes")})
}

// dateOf is the date of a Date in whatever format.
func dateOf(text string) string {
	if ms, ok := strings.CutPrefix(text, "/Date("); ok {
		if n, err := strconv.ParseInt(strings.TrimSuffix(ms, ")/"), 10, 64); err == nil {
			return time.UnixMilli(n).UTC().Format(time.DateOnly)
		}
	}
	if len(text) >= len(time.DateOnly) {
		return text[:len(time.DateOnly)]
	}
	return text
}

// outlineXML reads Atom and the XML of everything else: the shape is the name of the root.
func outlineXML(body []byte) (outline, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	var o outline
	var row map[string]string
	name := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && o.shape != "" {
			return o, nil
		}
		if err != nil {
			return o, errors.New("it is no XML")
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch {
			case o.shape == "":
				o.shape = t.Name.Local
			case t.Name.Local == "properties" && strings.HasSuffix(t.Name.Space, "/metadata"):
				row = map[string]string{}
			case row != nil:
				name = t.Name.Local
				row[name] = ""
			}
		case xml.CharData:
			if row != nil && name != "" {
				row[name] += string(t)
			}
		case xml.EndElement:
			if name = ""; t.Name.Local == "properties" && row != nil {
				o.add(row)
				row = nil
			}
		}
	}
}
