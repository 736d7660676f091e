package doctor

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestModes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		folder, secret, base fs.FileMode
		want                 []string
	}{
		"as made":                          {0o700, 0o600, 0o644, []string{OK}},
		"a key that the group reads":       {0o750, 0o640, 0o640, []string{Failed}},
		"an open folder":                   {0o755, 0o600, 0o600, []string{Warning}},
		"an open folder, an open database": {0o755, 0o600, 0o644, []string{Warning, Warning}},
		"all open":                         {0o755, 0o644, 0o644, []string{Warning, Failed, Warning}},
		"neither key nor database here":    {0o700, 0, 0, []string{OK}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "data")
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			must(os.Mkdir(folder, 0o700))
			for file, mode := range map[string]fs.FileMode{"secret": c.secret, "copse.db": c.base} {
				if mode != 0 {
					must(os.WriteFile(filepath.Join(folder, file), []byte("x"), 0o600))
					must(os.Chmod(filepath.Join(folder, file), mode)) // whatever the umask
				}
			}
			must(os.Chmod(folder, c.folder))
			d := New(Options{URL: &url.URL{Scheme: "https", Host: "copse.test"}, Data: folder})
			d.modes()
			var got []string
			for _, f := range d.Found {
				got = append(got, f.State)
				if f.State != OK && f.Fix == "" {
					t.Errorf("%s does not say how to mend it", f.Says)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%+v: %s", d.Found, diff)
			}
		})
	}
	d := New(Options{URL: &url.URL{}, Data: "/no/such/folder"})
	if d.modes(); d.Found[0].State != Failed {
		t.Errorf("no folder: %+v", d.Found)
	}
}
