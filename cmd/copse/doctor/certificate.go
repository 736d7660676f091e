package doctor

import (
	"crypto/x509"
	"fmt"
	"time"
)

// soon is how long before its end a certificate should have been renewed; of short-lived ones the
// last fifth of their life. What is over fails as "public address".
const soon = 14 * 24 * time.Hour

// certificate looks how long the ones that the public address shows are still good.
func (d *Doctor) certificate(shown []*x509.Certificate) {
	if len(shown) == 0 {
		return // plain http, of which the configuration warns
	}
	first := shown[0]
	for _, c := range shown {
		if c.NotAfter.Before(first.NotAfter) {
			first = c
		}
	}
	says := "good until " + first.NotAfter.UTC().Format(time.DateOnly)
	if left := first.NotAfter.Sub(d.o.Now()); left < min(soon, first.NotAfter.Sub(first.NotBefore)/5) {
		d.Warn("certificate", fmt.Sprintf("%s, %s from now", says, left.Round(time.Hour)),
			"see why it was not renewed: with it all other servers and all people lose this instance")
		return
	}
	d.Say("certificate", nil, says, "")
}
