package command

import (
	"context"
	"time"

	"rwsgate/config"
	"rwsgate/rollout"
)

// sendDigests sends the weekly digest when it is due, until ctx ends.
func (p *Program) sendDigests(ctx context.Context) {
	var of *config.Config
	var post rollout.Post
	rollout.NewCourier(rollout.CourierOptions{
		Turns: p.store, Overview: p.survey.Fresh, Now: func() time.Time { return p.now() }, Logger: p.log, Told: p.metrics.Digest,
		Post: func() (_ rollout.Post, err error) {
			if c := p.watcher.Current(); c != of {
				if post, err = digestPost(c, p.files); err == nil {
					of = c
				}
			}
			return post, err
		},
	}).Run(ctx)
}

// digestPost is when and where the configuration has the digest go. The webhook is reached as Entra ID and Graph are.
func digestPost(c *config.Config, files Files) (rollout.Post, error) {
	d := &c.Rollout.Digest
	if !d.Wanted() {
		return rollout.Post{}, nil
	}
	zones, err := newZones(c.TimezoneAliases)
	if err != nil {
		return rollout.Post{}, err
	}
	zone, err := zones.Lookup(d.Zone)
	if err != nil {
		return rollout.Post{}, err
	}
	var ca []byte
	if c.Upstream.CAFile != "" {
		if ca, err = files(string(c.Upstream.CAFile)); err != nil {
			return rollout.Post{}, err
		}
	}
	client, err := issuerClient(c, ca)
	return rollout.Post{
		Day: time.Weekday(d.Day), At: d.At.Std(), Location: zone.Location(),
		File: string(d.File), Webhook: d.Webhook.Reveal(), Card: d.Body == "card", Client: client,
	}, err
}
