package federation

import (
	"context"
	"fmt"
	"slices"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation/content"
	"github.com/copse-social/copse/federation/vocab"
)

// takeLife keeps what a group elsewhere says of its own life and of its kin. A server that knows no
// such words leaves its groups without.
func takeLife(ctx context.Context, tx *db.Store, a *db.Actor, doc *vocab.Object) error {
	life, known := lifeFromWire(a.ID, doc)
	if !known {
		return nil
	}
	archived := db.Time{}
	if doc.Archived != nil {
		archived = db.At(*doc.Archived)
	}
	if err := tx.TakeLife(ctx, life, archived); err != nil {
		return fmt.Errorf("keep life of %s: %w", a.URI, err)
	}
	if doc.Charter != "" {
		if err := tx.PutCharterSource(ctx, a.ID, doc.Charter); err != nil {
			return fmt.Errorf("keep where the charter of %s is: %w", a.URI, err)
		}
	}
	return tx.TakeKin(ctx, a.ID, kinFromWire(a.URI, doc))
}

func lifeFromWire(id int64, doc *vocab.Object) (life *db.GroupLife, known bool) {
	stages := []string{db.StagePotential, db.StageCoalescing, db.StageMaturing, db.StageStewardship, db.StageTransformation}
	if !slices.Contains(stages, doc.Stage) {
		return nil, false
	}
	life = &db.GroupLife{GroupID: id, Kind: db.KindCoP, Stage: doc.Stage, Recognition: db.RecognitionInformal, SuccessorURI: doc.Successor}
	switch doc.Recognition {
	case db.RecognitionRecognised, db.RecognitionChartered, db.RecognitionBudgeted:
		life.Recognition, life.RecognisedBy = doc.Recognition, content.PlainName(doc.RecognisedBy)
	}
	return life, true
}

// kinFromWire is what a group says about others, by address; of two words for one the first counts,
// and none is kin of itself.
func kinFromWire(uri string, doc *vocab.Object) map[string]string {
	says := make(map[string]string)
	for _, one := range []struct {
		relation string
		uris     []string
	}{{db.KinSisterOf, doc.SisterOf}, {db.KinChapterOf, doc.ChapterOf}, {db.KinHasChapter, doc.Chapters}} {
		for _, other := range one.uris {
			if other != uri && says[other] == "" && len(says) < maxKin {
				says[other] = one.relation
			}
		}
	}
	return says
}

// maxKin bounds how many others one group may name.
const maxKin = 50

// maxVersions bounds how many versions of one artifact are read at once.
const maxVersions = 30

// Versions reads the versions of an artifact elsewhere at their own addresses, in the order in which
// its origin lists them. A version that can't be had, or that is of another origin, is passed over.
func (r *Resolver) Versions(ctx context.Context, iri string, take func(context.Context, *Fetched) error) error {
	whole, err := r.Object(ctx, iri)
	if err != nil {
		return fmt.Errorf("read %s: %w", iri, err)
	}
	var ids []string
	if list := whole.Doc.Versions; vocab.SameOrigin(list, iri) {
		err := r.items(ctx, list, maxPages, func(ref vocab.Ref) bool {
			if vocab.SameOrigin(ref.IRI, iri) {
				ids = append(ids, ref.IRI)
			}
			return len(ids) < maxVersions
		})
		if err != nil {
			return err
		}
	}
	for _, id := range ids {
		one, err := r.Object(ctx, id)
		if err != nil {
			if _, final := Judge(err); !final {
				return err
			}
			continue
		}
		if err := take(ctx, one); err != nil {
			return fmt.Errorf("take %s: %w", id, err)
		}
	}
	return nil
}
