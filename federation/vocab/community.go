package vocab

import "strings"

// Policies, polls, places and the lists of our own terms.

func (d *decoder) policy(dst **Policy) {
	if d.json.PeekKind() != '{' {
		d.skip()
		return
	}
	p := &Policy{}
	d.fields(func(name []byte) {
		switch string(name) {
		case "canReply":
			d.permission(&p.CanReply)
		case "canLike":
			d.permission(&p.CanLike)
		case "canAnnounce":
			d.permission(&p.CanAnnounce)
		case "canQuote":
			d.permission(&p.CanQuote)
		default:
			d.skip()
		}
	})
	*dst = p
}

// permission reads GoToSocial's names of 0.20 and the ones before.
func (d *decoder) permission(dst **Permission) {
	if d.json.PeekKind() != '{' {
		d.skip()
		return
	}
	p := &Permission{}
	d.fields(func(name []byte) {
		switch string(name) {
		case "automaticApproval", "always":
			d.addressees(&p.Automatic)
		case "manualApproval", "approvalRequired":
			d.addressees(&p.Manual)
		default:
			d.skip()
		}
	})
	*dst = p
}

func (d *decoder) options(p *Poll) {
	d.each(func() {
		var o Option
		d.fields(func(name []byte) {
			switch string(name) {
			case "name":
				d.name(&o.Name)
			case "replies":
				d.fields(func(name []byte) {
					if string(name) == "totalItems" {
						d.count(&o.Votes)
						return
					}
					d.skip()
				})
			default:
				d.skip()
			}
		})
		if o.Name != "" && len(p.Options) < maxOptions {
			p.Options = append(p.Options, o)
		}
	})
}

func (d *decoder) places(dst *[]Place) {
	d.each(func() {
		var p Place
		if d.json.PeekKind() == '"' {
			d.name(&p.Name)
		} else {
			d.fields(func(name []byte) { d.place(&p, name) })
		}
		if p != (Place{}) && len(*dst) < maxAttachments {
			*dst = append(*dst, p)
		}
	})
}

func (d *decoder) place(p *Place, name []byte) {
	switch string(name) {
	case "type":
		d.text(&p.Type, maxShort)
	case "name":
		d.name(&p.Name)
	case "url":
		d.url(&p.URL)
	case "latitude":
		d.degrees(&p.Latitude)
	case "longitude":
		d.degrees(&p.Longitude)
	case "address":
		d.address(&p.Address)
	default:
		d.skip()
	}
}

// address reads a string or a schema.org PostalAddress as one line.
func (d *decoder) address(dst *string) {
	if d.json.PeekKind() != '{' {
		d.name(dst)
		return
	}
	var parts [5]string
	d.fields(func(name []byte) {
		switch string(name) {
		case "streetAddress":
			d.name(&parts[0])
		case "postalCode":
			d.name(&parts[1])
		case "addressLocality":
			d.name(&parts[2])
		case "addressRegion":
			d.name(&parts[3])
		case "addressCountry":
			d.name(&parts[4])
		default:
			d.skip()
		}
	})
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	*dst = clip(strings.Join(said, ", "), maxIRI)
}

func (d *decoder) contributors(dst *[]Contributor) {
	d.each(func() {
		var c Contributor
		d.fields(func(name []byte) {
			switch string(name) {
			case "actor":
				d.iri(&c.Actor)
			case "role":
				d.text(&c.Role, maxShort)
			case "name":
				d.name(&c.Name)
			case "verdict":
				d.text(&c.Verdict, maxShort)
			default:
				d.skip()
			}
		})
		if (c.Actor != "" || c.Name != "") && len(*dst) < maxPeople {
			*dst = append(*dst, c)
		}
	})
}

func (d *decoder) cited(dst *[]Cited) {
	d.each(func() {
		var c Cited
		d.fields(func(name []byte) {
			switch string(name) {
			case "object":
				d.iri(&c.Object)
			case "author":
				d.iri(&c.Author)
			case "used":
				d.text(&c.Used, maxShort)
			case "consent":
				d.text(&c.Consent, maxIRI)
			default:
				d.skip()
			}
		})
		if c.Object != "" && len(*dst) < maxAddressees {
			*dst = append(*dst, c)
		}
	})
}

func (d *decoder) roles(dst *map[string]string) {
	d.fields(func(name []byte) {
		actor, role := string(name), ""
		d.text(&role, maxShort)
		if role == "" || len(actor) > maxIRI || len(*dst) >= maxAddressees {
			return
		}
		if *dst == nil {
			*dst = map[string]string{}
		}
		(*dst)[actor] = role
	})
}
