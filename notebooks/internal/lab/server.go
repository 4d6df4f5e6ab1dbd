// Package lab runs JupyterLab on the lessons.
package lab

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"nqm/notebooks/internal/setup"
)

// A Server is JupyterLab on one folder.
type Server struct {
	Env     *setup.Environment
	Dir     string // the folder that it shows
	Open    string // the notebook that it opens, in Dir; none if empty
	Address string // where it listens; this machine alone, or what the user's settings say, if empty
	Page    string // another page that it opens, of an extension; JupyterLab if empty
	Port    int    // zero for any free one
	Base    string // the path under which it is found, behind a proxy; none if empty
	Browser bool   // whether a browser is opened
}

// firstPort is where the search for a free port begins.
const firstPort = 8888

// Run runs the server until it ends or ctx does. It calls ready once the server
// answers, with its address and with sentences that warn about it.
func (s Server) Run(ctx context.Context, ready func(address string, warnings []string)) error {
	if s.Port != 0 {
		if err := portFree(s.Address, s.Port); err != nil {
			return err
		}
	}
	log, err := s.Env.OpenLog("lab")
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := s.Env.Command(ctx, "jupyter-lab", s.arguments()...)
	cmd.Env = append(cmd.Env, "PYTHONPATH="+filepath.Dir(s.Env.Worker())) // where our class of kernels is
	if s.Page != "" {                                                     // whose settings lie in the folder
		cmd.Dir = s.Dir
		cmd.Env = append(cmd.Env, "NQM_PAGE="+s.Page)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	about := filepath.Join(s.Env.RuntimeDir(), fmt.Sprintf("jpserver-%d.json", cmd.Process.Pid))
	info, err := s.waitUntilReady(ctx, about, ended, log.Name())
	if err != nil {
		return err
	}
	ready(info.address(s.Open, s.Page), info.warnings(log.Name()))
	if err := <-ended; err != nil && ctx.Err() == nil {
		return stopped(log.Name(), err)
	}
	return ctx.Err()
}

// ours are the settings that the user's own files shall not change: a server that
// listens on a socket, keeps its files elsewhere, runs other kernels or runs them
// on another machine shows no lesson. The others (https, a password) are theirs.
var ours = []string{
	"--ServerApp.sock=",
	"--ServerApp.contents_manager_class=jupyter_server.services.contents.largefilemanager.AsyncLargeFileManager",
	"--ServerApp.kernel_manager_class=jupyter_server.services.kernels.kernelmanager.AsyncMappingKernelManager",
	"--ServerApp.session_manager_class=jupyter_server.services.sessions.sessionmanager.SessionManager",
	"--ServerApp.kernel_spec_manager_class=nqm_kernels.KernelSpecs",
	"--GatewayClient.url=",
	"--MultiKernelManager.default_kernel_name=" + setup.Kernel,
}

func (s Server) arguments() []string {
	port, retries := s.Port, 0
	if port == 0 {
		port, retries = firstPort, 100
	}
	args := append(slices.Clip(ours),
		"--ServerApp.root_dir="+s.Dir,
		"--ServerApp.port="+strconv.Itoa(port),
		"--ServerApp.port_retries="+strconv.Itoa(retries),
		"--ServerApp.open_browser="+map[bool]string{true: "True", false: "False"}[s.Browser],
	)
	if s.Address != "" {
		args = append(args, "--ServerApp.ip="+s.Address)
	}
	if s.Base != "" {
		args = append(args, "--ServerApp.base_url="+s.Base)
	}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root")
	}
	if s.Page != "" {
		args = append(args, "--LabApp.default_url=/"+s.Page)
	}
	if s.Open != "" {
		args = append(args, "--LabApp.default_url=/lab/tree/"+s.Open)
	}
	return args
}

// patience is how long a server that has begun may take to answer.
const patience = time.Minute

// waitUntilReady returns what the server says of itself when it is up; about is
// the file in which it says so.
func (s Server) waitUntilReady(ctx context.Context, about string, ended <-chan error, log string) (serverInfo, error) {
	var began time.Time
	for {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				return serverInfo{}, ctx.Err()
			}
			return serverInfo{}, stopped(log, err)
		case <-time.After(100 * time.Millisecond):
		}
		info, err := readInfo(about)
		if err != nil {
			continue
		}
		if began.IsZero() {
			began = time.Now()
		}
		if info.silent = !info.answers(ctx); !info.silent || time.Since(began) > patience {
			info.elsewhere = info.Host == "localhost" && info.answersElsewhere()
			return info, nil
		}
	}
}

// serverInfo is what a server writes about itself, before it listens.
type serverInfo struct {
	URL      string `json:"url"`
	Token    string `json:"token"`
	Password bool   `json:"password"`
	Host     string `json:"hostname"`

	silent    bool // it does not answer
	elsewhere bool // it answers at other addresses of this machine, too
}

func readInfo(path string) (info serverInfo, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return info, err
	}
	return info, json.Unmarshal(data, &info)
}

// base is where the server is found from this machine.
func (i serverInfo) base() string {
	u, err := url.Parse(i.URL)
	if err != nil || !i.everywhere() {
		return i.URL
	}
	u.Host = net.JoinHostPort("127.0.0.1", u.Port())
	return u.String()
}

// everywhere reports whether the server listens on every address that this machine
// has.
func (i serverInfo) everywhere() bool {
	ip := net.ParseIP(i.Host)
	return i.elsewhere || i.Host == "" || ip != nil && ip.IsUnspecified()
}

// open reports whether other machines reach the server.
func (i serverInfo) open() bool {
	ip := net.ParseIP(i.Host)
	return i.elsewhere || i.Host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// warnings are sentences about what the user may not know of the server.
func (i serverInfo) warnings(log string) (sentences []string) {
	if i.open() && i.Token == "" && !i.Password {
		sentences = append(sentences, "Anybody who reaches this machine can run programs on it as you: your Jupyter settings open the server to the network and ask for no token or password. Give it one of them, or let it listen on localhost.")
	}
	if i.silent {
		sentences = append(sentences, fmt.Sprintf("It does not answer there: its log %s may say why.", log))
	}
	return sentences
}

// probe asks this machine's own server, whoever has signed its certificate.
var probe = http.Client{
	Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// answers says whether the server takes requests; it gives up after a second,
// for another program may have the port.
func (i serverInfo) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, i.base()+"api", nil)
	if err != nil {
		return false
	}
	answer, err := probe.Do(request)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode < http.StatusInternalServerError
}

// answersElsewhere reports whether the server takes connections at an address that
// is not its own: one that listens everywhere calls itself localhost.
func (i serverInfo) answersElsewhere() bool {
	u, err := url.Parse(i.URL)
	if err != nil {
		return false
	}
	hosts := []string{"127.0.0.2"}
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			hosts = append(hosts, n.IP.String())
		}
	}
	return slices.ContainsFunc(hosts, func(host string) bool {
		c, err := net.DialTimeout("tcp", net.JoinHostPort(host, u.Port()), time.Second)
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
}

// address is where a browser finds JupyterLab, with the notebook that it
// opens if there is one, or another page.
func (i serverInfo) address(open, page string) string {
	address := i.base() + "lab"
	switch {
	case page != "":
		address = i.base() + page
	case open != "":
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
func portFree(address string, port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort(cmp.Or(strings.Trim(address, "*"), "localhost"), strconv.Itoa(port)))
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
