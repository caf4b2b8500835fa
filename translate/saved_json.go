package translate

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

type jsonObject = map[string]json.RawMessage

// readSavedJSON reads an answer in verbose or light JSON, a list of its entries as scripts keep it, or an export.
func readSavedJSON(text []byte) (Saved, error) {
	if firstByte(text) == '[' {
		j := jsonReader{collector{Saved: Saved{Kind: SavedList}}}
		var list json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			return Saved{}, jsonFault(text, err)
		}
		j.list(list)
		return j.finish()
	}
	var root jsonObject
	if err := json.Unmarshal(text, &root); err != nil {
		return Saved{}, jsonFault(text, err)
	}
	j := jsonReader{}
	switch {
	case root["rwsgate"] != nil:
		return readExport(text)
	case root["d"] != nil:
		j.Kind = SavedVerbose
		j.verbose(root["d"])
	case root["value"] != nil || root["odata.metadata"] != nil:
		j.Kind = SavedLight
		j.light(root)
	case root["odata.error"] != nil || root["error"] != nil || root["ErrorCode"] != nil:
		return Saved{}, fileFault("the file is a saved error of the service, not a report")
	default:
		return Saved{}, fileFault("the file is JSON, but neither an answer of the retired service nor an export of rwsgate")
	}
	return j.finish()
}

// jsonFault says where broken JSON breaks.
func jsonFault(text []byte, err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return fileFault("the JSON is not of the form that is expected: %v", err)
	}
	before := text[:min(int(syntax.Offset), len(text))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - (bytes.LastIndexByte(before, '\n') + 1)
	return fileFault("line %d, byte %d: the JSON is damaged or cut off: %v", line, column, syntax)
}

type jsonReader struct{ collector }

// verbose takes what stands under d: the entries (DataServiceVersion 1.0), an object with results (2.0), or one entry.
func (j *jsonReader) verbose(d json.RawMessage) {
	if firstByte(d) == '[' {
		j.list(d)
		return
	}
	var o jsonObject
	if json.Unmarshal(d, &o) != nil || o == nil {
		j.faults.put(SavedFault{Reason: "what stands under d is neither a list nor an object"})
		return
	}
	j.More = jsonText(o["__next"]) != ""
	switch {
	case o["results"] != nil:
		j.list(o["results"])
	case o["EntitySets"] != nil:
		j.faults.put(SavedFault{Reason: "the file is the service's description, not a report"})
	default:
		j.entry(d)
	}
}

// light takes the entries under value, or the one that the document is.
func (j *jsonReader) light(root jsonObject) {
	_, fragment, _ := strings.Cut(jsonText(root["odata.metadata"]), "#")
	if end := strings.IndexAny(fragment, "/&"); end >= 0 {
		fragment = fragment[:end]
	}
	j.named(setName(fragment))
	j.More = jsonText(root["odata.nextLink"]) != ""
	if root["value"] != nil {
		j.list(root["value"])
		return
	}
	j.object(root)
}

func (j *jsonReader) list(raw json.RawMessage) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || list == nil {
		j.faults.put(SavedFault{Reason: "there is no list of entries where one is expected"})
		return
	}
	for _, raw := range list {
		j.entry(raw)
	}
}

func (j *jsonReader) entry(raw json.RawMessage) {
	var o jsonObject
	if err := json.Unmarshal(raw, &o); err != nil || o == nil {
		j.count++
		j.faults.at("entry", j.count, "it is no object")
		return
	}
	j.object(o)
}

func (j *jsonReader) object(o jsonObject) {
	id := jsonText(o["odata.id"])
	var meta struct{ ID, URI string }
	if raw := o["__metadata"]; raw != nil && json.Unmarshal(raw, &meta) == nil {
		id = meta.ID
		if id == "" {
			id = meta.URI
		}
	}
	values := make(map[string]savedValue, len(o))
	for _, name := range []string{"Date", "TenantGuid", "TenantName", "TotalAudioMinutes", "TotalVideoMinutes"} {
		if raw, ok := o[name]; ok {
			values[name] = valueOf(raw)
		}
	}
	j.row(id, values)
}

// valueOf gives a string's text, a number as it is written, or null.
func valueOf(raw json.RawMessage) savedValue {
	switch first := firstByte(raw); {
	case first == '"':
		return savedValue{text: jsonText(raw)}
	case bytes.Equal(raw, []byte("null")):
		return savedValue{null: true}
	case first == '-' || first >= '0' && first <= '9':
		return savedValue{text: string(raw)}
	}
	return savedValue{bad: true}
}

// jsonText gives a JSON string's text; nothing for anything else.
func jsonText(raw json.RawMessage) string {
	var s string
	if raw == nil || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}
