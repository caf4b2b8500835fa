package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"rwsgate/rollout"
	"rwsgate/rollout/traffic"
)

// The bounds of what is told: requests that are the same are told once.
const (
	toldRequests = 1000 // of those that are ok, and as many of the others
	toldClients  = 1000
)

// rehearsal is what came of a recording. Its JSON is the output of --format json.
type rehearsal struct {
	File            string             `json:"file"`
	Kind            traffic.Kind       `json:"kind"`
	History         string             `json:"history"`
	Requests        int                `json:"requests"` // of the legacy service
	Others          int                `json:"others"`   // of anything else
	Unreadable      int                `json:"unreadable_lines"`
	FirstUnreadable int                `json:"first_unreadable_line,omitempty"`
	Damage          string             `json:"damage,omitempty"` // why the recording was not read to its end
	Results         map[string]int     `json:"results"`
	List            []*rehearsed       `json:"list"`
	Untold          int                `json:"not_listed"` // requests beyond what the list holds
	Clients         []*rehearsedClient `json:"clients"`

	byKey    map[string]*rehearsed
	byClient map[string]*rehearsedClient
	plain    int // lines that are ok
}

// rehearsed is a request, with all that are the same.
type rehearsed struct {
	Line        int      `json:"line"` // of the first
	Times       int      `json:"times"`
	Request     string   `json:"request"`
	Client      string   `json:"client"`
	Result      string   `json:"result"`
	Status      int      `json:"status,omitempty"`
	Rows        *int     `json:"rows,omitempty"` // of the last
	Format      string   `json:"format,omitempty"`
	Report      string   `json:"report,omitempty"`
	Zone        string   `json:"zone,omitempty"`
	Differences []string `json:"differences"` // numbers of docs/compatibility.md
	Notes       []string `json:"notes"`
}

// rehearsedClient sums up one client.
type rehearsedClient struct {
	Client  string         `json:"client"`
	Calls   int            `json:"requests"`
	Results map[string]int `json:"results"`
}

func newRehearsal(file string, kind traffic.Kind, history string) *rehearsal {
	return &rehearsal{
		File: file, Kind: kind, History: history, Results: map[string]int{}, List: []*rehearsed{}, Clients: []*rehearsedClient{},
		byKey: map[string]*rehearsed{}, byClient: map[string]*rehearsedClient{},
	}
}

// clientNamed names who sent a request: who it says it is, else where it comes from, and its program.
func clientNamed(q *traffic.Request) string {
	who := q.User
	if who == "" {
		who = q.Address
	}
	agent := rollout.AgentFamily(q.Header.Get("User-Agent"))
	switch {
	case who == "" && agent == rollout.NoAgent:
		return "(not recorded)"
	case who == "":
		return agent
	case agent == rollout.NoAgent:
		return shown(who, 80)
	}
	return shown(who, 80) + ", " + agent
}

func (r *rehearsal) add(q *traffic.Request, v judged) {
	if v.other {
		r.Others++
		return
	}
	client := clientNamed(q)
	r.Requests++
	r.Results[v.result]++
	r.client(client, v.result)
	key := strings.Join(append([]string{client, v.asked, v.result, strconv.Itoa(v.status), v.format, v.zone}, v.notes...), "\x00")
	line := r.byKey[key]
	if line == nil {
		if v.result == resultOK && r.plain >= toldRequests || len(r.List)-r.plain >= toldRequests && v.result != resultOK {
			r.Untold++
			return
		}
		if v.result == resultOK {
			r.plain++
		}
		line = &rehearsed{Line: q.Line, Request: v.asked, Client: client, Result: v.result, Status: v.status, Format: v.format, Report: v.report, Zone: v.zone,
			Differences: append([]string{}, v.numbers...), Notes: append([]string{}, v.notes...)}
		r.byKey[key], r.List = line, append(r.List, line)
	}
	line.Times++
	if v.feed {
		line.Rows = &v.rows
	}
}

func (r *rehearsal) client(name, result string) {
	c := r.byClient[name]
	if c == nil {
		if len(r.Clients) >= toldClients {
			name = "(others)"
			c = r.byClient[name]
		}
		if c == nil {
			c = &rehearsedClient{Client: name, Results: map[string]int{}}
			r.byClient[name], r.Clients = c, append(r.Clients, c)
		}
	}
	c.Calls++
	c.Results[result]++
}

