// Package config reads the settings of an instance: flags, environment, one YAML file, defaults.
//
// It is the one place that knows their names and says what is wrong with them; what they mean is
// the business of whoever takes them. It opens no database and no socket. Start with Config, whose
// tags are the list of settings.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// Config is all that an instance is told before it starts. Its tags are the
// only source of names, defaults and explanations: the loader, "config example",
// docs/configuration.md and .env.example are made from them. What an admin
// changes while the instance runs lives in the database.
//
// Tags: conf is the key (COPSE_ and capitals make the variable), def the
// default, doc the explanation, sample a value for examples, rule or one the
// values taken (of numbers the least and the most), secret allows _FILE and
// hides the value, lab marks what is for laboratories, needs names the other
// half of a pair.
type Config struct {
	URL           *url.URL   `conf:"url" sample:"https://cop.example.org" doc:"Public base address of this instance: https, the host and nothing after it. It is part of every id that other servers keep, so it can never change. Required."`
	Listen        string     `conf:"listen" def:"127.0.0.1:8080" rule:"address" doc:"Address on which the public listener answers. A proxy with TLS stands before it."`
	Data          string     `conf:"data" def:"./data" rule:"text" doc:"Folder for the SQLite file, uploads and the generated key. Back it up."`
	DatabaseURL   string     `conf:"database_url" sample:"postgres://copse@db/copse" rule:"postgres" secret:"yes" doc:"PostgreSQL address. Empty: SQLite in the data folder."`
	RedisURL      string     `conf:"redis_url" sample:"redis://redis:6379/0" rule:"redis" secret:"yes" doc:"Redis address for the delivery queue, live events and rate limits; of a cluster redis-cluster://one:6379?addr=two:6379&addr=three:6379. Empty: in memory, for one process. The database is the truth either way."`
	Secret        string     `conf:"secret" rule:"key" secret:"yes" doc:"Key that encrypts private keys in the database: 32 bytes in base64 or hexadecimal (openssl rand -base64 32). Empty: generated once into the file 'secret' of the data folder. Without it a backup cannot federate."`
	Proxies       []prefix   `conf:"trusted_proxies" def:"127.0.0.0/8,::1/128" doc:"Networks whose X-Forwarded-For and X-Forwarded-Proto are believed, comma separated. Name the proxy, never the world."`
	MetricsListen string     `conf:"metrics_listen" sample:"127.0.0.1:9091" rule:"address or empty" doc:"Address of the metrics listener. Empty: none. Keep it on loopback or an inner network."`
	LogFormat     string     `conf:"log_format" def:"json" one:"json text" doc:"Form of the log on standard error."`
	LogLevel      slog.Level `conf:"log_level" def:"info" one:"debug info warn error" doc:"Least level that is logged."`
	Federation    string     `conf:"federation" def:"open" one:"open allow-list closed" doc:"With whom this instance talks: open to all but blocked hosts, allow-list for named hosts alone, closed for nobody."`
	PDF           string     `conf:"pdf_renderer" sample:"/usr/bin/chromium" rule:"renderer or empty" doc:"What makes PDFs of charters and flyers: the path of a Chromium or a WeasyPrint on this machine, or the http address of a Gotenberg in your own network. Empty: pages offer print and Markdown. copse doctor says whether it works."`

	ExpireDays  int `conf:"expire_days" def:"30" rule:"1-90" doc:"After how many days a delivery is given up that a server has not taken."`
	LogDays     int `conf:"log_days" def:"30" rule:"7-365" doc:"For how many days it is known which server took what. Bodies of activities that nothing else needs go with it."`
	ReceiptDays int `conf:"receipt_days" def:"90" rule:"30-730" doc:"For how many days the names of activities that came in are kept, so that one that is sent again counts once."`
	DeadDays    int `conf:"dead_days" def:"365" rule:"30-3650" doc:"For how many days what was refused or given up waits for an admin."`
	PendingMB   int `conf:"pending_mb" def:"2048" rule:"64-1000000" doc:"How much deliveries that wait may take in the database, in megabytes. Beyond that, what has waited longest for servers that have not answered for a week is given up."`
	AuditDays   int `conf:"audit_days" def:"366" rule:"30-3650" doc:"For how many days the audit log is kept. Whole network addresses go after a week."`

	LabNetworks []prefix `conf:"lab_allow_networks" sample:"127.0.0.0/8,::1/128" lab:"yes" doc:"Private networks that outgoing requests may reach, comma separated. Everywhere else the address guard stays."`
	LabHTTP     bool     `conf:"lab_http" def:"false" lab:"yes" needs:"lab_allow_networks" doc:"Talk to peers over plain http."`
	CAFile      string   `conf:"ca_file" sample:"/etc/copse/lab-ca.pem" rule:"certificates" lab:"yes" doc:"PEM file with authorities that are trusted beside the system's."`

	sources map[string]string // where each value came from, for errors and "config show"
}

