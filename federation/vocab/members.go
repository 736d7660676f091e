package vocab

// member reads the value of one member of o into its place. The tables below
// are the whole vocabulary; a name in none of them is passed over and stays
// in Raw.
func (d *decoder) member(o *Object, name []byte) {
	if d.coreTable(o, name) || d.activityTable(o, name) || d.postTable(o, name) || d.actorTable(o, name) ||
		d.collectionTable(o, name) || d.eventTable(o, name) || d.termTable(&o.Terms, name) {
		return
	}
	d.skip()
}

func (d *decoder) coreTable(o *Object, name []byte) bool {
	switch string(name) {
	case "id":
		d.ownID(&o.ID)
	case "type":
		d.types(o)
	case "to":
		d.addressees(&o.To)
	case "cc":
		d.addressees(&o.Cc)
	case "bto":
		d.addressees(&o.Bto)
	case "bcc":
		d.addressees(&o.Bcc)
	case "audience":
		d.addressees(&o.Audience)
	case "published":
		d.time(&o.Published)
	case "updated":
		d.time(&o.Updated)
	case "url":
		d.url(&o.URL)
	case "name":
		d.name(&o.Name)
	case "nameMap":
		d.firstOf(&o.Name, maxName)
	case "summary":
		d.text(&o.Summary, maxSummary)
	case "summaryMap":
		d.firstOf(&o.Summary, maxSummary)
	case "content":
		d.text(&o.Content, maxContent)
	case "contentMap":
		d.languages(o)
	default:
		return false
	}
	return true
}

func (d *decoder) activityTable(o *Object, name []byte) bool {
	switch string(name) {
	case "actor":
		d.actor(&o.Actor)
	case "object":
		d.who(&o.Object)
	case "target":
		d.ref(&o.Target)
	case "origin":
		d.ref(&o.Origin)
	case "result":
		d.ref(&o.Result)
	case "instrument":
		d.ref(&o.Instrument)
	case "removeData":
		d.flag(&o.RemoveData)
	case "proof":
		d.exact(&o.Proof)
	default:
		return false
	}
	return true
}

func (d *decoder) postTable(o *Object, name []byte) bool {
	switch string(name) {
	case "attributedTo":
		d.who(&o.AttributedTo)
	case "inReplyTo":
		d.refs(&o.InReplyTo, maxTags)
	case "context":
		d.iri(&o.Context)
	case "conversation":
		d.iri(&o.Conversation)
	case "source":
		d.source(o)
	case "language", "inLanguage":
		d.language(o)
	case "mediaType":
		d.text(&o.MediaType, maxShort)
	case "href":
		d.text(&o.Href, maxIRI)
	case "deleted":
		d.time(&o.Deleted)
	case "formerType":
		d.text(&o.FormerType, maxShort)
	case "sensitive":
		d.flag(&o.Sensitive)
	case "tag":
		d.tags(o)
	case "attachment":
		d.attachments(&o.Attachment)
	case "icon":
		d.picture(&o.Icon)
	case "image":
		d.picture(&o.Image)
	case "preview":
		d.embedded(&o.Preview)
	case "replies":
		d.ref(&o.Replies)
	case "likes":
		d.ref(&o.Likes)
	case "shares":
		d.ref(&o.Shares)
	case "commentsEnabled":
		d.maybe(&o.CommentsEnabled)
	case "stickied":
		d.flag(&o.Stickied)
	case "distinguished":
		d.flag(&o.Distinguished)
	case "interactionPolicy":
		d.policy(&o.InteractionPolicy)
	case "quote", "quoteUrl", "quoteUri", "_misskey_quote":
		d.iri(&o.Quote)
	case "quoteAuthorization":
		d.iri(&o.QuoteAuth)
	case "approvedBy", "replyAuthorization":
		d.iri(&o.ApprovedBy)
	case "value":
		d.text(&o.Value, maxIRI)
	default:
		return false
	}
	return true
}

func (d *decoder) actorTable(o *Object, name []byte) bool {
	p := &o.Profile
	switch string(name) {
	case "preferredUsername":
		d.text(&p.PreferredUsername, maxShort)
	case "webfinger":
		d.text(&p.Webfinger, maxShort*2)
	case "inbox":
		d.iri(&p.Inbox)
	case "outbox":
		d.iri(&p.Outbox)
	case "followers":
		d.iri(&p.Followers)
	case "following":
		d.iri(&p.Following)
	case "featured":
		d.iri(&p.Featured)
	case "featuredTags":
		d.iri(&p.FeaturedTags)
	case "endpoints":
		d.endpoints(p)
	case "sharedInbox":
		d.iri(&p.SharedInbox)
	case "moderators":
		d.iri(&p.Moderators)
	case "repertoire", "copse:repertoire":
		d.iri(&p.Repertoire)
	case "upcomingEvents":
		d.iri(&p.UpcomingEvents)
	case "publicKey":
		d.keys(&p.PublicKeys)
	case "assertionMethod":
		d.multikeys(&p.AssertionMethods)
	case "owner":
		d.iri(&p.Owner)
	case "publicKeyPem":
		d.text(&p.PublicKeyPem, maxKey)
	case "manuallyApprovesFollowers":
		d.flag(&p.ManuallyApprovesFollowers)
	case "discoverable":
		d.maybe(&p.Discoverable)
	case "indexable":
		d.flag(&p.Indexable)
	case "memorial":
		d.flag(&p.Memorial)
	case "suspended":
		d.flag(&p.Suspended)
	case "alsoKnownAs":
		d.iris(&p.AlsoKnownAs, maxPeople)
	case "movedTo":
		d.iri(&p.MovedTo)
	case "postingRestrictedToMods":
		d.flag(&p.PostingRestrictedToMods)
	case "accessType", "copse:accessType":
		d.text(&p.AccessType, maxShort)
	case "generator":
		d.generator(p)
	case "implements":
		d.iris(&p.Implements, maxPeople)
	default:
		return false
	}
	return true
}

