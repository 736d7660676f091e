package locales

import "time"

// Notice is what a community says to one person in a direct message: plain text in a language, for
// a code of the rules, or "" where there is nothing to say. args holds group, the community's name.
// What happened, why, and the way out: the link and the person's own text follow below.
func Notice(lang, code string, args map[string]string) string {
	l, group := New(lang, nil, time.Time{}), args["group"]
	switch code {
	case "held":
		return l.Text("Thank you. What you wrote in %s waits for a facilitator to look at it, as first posts here do. You need not send it again.", group)
	case "reuse-ask", "synthesis-look", "synthesis-objected", "synthesis-object-late":
		return noticeOfReply(l, code, args)
	case "private-reply":
		return l.Text("Your answer was not public, so it went to the facilitators of %s alone and was not shown in the discussion. To answer in the discussion, send it as a public post.", group)
	case "followers-only":
		return l.Text("Your post was for your followers only, so %s has not shown it. To start a discussion, send it as a public post; to write to the facilitators alone, send it as a direct message.", group)
	case "members-only-start":
		return l.Text("Only members start discussions in %s, so this was not shown. The page below says how to become one. Answers are welcome from everybody. This is what you wrote:", group)
	case "followers-only-start":
		return l.Text("Only followers start discussions in %s, so this was not shown. Follow the community and send it again. This is what you wrote:", group)
	case "moderators-only-start":
		return l.Text("Only its facilitators start discussions in %s, so this was not shown. Answers are welcome. This is what you wrote:", group)
	case "members-only-reply", "members-only":
		return l.Text("Only members answer in %s, so this was not shown. The page below says how to become one. This is what you wrote:", group)
	case "discussion-locked":
		return l.Text("The discussion in %s that you answered is locked, so this was not shown. This is what you wrote:", group)
	case "slow-mode":
		return l.Text("Everybody waits between two posts in %s now, so this was not shown. Send it again after %s. This is what you wrote:", group, args["until"])
	case "discussion-gone":
		return l.Text("What you answered in %s has been removed, so this was not shown. This is what you wrote:", group)
	case "banned":
		return l.Text("The facilitators of %s have closed the community to you, so this was not shown. To appeal, send them a direct message.", group)
	case "retold-start":
		return l.Text("%s, %s, writes:", args["person"], args["host"])
	case "retold-answer":
		return l.Text("%s, %s, answers:", args["person"], args["host"])
	case "released":
		return l.Text("%s, %s, wrote this in %s. The community has opened it to everybody:", args["person"], args["host"], group)
	case "release-ask":
		return l.Text("%s would like to open this one text of yours in %s to everybody, with your name. Answer “I agree” or “No”. Nothing around it is opened, and you can take it back.", args["other"], group)
	case "level-closed":
		return l.Text("%s is for its members now. You followed it without being one, so it sends you nothing more. To read on, ask to join.", group)
	case "answer-wide":
		return l.Text("Your answer is shown to the members of %s. Your server has shown it to others as well, as you chose. For members alone, answer to mentioned people only.", group)
	case "host-no-promise":
		return l.Text("%s is for its members only, and your server's software does not promise to keep what it stores among them, so you were not let in. Ask its facilitators about other ways, such as a guest account.", group)
	case "host-not-trusted", "host-not-confirmed":
		return l.Text("%s lets in people of organisations that it has agreed with, and your organisation is not one of them yet, so you were not let in. Ask its facilitators, or whoever runs your server.", group)
	case "introduced-title":
		return l.Text("New in %s: %s", group, args["person"])
	case "introduced":
		return l.Text("%s, %s, has become a member and agreed that this is shown here:", args["person"], args["other"])
	case "appeal-taken":
		return l.Text("Thank you. Somebody else than who closed %s to you looks at it and answers.", group)
	case "report-decided":
		return l.Text("What you reported in %s has been looked at.", group)
	case "guest-link":
		return l.Text("Somebody, you we hope, wants to sign in as you to look after %s. Open the link in the browser in which you asked for it; it works once, until %s. If it was not you, do nothing.", group, args["until"])
	case "group-archived":
		return l.Text("%s is closed. Everything in it stays readable, and nothing new is taken. This is what you wrote:", group)
	case "title-short", "title-long", "text-empty", "text-long", "text-invalid":
		return l.Text("What you sent to %s was too short, too long or could not be read, so it was not shown.", group)
	}
	return belonging(l, code, args)
}

// belonging is Notice for what is about joining and staying.
func belonging(l *Loc, code string, args map[string]string) string {
	group := args["group"]
	switch code {
	case "join-how":
		return l.Text("You follow %s now. To become a member, answer this with a line on your work and the words “I commit”. Add “keep private” if nobody but the facilitators should read it.", group)
	case "join-asked":
		return l.Text("Thank you. The facilitators of %s read what you wrote and answer, usually within three days.", group)
	case "join-member":
		return l.Text("Welcome: you are a member of %s now. Your words are kept with the date and the charter.", group)
	case "join-link-short":
		return l.Text("Nearly: write the words “I commit” once more, with a line on how your work touches %s.", group)
	case "join-invited":
		return l.Text("%s invites you to %s. Answer this with a line on your work and the words “I commit”, or read first what it is about.", args["other"], group)
	case "join-silent":
		return l.Text("Nobody has heard of you in %s for half a year. If you would like to stay a member, answer this, write something there or open the page below; else your membership sleeps until you come back.", group)
	case "join-stays":
		return l.Text("Good to hear of you: you stay a member of %s.", group)
	case "join-open":
		return l.Text("%s is looking for a facilitator: nobody has looked after it for two months. If you would, answer this with the words “I offer”, or open the page below.", group)
	case "join-offered":
		return l.Text("%s offers to facilitate %s. If you agree, answer this with the words “I agree”, or open the page below.", args["other"], group)
	case "join-untended":
		return l.Text("No facilitator of %s has done anything in it for a month. Please look whether somebody should take over.", group)
	}
	return ""
}

// noticeOfReply is Notice for those whose responses a consolidated reply uses, and who reused a page.
func noticeOfReply(l *Loc, code string, args map[string]string) string {
	group := args["group"]
	switch code {
	case "reuse-ask":
		return l.Text("Thank you for telling %s that you used this. Did you take it as it was, or adapted? Answer with “as it was” or “adapted”. It counts either way.", group)
	case "synthesis-look":
		return l.Text("What you answered in %s is used in a consolidated reply. Look at it on the page below: until %s you can object to a sentence there, or in an answer to this message; then it is published.", group, args["until"])
	case "synthesis-objected":
		return l.Text("Thank you. What you say about the reply in %s stands beside its text until its editors have dealt with it.", group)
	case "synthesis-object-late":
		return l.Text("The time to object to the reply in %s is over. To add something, answer the query on the page below; its editors are told.", group)
	}
	return ""
}
