package web_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/server/web"
)

// T40: of several people who open the same set-up link at once, one becomes admin.
func TestT40_setupLinkMakesOneAdmin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ok(h.store.SetSetting(h.ctx, db.SettingSetupToken, web.SetupHash("once")))
	const rivals = 6
	statuses := make([]int, rivals)
	var wg sync.WaitGroup
	for n := range rivals {
		wg.Go(func() {
			handle := "admin" + strconv.Itoa(n)
			statuses[n] = h.visitor().post("/setup", form("token", "once", "organisation", "Health", "name", handle, "handle", handle,
				"mail", handle+"@copse.test", "password", "several quiet words "+handle)).status
		})
	}
	wg.Wait()
	count := map[int]int{}
	for _, s := range statuses {
		count[s]++
	}
	if count[http.StatusSeeOther] != 1 || count[http.StatusNotFound] != rivals-1 {
		t.Errorf("answers %v", count)
	}
	admins, err := h.store.Admins(h.ctx)
	h.ok(err)
	if len(admins) != 1 {
		t.Errorf("%d admins", len(admins))
	}
	h.visitor().get("/setup?token=once").want(http.StatusNotFound)
}
