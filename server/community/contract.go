package community

import (
	"context"
	"errors"

	"github.com/copse-social/copse/db"
	"github.com/copse-social/copse/federation"
	"github.com/copse-social/copse/federation/vocab"
)

var errUnwritten = errors.New("rule not written yet")

// Act is something a person does in a group.
type Act string

// The acts.
const (
	ActRead       Act = "read"
	ActFollow     Act = "follow"
	ActJoin       Act = "join"
	ActReply      Act = "reply"
	ActStart      Act = "start"
	ActLike       Act = "like"
	ActPin        Act = "pin"
	ActLock       Act = "lock"
	ActRemove     Act = "remove"
	ActBan        Act = "ban"
	ActGrant      Act = "grant"
	ActEditGroup  Act = "edit-group"
	ActSeeReports Act = "see-reports"
)

// Standing is where a person stands in a group.
type Standing struct {
	Role    string
	Banned  *db.Ban
	Follows bool
}

func (r *Rules) Standing(ctx context.Context, s *db.Store, g *db.Group, who *db.Actor) (Standing, error) {
	return Standing{}, errUnwritten
}

func (r *Rules) Permit(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, act Act) error {
	return errUnwritten
}

func (r *Rules) Hold(ctx context.Context, tx *db.Store, g *db.Group, who *db.Actor, hasLinks bool) (bool, error) {
	return false, errUnwritten
}

// NewPerson is a person to be.
type NewPerson struct {
	Handle, Name, Email, PasswordHash, Organisation, Locale string
	Admin                                                   bool
	Actor                                                   *db.Actor
}

// NewGroup is a group to be.
type NewGroup struct {
	Handle, Name, Tagline, Summary              string
	Openness, PostPolicy, HoldPolicy, Languages string
	Facilitator                                 *db.Actor
	Actor                                       *db.Actor
}

func (r *Rules) PrepareActor(s *db.Store, kind string) (*db.Actor, error) { return nil, errUnwritten }
func (r *Rules) CreatePerson(ctx context.Context, tx *db.Store, n NewPerson) (*db.Account, error) {
	return nil, errUnwritten
}
func (r *Rules) CreateGroup(ctx context.Context, tx *db.Store, n NewGroup) (*db.Group, error) {
	return nil, errUnwritten
}
func (r *Rules) EnsureInstance(ctx context.Context, tx *db.Store) (*db.Actor, error) {
	return nil, errUnwritten
}
func (r *Rules) EditPerson(ctx context.Context, tx *db.Store, a *db.Account) error {
	return errUnwritten
}
func (r *Rules) EditGroup(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group) error {
	return errUnwritten
}
func (r *Rules) Follow(ctx context.Context, tx *db.Store, who, whom *db.Actor) (*db.Follow, error) {
	return nil, errUnwritten
}
func (r *Rules) Unfollow(ctx context.Context, tx *db.Store, who, whom *db.Actor) error {
	return errUnwritten
}
func (r *Rules) AcceptFollow(ctx context.Context, tx *db.Store, by *db.Actor, f *db.Follow) error {
	return errUnwritten
}
func (r *Rules) RejectFollow(ctx context.Context, tx *db.Store, by *db.Actor, f *db.Follow) error {
	return errUnwritten
}
func (r *Rules) Join(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
	return errUnwritten
}
func (r *Rules) Leave(ctx context.Context, tx *db.Store, who *db.Actor, g *db.Group) error {
	return errUnwritten
}
func (r *Rules) AddMember(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, who *db.Actor) error {
	return errUnwritten
}

// BanOf is a ban to be.
type BanOf struct {
	Who        *db.Actor
	Reason     string
	Until      db.Time
	RemoveData bool
}

func (r *Rules) Ban(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, b BanOf) error {
	return errUnwritten
}
func (r *Rules) LiftBan(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, who *db.Actor) error {
	return errUnwritten
}

// RoleOf is a role to give or take.
type RoleOf struct {
	Who  *db.Actor
	Role string
}

func (r *Rules) GrantRole(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, what RoleOf) error {
	return errUnwritten
}
func (r *Rules) WithdrawRole(ctx context.Context, tx *db.Store, by *db.Actor, g *db.Group, what RoleOf) error {
	return errUnwritten
}

// ReportOf is what somebody tells moderators.
type ReportOf struct {
	Post    *db.Post
	Target  *db.Actor
	Content string
}

func (r *Rules) Report(ctx context.Context, tx *db.Store, by *db.Actor, what ReportOf) (*db.Report, error) {
	return nil, errUnwritten
}
func (r *Rules) ResolveReport(ctx context.Context, tx *db.Store, by *db.Actor, report *db.Report, resolution string) error {
	return errUnwritten
}

// Notice is what a group says to one person in words.
type Notice struct {
	To    *db.Actor
	Code  string
	About *db.Post
}

func (r *Rules) Tell(ctx context.Context, tx *db.Store, g *db.Group, n Notice) (bool, error) {
	return false, errUnwritten
}
func (r *Rules) ActorDoc(ctx context.Context, s *db.Store, a *db.Actor) (vocab.ActorDoc, error) {
	return vocab.ActorDoc{}, errUnwritten
}
func (r *Rules) Announce(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity, about string) error {
	return errUnwritten
}
func (r *Rules) AnnounceMark(ctx context.Context, tx *db.Store, g *db.Group, a *db.Activity, about string) error {
	return errUnwritten
}
func (r *Rules) Boost(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	return errUnwritten
}
func (r *Rules) Unboost(ctx context.Context, tx *db.Store, g *db.Group, p *db.Post) error {
	return errUnwritten
}
func (r *Rules) TakeFollow(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeUndoFollow(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeAccept(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeReject(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeJoin(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeLeave(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeBlock(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeUndoBlock(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeFlag(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeDeleteActor(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeMove(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeActorUpdate(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
func (r *Rules) TakeAddRemove(ctx context.Context, tx *db.Store, in *federation.Incoming) (federation.Outcome, error) {
	return federation.Outcome{}, errUnwritten
}
