package db_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/db/dbtest"
)

func TestLikesAndShares_countOnce(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann, bo := group(t, s, "water"), person(t, s, "ann", "copse.test"), person(t, s, "bo", "peer.test")
	p, other := say(t, s, g, ann, nil), say(t, s, g, ann, nil)
	add := map[string]func(who *db.Actor) (bool, error){
		"like": func(a *db.Actor) (bool, error) {
			return s.AddLike(ctx, &db.Like{PostID: p.ID, ActorID: a.ID, URI: a.URI + "#like"})
		},
		"share": func(a *db.Actor) (bool, error) {
			return s.AddShare(ctx, &db.Share{PostID: p.ID, ActorID: a.ID, URI: a.URI + "#share"})
		},
	}
	remove := map[string]func(who *db.Actor) (bool, error){
		"like":  func(a *db.Actor) (bool, error) { return s.RemoveLike(ctx, p.ID, a.ID) },
		"share": func(a *db.Actor) (bool, error) { return s.RemoveShare(ctx, p.ID, a.ID) },
	}
	count := func(kind string) int64 {
		got, err := s.PostByID(ctx, p.ID)
		ok(t, err)
		return map[string]int64{"like": got.LikesCount, "share": got.SharesCount}[kind]
	}
	for kind := range add {
		for _, step := range []struct {
			do    func(*db.Actor) (bool, error)
			who   *db.Actor
			fresh bool
			want  int64
		}{{add[kind], ann, true, 1}, {add[kind], ann, false, 1}, {add[kind], bo, true, 2}, {remove[kind], ann, true, 1}, {remove[kind], ann, false, 1}} {
			fresh, err := step.do(step.who)
			if err != nil || fresh != step.fresh || count(kind) != step.want {
				t.Errorf("%s of %s: %v, %v; %d counted, want %d", kind, step.who.Handle, fresh, err, count(kind), step.want)
			}
		}
	}
	if l, err := s.LikeByURI(ctx, bo.ID, bo.URI+"#like"); err != nil || l.PostID != p.ID {
		t.Errorf("like by address: %v, %v", l, err)
	}
	if sh, err := s.ShareByURI(ctx, bo.ID, bo.URI+"#share"); err != nil || sh.PostID != p.ID {
		t.Errorf("share by address: %v, %v", sh, err)
	}
	if _, err := s.LikeByURI(ctx, ann.ID, bo.URI+"#like"); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("somebody else's like: %v", err)
	}
	liked, err := s.LikedAmong(ctx, bo.ID, []int64{p.ID, other.ID})
	if diff := cmp.Diff(map[int64]bool{p.ID: true}, liked); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if liked, err = s.LikedAmong(ctx, 0, []int64{p.ID}); err != nil || len(liked) != 0 {
		t.Errorf("signed out: %v, %v", liked, err)
	}
}

func TestPartsOfAPost_areReplaced(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), dbtest.New(t)
	g, ann, bo := group(t, s, "water"), person(t, s, "ann", "copse.test"), person(t, s, "bo", "peer.test")
	p := say(t, s, g, ann, nil)
	for _, files := range [][]*db.Attachment{
		{{Type: "Link", URL: "https://a.test/"}}, {{Type: "Image", URL: "https://a.test/1"}, {Type: "Image", URL: "https://a.test/2"}},
	} {
		ok(t, s.PutAttachments(ctx, p.ID, files))
	}
	got, err := s.AttachmentsOf(ctx, []int64{p.ID, 9})
	if err != nil || len(got) != 1 || len(got[p.ID]) != 2 || got[p.ID][1].URL != "https://a.test/2" {
		t.Errorf("files %v, %v", got, err)
	}
	for _, tags := range [][]string{{"clay"}, {"wells", "clay", "wells"}} {
		ok(t, s.PutTags(ctx, p.ID, tags))
	}
	if tags, err := s.TagsOf(ctx, p.ID); err != nil || !cmp.Equal(tags, []string{"clay", "wells"}) {
		t.Errorf("tags %q, %v", tags, err)
	}
	for _, ids := range [][]int64{{ann.ID}, {bo.ID, bo.ID}} {
		ok(t, s.PutMentions(ctx, p.ID, ids))
	}
	if named, err := s.MentionsOf(ctx, p.ID); err != nil || len(named) != 1 || named[0].ID != bo.ID {
		t.Errorf("named %v, %v", named, err)
	}
	ok(t, s.PutAttachments(ctx, p.ID, nil))
	if got, err = s.AttachmentsOf(ctx, []int64{p.ID}); err != nil || len(got) != 0 {
		t.Errorf("files %v, %v after they were taken away", got, err)
	}
}
