package vocab

// Keys, endpoints and the generator of an actor.

func (d *decoder) keys(dst *[]Key) {
	d.each(func() {
		var k Key
		if d.json.PeekKind() == '"' {
			d.text(&k.ID, maxIRI)
		} else {
			d.fields(func(name []byte) {
				switch string(name) {
				case "id":
					d.text(&k.ID, maxIRI)
				case "owner":
					d.iri(&k.Owner)
				case "publicKeyPem":
					d.text(&k.PEM, maxKey)
				default:
					d.skip()
				}
			})
		}
		if k != (Key{}) && len(*dst) < maxKeys {
			*dst = append(*dst, k)
		}
	})
}

func (d *decoder) multikeys(dst *[]Multikey) {
	d.each(func() {
		var k Multikey
		if d.json.PeekKind() == '"' {
			d.text(&k.ID, maxIRI)
		} else {
			d.fields(func(name []byte) {
				switch string(name) {
				case "id":
					d.text(&k.ID, maxIRI)
				case "controller":
					d.iri(&k.Controller)
				case "publicKeyMultibase":
					d.text(&k.PublicKeyMultibase, maxKey)
				default:
					d.skip()
				}
			})
		}
		if k != (Multikey{}) && len(*dst) < maxKeys {
			*dst = append(*dst, k)
		}
	})
}

func (d *decoder) endpoints(p *Profile) {
	d.fields(func(name []byte) {
		if string(name) == "sharedInbox" {
			d.iri(&p.SharedInbox)
			return
		}
		d.skip()
	})
}

func (d *decoder) generator(p *Profile) {
	if d.json.PeekKind() == '"' {
		d.skip() // an id; federation may fetch it from Raw
		return
	}
	d.fields(func(name []byte) {
		switch string(name) {
		case "name":
			d.name(&p.GeneratorName)
		case "implements":
			d.iris(&p.Implements, maxPeople)
		default:
			d.skip()
		}
	})
}
