package command

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rwsgate/graphsim"
)

const rolloutPage = "../docs/rollout.md"

// TestRolloutPage lives through the ten weeks of docs/rollout.md: clients call by their schedules, the clock goes to the
// times that the page's comments name, YAML blocks are put into force, and each command is run by a shell. What it
// prints must be what the page says; -update writes it.
func TestRolloutPage(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell: these are commands of a Unix machine")
	}
	text, err := os.ReadFile(rolloutPage)
	if err != nil {
		t.Fatal(err)
	}
	p := newPageRun(t, shell)
	got := p.play(string(text))
	if *update {
		if err := os.WriteFile(rolloutPage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if p.commands < 20 {
		t.Errorf("only %d commands were run", p.commands)
	}
	want := strings.Split(string(text), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(want) || line != want[i] {
			t.Fatalf("docs/rollout.md:%d: the program says\n%s\nSee -update", i+1, line)
		}
	}
	if got != string(text) {
		t.Error("docs/rollout.md says more than the program")
	}
}

// pageRun is the gateway of the page with its clients.
type pageRun struct {
	*world
	shell    string
	path     string // of the commands' own rwsgate
	jobs     []*pageJob
	commands int
	plan     []string // lines of the rollout in force

	refreshed time.Time
}

// pageJob is a client of the page.
type pageJob struct {
	name, agent, query string
	turns              []time.Time
	migrated           time.Time // its owner's next version no longer calls; zero: never
	retry              bool      // tries again after an hour
}

// pageFrom is when the gateway of the page began to count, weeks before its first week.
var pageFrom = date(2027, 3, 1)

func newPageRun(t *testing.T, shell string) *pageRun {
	p := &pageRun{shell: shell, jobs: pageJobs()}
	var users []string
	for _, j := range p.jobs {
		if user := j.name + "@example.onmicrosoft.com"; !slices.Contains(users, user) {
			users = append(users, user)
		}
	}
	p.world = newWorld(t, "", graphsim.DemoTenantID, "refresh: { every: 7d }\n", users, pageFrom, "")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	wrapper := fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asProgram, self)
	if err := os.WriteFile(filepath.Join(bin, "rwsgate"), []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	p.path = bin + ":" + os.Getenv("PATH")
	p.refreshWeekly()
	return p
}

// pageJobs are the clients of the page.
func pageJobs() []*pageJob {
	from := func(start time.Time, turns []time.Time) []time.Time {
		i, _ := slices.BinarySearchFunc(turns, start, time.Time.Compare)
		return turns[i:]
	}
	return []*pageJob{
		{name: "svc-etl", agent: "nightly-etl/2.3", turns: from(pageFrom, days(7, 30, workday)), retry: true,
			query: "CsP2PAVTimeDaily?$filter=Date ge datetime'%s'&$format=json", migrated: date(2027, 10, 11)},
		{name: "anna", agent: "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Excel 16.0.17328; Pro)", turns: from(pageFrom, days(8, 5, on(time.Tuesday))),
			query: "CsP2PAVTimeWeekly?$top=13", migrated: date(2027, 10, 5)},
		{name: "svc-close", agent: "Mozilla/5.0 (Windows NT; Windows NT 10.0; de-DE) WindowsPowerShell/5.1.14393", turns: from(pageFrom, days(6, 0, firstWorkday(1))),
			query: "CsP2PAVTimeMonthly?$orderby=Date desc&$top=1", migrated: date(2027, 10, 29)},
		{name: "svc-board", agent: "lobby-dashboard/0.9", turns: from(pageFrom, days(5, 0, on(time.Monday))),
			query: "CsP2PAVTimeDaily?$filter=Date lt datetime'2015-01-01T00:00:00'", migrated: date(2027, 9, 20)},
		{name: "svc-etl", agent: "capacity-check/1.0", turns: []time.Time{date(2027, 10, 6).Add(9*time.Hour + 12*time.Minute), date(2027, 10, 7).Add(9*time.Hour + 12*time.Minute)},
			query: "CsP2PAVTimeDaily?$top=30"},
	}
}

// liveTo lets the clients call until an instant.
func (p *pageRun) liveTo(until time.Time) {
	p.t.Helper()
	for {
		var next *pageJob
		for _, j := range p.jobs {
			if len(j.turns) > 0 && (next == nil || j.turns[0].Before(next.turns[0])) {
				next = j
			}
		}
		if next == nil || next.turns[0].After(until) {
			break
		}
		at := next.turns[0]
		next.turns = next.turns[1:]
		p.moveTo(at)
		p.refreshWeekly()
		if next.migrated.IsZero() || at.Before(next.migrated) {
			p.call(next, at)
		}
	}
	p.moveTo(until)
	p.post("/api/refresh")
	p.refreshed = until
}

// refreshWeekly fetches as the keeper does every six hours of its own clock's time, but always in the same weeks.
func (p *pageRun) refreshWeekly() {
	if p.clock().Sub(p.refreshed) >= 5*24*time.Hour {
		p.post("/api/refresh")
		p.refreshed = p.clock()
	}
}

func (p *pageRun) call(j *pageJob, at time.Time) {
	query := j.query
	if strings.Contains(query, "%s") {
		query = fmt.Sprintf(query, at.AddDate(0, 0, -7).Format(time.DateOnly))
	}
	a := p.legacy(j.name+"@example.onmicrosoft.com", j.agent, query)
	if a.status == 503 && j.retry {
		j.turns = slices.Insert(j.turns, 0, at.Add(time.Hour))
	}
	p.moveTo(at)
}

// play goes through the page and gives it with what the commands print now.
func (p *pageRun) play(text string) string {
	p.t.Helper()
	var out strings.Builder
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		out.WriteString(line + "\n")
		if at, ok := strings.CutPrefix(line, "<!-- now "); ok {
			when, err := time.Parse("2006-01-02T15:04Z", strings.TrimSuffix(at, " -->"))
			if err != nil {
				p.t.Fatal(err)
			}
			p.liveTo(when)
		}
		kind, ok := strings.CutPrefix(line, "```")
		if !ok {
			continue
		}
		end := i + 1
		for lines[end] != "```" {
			end++
		}
		body := lines[i+1 : end]
		switch {
		case kind == "console":
			out.WriteString(p.console(body))
		case kind == "yaml" && body[0] == "rollout:":
			p.plan = slices.Clone(body)
			p.reload(strings.Join(p.plan, "\n") + "\n")
			out.WriteString(strings.Join(body, "\n") + "\n")
		case kind == "yaml":
			p.amend(body)
			out.WriteString(strings.Join(body, "\n") + "\n")
		case kind == "text" && strings.HasPrefix(lines[i-2], "`") && strings.HasSuffix(lines[i-2], "`:"):
			p.put(strings.Trim(lines[i-2], "`:"), strings.Join(body, "\n")+"\n")
			out.WriteString(strings.Join(body, "\n") + "\n")
		default:
			out.WriteString(strings.Join(body, "\n") + "\n")
		}
		out.WriteString("```\n")
		i = end
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// amend puts entries into the lists of the rollout in force, in the place of those with the same match or time.
func (p *pageRun) amend(body []string) {
	p.t.Helper()
	place := -1
	for _, line := range body {
		if !strings.HasPrefix(line, "    - ") {
			place = slices.Index(p.plan, line) + 1
			continue
		}
		if place <= 0 {
			p.t.Fatalf("no list of the rollout begins before %q", line)
		}
		at, _, _ := strings.Cut(line, ",")
		at = strings.TrimSuffix(at, " }")
		end := place
		for end < len(p.plan) && strings.HasPrefix(p.plan[end], "    - ") {
			if strings.HasPrefix(p.plan[end], at) {
				break
			}
			end++
		}
		if end < len(p.plan) && strings.HasPrefix(p.plan[end], at) {
			p.plan[end] = line
		} else {
			p.plan = slices.Insert(p.plan, end, line)
		}
	}
	p.reload(strings.Join(p.plan, "\n") + "\n")
}

// console runs the commands of a block and gives it with what they print.
func (p *pageRun) console(body []string) string {
	p.t.Helper()
	var out strings.Builder
	for _, line := range body {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		p.commands++
		ports := strings.NewReplacer("127.0.0.1:8080", p.Legacy, "127.0.0.1:9090", p.Admin)
		c := exec.CommandContext(p.t.Context(), p.shell, "-c", ports.Replace(command))
		c.Dir, c.Env = p.folder, append(os.Environ(), "PATH="+p.path, "RWSGATE_ADMIN__LISTEN="+p.Admin)
		said, _ := c.CombinedOutput() // an exit code is part of what the page shows, as echo $?
		back := strings.NewReplacer(p.Legacy, "127.0.0.1:8080", p.Admin, "127.0.0.1:9090")
		out.WriteString(line + "\n")
		for printed := range strings.Lines(back.Replace(string(said))) {
			out.WriteString(strings.TrimRight(printed, " \r\n") + "\n")
		}
	}
	return out.String()
}
