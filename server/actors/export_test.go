package actors

// Acts lists what the table of activities knows: the type, and what it is about.
func (d *Door) Acts() [][2]string {
	var out [][2]string
	for a := range d.acts {
		out = append(out, [2]string{a.activity, a.object})
	}
	return out
}
