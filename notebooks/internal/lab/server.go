// Package lab runs JupyterLab on the lessons.
package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"nqm/notebooks/internal/setup"
)

// A Server is JupyterLab on one folder.
type Server struct {
	Env     *setup.Environment
	Dir     string // the folder that it shows
	Open    string // the notebook that it opens, in Dir; none if empty
	Port    int    // zero for any free one
	Browser bool   // whether a browser is opened
}

// firstPort is where the search for a free port begins.
const firstPort = 8888

// Run runs the server until it ends or ctx does. It calls ready with the
// server's address once that answers.
func (s Server) Run(ctx context.Context, ready func(address string)) error {
	if s.Port != 0 {
		if err := portFree(s.Port); err != nil {
			return err
		}
	}
	log, err := s.Env.OpenLog("lab")
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := s.Env.Command(ctx, "jupyter-lab", s.arguments()...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	about := filepath.Join(s.Env.RuntimeDir(), fmt.Sprintf("jpserver-%d.json", cmd.Process.Pid))
	address, err := s.waitUntilReady(ctx, about, ended, log.Name())
	if err != nil {
		return err
	}
	ready(address)
	if err := <-ended; err != nil && ctx.Err() == nil {
		return stopped(log.Name(), err)
	}
	return ctx.Err()
}

func (s Server) arguments() []string {
	port, retries := s.Port, 0
	if port == 0 {
		port, retries = firstPort, 100
	}
	args := []string{
		"--ServerApp.root_dir=" + s.Dir,
		"--ServerApp.port=" + strconv.Itoa(port),
		"--ServerApp.port_retries=" + strconv.Itoa(retries),
		"--ServerApp.open_browser=" + map[bool]string{true: "True", false: "False"}[s.Browser],
	}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root")
	}
	if s.Open != "" {
		args = append(args, "--LabApp.default_url=/lab/tree/"+s.Open)
	}
	return args
}

// waitUntilReady returns the server's address when it is up; about is the file
// in which the server writes about itself.
func (s Server) waitUntilReady(ctx context.Context, about string, ended <-chan error, log string) (string, error) {
	for {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			return "", stopped(log, err)
		case <-time.After(100 * time.Millisecond):
		}
		if info, err := readInfo(about); err == nil && info.answers(ctx) {
			return info.address(s.Open), nil
		}
	}
}

// serverInfo is what a server writes about itself, before it listens.
type serverInfo struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

func readInfo(path string) (info serverInfo, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return info, err
	}
	return info, json.Unmarshal(data, &info)
}

// answers says whether the server takes requests; it gives up after a second,
// for another program may have the port.
func (i serverInfo) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, i.URL+"api", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// address is where a browser finds JupyterLab, with the notebook that it
// opens if there is one.
func (i serverInfo) address(open string) string {
	address := i.URL + "lab"
	if open != "" {
		address += "/tree/" + open
	}
	if i.Token != "" {
		address += "?token=" + i.Token
	}
	return address
}

func stopped(log string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("JupyterLab stopped (%v): its log %s says why", err, log)
}

// portFree returns an error if another program listens on port.
func portFree(port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort("localhost", strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("port %d cannot be used (%v): choose another with -port, or leave -port out", port, rootCause(err))
	}
	return l.Close()
}

func rootCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// HasDisplay reports whether a browser could show something here.
func HasDisplay() bool {
	switch runtime.GOOS {
	case "darwin", "windows":
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}
