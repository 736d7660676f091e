package vocab

// The small objects inside a document. Each reader takes one value, whatever
// its kind, and leaves the place as it was when the value makes no sense.

func (d *decoder) types(o *Object) {
	d.each(func() {
		var t string
		d.text(&t, maxShort)
		if t != "" && len(o.Types) < maxKeys {
			o.Types = append(o.Types, t)
		}
	})
	for _, t := range o.Types {
		if known(t) {
			o.Type = t
			return
		}
	}
	if len(o.Types) > 0 {
		o.Type = o.Types[0]
	}
}

// languages reads a contentMap. The first key names the language, as
// Mastodon reads it.
func (d *decoder) languages(o *Object) {
	d.fields(func(name []byte) {
		lang := clip(string(name), maxShort)
		var s string
		d.text(&s, maxContent)
		if s == "" || len(o.ContentMap) >= maxLanguages {
			return
		}
		if o.ContentMap == nil {
			o.ContentMap, o.Language = map[string]string{}, lang
		}
		o.ContentMap[lang] = s
	})
}

// firstOf reads a language map into a place that is still empty.
func (d *decoder) firstOf(dst *string, limit int) {
	d.fields(func([]byte) {
		var s string
		d.text(&s, limit)
		if *dst == "" {
			*dst = s
		}
	})
}

// language reads "fr" or Lemmy's and PeerTube's {"identifier": "fr"}. A
// contentMap knows better, wherever it stands.
func (d *decoder) language(o *Object) {
	lang := ""
	d.each(func() {
		var s string
		if d.json.PeekKind() == '{' {
			d.fields(func(name []byte) {
				if string(name) == "identifier" {
					d.text(&s, maxShort)
					return
				}
				d.skip()
			})
		} else {
			d.text(&s, maxShort)
		}
		if lang == "" {
			lang = s
		}
	})
	if o.ContentMap == nil {
		o.Language = lang
	}
}

func (d *decoder) source(o *Object) {
	if d.json.PeekKind() == '"' {
		o.Source = &Source{}
		d.text(&o.Source.Content, maxContent)
		return
	}
	if d.json.PeekKind() != '{' {
		d.skip()
		return
	}
	o.Source = &Source{}
	d.fields(func(name []byte) {
		switch string(name) {
		case "content":
			d.text(&o.Source.Content, maxContent)
		case "mediaType":
			d.text(&o.Source.MediaType, maxShort)
		default:
			d.skip()
		}
	})
}

// url reads an address, a Link or a list of both, and keeps the page for
// people: the first text/html Link, else the first string, else the first
// Link.
func (d *decoder) url(dst *string) {
	best := 0
	d.each(func() {
		href, rank := "", 2
		if d.json.PeekKind() == '{' {
			href, rank = d.link()
		} else {
			d.text(&href, maxIRI+1)
		}
		if href != "" && len(href) <= maxIRI && rank > best {
			*dst, best = href, rank
		}
	})
}

func (d *decoder) link() (href string, rank int) {
	kind := ""
	d.fields(func(name []byte) {
		switch string(name) {
		case "href":
			d.text(&href, maxIRI+1)
		case "url":
			if href == "" {
				d.url(&href)
				return
			}
			d.skip()
		case "mediaType", "mimeType":
			d.text(&kind, maxShort)
		default:
			d.skip()
		}
	})
	if kind == "text/html" {
		return href, 3
	}
	return href, 1
}

func (d *decoder) tags(o *Object) {
	d.each(func() {
		var t Tag
		d.fields(func(name []byte) {
			switch string(name) {
			case "type":
				d.text(&t.Type, maxShort)
			case "name":
				d.name(&t.Name)
			case "preferredUsername":
				if t.Name == "" {
					d.name(&t.Name)
					return
				}
				d.skip()
			case "href":
				d.text(&t.Href, maxIRI)
			case "id":
				d.text(&t.ID, maxIRI)
			case "icon":
				var icon *Attachment
				if d.picture(&icon); icon != nil {
					t.Icon = icon.URL
				}
			default:
				d.skip()
			}
		})
		if t != (Tag{}) && len(o.Tag) < maxTags {
			o.Tag = append(o.Tag, t)
		}
	})
}

func (d *decoder) attachments(dst *[]Attachment) {
	d.each(func() {
		var a Attachment
		d.attachment(&a)
		if a != (Attachment{}) && len(*dst) < maxAttachments {
			*dst = append(*dst, a)
		}
	})
}

// picture reads an Image, an address or the first of a list.
func (d *decoder) picture(dst **Attachment) {
	d.each(func() {
		var a Attachment
		d.attachment(&a)
		if *dst == nil && a.URL != "" {
			*dst = &a
		}
	})
}

func (d *decoder) attachment(a *Attachment) {
	if d.json.PeekKind() == '"' {
		a.Type = "Link"
		d.text(&a.URL, maxIRI)
		return
	}
	summary := ""
	d.fields(func(name []byte) {
		switch string(name) {
		case "type":
			d.text(&a.Type, maxShort)
		case "url", "href":
			d.url(&a.URL)
		case "mediaType":
			d.text(&a.MediaType, maxShort)
		case "name":
			d.text(&a.Name, maxIRI)
		case "summary":
			d.text(&summary, maxIRI)
		case "value":
			d.text(&a.Value, maxIRI)
		case "size":
			d.count(&a.Size)
		case "digestMultibase":
			d.text(&a.Digest, maxShort)
		case "width":
			d.length(&a.Width)
		case "height":
			d.length(&a.Height)
		case "duration":
			d.text(&a.Duration, maxShort)
		case "blurhash":
			d.text(&a.Blurhash, maxShort)
		default:
			d.skip()
		}
	})
	if summary != "" {
		a.Name = summary
	}
}
