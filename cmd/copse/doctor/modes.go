package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// What users other than the one that runs the server may do.
const (
	byOthers = 0o007 // anybody on the machine
	byGroup  = 0o070
)

// modes looks whether other users of the machine can read the key of all private keys, and what
// people write to one another.
func (d *Doctor) modes() {
	const check = "file modes"
	if runtime.GOOS == "windows" {
		return
	}
	folder, err := os.Stat(d.o.Data)
	if err != nil {
		d.Say(check, err, "", "see that the data folder is there and can be read")
		return
	}
	shut := folder.Mode()&byOthers == 0
	fine := shut
	if !shut {
		d.Warn(check, fmt.Sprintf("every user of this machine may look into %s (%04o)", d.o.Data, folder.Mode().Perm()), "chmod 700 "+d.o.Data)
	}
	for _, f := range []struct {
		name string
		open fs.FileMode // bits that are wrong
	}{{"secret", byOthers | byGroup}, {"copse.db", byOthers}} {
		at := filepath.Join(d.o.Data, f.name)
		info, err := os.Stat(at)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a key in the configuration, another database
		}
		reached := err != nil || info.Mode()&f.open != 0 && (!shut || info.Mode()&byGroup&f.open != 0)
		if !reached {
			continue
		}
		fine = false
		wrong := fmt.Sprintf("others than the user of the server may use %s", at)
		if f.name == "secret" {
			d.Say(check, errors.New(wrong), "", "chmod 600 "+at)
		} else {
			d.Warn(check, wrong, "chmod 600 "+at)
		}
	}
	if fine {
		d.Say(check, nil, "key and database are for the user of the server alone", "")
	}
}
