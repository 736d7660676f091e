package server_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
)

// forms is a door with one form.
type forms struct{ reached *bool }

func (f forms) Mount(e *echo.Echo) {
	e.POST("/form", func(c echo.Context) error {
		*f.reached = true
		return c.String(http.StatusOK, c.FormValue("text"))
	})
}

func (f forms) Shared() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{"/c/:handle": func(c echo.Context) error {
		*f.reached = true
		return c.NoContent(http.StatusOK)
	}}
}

func multipartForm(t *testing.T, text string) (kind, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "zeros")
	if err == nil {
		_, err = part.Write([]byte(text))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func TestT31_forms(t *testing.T) {
	t.Parallel()
	const plain = "application/x-www-form-urlencoded"
	many, large := multipartForm(t, strings.Repeat("x", 2<<20))
	for _, tt := range []struct {
		name, kind, body string
		want             int
	}{
		{"a form", plain, "text=" + url.QueryEscape("Grüße"), http.StatusOK},
		{"a long text", plain, "text=" + strings.Repeat("x", 500_000), http.StatusOK},
		{"too long", plain, "text=" + strings.Repeat("x", 2<<20), http.StatusRequestEntityTooLarge},
		{"too long in parts", many, large, http.StatusRequestEntityTooLarge},
		{"NUL", plain, "text=a%00b", http.StatusBadRequest},
		{"no UTF-8", plain, "text=%ff", http.StatusBadRequest},
		{"no UTF-8 in a name", plain, "%ff=1", http.StatusBadRequest},
		{"half an escape", plain, "text=%f", http.StatusBadRequest},
	} {
		reached := false
		h := newHouse(t, forms{&reached})
		req := httptest.NewRequest(http.MethodPost, home+"/form", strings.NewReader(tt.body))
		req.Header.Set("Content-Type", tt.kind)
		rec := httptest.NewRecorder()
		h.handler.ServeHTTP(rec, req)
		if rec.Code != tt.want || reached != (tt.want == http.StatusOK) {
			t.Errorf("%s: status %d, want %d; handler reached: %v", tt.name, rec.Code, tt.want, reached)
		}
	}
}

func TestT44_textNoDatabaseKeeps(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]int{
		"/c/water": http.StatusOK, "/c/%C3%BCber?q=%C3%BC": http.StatusOK,
		"/c/a%00b": http.StatusNotFound, "/c/%ff": http.StatusNotFound,
		"/c/water?after=%00": http.StatusBadRequest, "/c/water?%ff=1": http.StatusBadRequest,
	} {
		reached := false
		h := newHouse(t, forms{&reached})
		rec := httptest.NewRecorder()
		h.handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, home+target, nil))
		if rec.Code != want || reached != (want == http.StatusOK) {
			t.Errorf("%s: status %d, want %d; handler reached: %v", target, rec.Code, want, reached)
		}
	}
}
