package lab

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Jupyter's server writes its address down before it listens: nobody may be
// sent there until it answers.
func TestReadyWhenItAnswers(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String() + "/"
	listener.Close()
	about := filepath.Join(t.TempDir(), "jpserver.json")
	data, err := json.Marshal(serverInfo{URL: base, Token: "secret", Host: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(about, data, 0o600); err != nil {
		t.Fatal(err)
	}
	start := make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api" {
			http.NotFound(w, r)
		}
	})}
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		<-start
		l, err := net.Listen("tcp", listener.Addr().String())
		if err != nil {
			t.Errorf("the port is gone: %v", err)
			cancel()
			return
		}
		server.Serve(l)
	}()
	found := make(chan string, 1)
	ended := make(chan error, 1)
	go func() { // as the server's process does
		<-ctx.Done()
		ended <- ctx.Err()
	}()
	go func() {
		info, err := Server{}.waitUntilReady(ctx, about, ended, "")
		if err != nil {
			found <- err.Error()
		}
		found <- info.address("lesson.ipynb", "")
	}()
	select {
	case address := <-found:
		t.Fatalf("ready at %s, where nobody listens", address)
	case <-time.After(500 * time.Millisecond):
	}
	close(start)
	if got, want := <-found, base+"lab/tree/lesson.ipynb?token=secret"; got != want {
		t.Errorf("ready at %s, want %s", got, want)
	}
}

// A server that ends before it answers is an error that names its log; one
// that is stopped is none of the server's.
func TestNeverReady(t *testing.T) {
	ended := make(chan error, 1)
	ended <- errors.New("exit status 1")
	_, err := Server{}.waitUntilReady(t.Context(), "nowhere", ended, "lab.log")
	if err == nil || !strings.Contains(err.Error(), "lab.log") {
		t.Errorf("a server that ended gives the error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ended <- errors.New("signal: terminated")
	if _, err := (Server{}).waitUntilReady(ctx, "nowhere", ended, "lab.log"); !errors.Is(err, context.Canceled) {
		t.Errorf("a server that was stopped gives the error %v", err)
	}
}

// Who can reach a server, and where it is found, follow from what it says.
func TestWarnings(t *testing.T) {
	for _, test := range []struct {
		info  serverInfo
		base  string
		warns bool
	}{
		{serverInfo{URL: "http://localhost:1/", Host: "localhost"}, "http://localhost:1/", false},
		{serverInfo{URL: "http://127.0.0.5:1/", Host: "127.0.0.5"}, "http://127.0.0.5:1/", false},
		{serverInfo{URL: "http://[::1]:1/", Host: "::1"}, "http://[::1]:1/", false},
		{serverInfo{URL: "http://machine:1/b/", Host: "0.0.0.0"}, "http://127.0.0.1:1/b/", true},
		{serverInfo{URL: "https://machine:1/", Host: "::"}, "https://127.0.0.1:1/", true},
		{serverInfo{URL: "http://machine:1/", Host: ""}, "http://127.0.0.1:1/", true},
		{serverInfo{URL: "http://localhost:1/", Host: "localhost", elsewhere: true}, "http://127.0.0.1:1/", true},
		{serverInfo{URL: "http://10.0.0.1:1/", Host: "10.0.0.1"}, "http://10.0.0.1:1/", true},
		{serverInfo{URL: "http://10.0.0.1:1/", Host: "machine"}, "http://10.0.0.1:1/", true},
		{serverInfo{URL: "http://10.0.0.1:1/", Host: "10.0.0.1", Token: "secret"}, "http://10.0.0.1:1/", false},
		{serverInfo{URL: "http://10.0.0.1:1/", Host: "10.0.0.1", Password: true}, "http://10.0.0.1:1/", false},
	} {
		if got := test.info.base(); got != test.base {
			t.Errorf("%+v is found at %s, want %s", test.info, got, test.base)
		}
		if got := test.info.warnings(""); len(got) > 0 != test.warns {
			t.Errorf("%+v warns of %q", test.info, got)
		}
	}
}
