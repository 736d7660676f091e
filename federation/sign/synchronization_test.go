package sign_test

import (
	"testing"

	"github.com/copse-social/copse/federation/sign"
)

// What a sender says of its followers is under its signature in both schemes (FEP-8fcf).
func TestSign_coversSynchronization(t *testing.T) {
	t.Parallel()
	body := []byte(`{}`)
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		req := clientRequest(t, "POST", "https://copse.test/ap/inbox", body)
		req.Header.Set(sign.Synchronization, `collectionId="https://a.example/f", url="https://a.example/f?page=1", digest="00"`)
		if err := rsaSigner().Sign(req, body, scheme, noon); err != nil {
			t.Fatal(err)
		}
		got := arrived(t, req)
		if err := verify(got, body, rsaPublic(), atNoon()); err != nil {
			t.Errorf("%v: %v", scheme, err)
		}
		got.Header.Set(sign.Synchronization, `collectionId="https://a.example/f", url="https://a.example/f?page=1", digest="ff"`)
		refused(t, verify(got, body, rsaPublic(), atNoon()))
	}
}
