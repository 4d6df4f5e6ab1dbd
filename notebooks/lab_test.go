package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nqm/notebooks/internal/lab"
	"nqm/theory/longtest"
)

// certificate writes a self-signed certificate and its key into dir.
func certificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	coded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "PRIVATE KEY", Bytes: coded}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// labUnder starts the lab on a folder of its own under the user's settings and
// returns the address that it says, and its warnings.
func labUnder(t *testing.T, settings string) (address string, warnings []string) {
	t.Helper()
	env := environment(t)
	dir := t.TempDir()
	t.Setenv("JUPYTER_CONFIG_DIR", dir)
	for _, name := range []string{"jupyter_server_config.py", "jupyter_lab_config.py"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(settings), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	err := lab.Server{Env: env, Dir: t.TempDir(), Open: "lesson.ipynb"}.Run(ctx, func(a string, w []string) {
		address, warnings = a, w
		stop()
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the server ended with %v", err)
	}
	return address, warnings
}

// The user's own settings of Jupyter neither hang nor break the lab, and it says
// when they open it to everybody.
func TestLabUnderTheUsersSettings(t *testing.T) {
	longtest.Only(t)
	environment(t)
	cert, key := certificate(t, t.TempDir())
	address, warnings := labUnder(t, fmt.Sprintf(`
c.ServerApp.certfile = %q
c.ServerApp.keyfile = %q
c.ServerApp.sock = %q
c.ServerApp.port = 9999
c.ServerApp.password = "argon2:nobody"
c.PasswordIdentityProvider.hashed_password = "argon2:nobody"
c.ServerApp.contents_manager_class = "no.such.Manager"
c.ServerApp.kernel_spec_manager_class = "no.such.Specs"
c.ServerApp.kernel_manager_class = "no.such.Kernels"
c.GatewayClient.url = "http://nobody.invalid"
c.ServerApp.root_dir = "/"
c.ServerApp.base_url = "/theirs/"
c.ServerApp.ip = "0.0.0.0"
`, cert, key, filepath.Join(t.TempDir(), "socket")))
	if !strings.HasPrefix(address, "https://127.0.0.1:") || !strings.HasSuffix(address, "/theirs/lab/tree/lesson.ipynb") || len(warnings) > 0 {
		t.Errorf("under the user's settings the lab is at %s and warns of %q", address, warnings)
	}
	_, warnings = labUnder(t, `
c.ServerApp.ip = "*"
c.IdentityProvider.token = ""
c.ServerApp.token = ""
`)
	if len(warnings) != 1 || !strings.Contains(warnings[0], "Anybody who reaches this machine") {
		t.Errorf("open to everybody, the lab warns of %q", warnings)
	}
}

// A copy of the lessons has what the clone has, and keeps what is there, whatever
// it is.
func TestWorkFolder(t *testing.T) {
	clone, work := filepath.Join(t.TempDir(), "[a]*"), filepath.Join(t.TempDir(), "new", "work")
	if err := os.Mkdir(clone, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(dir, name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"01.ipynb", "01.md", "jupytext.toml", "lab.go"} {
		write(clone, name, "clone")
	}
	if dir, err := lessonFolder(clone, work); err != nil || dir != work {
		t.Fatalf("folder %q, error %v", dir, err)
	}
	write(work, "01.ipynb", "mine")
	if err := os.Remove(filepath.Join(work, "01.md")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(work, "01.md")); err != nil {
		t.Fatal(err)
	}
	write(clone, "02.md", "clone")
	if _, err := lessonFolder(clone, work); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"01.ipynb": "mine", "jupytext.toml": "clone", "02.md": "clone"} {
		if got, err := os.ReadFile(filepath.Join(work, name)); err != nil || string(got) != want {
			t.Errorf("%s says %q, error %v, want %q", name, got, err, want)
		}
	}
	if link, err := os.Readlink(filepath.Join(work, "01.md")); err != nil || link != "nowhere" {
		t.Errorf("a link became %q, error %v", link, err)
	}
	if _, err := os.Lstat(filepath.Join(work, "lab.go")); err == nil {
		t.Error("the copy has the command's code")
	}
}
