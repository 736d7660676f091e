package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/copse-social/copse/cmd/copse/config"
	"github.com/copse-social/copse/cmd/copse/doctor"
	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/sign"
	"github.com/copse-social/copse/server/paper"
)

func doctorCommand() *cobra.Command {
	return listing(&cobra.Command{
		Use: "doctor", Short: "Look for what is wrong with this instance and say how to mend it",
		Long: "Checks the configuration, the data folder, its disk and who may read it, the database, Redis, the key, and\n" +
			"then, through the public address, its certificate, the clock, the Host header as it passes the proxy,\n" +
			"WebFinger, NodeInfo, whether what is signed here still fits when it arrives, the inbox and how much it takes.\n" +
			"Ends with 1 when something failed.",
	}, func(cmd *cobra.Command, _ []string) (table, error) {
		found, err := examine(cmd)
		t := table{json: found, head: []string{"CHECK", "STATE", "", "FIX"}}
		for _, f := range found {
			t.rows = append(t.rows, []string{f.Check, f.State, f.Says, f.Fix})
			if f.State == doctor.Failed {
				t.err = errors.New("something is wrong; see above")
			}
		}
		return t, err
	})
}

// examine runs the checks; one that makes those after it pointless ends them.
func examine(cmd *cobra.Command) (found []doctor.Finding, err error) {
	ctx := cmd.Context()
	cfg, err := configFrom(cmd)
	if err != nil {
		return []doctor.Finding{{Check: "configuration", State: doctor.Failed, Says: words(err), Fix: "copse config check names every setting"}}, nil
	}
	roots, err := cfg.Authorities()
	if err != nil {
		return nil, err
	}
	d := doctor.New(doctor.Options{URL: cfg.URL, Data: cfg.Data, RedisURL: cfg.RedisURL, Authorities: roots, Now: time.Now})
	d.Say("configuration", nil, "in order", "")
	for _, w := range cfg.Warnings() {
		d.Warn("configuration", w, "see docs/configuration.md")
	}
	if !d.Say("data folder", doctor.Writable(cfg.Data), cfg.Data+" can be written", "give it to the user that runs copse serve") {
		return d.Found, nil
	}
	store, err := openStore(ctx, cfg, time.Now)
	if !d.Say("database", err, "connected", "start the database, and see that COPSE_DATABASE_URL names it") {
		return d.Found, nil
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	d.Inside(ctx, store)
	if !d.Say("schema", currentSchema(ctx, store), "that of this version", "run copse migrate up, or start the version the database was changed by") {
		return d.Found, nil
	}
	printer(ctx, d, cfg)
	c, err := newCore(cfg, store, overrides{})
	if err == nil {
		err = c.addRules(ctx, hooks{})
	}
	if d.Say("key", err, "opens the keys of the actors", "set COPSE_SECRET to the one they were made with") {
		c.outside(ctx, d)
	}
	return d.Found, nil
}

// printer tries what makes PDFs, with letters that have to be joined.
func printer(ctx context.Context, d *doctor.Doctor, cfg config.Config) {
	if cfg.PDF == "" {
		d.Say("pdf", nil, "no renderer is named; pages offer print and Markdown", "")
		return
	}
	sheet := paper.Sheet{Lang: "ar", Dir: "rtl", Title: "Copse", Body: []byte("<p>ميثاق 章程 Copse</p>")}
	_, err := newPress(cfg, nil).PDF(ctx, sheet.HTML())
	d.Say("pdf", err, cfg.PDF+" makes PDFs", "name a Chromium, a WeasyPrint or a Gotenberg in COPSE_PDF_RENDERER, and see that the user of copse serve may run or reach it")
}

// outside lets the doctor look from where others stand.
func (c *core) outside(ctx context.Context, d *doctor.Doctor) {
	d.Outside(ctx, doctor.Public{
		Actor: c.iris.Instance(), Acct: c.instance.Handle + "@" + c.iris.Host(), SharedInbox: c.iris.SharedInbox(), Sign: c.signToTest,
	})
}

// signToTest signs with the key of the instance, which otherwise the running server alone does, and
// notes it.
func (c *core) signToTest(req *http.Request, body []byte) error {
	s, err := c.keys.Signer(c.instance)
	if err != nil {
		return err
	}
	err = c.store.InTx(req.Context(), func(ctx context.Context, tx *db.Store) error {
		return tx.Audit(ctx, db.AuditEntry{Who: db.ByCommand, Act: "use-key", Object: c.instance.Handle, Reason: "doctor"})
	})
	if err != nil {
		return err
	}
	return s.Sign(req, body, sign.Cavage, c.now())
}