// prefix keeps the struct above readable.
type prefix = netip.Prefix

// Load reads the configuration: flags ("key=value") come before the
// environment, that before the YAML file, that before the defaults. An empty
// file name means the one in COPSE_CONFIG, if any. All wrong keys are reported
// together, then all wrong values, so that an admin repairs them in one go.
func Load(flags, environ []string, file string) (Config, error) {
	vars := Environment(environ)
	file = cmp.Or(file, vars[Variable])
	values, err := merge(
		defaultLayer(),
		fileLayer(file),
		environmentLayer(vars),
		flagLayer(flags),
	)
	if err != nil {
		return Config{}, err
	}
	return parseConfig(values)
}

// parseConfig turns texts into a Config and holds it against its own rules.
func parseConfig(values map[string]value) (Config, error) {
	c := Config{sources: map[string]string{}}
	fields := reflect.ValueOf(&c).Elem()
	var problems []error
	for _, s := range settings() {
		v := values[s.key]
		c.sources[s.key] = v.source
		if err := s.parse(v.text, fields.Field(s.field)); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", v.name(s), err))
			continue
		}
		if other, ok := settingByKey(s.needs); ok && isSet(v) && !isSet(values[other.key]) {
			problems = append(problems, fmt.Errorf("%s: works only together with %s, which is not set", v.name(s), other.variable()))
		}
	}
	if len(problems) > 0 {
		return Config{}, errors.Join(problems...)
	}
	return c, nil
}

func isSet(v value) bool { return v.text != "" && v.text != "false" }

// Warnings are what an admin must see at each start although it is allowed.
func (c Config) Warnings() []string {
	var out []string
	for _, s := range settings() {
		if v := reflect.ValueOf(c).Field(s.field); s.lab && !v.IsZero() {
			out = append(out, fmt.Sprintf("LABORATORY SETTING %s=%s: never use it on an instance that others can reach", s.variable(), s.text(v)))
		}
	}
	if c.URL != nil && c.URL.Scheme == "http" && !c.LabHTTP && !LoopbackName(c.URL.Hostname()) {
		out = append(out, "COPSE_URL is plain http: other servers will refuse this instance and passwords travel in the clear")
	}
	if c.DatabaseURL != "" && c.Secret == "" {
		out = append(out, "COPSE_SECRET is not set: the key lies in "+c.Data+"/secret, so every process needs that folder and every backup must hold it")
	}
	return out
}

// LoopbackName says that a name or address can only mean this machine (RFC 6761 for localhost).
func LoopbackName(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// setting is one field of Config with what its tags say.
type setting struct {
	field                        int
	key, def, doc, sample, needs string
	rule                         string
	one                          []string
	secret, lab                  bool
}

// variable is the name of the setting in the environment.
func (s setting) variable() string { return "COPSE_" + strings.ToUpper(s.key) }

// settings reads the tags of Config, in the order of its fields.
func settings() []setting {
	var out []setting
	for i, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		key, ok := f.Tag.Lookup("conf")
		if !ok {
			continue
		}
		out = append(out, setting{
			field: i, key: key, def: f.Tag.Get("def"), doc: f.Tag.Get("doc"),
			sample: f.Tag.Get("sample"), needs: f.Tag.Get("needs"),
			rule: f.Tag.Get("rule"), one: strings.Fields(f.Tag.Get("one")),
			secret: f.Tag.Get("secret") != "", lab: f.Tag.Get("lab") != "",
		})
	}
	return out
}

func settingByKey(key string) (setting, bool) {
	all := settings()
	i := slices.IndexFunc(all, func(s setting) bool { return s.key == key })
	if i < 0 {
		return setting{}, false
	}
	return all[i], true
}
