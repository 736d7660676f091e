package vocab

// Keys, endpoints and the generator of an actor.

func (d *decoder) keys(dst *[]Key) {
	d.eachKey("owner", "publicKeyPem", func(id, owner, material string) {
		if len(*dst) < maxKeys {
			*dst = append(*dst, Key{ID: id, Owner: owner, PEM: material})
		}
	})
}

func (d *decoder) multikeys(dst *[]Multikey) {
	d.eachKey("controller", "publicKeyMultibase", func(id, owner, material string) {
		if len(*dst) < maxKeys {
			*dst = append(*dst, Multikey{ID: id, Controller: owner, PublicKeyMultibase: material})
		}
	})
}

// eachKey reads keys: an id alone, or a document with whose it is and the key itself under these
// names.
func (d *decoder) eachKey(whose, key string, take func(id, owner, material string)) {
	d.each(func() {
		var id, owner, material string
		if d.json.PeekKind() == '"' {
			d.text(&id, maxIRI)
		} else {
			d.fields(func(name []byte) {
				switch string(name) {
				case "id":
					d.text(&id, maxIRI)
				case whose:
					d.iri(&owner)
				case key:
					d.text(&material, maxKey)
				default:
					d.skip()
				}
			})
		}
		if id != "" || owner != "" || material != "" {
			take(id, owner, material)
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
