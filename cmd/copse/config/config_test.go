package config

import (
	"bytes"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const testURL = "COPSE_URL=https://cop.example.org"

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfig_defaults(t *testing.T) {
	t.Parallel()
	c, err := Load(nil, []string{testURL, "HOME=/root", "COPSE_TEST_REDIS=x"}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		URL: c.URL, Listen: "127.0.0.1:8080", Data: "./data",
		Proxies:   []prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		LogFormat: "json", LogLevel: slog.LevelInfo, Federation: "open",
		ExpireDays: 30, LogDays: 30, ReceiptDays: 90, DeadDays: 365, PendingMB: 2048, AuditDays: 366, sources: c.sources,
	}
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(Config{}), cmp.Comparer(func(a, b prefix) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if got := c.URL.String(); got != "https://cop.example.org" {
		t.Errorf("URL is %q", got)
	}
	if w := c.Warnings(); len(w) != 0 {
		t.Errorf("warnings %q", w)
	}
}

func TestConfig_precedence(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "copse.yaml", "url: https://file.example\nlisten: '127.0.0.1:1'\ndata: /file\nlog_format: text\nlab_http: true\nlab_allow_networks: [127.0.0.0/8, '::1']\n")
	environ := []string{"COPSE_LISTEN=127.0.0.1:2", "COPSE_DATA=/env", "COPSE_CONFIG=" + file}
	c, err := Load([]string{"data=/flag", "log-level=debug"}, environ, "")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range c.Redacted() {
		got[s.Key] = s.Value + " from " + s.Source
	}
	want := map[string]string{
		"url": "https://file.example from url in " + file, "listen": "127.0.0.1:2 from COPSE_LISTEN",
		"data": "/flag from --set data", "log_format": "text from log_format in " + file,
		"log_level": "debug from --set log_level", "federation": "open from default",
		"lab_http": "true from lab_http in " + file, "lab_allow_networks": "127.0.0.0/8,::1/128 from lab_allow_networks in " + file,
	}
	for key, w := range want {
		if got[key] != w {
			t.Errorf("%s is %q, want %q", key, got[key], w)
		}
	}
}

func TestConfig_explicitFileComesBeforeVariable(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "copse.yaml", "data: /right\n")
	c, err := Load(nil, []string{testURL, "COPSE_CONFIG=/nowhere"}, file)
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "/right" {
		t.Errorf("data is %q", c.Data)
	}
}

func TestConfig_emptyVariableCounts(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "copse.yaml", "metrics_listen: '127.0.0.1:9091'\ntrusted_proxies: 10.0.0.0/8\n")
	c, err := Load(nil, []string{testURL, "COPSE_METRICS_LISTEN=", "COPSE_TRUSTED_PROXIES="}, file)
	if err != nil {
		t.Fatal(err)
	}
	if c.MetricsListen != "" || len(c.Proxies) != 0 {
		t.Errorf("metrics %q, proxies %v, want none", c.MetricsListen, c.Proxies)
	}
}

