package play

import "github.com/copse-social/copse/db"

// ColdchainCharter is what the community on the server of the Resident Coordinator's Office agrees
// on: all its founders sign.
func ColdchainCharter() db.CharterFields {
	return db.CharterFields{
		Purpose:    "Vaccines reach people in Sarela as potent as they left the factory. We share what we learn about storing and moving them, from the port to the last health post.",
		Inside:     []string{"Refrigerators and cold boxes", "Power and solar", "Temperature logs", "Transport", "Teaching those who handle them"},
		Outside:    []string{"Procurement", "Vaccination campaigns", "Medical advice"},
		Why:        "Three organisations repair the same fridges and pay for the same mistakes. One in eight vials was lost last year.",
		Join:       "An answer from somebody who stood before the same fridge, usually within two days.",
		Who:        "Technicians, district officers, nurses who keep a fridge, and people who know solar.",
		Behaviours: "We ask with figures, say what did not help, and come back to tell how it ended. Nobody is blamed for a fridge.",
		Knowledge:  "Checklists and tables that a nurse can use, each with a name and a date.",
		Activities: []string{"Questions and answers", "A talk on the line each second Thursday", "A visit to one cold room a quarter"},
		Rhythm:     "A question is answered in two days; a talk every two weeks.",
		Weights:    map[string]int{"expertise": 4, "conversation": 3, "projects": 1},
		Roles:      "Amina facilitates. Binh answers for cold rooms, David for solar.",
		Rule:       "all",
		Days:       7,
		Attributed: "What is said here may be quoted with the name of who said it.",
		Measures:   "Vials lost, fridges working after a year, questions answered.",
		ReviewIn:   12,
	}
}

// Profile is what somebody says that one may ask them about.
type Profile struct {
	Org, Handle, Team, Job  string
	Languages, Place, Topic string // several topics, one a line
}

// Profiles is who says so.
func Profiles() []Profile {
	return []Profile{
		{"rco", "amina", "Coordination", "Programme officer", "en fr", "Port Nord", "cold chain networks\nfacilitation"},
		{"health", "binh", "Immunisation", "Cold chain engineer", "en fr", "Port Nord", "cold rooms\nsolar fridges\ntemperature logs"},
		{"health", "carla", "District office", "District officer", "en", "Low Ferry", "health posts by river\ntransport"},
		{"agri", "david", "Energy", "Solar engineer", "en", "Karu", "solar pumps\npanels in heat\ncontrollers"},
	}
}
