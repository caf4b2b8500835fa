package admin

import (
	_ "embed"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page answers GET /: one screen about every tenant, readable without scripts.
func (a *admin) page(c echo.Context) error {
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	c.Response().Header().Set("Content-Type", echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(http.StatusOK)
	return pageTemplate.Execute(c.Response(), map[string]any{"Tenants": a.Tenants(), "Versions": a.Versions})
}
