package command

import "testing"

func TestAdminOfEnvironment(t *testing.T) {
	for listen, want := range map[string]string{
		"":               "http://127.0.0.1:9090",
		"127.0.0.1:9191": "http://127.0.0.1:9191",
		"0.0.0.0:9191":   "http://127.0.0.1:9191",
		":9191":          "http://127.0.0.1:9191",
		"[::]:9191":      "http://127.0.0.1:9191",
		"10.0.0.5:9090":  "http://10.0.0.5:9090",
	} {
		if got := adminOfEnvironment(func(string) string { return listen }); got != want {
			t.Errorf("%q: %s, want %s", listen, got, want)
		}
	}
}
