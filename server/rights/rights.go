// Package rights holds who may do what in a community (domain.md 3c): one table of acts and
// standings, which the rules ask and the pages show.
//
// It knows no person and no community: who stands where is for server/community to say. An act
// that is not in the table is allowed to nobody; a test finds it.
package rights

import "slices"

// Act is something a person does in a group.
type Act string

// The acts of the house.
const (
	Read            Act = "read"
	Follow          Act = "follow"
	Join            Act = "join"
	Reply           Act = "reply"
	Like            Act = "like"
	Start           Act = "start"
	Pin             Act = "pin"
	Lock            Act = "lock"
	Remove          Act = "remove"
	Hide            Act = "hide" // for a day, until a moderator looks
	Slow            Act = "slow"
	MoveThread      Act = "move-thread"
	Ban             Act = "ban"
	SeeReports      Act = "see-reports"
	Appeal          Act = "appeal" // against one's own ban
	SeeMembers      Act = "see-members"
	Endorse         Act = "endorse"
	Vouch           Act = "vouch"
	Invite          Act = "invite"
	Admit           Act = "admit" // let a follower in, make a follower a member
	GrantExpert     Act = "grant-expert"
	Grant           Act = "grant"
	NameFacilitator Act = "name-facilitator" // where there is none
	NameSponsor     Act = "name-sponsor"
	Volunteer       Act = "volunteer" // where there is none
	Consent         Act = "consent"   // to who offers
	EditGroup       Act = "edit-group"
	Propose         Act = "propose-charter"
	Vote            Act = "vote-charter"
	Draft           Act = "draft-charter"
	Write           Act = "write-artifact"
	Suggest         Act = "suggest-edit"
	PublishVersion  Act = "publish-version" // stewards of it, and its author, too
	Release         Act = "release"         // one post to everybody
	OpenQuery       Act = "open-query"      // check, open, extend, reopen it, say what kind a response is
	CloseQuery      Act = "close-query"     // of somebody else
	Synthesise      Act = "synthesise"      // write the consolidated reply to a query
	SeeCockpit      Act = "see-cockpit"     // what waits, person by person
	SeeNewcomers    Act = "see-newcomers"   // who is new or asks to join, and to welcome them
)

// Standing is a column of the table. A person may stand in several; the best counts.
type Standing string

// The standings, in the order of the columns.
const (
	Stranger    Standing = "stranger" // signed out
	Person      Standing = "person"   // signed in anywhere
	Follower    Standing = "follower"
	Newcomer    Standing = "newcomer"
	Member      Standing = "member"
	Expert      Standing = "expert"
	Steward     Standing = "steward"
	Core        Standing = "core"
	Facilitator Standing = "facilitator"
	Moderator   Standing = "moderator"
	Sponsor     Standing = "sponsor"
	Admin       Standing = "admin" // of the group's own instance
)

// Standings lists the columns.
func Standings() []Standing {
	return []Standing{Stranger, Person, Follower, Newcomer, Member, Expert, Steward, Core, Facilitator, Moderator, Sponsor, Admin}
}

// Row is who may do one act: a letter per column, y for yes, - for no, h for yes where what it
// brings may wait for a look.
type Row struct {
	Act    Act
	Open   string // in a group that everybody reads
	Closed string // in any other
	// Code of the refusal.
	Code string
	// Writes: not in an archived or suspended group, not for the banned.
	Writes bool
}

