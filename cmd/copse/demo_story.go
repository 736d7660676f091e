package main

// demoOrg is one organisation of the demonstration: a server of its own and who works there.
type demoOrg struct {
	key, name, mark string
	hue             string
	line            string // what it is in the story
	people          []demoPerson
}

// demoPerson is somebody the reader can become.
type demoPerson struct {
	handle, name, first, role string
	admin                     bool
}

// demoTable is who is who: one country, three organisations (the same that the tests of the whole
// system use).
func demoTable() []demoOrg {
	return []demoOrg{
		{
			key: "rco", name: "Resident Coordinator’s Office", mark: "RC", hue: "6",
			line: "Hosts the community Vaccine Cold Chain Sarela, @coldchain.",
			people: []demoPerson{
				{handle: "amina", name: "Amina Diallo", first: "Amina", role: "facilitates it"},
				{handle: "theo", name: "Theo", first: "Theo", role: "looks after the server", admin: true},
			},
		},
		{
			key: "health", name: "Health Agency", mark: "HA", hue: "2",
			line: "Takes part from its own server.",
			people: []demoPerson{
				{handle: "binh", name: "Dr Binh Tran", first: "Binh", role: "knows cold rooms"},
				{handle: "carla", name: "Carla Reyes", first: "Carla", role: "district officer"},
			},
		},
		{
			key: "agri", name: "Agriculture Agency", mark: "AG", hue: "5",
			line: "Has solar people, and a community of its own, @solarpumps.",
			people: []demoPerson{
				{handle: "david", name: "David Okello", first: "David", role: "knows solar"},
				{handle: "esi", name: "Esi Mensah", first: "Esi", role: "new, may not start discussions yet"},
			},
		},
	}
}

const (
	coldchainTagline = "Vaccines that arrive as good as they left."
	coldchainSummary = `Storage and transport of vaccines in Sarela, from the port to the last health post.

**We take on** refrigerators, cold boxes, power and solar, temperature logs, transport, and teaching those who handle them.

**We do not take on** procurement, vaccination campaigns or medical advice.

Anyone may follow and answer. Members start discussions. A first answer by somebody new is looked at before it is shown, usually within a day.`

	solarpumpsTagline = "Water and cold from the sun, and what the dust does to it."
	solarpumpsSummary = `Solar pumps and solar cold rooms on farms: sizing, controllers, repair.

**We take on** anything between the panel and the tap or the shelf.

**We do not take on** grid power and diesel sets.`

	welcomeTitle = "How we work here"
	welcomeText  = `Welcome to the cold chain community.

* **Ask with figures**: place, model, temperatures, hours of power. It saves three rounds of questions.
* **Say what you have tried**, also what did not help.
* **Come back** and tell how it ended. Half a year later somebody has the same fridge.

You can take part from your own organisation’s server, or from Mastodon and others. Nobody needs an account here.`

	fridgeTitle = "Fridge fails at 43 °C in Karu"
	fridgeText  = `Grace Achieng, district nurse in Karu, asks by telephone:

Three solar fridges (direct drive, no battery), two years old. Since the hot wind began, **two of them climb to 11 °C between 13:00 and 16:00**. Outside it is 43 °C, in the room 39 °C. In the morning all three stand at 4 °C.

She has cleaned the panels and the condenser grille and moved nothing yet. The next delivery comes in nine days.

What should she look at first?`

	fridgeBinh = `I had the same in Port Nord two years ago. Above 38 °C in the room, a direct drive fridge loses more than it makes.

In this order:

1. **Room before fridge.** Vents high and low on the shaded side took our room from 39 to 34 °C in a day.
2. 30 cm of free space behind the condenser. Ours stood against the wall.
3. Only then the gas. It was never the gas.

Until then: freeze all ice packs before 10:00 and leave them in.`

	fridgeDavid = `Ask her for the voltage at the compressor at 14:00, please. Panels lose about 0.4 % per degree: at 43 °C in the shade they are near 70 °C on the roof and give a fifth less **exactly when the fridge needs most**.

We have a table for this in @solarpumps@{agri}. If it is the panels, raising them 10 cm off the roof helps more than washing.`

	fridgeAmina = `Thank you both. I read Grace your answers. She has measured: 39 °C in the room, **11 cm** between condenser and wall. Voltage she can take on Thursday when the electrician comes.`

	fridgeBinhAgain = `11 cm explains a good part. Move the two that fail first, before anything else; it costs nothing.`

	fridgeEsi = `In our seed store we hung wet jute over the vents on the windy side. It brought 3 degrees, for nothing. It needs somebody to wet it twice a day.`

	fridgeTheo = `I put the power log of the district office beside it: two cuts last week, both at night. So it is not the grid.`

	solarTitle = "How many hours of sun for 60 litres?"
	solarText  = `We size farm cold rooms at 4.5 hours of full sun in the dry season and 3.2 in the rains. For a 60 litre vaccine fridge the makers say “3.5 hours, anywhere”.

What did you measure? Two lines with place, month and model are enough; I will make one table of it.`

	solarCarla = `Health post Low Ferry, June, 60 litres: 2.9 hours on the three worst days, and it held 6 °C until the next noon. Not one hour less, though.`

	dustTitle = "Which controllers survive the dust?"
	dustText  = `Of 22 pump controllers that we opened after one dry season, 9 had dust in the fan. All nine were the kind with a fan on top.

Who runs controllers without a fan above 40 °C, and since when?`

	dustBinh = `Cold rooms of ours: five without a fan since 2023, none failed. They stand in the shade, on the north wall, 1.5 m above the ground.`
)