func TestConfig_refuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		environ []string
		flags   []string
		want    string
	}{
		{"no address", nil, nil, "COPSE_URL: not set: the public address"},
		{"relative address", []string{"COPSE_URL=cop.example.org"}, nil, `COPSE_URL: not an absolute http(s) address: "cop.example.org"`},
		{"other scheme", []string{"COPSE_URL=ftp://x"}, nil, "COPSE_URL: not an absolute http(s) address"},
		{"path", []string{"COPSE_URL=https://x.example/cop"}, nil, "COPSE_URL: holds more than scheme and host"},
		{"too few days", []string{testURL, "COPSE_EXPIRE_DAYS=0"}, nil, `COPSE_EXPIRE_DAYS: not a number between 1 and 90: "0"`},
		{"too many days", []string{testURL, "COPSE_DEAD_DAYS=4000"}, nil, "COPSE_DEAD_DAYS: not a number between 30 and 3650"},
		{"no number of days", []string{testURL, "COPSE_AUDIT_DAYS=ever"}, nil, "COPSE_AUDIT_DAYS: not a number between 30 and 3650"},
		{"password in address", []string{"COPSE_URL=https://a:b@x.example"}, nil, "holds more than scheme and host"},
		{"international host", []string{"COPSE_URL=https://bücher.example"}, nil, "ASCII form"},
		{"port 0", []string{"COPSE_URL=https://x.example:0"}, nil, "not a port"},
		{"listen", []string{testURL, "COPSE_LISTEN=8080"}, nil, `COPSE_LISTEN: not an address such as 127.0.0.1:8080: "8080"`},
		{"listen empty", []string{testURL, "COPSE_LISTEN="}, nil, "COPSE_LISTEN: not an address"},
		{"listen port", []string{testURL, "COPSE_LISTEN=:70000"}, nil, "COPSE_LISTEN: not a port"},
		{"metrics", []string{testURL, "COPSE_METRICS_LISTEN=x"}, nil, "COPSE_METRICS_LISTEN: not an address"},
		{"data empty", []string{testURL, "COPSE_DATA="}, nil, "COPSE_DATA: may not be empty"},
		{"database", []string{testURL, "COPSE_DATABASE_URL=mysql://u:pw@h"}, nil, "COPSE_DATABASE_URL: not an address that begins with postgres://"},
		{"redis", []string{testURL, "COPSE_REDIS_URL=localhost:6379"}, nil, "COPSE_REDIS_URL: not an address that begins with redis://"},
		{"key", []string{testURL, "COPSE_SECRET=hunter2"}, nil, "COPSE_SECRET: not 32 bytes"},
		{"proxy", []string{testURL, "COPSE_TRUSTED_PROXIES=proxy"}, nil, `COPSE_TRUSTED_PROXIES: not a network such as 10.0.0.0/8: "proxy"`},
		{"proxy bits", []string{testURL, "COPSE_TRUSTED_PROXIES=10.1.2.3/8"}, nil, "did you mean 10.0.0.0/8?"},
		{"everyone a proxy", []string{testURL, "COPSE_TRUSTED_PROXIES=0.0.0.0/0"}, nil, "0.0.0.0/0 is the whole internet"},
		{"everything a lab", []string{testURL, "COPSE_LAB_ALLOW_NETWORKS=::/0"}, nil, "::/0 is the whole internet"},
		{"format", []string{testURL, "COPSE_LOG_FORMAT=xml"}, nil, `COPSE_LOG_FORMAT: "xml" is none of json, text`},
		{"level", []string{testURL, "COPSE_LOG_LEVEL=loud"}, nil, `"loud" is none of debug, info, warn, error`},
		{"federation", []string{testURL, "COPSE_FEDERATION=on"}, nil, `"on" is none of open, allow-list, closed`},
		{"half a pair", []string{testURL, "COPSE_LAB_HTTP=true"}, nil, "COPSE_LAB_HTTP: works only together with COPSE_LAB_ALLOW_NETWORKS"},
		{"bool", []string{testURL, "COPSE_LAB_HTTP=maybe"}, nil, `COPSE_LAB_HTTP: neither true nor false: "maybe"`},
		{"renderer", []string{testURL, "COPSE_PDF_RENDERER=/nowhere/chromium"}, nil, "COPSE_PDF_RENDERER: find the program"},
		{"certificates", []string{testURL, "COPSE_CA_FILE=/nowhere.pem"}, nil, "COPSE_CA_FILE: read the certificates"},
		{"slip of the pen", []string{testURL, "COPSE_LISTN=:1"}, nil, "COPSE_LISTN: no such setting; did you mean COPSE_LISTEN?"},
		{"slip in a file variable", []string{testURL, "COPSE_SECRT_FILE=x"}, nil, "did you mean COPSE_SECRET_FILE?"},
		{"unknown", []string{testURL, "COPSE_COLOUR=green"}, nil, `COPSE_COLOUR: no such setting; "copse config example" lists them`},
		{"file for what is no secret", []string{testURL, "COPSE_DATA_FILE=x"}, nil, "COPSE_DATA_FILE: no such setting"},
		{"secret and its file", []string{testURL, "COPSE_SECRET=x", "COPSE_SECRET_FILE=y"}, nil, "COPSE_SECRET and COPSE_SECRET_FILE are both set"},
		{"secret file missing", []string{testURL, "COPSE_SECRET_FILE=/nowhere"}, nil, "COPSE_SECRET_FILE: read the secret"},
		{"file missing", []string{testURL, "COPSE_CONFIG=/nowhere.yaml"}, nil, "read the configuration file /nowhere.yaml"},
		{"flag without value", []string{testURL}, []string{"listen"}, "--set listen: write it as key=value"},
		{"unknown flag", []string{testURL}, []string{"lisen=:1"}, "--set lisen: no such setting; did you mean --set listen?"},
		{"secret as a flag", []string{testURL}, []string{"secret=x"}, "secrets are not taken as arguments; use COPSE_SECRET_FILE"},
		{"secret file as a flag, wrong", []string{testURL}, []string{"secret_file=/nowhere"}, "--set secret_file: read the secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(c.flags, c.environ, "")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestConfig_refusesFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ yaml, want string }{
		"unknown key": {"urll: x\n", "did you mean url in"},
		"table":       {"listen:\n  port: 1\n", "takes one value, not a table of them"},
		"number list": {"trusted_proxies: [1, 2]\n", "a list may hold texts only"},
		"twice":       {"data: a\ndata: b\n", "read the configuration file"},
		"no YAML":     {"\tx", "read the configuration file"},
		"dotted key":  {"listen.port: 1\n", "listen.port in"},
		"bad value":   {"listen: nowhere\n", "listen in "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(nil, []string{testURL}, writeFile(t, "copse.yaml", c.yaml))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestConfig_reportsAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Load(nil, []string{"COPSE_URL=x", "COPSE_LISTEN=y", "COPSE_FEDERATION=z"}, "")
	for _, want := range []string{"COPSE_URL", "COPSE_LISTEN", "COPSE_FEDERATION"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
}

func TestT60_configErrorsHideSecrets(t *testing.T) {
	t.Parallel()
	for _, environ := range [][]string{
		{testURL, "COPSE_DATABASE_URL=postgre://copse:swordfish@db/copse"},
		{testURL, "COPSE_DATABASE_URL=postgres://copse:swordfish@db:port/%zz"},
		{testURL, "COPSE_REDIS_URL=http://:swordfish@redis"},
		{testURL, "COPSE_SECRET=swordfish"},
	} {
		if _, err := Load(nil, environ, ""); err == nil || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%q gives %v", environ[1], err)
		}
	}
}

func TestT60_configShowHidesSecrets(t *testing.T) {
	t.Parallel()
	c, err := Load(nil, []string{
		testURL, "COPSE_DATABASE_URL=postgres://copse:swordfish@db/copse?password=swordfish",
		"COPSE_REDIS_URL=redis://:swordfish@redis:6379/0", "COPSE_SECRET=" + strings.Repeat("5a", 32),
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range c.Redacted() {
		got[s.Key] = s.Value
	}
	for key, want := range map[string]string{
		"database_url": "postgres://copse:xxxxx@db/copse", "redis_url": "redis://:xxxxx@redis:6379/0", "secret": "(hidden)",
	} {
		if got[key] != want {
			t.Errorf("%s is Shown as %q, want %q", key, got[key], want)
		}
	}
	for _, s := range c.Plain() {
		if s.Key == "secret" && s.Value != strings.Repeat("5a", 32) {
			t.Errorf("unredacted secret is %q", s.Value)
		}
	}
}

func TestConfig_secretFromFile(t *testing.T) {
	t.Parallel()
	dsn := writeFile(t, "dsn", "postgres://copse:pw@db/copse\n")
	c, err := Load(nil, []string{testURL, "COPSE_DATABASE_URL_FILE=" + dsn}, "")
	if err != nil {
		t.Fatal(err)
	}
	if c.DatabaseURL != "postgres://copse:pw@db/copse" {
		t.Errorf("database is %q", c.DatabaseURL)
	}
	yaml := writeFile(t, "copse.yaml", "database_url_file: "+dsn+"\n")
	if c, err = Load(nil, []string{testURL}, yaml); err != nil || c.DatabaseURL == "" {
		t.Errorf("from YAML: %q, %v", c.DatabaseURL, err)
	}
	empty := writeFile(t, "empty", "\n")
	if _, err = Load(nil, []string{testURL, "COPSE_SECRET_FILE=" + empty}, ""); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("an empty secret file gives %v", err)
	}
}

func TestParseBase_oneForm(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://COP.Example.org/":   "https://cop.example.org",
		"https://cop.example.org:":   "https://cop.example.org",
		"https://x.example:443":      "https://x.example",
		"http://x.example:80":        "http://x.example",
		"https://x.example:80":       "https://x.example:80",
		"http://rco.localhost:8081/": "http://rco.localhost:8081",
		"https://[2001:db8::1]:8443": "https://[2001:db8::1]:8443",
	} {
		u, err := parseBase(in)
		if err != nil || u.String() != want {
			t.Errorf("%s becomes %v (%v), want %s", in, u, err, want)
		}
	}
}

func TestConfig_warnings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		environ []string
		want    []string
	}{
		{"laboratory", []string{testURL, "COPSE_LAB_HTTP=1", "COPSE_LAB_ALLOW_NETWORKS=127.0.0.1"}, []string{
			"LABORATORY SETTING COPSE_LAB_ALLOW_NETWORKS=127.0.0.1/32", "LABORATORY SETTING COPSE_LAB_HTTP=true",
		}},
		{"plain http", []string{"COPSE_URL=http://x.example"}, []string{"COPSE_URL is plain http"}},
		{"plain http here", []string{"COPSE_URL=http://rco.localhost:8081"}, nil},
		{"plain http on loopback", []string{"COPSE_URL=http://127.0.0.1:8081"}, nil},
		{"key beside a server", []string{testURL, "COPSE_DATABASE_URL=postgres://db/copse"}, []string{"COPSE_SECRET is not set"}},
	} {
		cfg, err := Load(nil, c.environ, "")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := cfg.Warnings()
		if len(got) != len(c.want) {
			t.Errorf("%s: warnings %q, want %d", c.name, got, len(c.want))
			continue
		}
		for i, w := range c.want {
			if !strings.HasPrefix(got[i], w) {
				t.Errorf("%s: warning %q, want %q", c.name, got[i], w)
			}
		}
	}
}

