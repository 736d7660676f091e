package federation_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/copse-social/copse/federation"
)

// A request under a key of ours that does not fit is nobody's; see the doctor's tests for one that
// does.
func TestReceive_ourOwnKeyForged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, key := range []string{home + "/ap/instance#main-key", home + "/ap/actors/1#main-key", home + "/nobody"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, home+"/ap/inbox", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/activity+json")
		req.Header.Set("Signature", `keyId="`+key+`",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="QUFBQQ=="`)
		if err := h.receiver.Receive(req, []byte("{}"), 0); !errors.Is(err, federation.ErrUnauthentic) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
