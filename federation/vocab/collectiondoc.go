package vocab

// CollectionDoc is a collection or one page of one, ordered or not. Items go
// into Items for Collection and CollectionPage, into OrderedItems for the
// ordered two; an empty list that is not nil is written as [].
type CollectionDoc struct {
	AtContext    InlineContext     `json:"@context,omitzero"`
	ID           string            `json:"id"`
	Type         string            `json:"type"`
	Name         string            `json:"name,omitzero"`
	Summary      string            `json:"summary,omitzero"`
	AttributedTo string            `json:"attributedTo,omitzero"`
	PartOf       string            `json:"partOf,omitzero"`
	TotalItems   *int              `json:"totalItems,omitzero"`
	First        any               `json:"first,omitzero"` // an id, or a *CollectionDoc embedded
	Last         string            `json:"last,omitzero"`
	Prev         string            `json:"prev,omitzero"`
	Next         string            `json:"next,omitzero"`
	Items        []any             `json:"items,omitzero"`
	OrderedItems []any             `json:"orderedItems,omitzero"`
	Roles        map[string]string `json:"copse:roles,omitzero"` // of a moderators collection
}

// Count is a collection that gives its size and no member: likes and shares.
func Count(id string, n int) *CollectionDoc {
	return &CollectionDoc{ID: id, Type: "Collection", TotalItems: &n}
}

// Replies is the replies collection as GoToSocial crawls it: an object whose
// first page is embedded and has items, a next page or both. Next is "" on
// the last page.
func Replies(id string, total int, first []string, next string) *CollectionDoc {
	return &CollectionDoc{
		ID: id, Type: "Collection", TotalItems: &total,
		First: &CollectionDoc{
			ID: id + "?page=0", Type: "CollectionPage", PartOf: id, Next: next, Items: IDs(first),
		},
	}
}

// Ordered is a whole OrderedCollection of ids on one page, with the plain
// context: moderators, contexts.
func Ordered(id string, items []string) *CollectionDoc {
	n := len(items)
	return &CollectionDoc{
		AtContext: PlainContext, ID: id, Type: "OrderedCollection",
		TotalItems: &n, OrderedItems: IDs(items),
	}
}

// IDs turns ids into items, never into nil.
func IDs(iris []string) []any {
	items := make([]any, len(iris))
	for i, iri := range iris {
		items[i] = iri
	}
	return items
}
