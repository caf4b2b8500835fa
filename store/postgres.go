package store

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

var postgresDialect = dialect{
	goose: goose.DialectPostgres,
	// Other tables may stand beside ours: extensions put some into every schema.
	tables: `SELECT 0, COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'rwsgate_schema'`,
	shared: true,
}

// openPostgres connects by a URL. Parsing errors are not passed on: they can hold parts of a password.
func (s *Store) openPostgres(ctx context.Context, dsn string, o Options) error {
	s.kind = KindPostgres
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		return &Error{Op: "open", Fault: FaultConfig, Reason: "the PostgreSQL URL cannot be read",
			Mend: "write postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…, and percent-encode special characters of the password"}
	}
	s.path = fmt.Sprintf("%s/%s", c.Host, c.Database)
	c.ConnectTimeout = cmp.Or(c.ConnectTimeout, 10*time.Second)
	if _, ok := c.RuntimeParams["application_name"]; !ok {
		c.RuntimeParams["application_name"] = "rwsgate"
	}
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(10)
	db.SetMaxIdleConns(4)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s.read, s.write = db, db
	s.close = append(s.close, db.Close)
	if err := s.migrate(ctx, postgresDialect, o, nil); err != nil {
		return hidePassword(err, c.Password)
	}
	if o.For != AsItIs {
		s.warnIfReadOnly(ctx)
	}
	return nil
}

// hidePassword replaces an error whose text holds the password; none is known to, and none ever shall.
func hidePassword(err error, password string) error {
	if password == "" || !strings.Contains(err.Error(), password) {
		return err
	}
	e := &Error{Op: "open", Fault: faultOf(err)}
	e.Reason, e.Mend = explain(e.Fault)
	return e
}
