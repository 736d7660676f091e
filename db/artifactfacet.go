package db

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// ArtifactFacets are the values by which the library of a group can be narrowed.
type ArtifactFacets struct{ Kinds, Langs, Hosts, Maturities, Topics []string }

// facetsShown bounds how many values of one library are offered.
const facetsShown = 1000

type artifactFacet struct {
	bun.BaseModel `bun:"table:artifact_facets,alias:f"`

	GroupID int64  `bun:"group_id,pk"`
	Facet   string `bun:"facet,pk"`
	Value   string `bun:"value,pk"`
}

// putFacets notes by what a published artifact can be found. What nothing has any more stays offered:
// looking whether that is so would cost more than an empty list does.
func (s *Store) putFacets(ctx context.Context, a *Artifact) error {
	if a.Drafted() {
		return nil
	}
	var host string
	if err := s.read.NewRaw("SELECT coalesce((SELECT host FROM actors WHERE id = ?), '')", a.AuthorID).Scan(ctx, &host); err != nil {
		return fmt.Errorf("load organisation of artifact %d: %w", a.ID, wrap(err))
	}
	var list []*artifactFacet
	add := func(facet, value string) {
		if value != "" {
			list = append(list, &artifactFacet{GroupID: a.GroupID, Facet: facet, Value: value})
		}
	}
	add("kind", a.Kind)
	add("lang", a.Lang)
	add("maturity", a.Maturity)
	add("host", host)
	for topic := range strings.FieldsSeq(a.Topics) {
		add("topic", topic)
	}
	if len(list) == 0 {
		return nil
	}
	if _, err := s.write.NewInsert().Model(&list).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("note by what artifact %d is found: %w", a.ID, wrap(err))
	}
	return nil
}

// FacetsOf lists what the published artifacts of a group differ in, each in order of its values. The
// cost is that of the values, not of the artifacts.
func (s *Store) FacetsOf(ctx context.Context, groupID int64) (ArtifactFacets, error) {
	var f ArtifactFacets
	var list []*artifactFacet
	err := s.read.NewSelect().Model(&list).Where("group_id = ?", groupID).Order("facet", "value").Limit(facetsShown).Scan(ctx)
	if err != nil {
		return f, fmt.Errorf("list what the library of group %d differs in: %w", groupID, wrap(err))
	}
	for _, one := range list {
		switch one.Facet {
		case "kind":
			f.Kinds = append(f.Kinds, one.Value)
		case "lang":
			f.Langs = append(f.Langs, one.Value)
		case "host":
			f.Hosts = append(f.Hosts, one.Value)
		case "maturity":
			f.Maturities = append(f.Maturities, one.Value)
		case "topic":
			f.Topics = append(f.Topics, one.Value)
		}
	}
	return f, nil
}
