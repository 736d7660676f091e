package db_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestPendingShare(t *testing.T) {
	t.Parallel()
	for kept, want := range map[string]float64{"": 0, "850/1000": 0.85, "850": 0, "x/y": 0, "5/0": 0} {
		if got := db.PendingShare(kept); got != want {
			t.Errorf("%q: %v, want %v", kept, got, want)
		}
	}
}

func TestPendingBytes_eachBodyOnce(t *testing.T) {
	t.Parallel()
	s := dbtest.New(t)
	if n, err := s.PendingBytes(t.Context()); err != nil || n != 0 {
		t.Fatalf("an empty instance holds %d, %v", n, err)
	}
	noise := make([]byte, 5000) // which cannot be packed
	_, _ = rand.Read(noise)
	a := &db.Activity{URI: "https://copse.test/a/1", Type: "Create", Local: true, Body: noise}
	ok(t, s.CreateActivity(t.Context(), a))
	var list []*db.Delivery
	for _, host := range []string{"one.test", "two.test", "three.test"} {
		list = append(list, &db.Delivery{ActivityID: a.ID, Host: host, Inbox: "https://" + host + "/inbox"})
	}
	ok(t, s.CreateDeliveries(t.Context(), list))
	if n, err := s.PendingBytes(t.Context()); err != nil || n < 5000 || n > 5000+3*1000 {
		t.Errorf("three deliveries of one body are %d bytes, %v", n, err)
	}
	if n, err := s.ExpireDormant(t.Context(), time.Now(), 10); err != nil || n != 0 {
		t.Errorf("%d given up though no host fails, %v", n, err)
	}
}