func (d *decoder) collectionTable(o *Object, name []byte) bool {
	switch string(name) {
	case "totalItems":
		n := int64(-1)
		if d.count(&n); n >= 0 {
			o.TotalItems = &n
		}
	case "first":
		d.ref(&o.First)
	case "last":
		d.iri(&o.Last)
	case "next":
		d.ref(&o.Next)
	case "partOf":
		d.iri(&o.PartOf)
	case "items", "orderedItems":
		d.refs(&o.Items, maxNodes)
	default:
		return false
	}
	return true
}

func (d *decoder) eventTable(o *Object, name []byte) bool {
	e := &o.Event
	switch string(name) {
	case "startTime":
		d.time(&o.StartTime)
	case "endTime", "expires":
		d.time(&o.EndTime)
	case "timezone":
		d.text(&e.Timezone, maxShort)
	case "eventStatus", "status", "ical:status":
		d.text(&e.Status, maxShort)
	case "joinMode":
		d.text(&e.JoinMode, maxShort)
	case "category":
		d.text(&e.Category, maxShort)
	case "maximumAttendeeCapacity":
		d.count(&e.Capacity)
	case "participantCount":
		d.count(&e.Participants)
	case "isOnline":
		d.flag(&e.Online)
	case "location":
		d.places(&e.Location)
	case "organizers":
		d.refs(&e.Organizers, maxPeople)
	case "attendees":
		d.ref(&e.Attendees)
	case "externalParticipationUrl":
		d.iri(&e.JoinURL)
	case "oneOf":
		d.options(&o.Poll)
	case "anyOf":
		o.Multiple = true
		d.options(&o.Poll)
	case "closed":
		d.time(&o.Closed)
	case "votersCount":
		d.count(&o.VotersCount)
	default:
		return false
	}
	return true
}

func (d *decoder) termTable(t *Terms, name []byte) bool {
	switch string(name) {
	case "copse:kind":
		d.text(&t.Kind, maxShort)
	case "copse:title":
		d.name(&t.Title)
	case "copse:status":
		d.text(&t.State, maxShort)
	case "copse:respondBy":
		d.time(&t.RespondBy)
	case "copse:artifactKind":
		d.text(&t.ArtifactKind, maxShort)
	case "copse:stage":
		d.text(&t.Stage, maxShort)
	case "copse:version":
		d.count(&t.Version)
	case "copse:versionOf":
		d.iri(&t.VersionOf)
	case "copse:versions":
		d.iri(&t.Versions)
	case "copse:changeNote":
		d.name(&t.ChangeNote)
	case "copse:contributors":
		d.contributors(&t.Contributors)
	case "copse:license":
		d.iri(&t.License)
	case "copse:derivedFrom":
		d.iris(&t.DerivedFrom, maxPeople)
	case "copse:about":
		d.name(&t.About)
	case "copse:reviewBy":
		d.text(&t.ReviewBy, maxShort)
	case "copse:applies":
		d.iri(&t.Applies)
	case "copse:consolidates":
		d.iri(&t.Consolidates)
	case "copse:sources":
		d.cited(&t.Sources)
	case "copse:consolidatedReply":
		d.iri(&t.ConsolidatedReply)
	case "copse:verdict":
		d.text(&t.Verdict, maxShort)
	case "copse:series":
		d.iri(&t.Series)
	case "copse:roles":
		d.roles(&t.Roles)
	case "copse:accessEnded":
		d.time(&t.AccessEnded)
	default:
		return d.queryTable(t, name) || d.lifeTable(t, name)
	}
	return true
}

// queryTable is what is said of queries and of answers to them.
func (d *decoder) queryTable(t *Terms, name []byte) bool {
	switch string(name) {
	case "copse:queryKind":
		d.text(&t.QueryKind, maxShort)
	case "copse:responseKind":
		d.text(&t.ResponseKind, maxShort)
	case "copse:outcome":
		d.text(&t.Outcome, maxShort)
	case "copse:duplicateOf":
		d.iri(&t.DuplicateOf)
	default:
		return false
	}
	return true
}

// lifeTable is what a community says of its own life.
func (d *decoder) lifeTable(t *Terms, name []byte) bool {
	switch string(name) {
	case "copse:charter":
		d.iri(&t.Charter)
	case "copse:recognition":
		d.text(&t.Recognition, maxShort)
	case "copse:recognisedBy":
		d.name(&t.RecognisedBy)
	case "copse:successor":
		d.iri(&t.Successor)
	case "copse:archived":
		d.time(&t.Archived)
	case "copse:sisterOf":
		d.iris(&t.SisterOf, maxPeople)
	case "copse:chapterOf":
		d.iris(&t.ChapterOf, maxPeople)
	case "copse:chapters":
		d.iris(&t.Chapters, maxPeople)
	default:
		return d.practiceTable(&t.Practice, name)
	}
	return true
}
