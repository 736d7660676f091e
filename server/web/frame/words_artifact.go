package frame

import "github.com/copse-social/copse/frontend/locales"

// aboutArtifact words why something about an artifact can't be done.
func aboutArtifact(l *locales.Loc, code string) string {
	switch code {
	case "abstract-long":
		return l.Text("This is too long. Keep it under 500 letters.")
	case "blocks-many":
		return l.Text("There are too many blocks. Put some together.")
	case "blocks-missing":
		return l.Text("Parts that this kind needs are still empty.")
	case "block-clash":
		return l.Text("A block has two texts. Put them together first.")
	case "picture-words":
		return l.Text("A picture has no words. Say between the brackets what it shows.")
	case "draft-saved-meanwhile":
		return l.Text("Somebody saved in the same moment. Send it again.")
	case "draft-discarded":
		return l.Text("This draft was thrown away. Bring it back first.")
	case "artifact-elsewhere":
		return l.Text("This page lives on another server. It is changed there.")
	case "artifact-here":
		return l.Text("This page lives here already.")
	case "artifact-retired":
		return l.Text("This page is retired.")
	case "artifact-draft":
		return l.Text("This page is not published yet.")
	case "artifact-versions":
		return l.Text("This page has versions. Write the next one, or retire it.")
	case "not-steward":
		return l.Text("Only who looks after this page, the core group and the facilitators can do this.")
	case "steward-there":
		return l.Text("Somebody looks after it already.")
	case "not-named":
		return l.Text("You are not named as a reviewer here.")
	case "note-missing":
		return l.Text("Say in a sentence what is different.")
	}
	return aboutReview(l, code)
}

func aboutReview(l *locales.Loc, code string) string {
	switch code {
	case "reviewers-few":
		return l.Text("Choose at least two reviewers.")
	case "reviewers-inside":
		return l.Text("At least one reviewer has to come from another organisation. If nobody can, say why.")
	case "reviewer-author":
		return l.Text("An author cannot review their own page.")
	case "reviewer-stranger":
		return l.Text("Only members of the community can review.")
	case "reviewer-unasked":
		return l.Text("You were not asked to review this. Comment on it instead.")
	case "review-old":
		return l.Text("The draft has changed since. Look at it again.")
	case "verdict-why":
		return l.Text("Say what should change, or why not.")
	case "verdicts-few":
		return l.Text("Two reviewers have to accept it first.")
	case "verdicts-inside":
		return l.Text("A reviewer from another organisation has to accept it first.")
	case "verdict-open":
		return l.Text("A reviewer still asks for changes.")
	case "suggestion-decided":
		return l.Text("This was decided already.")
	case "reason-missing":
		return l.Text("Say why not, so that they can learn from it.")
	case "file-none":
		return l.Text("Choose a file.")
	case "file-unread":
		return l.Text("This is no Word, HTML or Markdown file that can be read.")
	case "file-large":
		return l.Text("The file is too large, or holds more than can be read.")
	case "files-many":
		return l.Text("No more files fit here.")
	case "picture-unread":
		return l.Text("This picture cannot be shown: it is damaged or too large.")
	case "chapter-none":
		return l.Text("A chapter is a published page of the same community.")
	case "chapters-many":
		return l.Text("No more chapters fit here.")
	case "place-missing":
		return l.Text("Say where you used it.")
	case "hours-range":
		return l.Text("Give the hours as a number up to 2,000.")
	}
	return ""
}