// nothing says that there was no request to judge: a wrong file must not look like one whose requests are all served.
func (r *rehearsal) nothing() error {
	text := fmt.Sprintf("%s: %s, and no request of the legacy service in it (%s)", shown(r.File, 200), r.Kind, counted(r.Others, "other"))
	if r.Unreadable > 0 {
		text += fmt.Sprintf("; %s could not be read, the first is line %d", counted(r.Unreadable, "line"), r.FirstUnreadable)
	}
	if r.Damage != "" {
		text += "; not read to its end: " + r.Damage
	}
	return errors.New(text + ". Its requests name reporting.svc, in a list perhaps a report alone: is this the right FILE?")
}

// clean says whether all would be served as before.
func (r *rehearsal) clean(allowNotServed bool) bool {
	bad := r.Results[resultDiffers] + r.Results[resultFails] + r.Results[resultUnjudged]
	if !allowNotServed {
		bad += r.Results[resultNotServed]
	}
	return bad == 0 && r.Damage == ""
}

func (r *rehearsal) writeJSON(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// writeTable writes the requests in the order of the recording, then a line for each client, then the sums.
func (r *rehearsal) writeTable(out io.Writer) error {
	fmt.Fprintf(out, "%s: %s; %s of the legacy service, %s\nhistory: %s\n", shown(r.File, 200), r.Kind, counted(r.Requests, "request"), counted(r.Others, "other"), r.History)
	if r.Unreadable > 0 {
		fmt.Fprintf(out, "%s could not be read, the first is line %d\n", counted(r.Unreadable, "line"), r.FirstUnreadable)
	}
	if r.Damage != "" {
		fmt.Fprintf(out, "not read to its end: %s\n", r.Damage)
	}
	fmt.Fprintln(out)
	if len(r.List) > 0 {
		fmt.Fprintln(out, "LINE  TIMES  STATUS  ROWS  FORMAT   RESULT      REQUEST")
	}
	for _, l := range r.List {
		fmt.Fprintf(out, "%-4d  %-5d  %-6s  %-4s  %-7s  %-10s  %s\n", l.Line, l.Times, number(l.Status), l.rows(), dashed(l.Format), l.Result, l.Request)
		for _, note := range l.Notes {
			for _, line := range wrapped(note, 112) {
				fmt.Fprintf(out, "      %s\n", line)
			}
		}
	}
	if r.Untold > 0 {
		fmt.Fprintf(out, "and %s more, which are only counted\n", counted(r.Untold, "request"))
	}
	if len(r.List) > 0 {
		fmt.Fprintln(out)
	}
	if err := r.writeClients(out); err != nil {
		return err
	}
	var sums []string
	for _, result := range results {
		sums = append(sums, fmt.Sprintf("%d %s", r.Results[result], result))
	}
	_, err := fmt.Fprintf(out, "%s\n", strings.Join(sums, ", "))
	return err
}

func (r *rehearsal) writeClients(out io.Writer) error {
	if len(r.Clients) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CLIENT\tREQUESTS\tOK\tDIFFERS\tFAILS\tNOT SERVED\tNOT JUDGED")
	clients := slices.Clone(r.Clients)
	slices.SortStableFunc(clients, func(a, b *rehearsedClient) int { return b.troubles() - a.troubles() })
	for _, c := range clients {
		fmt.Fprintf(w, "%s\t%d", c.Client, c.Calls)
		for _, result := range results {
			fmt.Fprintf(w, "\t%d", c.Results[result])
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out)
	return err
}

// troubles are the requests that would fail or differ.
func (c *rehearsedClient) troubles() int { return c.Results[resultDiffers] + c.Results[resultFails] }

func (l *rehearsed) rows() string {
	if l.Rows == nil {
		return "-"
	}
	return strconv.Itoa(*l.Rows)
}

func number(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}

func dashed(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// wrapped breaks a text at its blanks into lines of at most some characters; a longer word has a line of its own.
func wrapped(text string, most int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > most:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
