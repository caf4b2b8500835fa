package admin

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"

	"github.com/labstack/echo/v4"
)

//go:embed assets
var assetFiles embed.FS

// asset is a file of the status page, ready to be sent.
type asset struct {
	body        []byte
	contentType string
	etag        string
}

// contentTypes are those of the page's files; the machine's own table is not asked.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".md":   "text/plain; charset=utf-8",
}

// assets are the page's files by their path below /assets.
var assets = readAssets(assetFiles)

func readAssets(files fs.FS) map[string]asset {
	all := map[string]asset{}
	err := fs.WalkDir(files, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		sum := sha256.Sum256(body)
		all["/"+name] = asset{body, contentTypes[path.Ext(name)], `"` + hex.EncodeToString(sum[:12]) + `"`}
		return err
	})
	if err != nil {
		panic(err) // the files are part of the binary
	}
	return all
}

// pagePolicy lets the page load its own files and ask its own server, nothing else; no script or style inside the HTML,
// no frame around it, no form that is sent.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// page answers GET /: the status page. It is one file with scripts beside it, and asks the API for everything it shows.
func (a *admin) page(c echo.Context) error { return sendAsset(c, assets["/assets/index.html"]) }

// asset answers GET /assets/*.
func (a *admin) asset(c echo.Context) error {
	found, ok := assets[c.Request().URL.Path]
	if !ok {
		return echo.ErrNotFound
	}
	return sendAsset(c, found)
}

func sendAsset(c echo.Context, a asset) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache") // asked for again each time, sent again only after an update
	h.Set("Etag", a.etag)
	if c.Request().Header.Get("If-None-Match") == a.etag {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, a.contentType, a.body)
}

// sober keeps answers out of caches and lets no browser guess what they are.
func sober(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		return next(c)
	}
}