// Table is who may do what. Following and joining a closed group only asks. Sponsors belong, but
// hold no discussion of their own; admins act where members would be without help otherwise.
func Table() []Row {
	const everybody, people, members = "yyyyyyyyyyyy", "-yyyyyyyyyyy", "---yyyyyyyy-"
	return []Row{
		// columns: stranger person follower | newcomer member expert steward core | facilitator moderator sponsor admin
		{Act: Read, Open: everybody, Closed: members, Code: "members-only"},
		{Act: Follow, Open: people, Closed: people, Code: "signed-out", Writes: true},
		{Act: Join, Open: people, Closed: people, Code: "signed-out", Writes: true},
		{Act: Reply, Open: "-hhyyyyyyyyy", Closed: members, Code: "members-only-reply", Writes: true},
		{Act: Like, Open: people, Closed: members, Code: "members-only-reply", Writes: true},
		{Act: SeeMembers, Open: "---yyyyyyyyy", Closed: members, Code: "members-only"},
		{Act: Endorse, Open: members, Closed: members, Code: "members-only", Writes: true},
		{Act: Vouch, Open: "----yyyyyyy-", Closed: "----yyyyyyy-", Code: "newcomer-not-yet", Writes: true},
		{Act: Invite, Open: "-------yyy--", Closed: "-------yyy--", Code: "not-core", Writes: true},
		{Act: Admit, Open: "-------yyy--", Closed: "-------yyy--", Code: "not-core"},
		{Act: Propose, Open: members, Closed: members, Code: "members-only", Writes: true},
		{Act: Vote, Open: "----yyyyyyy-", Closed: "----yyyyyyy-", Code: "newcomer-not-yet", Writes: true},
		{Act: Draft, Open: "-------yy---", Closed: "-------yy---", Code: "not-core", Writes: true},
		{Act: Release, Open: "------------", Closed: "-------yy---", Code: "not-core", Writes: true},
		{Act: OpenQuery, Open: "-------yy--y", Closed: "-------yy--y", Code: "not-core", Writes: true},
		{Act: CloseQuery, Open: "-------yyy-y", Closed: "-------yyy-y", Code: "not-core", Writes: true},
		{Act: Synthesise, Open: "----yyyyyy--", Closed: "----yyyyyy--", Code: "newcomer-not-yet", Writes: true},
		{Act: SeeCockpit, Open: "--------y---", Closed: "--------y---", Code: "not-facilitator"},
		{Act: SeeNewcomers, Open: "-------yy---", Closed: "-------yy---", Code: "not-core"},
		{Act: Pin, Open: "--------yy--", Closed: "--------yy--", Code: "not-moderator", Writes: true},
		{Act: Lock, Open: "--------yy-y", Closed: "--------yy-y", Code: "not-moderator"},
		{Act: Remove, Open: "--------yy-y", Closed: "--------yy-y", Code: "not-moderator"},
		{Act: Hide, Open: "--------yy-y", Closed: "--------yy-y", Code: "not-moderator"},
		{Act: Slow, Open: "--------yy-y", Closed: "--------yy-y", Code: "not-moderator"},
		{Act: MoveThread, Open: "--------yy-y", Closed: "--------yy-y", Code: "not-moderator", Writes: true},
		{Act: Ban, Open: "--------yy-y", Closed: "--------yy-y", Code: "not-moderator"},
		{Act: SeeReports, Open: "--------yy-y", Closed: "--------yy-y", Code: "not-moderator"},
		{Act: Appeal, Open: people, Closed: people, Code: "signed-out"},
		{Act: GrantExpert, Open: "-------yy--y", Closed: "-------yy--y", Code: "not-core"},
		{Act: Grant, Open: "--------y--y", Closed: "--------y--y", Code: "not-facilitator"},
		{Act: EditGroup, Open: "--------y--y", Closed: "--------y--y", Code: "not-facilitator"},
		{Act: NameFacilitator, Open: "---------yyy", Closed: "---------yyy", Code: "not-sponsor"},
		{Act: NameSponsor, Open: "-----------y", Closed: "-----------y", Code: "not-admin"},
		{Act: Volunteer, Open: "----yyyyyyy-", Closed: "----yyyyyyy-", Code: "newcomer-not-yet", Writes: true},
		{Act: Consent, Open: "----yyyyyyy-", Closed: "----yyyyyyy-", Code: "newcomer-not-yet", Writes: true},
		{Act: Write, Open: "---yyyyyyy--", Closed: "---yyyyyyy--", Code: "members-only", Writes: true},
		{Act: Suggest, Open: "-yyyyyyyyyy-", Closed: members, Code: "members-only", Writes: true},
		{Act: PublishVersion, Open: "-------yy---", Closed: "-------yy---", Code: "not-core", Writes: true},
		{Act: Start, Open: "-hhyyyyyyy--", Closed: "---yyyyyyy--", Code: "members-only-start", Writes: true},
	}
}

// Policies of who starts a discussion, which the group chooses. They are narrower than the row of
// Start.
const (
	ByAnyone     = "anyone"
	ByFollowers  = "followers"
	ByMembers    = "members"
	ByModerators = "moderators"
)

// StartBy is the row of Start in a group with a policy.
func StartBy(policy, openness string) Row {
	r, _ := Of(Start)
	switch {
	case policy == ByModerators:
		r.Open, r.Closed, r.Code = "--------yy--", "--------yy--", "moderators-only-start"
	case openness != open || policy == ByMembers:
		r.Open = r.Closed
	case policy == ByFollowers:
		r.Open, r.Code = "--hyyyyyyy--", "followers-only-start"
	}
	return r
}

// Of is the row of an act, and whether there is one.
func Of(act Act) (Row, bool) {
	for _, r := range Table() {
		if r.Act == act {
			return r, true
		}
	}
	return Row{}, false
}

// open is the openness whose column of the table is its own.
const open = "open"

// Cells are the letters of a row, one per standing.
type Cells string

// In are the letters that count in a group of an openness.
func (r Row) In(openness string) Cells {
	if openness == open {
		return Cells(r.Open)
	}
	return Cells(r.Closed)
}

// Allow says whether any of some standings may.
func (c Cells) Allow(stands ...Standing) bool {
	return slices.ContainsFunc(c.Who(), func(st Standing) bool { return slices.Contains(stands, st) })
}

// Who lists the standings that may.
func (c Cells) Who() []Standing {
	var list []Standing
	for i, st := range Standings() {
		if c[i] != '-' {
			list = append(list, st)
		}
	}
	return list
}
