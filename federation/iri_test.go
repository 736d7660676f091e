package federation_test

import (
	"net/url"
	"testing"

	"github.com/copse-social/copse/federation"
)

func iris(t *testing.T, base string) federation.IRIs {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	return federation.NewIRIs(u)
}

func TestIRIs(t *testing.T) {
	t.Parallel()
	i := iris(t, "https://Copse.TEST/")
	for got, want := range map[string]string{
		i.Base(): "https://copse.test", i.Host(): "copse.test", i.Instance(): "https://copse.test/ap/instance",
		i.SharedInbox(): "https://copse.test/ap/inbox", i.Group(7): "https://copse.test/ap/groups/7",
		i.Person(7): "https://copse.test/ap/people/7", i.Object(7): "https://copse.test/ap/objects/7",
		i.Activity(7): "https://copse.test/ap/activities/7", i.Context(7): "https://copse.test/ap/contexts/7",
		i.Page("/about"): "https://copse.test/about", i.GroupPage("water"): "https://copse.test/c/water",
		i.PersonPage("ana@a.test"): "https://copse.test/u/ana@a.test", i.DiscussionPage(7): "https://copse.test/d/7",
		i.PostPage(7): "https://copse.test/p/7", i.Charter(7): "https://copse.test/ap/charters/7",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	lab := iris(t, "http://health.localhost:8082")
	if lab.Host() != "health.localhost:8082" || lab.Group(1) != "http://health.localhost:8082/ap/groups/1" {
		t.Errorf("laboratory: %s, %s", lab.Host(), lab.Group(1))
	}
}

func TestIRIs_ours(t *testing.T) {
	t.Parallel()
	i := iris(t, "https://copse.test")
	for iri, want := range map[string]bool{
		"https://copse.test/ap/groups/1": true, "https://copse.test/": true, "https://copse.test": false,
		"https://copse.test.evil.test/": false, "http://copse.test/ap/groups/1": false, "https://copse.test:8443/x": false,
		"https://copse.test@evil.test/": false, "": false, "/ap/groups/1": false,
	} {
		if i.Ours(iri) != want {
			t.Errorf("Ours(%q) = %v", iri, !want)
		}
	}
}

func TestIRIs_ID(t *testing.T) {
	t.Parallel()
	i := iris(t, "https://copse.test")
	for iri, want := range map[string]int64{
		"https://copse.test/ap/groups/7": 7, "https://copse.test/ap/groups/9223372036854775807": 1<<63 - 1,
		"https://copse.test/ap/groups/9223372036854775808": 0, "https://copse.test/ap/groups/7/inbox": 0,
		"https://copse.test/ap/groups/07": 0, "https://copse.test/ap/groups/+7": 0, "https://copse.test/ap/groups/-7": 0,
		"https://copse.test/ap/groups/7#x": 0, "https://copse.test/ap/groups/7?x": 0, "https://copse.test/ap/groups/": 0,
		"https://copse.test/ap/people/7": 0, "https://evil.test/ap/groups/7": 0, "https://copse.test/ap/groups/0": 0,
	} {
		if id, ok := i.ID("groups", iri); ok != (want != 0) || ok && id != want {
			t.Errorf("ID(%q) = %d, %v", iri, id, ok)
		}
	}
	for iri, want := range map[string]int64{
		"https://copse.test/ap/contexts/7": 7, "https://copse.test/d/7": 7, "https://copse.test/d/x": 0,
		"https://copse.test/p/7": 0, "https://copse.test/d/-7": 0,
	} {
		if id, ok := i.DiscussionID(iri); ok != (want != 0) || ok && id != want {
			t.Errorf("DiscussionID(%q) = %d, %v", iri, id, ok)
		}
	}
}
