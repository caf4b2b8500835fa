// Package rollout ends the legacy service in phases. Its ledger records who still calls.
package rollout

import (
	"net/netip"
	"time"
)

// Format is how an answer was written.
type Format uint8

// The formats. FormatOther is that of every answer that is no feed, entry or document in one of the others.
const (
	FormatOther Format = iota
	FormatAtom
	FormatVerbose // verbose JSON
	FormatLight   // light JSON
)

// Options is the set of what a request used of the query language.
type Options uint16

// The options, in the order of Names.
const (
	OptionSelect Options = 1 << iota
	OptionFilter
	OptionOrderBy
	OptionTop
	OptionSkip
	OptionInlineCount
	OptionCount // the path ends in /$count
	OptionKey   // the path names an entry by its key
	OptionSkipToken
	OptionFormat
)

var optionNames = [...]string{"$select", "$filter", "$orderby", "$top", "$skip", "$inlinecount", "$count", "key", "$skiptoken", "$format"}

// Names gives the options as clients write them, "key" for a key in the path.
func (o Options) Names() []string {
	names := []string{}
	for i, name := range optionNames {
		if o&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Call is what the gateway tells of one answered request. All text may be as the client sent it.
type Call struct {
	At         time.Time // zero: now
	Tenant     string    // Entra tenant id; empty if the call reached none
	Principal  string    // who authenticated, or what an anonymous client claims; empty if nothing is known
	Claimed    bool      // Principal is only claimed: the client is anonymous, or its password was wrong
	Agent      string    // raw User-Agent
	Address    netip.Addr
	Report     string // entity set asked for, known or not; empty for the service root and $metadata
	Format     Format
	Options    Options
	Zone       string // canonical name; empty if the request did not get as far
	Status     int
	Rows       int       // rows in the answer
	Unfinished int       // of them, rows of periods that are over but not covered yet
	Uncovered  bool      // the request asked only for days after the last covered one
	Behind     int       // if Uncovered: days from the last covered day to the last day asked for that is over; 0: not known
	Refused    string    // short class of what was refused, such as "filter"; empty for a 4xx: its status
	Brownout   bool      // the answer was a brownout's
	Window     time.Time // if Brownout: Window.From of the brownout
	Bytes      int       // of the body
	Hit        bool      // out of the answer cache
	Query      string    // Shape of what a report was asked for; empty if it was none
}

// served says whether the call got a report's rows, or that there are none.
func (c *Call) served() bool { return c.Status == 200 && c.Report != "" }

// empty says whether the call was served without any row. An answer to /$count has none whatever it counts.
func (c *Call) empty() bool { return c.served() && c.Rows == 0 && c.Options&OptionCount == 0 }
