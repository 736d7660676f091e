package paper

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
)

// service is a Gotenberg, by the address before /forms.
type service struct {
	at     string
	client *http.Client
}

// render asks for the document by https://gotenberg.dev's route for HTML, in the size that its style
// sheet names.
func (s *service) render(ctx context.Context, html []byte) ([]byte, error) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	file, err := w.CreateFormFile("files", "index.html")
	if err == nil {
		_, err = file.Write(html)
	}
	for _, option := range []string{"preferCssPageSize", "printBackground"} {
		if err == nil {
			err = w.WriteField(option, "true")
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("write the form: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.at+"/forms/chromium/convert/html", &form)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the renderer: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPDF+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read what the renderer answers: %w", err)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the renderer answers %d: %.200s", resp.StatusCode, body)
	}
	return body, nil
}
