package locales

import (
	"sync"
	"time"
)

// calendar is the small part of CLDR that pages need. Layouts use D for the
// day, w and W for the short and long weekday, m and M for the month, Y for
// the year; everything else stands as it is.
type calendar struct {
	weekdays, days  [7]string // short, long; Sunday first as in package time
	months, monthsL [12]string
	dayMonth        string // below one year
	dayYear         string // older
	long            string
	group           string // between thousands
	groupFrom       int    // smallest number that is grouped
	units           [3]string
}

// The no-break space keeps "16 nov." and "1 840" on one line.
const nbsp = "\u00a0"

var calendars = sync.OnceValue(func() map[string]*calendar {
	return map[string]*calendar{
		"en": {
			weekdays:  [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
			days:      [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
			months:    [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
			monthsL:   [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
			dayMonth:  "w D m",
			dayYear:   "D m Y",
			long:      "W D M Y",
			group:     ",",
			groupFrom: 1000,
			units:     [3]string{"B", "KB", "MB"},
		},
		"fr": {
			weekdays:  [7]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."},
			days:      [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
			months:    [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
			monthsL:   [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
			dayMonth:  "w D" + nbsp + "m",
			dayYear:   "D" + nbsp + "m Y",
			long:      "W D M Y",
			group:     "\u202f",
			groupFrom: 1000,
			units:     [3]string{"o", "Ko", "Mo"},
		},
		"es": {
			weekdays:  [7]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
			days:      [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
			months:    [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
			monthsL:   [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
			dayMonth:  "w D m",
			dayYear:   "D m Y",
			long:      "W D de M de Y",
			group:     ".",
			groupFrom: 10000,
			units:     [3]string{"B", "kB", "MB"},
		},
		"ru": {
			weekdays:  [7]string{"вс", "пн", "вт", "ср", "чт", "пт", "сб"},
			days:      [7]string{"воскресенье", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота"},
			months:    [12]string{"янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."},
			monthsL:   [12]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
			dayMonth:  "w, D" + nbsp + "m",
			dayYear:   "D" + nbsp + "m Y",
			long:      "W, D M Y г.",
			group:     nbsp,
			groupFrom: 1000,
			units:     [3]string{"Б", "КБ", "МБ"},
		},
		"zh": {
			weekdays:  [7]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"},
			days:      [7]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"},
			months:    [12]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
			monthsL:   [12]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"},
			dayMonth:  "mD日 w",
			dayYear:   "Y年mD日",
			long:      "Y年MD日 W",
			group:     ",",
			groupFrom: 1000,
			units:     [3]string{"B", "KB", "MB"},
		},
		"ar": {
			weekdays:  [7]string{"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"},
			days:      [7]string{"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"},
			months:    [12]string{"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
			monthsL:   [12]string{"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
			dayMonth:  "w D m",
			dayYear:   "D m Y",
			long:      "W D M Y",
			group:     ",",
			groupFrom: 1000,
			units:     [3]string{"بايت", "ك.ب", "م.ب"},
		},
	}
})

// date writes t by one of the calendar's layouts.
func (c *calendar) date(layout string, t time.Time) string {
	out := make([]byte, 0, 2*len(layout)+16)
	for _, r := range layout {
		switch r {
		case 'D':
			out = appendInt(out, t.Day())
		case 'w':
			out = append(out, c.weekdays[t.Weekday()]...)
		case 'W':
			out = append(out, c.days[t.Weekday()]...)
		case 'm':
			out = append(out, c.months[t.Month()-1]...)
		case 'M':
			out = append(out, c.monthsL[t.Month()-1]...)
		case 'Y':
			out = appendInt(out, t.Year())
		default:
			out = append(out, string(r)...)
		}
	}
	return string(out)
}
