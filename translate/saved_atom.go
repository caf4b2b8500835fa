package translate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// atomEntry is an entry of a legacy feed. Names are matched without their namespaces: the documentation prints them
// with https, the service sent http.
type atomEntry struct {
	ID      string    `xml:"id"`
	Updated string    `xml:"updated"`
	Content []content `xml:"content"`
}

type content struct {
	Properties []struct {
		Fields []atomField `xml:",any"`
	} `xml:"properties"`
}

type atomField struct {
	XMLName xml.Name
	Null    string `xml:"null,attr"`
	Text    string `xml:",chardata"`
}

// readSavedAtom reads a feed, a page of one, or a single entry.
func readSavedAtom(text []byte) (Saved, error) {
	file := xml.NewDecoder(bytes.NewReader(text))
	file.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if c := strings.ToLower(charset); c == "utf-16" || c == "us-ascii" { // it was made UTF-8 before
			return in, nil
		}
		return nil, fmt.Errorf("the character set %q is not read: save the file in UTF-8", printable(charset))
	}
	a := atomReader{file: file, collector: collector{Saved: Saved{Kind: SavedAtom}}}
	if err := a.document(); err != nil {
		a.faults.put(SavedFault{Where: a.next(), Reason: xmlReason(err)})
	}
	return a.finish()
}

// xmlReason says where broken XML breaks.
func xmlReason(err error) string {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("line %d: the XML is damaged or cut off: %s", syntax.Line, syntax.Msg)
	}
	if errors.Is(err, io.EOF) {
		return "the XML ends before the feed does"
	}
	return err.Error()
}

type atomReader struct {
	file *xml.Decoder
	collector
}

// next names the entry that is being read.
func (a *atomReader) next() string {
	if a.count == 0 {
		return ""
	}
	return fmt.Sprintf("after entry %d", a.count)
}

// document reads the root element.
func (a *atomReader) document() error {
	root, err := a.start()
	if err != nil {
		return err
	}
	switch root.Name.Local {
	case "feed":
		if err := a.feed(); err != nil {
			return err
		}
	case "entry":
		if err := a.entry(&root); err != nil {
			return err
		}
	case "error", "ServiceFault":
		return errors.New("the file is a saved error of the service, not a report")
	case "service", "Edmx":
		return errors.New("the file is the service's description, not a report")
	default:
		return fmt.Errorf("the root element is <%s>: a saved report begins with <feed> or <entry>", printable(root.Name.Local))
	}
	return a.end()
}

// start gives the next start element.
func (a *atomReader) start() (xml.StartElement, error) {
	for {
		token, err := a.file.Token()
		if err != nil {
			return xml.StartElement{}, err
		}
		if root, ok := token.(xml.StartElement); ok {
			return root, nil
		}
	}
}

// end makes sure that nothing follows the root element: two documents in one file would lose the second.
func (a *atomReader) end() error {
	_, err := a.start()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		err = errors.New("there is a second document in the file: save each page in a file of its own")
	}
	return err
}

// feed reads what a feed holds.
func (a *atomReader) feed() error {
	for {
		token, err := a.file.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if err := a.child(&t); err != nil {
				return err
			}
		}
	}
}

func (a *atomReader) child(t *xml.StartElement) error {
	var text string
	switch t.Name.Local {
	case "entry":
		return a.entry(t)
	case "id":
		err := a.file.DecodeElement(&text, t)
		a.named(setName(text))
		return err
	case "updated":
		err := a.file.DecodeElement(&text, t)
		a.updated(text)
		return err
	case "link":
		for _, attr := range t.Attr {
			a.More = a.More || attr.Name.Local == "rel" && attr.Value == "next"
		}
	}
	return a.file.Skip()
}

func (a *atomReader) updated(text string) {
	if at, err := time.Parse(time.RFC3339, strings.TrimSpace(text)); err == nil && at.After(a.Updated) {
		a.Updated = at.UTC()
	}
}

// entry reads one entry.
func (a *atomReader) entry(t *xml.StartElement) error {
	var e atomEntry
	if err := a.file.DecodeElement(&e, t); err != nil {
		return err
	}
	a.updated(e.Updated)
	values := map[string]savedValue{}
	for _, c := range e.Content {
		for _, p := range c.Properties {
			for _, f := range p.Fields {
				values[f.XMLName.Local] = savedValue{text: strings.TrimSpace(f.Text), null: f.Null == "true" || f.Null == "1"}
			}
		}
	}
	a.row(e.ID, values)
	return nil
}
