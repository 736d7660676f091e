// Package play is the demonstration: who is who, what they say, and the first days, acted out on
// the servers of three organisations.
package play

// Org is one organisation: a server of its own and who works there.
type Org struct {
	Key, Name string
	Mark, Hue string // how its badge looks
	Line      string // what it is in the story
	People    []Person
}

// Person is somebody the reader can become.
type Person struct {
	Handle, Name, First string
	Role                string // what they are, after their name
	Admin               bool
}

// Orgs is who is who: one country, three organisations (the same that the tests of the whole
// system use).
func Orgs() []Org {
	return []Org{
		{
			Key: "rco", Name: "Resident Coordinator’s Office", Mark: "RC", Hue: "6",
			Line: "Hosts the community Vaccine Cold Chain Sarela, @coldchain.",
			People: []Person{
				{Handle: "amina", Name: "Amina Diallo", First: "Amina", Role: "facilitates it"},
				{Handle: "theo", Name: "Theo", First: "Theo", Role: "looks after the server", Admin: true},
			},
		},
		{
			Key: "health", Name: "Health Agency", Mark: "HA", Hue: "2",
			Line: "Takes part from its own server.",
			People: []Person{
				{Handle: "binh", Name: "Dr Binh Tran", First: "Binh", Role: "knows cold rooms"},
				{Handle: "carla", Name: "Carla Reyes", First: "Carla", Role: "district officer"},
			},
		},
		{
			Key: "agri", Name: "Agriculture Agency", Mark: "AG", Hue: "5",
			Line: "Has solar people, and a community of its own, @solarpumps.",
			People: []Person{
				{Handle: "david", Name: "David Okello", First: "David", Role: "knows solar"},
				{Handle: "esi", Name: "Esi Mensah", First: "Esi", Role: "new, may not start discussions yet"},
			},
		},
	}
}

// What is said, as Markdown; {agri} stands for the host of the organisation.
const (
	ColdchainTagline = "Vaccines that arrive as good as they left."
	ColdchainSummary = `Storage and transport of vaccines in Sarela, from the port to the last health post.

**We take on** refrigerators, cold boxes, power and solar, temperature logs, transport, and teaching those who handle them.

**We do not take on** procurement, vaccination campaigns or medical advice.

Anyone may follow and answer. Members start discussions. A first answer by somebody new is looked at before it is shown, usually within a day.`

	CarlaLink         = "I look after the cold boxes of eleven health posts along the Low Ferry river."
	CarlaIntroduction = "I am Carla, district officer in Low Ferry. I bring logs of four rainy seasons, and I would like to learn what lasts."

	SolarpumpsTagline = "Water and cold from the sun, and what the dust does to it."
	SolarpumpsSummary = `Solar pumps and solar cold rooms on farms: sizing, controllers, repair.

**We take on** anything between the panel and the tap or the shelf.

**We do not take on** grid power and diesel sets.`

	WelcomeTitle = "How we work here"
	WelcomeText  = `Welcome to the cold chain community.

* **Ask with figures**: place, model, temperatures, hours of power. It saves three rounds of questions.
* **Say what you have tried**, also what did not help.
* **Come back** and tell how it ended. Half a year later somebody has the same fridge.

You can take part from your own organisation’s server, or from Mastodon and others. Nobody needs an account here.`

	FridgeTitle = "Fridge fails at 43 °C in Karu"
	FridgeText  = `Grace Achieng, district nurse in Karu, asks by telephone:

Three solar fridges (direct drive, no battery), two years old. Since the hot wind began, **two of them climb to 11 °C between 13:00 and 16:00**. Outside it is 43 °C, in the room 39 °C. In the morning all three stand at 4 °C.

She has cleaned the panels and the condenser grille and moved nothing yet. The next delivery comes in nine days.

What should she look at first?`

	FridgeBinh = `I had the same in Port Nord two years ago. Above 38 °C in the room, a direct drive fridge loses more than it makes.

In this order:

1. **Room before fridge.** Vents high and low on the shaded side took our room from 39 to 34 °C in a day.
2. 30 cm of free space behind the condenser. Ours stood against the wall.
3. Only then the gas. It was never the gas.

Until then: freeze all ice packs before 10:00 and leave them in.`

	FridgeDavid = `Ask her for the voltage at the compressor at 14:00, please. Panels lose about 0.4 % per degree: at 43 °C in the shade they are near 70 °C on the roof and give a fifth less **exactly when the fridge needs most**.

We have a table for this in @solarpumps@{agri}. If it is the panels, raising them 10 cm off the roof helps more than washing.`

	FridgeAmina = `Thank you both. I read Grace your answers. She has measured: 39 °C in the room, **11 cm** between condenser and wall. Voltage she can take on Thursday when the electrician comes.`

	FridgeBinhAgain = `11 cm explains a good part. Move the two that fail first, before anything else; it costs nothing.`

	FridgeEsi = `In our seed store we hung wet jute over the vents on the windy side. It brought 3 degrees, for nothing. It needs somebody to wet it twice a day.`

	FridgeTheo = `I put the power log of the district office beside it: two cuts last week, both at night. So it is not the grid.`

	SolarTitle = "How many hours of sun for 60 litres?"
	SolarText  = `We size farm cold rooms at 4.5 hours of full sun in the dry season and 3.2 in the rains. For a 60 litre vaccine fridge the makers say “3.5 hours, anywhere”.

What did you measure? Two lines with place, month and model are enough; I will make one table of it.`

	SolarCarla = `Health post Low Ferry, June, 60 litres: 2.9 hours on the three worst days, and it held 6 °C until the next noon. Not one hour less, though.`

	DustTitle = "Which controllers survive the dust?"
	DustText  = `Of 22 pump controllers that we opened after one dry season, 9 had dust in the fan. All nine were the kind with a fan on top.

Who runs controllers without a fan above 40 °C, and since when?`

	DustBinh = `Cold rooms of ours: five without a fan since 2023, none failed. They stand in the shade, on the north wall, 1.5 m above the ground.`
)