func TestParseKey_forms(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte{0xfb}, 32)
	for _, in := range []string{
		strings.Repeat("fb", 32), strings.Repeat("FB", 32),
		"+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=", "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s",
	} {
		if got, err := parseKey(in); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s gives %x, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "fb", strings.Repeat("fb", 31), strings.Repeat("fb", 33), strings.Repeat("z", 64)} {
		if _, err := parseKey(in); err == nil {
			t.Errorf("%q was taken", in)
		}
	}
}

func TestSecretKey_madeOnceAndKept(t *testing.T) {
	t.Parallel()
	c := Config{Data: filepath.Join(t.TempDir(), "new", "data")}
	keys := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			key, err := c.SecretKey()
			if err != nil {
				t.Error(err)
			}
			keys[i] = key
		})
	}
	wg.Wait()
	for _, k := range keys {
		if len(k) != 32 || !bytes.Equal(k, keys[0]) {
			t.Fatalf("keys differ: %x and %x", k, keys[0])
		}
	}
	files, err := os.ReadDir(c.Data)
	if err != nil || len(files) != 1 {
		t.Fatalf("data folder holds %v (%v), want the key alone", files, err)
	}
	if info, _ := files[0].Info(); info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %v", info.Mode())
	}
}

func TestSecretKey_givenOne(t *testing.T) {
	t.Parallel()
	c := Config{Data: t.TempDir(), Secret: strings.Repeat("0a", 32)}
	key, err := c.SecretKey()
	if err != nil || !bytes.Equal(key, bytes.Repeat([]byte{10}, 32)) {
		t.Errorf("key is %x, %v", key, err)
	}
	if files, _ := os.ReadDir(c.Data); len(files) != 0 {
		t.Errorf("a key file was made: %v", files)
	}
}

