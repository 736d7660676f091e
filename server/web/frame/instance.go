package frame

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/frontend/ui"
	"github.com/copse-social/copse/frontend/views"
)

// instanceCache keeps what every page says of the instance for a second: another process may
// change it.
type instanceCache struct {
	mu    sync.Mutex
	at    time.Time
	seen  uint64 // changes of the database when this was read
	inst  views.Instance
	setup bool // the one-time link was not used when this was read
}

// empty says that the set-up was open when the settings were read.
func (i *instanceCache) empty() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.setup
}

func (i *instanceCache) org() ui.Org {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.inst.Org
}

func (i *instanceCache) of(ctx context.Context, fr *Frame) (views.Instance, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now, changes := fr.o.Now(), fr.o.Store.Changes()
	if now.Sub(i.at) < time.Second && !now.Before(i.at) && changes == i.seen && i.inst.Host != "" {
		return i.inst, nil
	}
	all, err := fr.o.Store.Settings(ctx)
	if err != nil {
		return views.Instance{}, fmt.Errorf("load settings: %w", err)
	}
	inst := views.Instance{Host: fr.o.Host, Contact: all[db.SettingContact]}
	inst.Org = ui.Org{Name: all[db.SettingName], Mark: all[db.SettingMark], Hue: hue(fr.o.Host)}
	if inst.Name == "" {
		inst.Name = fr.o.Host
	}
	if inst.Mark == "" {
		inst.Mark = initials(inst.Name)
	}
	if h, err := strconv.Atoi(all[db.SettingMarkHue]); err == nil && h >= 1 && h <= 8 {
		inst.Hue = h
	}
	i.inst, i.at, i.seen, i.setup = inst, now, changes, all[db.SettingSetupToken] != ""
	return inst, nil
}
