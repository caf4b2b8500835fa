package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"rwsgate/config"
	"rwsgate/rollout"
	"rwsgate/store"
)

// ask asks the admin API; if no gateway answers, it has the store's survey answer.
func (d *deputy) ask(ctx context.Context, path string, into any, else_ func(*storeSurvey) error) error {
	err := d.admin.call(ctx, http.MethodGet, path, into)
	if !errors.Is(err, errNobody) {
		return err
	}
	fmt.Fprintf(d.notes, "%v: shown is what the configuration and the store say\n", err)
	s, err := d.openSurvey(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	return else_(s)
}

// storeSurvey is the rollout as configuration and store tell it, without a running gateway.
type storeSurvey struct {
	*rollout.Survey
	config *config.Config
	store  *store.Store
}

func (d *deputy) openSurvey(ctx context.Context) (*storeSurvey, error) {
	plan, err := planOf(d.config)
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(d.notes, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := openStore(ctx, d.config, log, toRead)
	if err != nil {
		return nil, err
	}
	now, identity := d.config.Clock(nil), rollout.Identity(d.config.Ledger.Identity)
	control := rollout.NewControl(rollout.ControlOptions{Store: s, Now: now, Logger: log, Identity: identity})
	control.Use(plan)
	if err := control.Sync(ctx); err != nil {
		_ = s.Close()
		return nil, err
	}
	survey := rollout.NewSurvey(rollout.SurveyOptions{
		Ledger: rollout.NewLedger(rollout.LedgerOptions{Store: s, Now: now, Logger: log, Identity: identity, Retention: d.config.Ledger.Retention.Std()}),
		Plan:   control.Plan, State: control.State, Now: now, Tenants: func() map[string]string { return tenantNames(d.config) },
	})
	return &storeSurvey{survey, d.config, s}, nil
}

func (s *storeSurvey) close() { _ = s.store.Close() }

// coverage is what the store holds of each configured tenant's data.
func (s *storeSurvey) coverage(ctx context.Context) ([]rollout.Coverage, error) {
	out := []rollout.Coverage{}
	for i := range s.config.Tenants {
		t := &s.config.Tenants[i]
		snapshot, err := s.store.Load(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, coverageOf(t.Name, snapshot.Refresh.State, snapshot))
	}
	return out, nil
}

// evidence judges whether the legacy service can be switched off.
func (s *storeSurvey) evidence(ctx context.Context) (rollout.Evidence, error) {
	o, err := s.Overview(ctx)
	if err != nil {
		return rollout.Evidence{}, err
	}
	coverage, err := s.coverage(ctx)
	return rollout.NewEvidence(o, rollout.EvidenceOptions{Coverage: coverage, Retention: s.config.Ledger.Retention.Std()}), err
}

// tenantNames gives the names of the configured tenants by their id.
func tenantNames(c *config.Config) map[string]string {
	names := make(map[string]string, len(c.Tenants))
	for i := range c.Tenants {
		names[strings.ToLower(c.Tenants[i].ID)] = c.Tenants[i].Name
	}
	return names
}

// overview is the rollout at this moment.
func (p *Program) overview(ctx context.Context) (rollout.Overview, error) {
	return p.survey.Overview(ctx)
}

// evidence judges whether the legacy service can be switched off.
func (p *Program) evidence(ctx context.Context) (rollout.Evidence, error) {
	o, err := p.survey.Fresh(ctx)
	if err != nil {
		return rollout.Evidence{}, err
	}
	c := p.watcher.Current()
	coverage := make([]rollout.Coverage, 0, len(c.Tenants))
	for i := range c.Tenants {
		t := &c.Tenants[i]
		status, _ := p.keeper.Status(t.ID)
		snapshot, _ := p.keeper.Snapshot(t.ID)
		known := coverageOf(t.Name, status.State, snapshot)
		known.Asked = status.LastSuccess
		coverage = append(coverage, known)
	}
	return rollout.NewEvidence(o, rollout.EvidenceOptions{Coverage: coverage, Retention: c.Ledger.Retention.Std()}), nil
}

// dayOrDash writes a date, a dash for none.
func dayOrDash(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}