func TestT60_secretKeyReadableByOthersIsRefused(t *testing.T) {
	t.Parallel()
	c := Config{Data: t.TempDir()}
	if _, err := c.SecretKey(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.Data, "secret")
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := c.SecretKey(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("mode 0640 gives %v", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.SecretKey(); err == nil || !strings.Contains(err.Error(), "not 32 bytes") {
		t.Errorf("a damaged key gives %v", err)
	}
}

func TestAuthorities(t *testing.T) {
	t.Parallel()
	if pool, err := (Config{}).Authorities(); err != nil || pool == nil {
		t.Errorf("the system's certificates: %v", err)
	}
	c := Config{CAFile: writeFile(t, "ca.pem", "no certificate")}
	if _, err := c.Authorities(); err == nil || !strings.Contains(err.Error(), "no certificate in") {
		t.Errorf("an empty file gives %v", err)
	}
}

func TestWriteExample_isValid(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteExample(&b, FormYAML); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	if _, err := Load(nil, nil, writeFile(t, "copse.yaml", out)); err != nil {
		t.Errorf("the example is refused: %v", err)
	}
	// With every line in force it must still be YAML of known keys.
	all := strings.ReplaceAll(out, "\n#", "\n")
	all = strings.ReplaceAll(all, "\n ", "\n# ")
	_, err := Load(nil, nil, writeFile(t, "all.yaml", all))
	if err == nil || strings.Contains(err.Error(), "no such setting") || !strings.Contains(err.Error(), "read the certificates") {
		t.Errorf("the full example gives %v", err)
	}
	if err := WriteExample(&b, "toml"); err == nil || !strings.Contains(err.Error(), "yaml, env or markdown") {
		t.Errorf("another form gives %v", err)
	}
}

func TestConfig_everySettingExplained(t *testing.T) {
	t.Parallel()
	for _, s := range settings() {
		if !strings.HasSuffix(s.doc, ".") {
			t.Errorf("%s: the explanation is no sentence: %q", s.key, s.doc)
		}
		if s.rule == "" && len(s.one) == 0 && s.key != "url" && s.key != "trusted_proxies" && s.key != "lab_allow_networks" && s.key != "lab_http" {
			t.Errorf("%s has no rule", s.key)
		}
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"listen", "listn", 1}, {"kitten", "sitting", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance of %q and %q is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
