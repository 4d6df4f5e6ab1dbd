package setup

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// gonbModule is the module of the kernel.
const gonbModule = "github.com/janpfeifer/gonb"

// A patch changes one place of the kernel's source, which go.mod pins.
type patch struct{ file, old, new string }

// gonbPatches are what the kernel lacks for our use. Each comment says what is
// seen without it; gonb/REPORT.md is the report to the author.
var gonbPatches = []patch{
	// An interrupt while a cell is compiled is lost, and the cell runs to its end.
	{"internal/dispatcher/dispatcher.go", `			msg.Kernel().CallInterruptSubscribers()
			replyContent`, `			msg.Kernel().Interrupted.Store(true)
			msg.Kernel().CallInterruptSubscribers()
			replyContent`},
	{"internal/dispatcher/dispatcher.go", `		if executionErr == nil && !msg.Kernel().Interrupted.Load() && hasMoreToRun {`,
		`		if executionErr == nil && msg.Kernel().Interrupted.Load() {
			executionErr = goexec.Interrupted
		}
		if executionErr == nil && hasMoreToRun {`},
	{"internal/goexec/execcode.go", `	output, err := cmd.CombinedOutput()
	if err != nil {
		klog.Errorf("Failed %q`, `	output, err := interruptible(msg, cmd)
	if stopped := interrupted(msg); stopped != nil {
		return stopped
	}
	if err != nil {
		klog.Errorf("Failed %q`},
	{"internal/goexec/execcode.go", `	output, err = cmd.CombinedOutput()
	if err != nil {
		err = s.Display`, `	output, err = interruptible(msg, cmd)
	if stopped := interrupted(msg); stopped != nil {
		err = stopped
		return
	}
	if err != nil {
		err = s.Display`},
	{"internal/goexec/execcode.go", `	output, err = cmd.CombinedOutput()
	if err != nil {
		err = errors.Wrapf`, `	output, err = interruptible(msg, cmd)
	if stopped := interrupted(msg); stopped != nil {
		err = stopped
		return
	}
	if err != nil {
		err = errors.Wrapf`},
	{"internal/jpyexec/jpyexec.go", `	if exec.stdinContent != nil {
		exec.handleStaticInput()`, `	if exec.Msg.Kernel().Interrupted.Load() {
		_ = cmd.Process.Signal(os.Interrupt)
	}
	if exec.stdinContent != nil {
		exec.handleStaticInput()`},
	// JupyterLab calls a kernel's state unknown until a cell runs: it takes no notice
	// of the state that comes with the answer to its own question.
	{"internal/dispatcher/dispatcher.go", `			err = errors.WithMessagef(err, "publishing kernel status %q", kernel.StatusIdle)
		}
`, `			err = errors.WithMessagef(err, "publishing kernel status %q", kernel.StatusIdle)
		}
		if asked, ok := msg.(*kernel.MessageImpl); ok && msgType == "kernel_info_request" {
			unasked := *asked
			unasked.Composed.Header.MsgID, unasked.Composed.Header.MsgType = "", ""
			_ = kernel.PublishKernelStatus(&unasked, kernel.StatusIdle)
		}
`},
	// A name is completed behind a dot only after one that had a letter behind it.
	{"internal/goexec/inspect.go", `	updatedDecls, mainDecl, cursorInFile, fileToCellIdAndLine, err := s.parseLinesAndComposeMain(nil, cellId, cellLines, skipLines, cursorInCell)
`, `	updatedDecls, mainDecl, cursorInFile, fileToCellIdAndLine, err := s.parseLinesAndComposeMain(nil, cellId, cellLines, skipLines, cursorInCell)
	placed := false
	if err != nil {
		whole := withTrialName(cellLines, cursorInCell)
		updatedDecls, mainDecl, cursorInFile, fileToCellIdAndLine, err = s.parseLinesAndComposeMain(nil, cellId, whole, skipLines, cursorInCell)
		placed = err == nil
		if err != nil {
			_, _, cursorInFile, _, err = s.parseLinesAndComposeMain(nil, cellId, cellLines, skipLines, cursorInCell)
		}
	}
`},
	{"internal/goexec/inspect.go", `	matches, replaceLength, err = s.gopls.Complete(ctx, s.CodePath(), cursorInFile.Line, cursorInFile.Col)
`, `	matches, replaceLength, err = s.gopls.Complete(ctx, s.CodePath(), cursorInFile.Line, cursorInFile.Col)
	if err == nil && len(matches) == 0 {
		matches, replaceLength, err = s.completeAfresh(ctx, cursorInFile)
	}
`},
	{"internal/goexec/inspect.go", `	ctx := context.Background()
	err = s.notifyAboutStandardAndTrackedFiles(ctx)
`, `	ctx := context.Background()
	if placed {
		if err = s.removeTrialName(); err != nil {
			return
		}
	}
	err = s.notifyAboutStandardAndTrackedFiles(ctx)
`},
	// The first request waits twelve seconds for gopls, and one that is still being
	// built is given up after thirty.
	{"internal/goexec/goplsclient/exec.go", `var StartTimeout = 30 * time.Second`, `var StartTimeout = time.Hour`},
	{"internal/goexec/goplsclient/exec.go", `			case <-time.After(ConnectTimeout):`, `			case <-time.After(100 * time.Millisecond):`},
	{"internal/goexec/goplsclient/exec.go", `	defer c.mu.Unlock()
	for {
		if c.conn != nil {
			return true
		}
		if !c.waitConnecting {`, `	defer c.mu.Unlock()
	begin := time.Now()
	for {
		if c.conn != nil {
			return true
		}
		if !c.waitConnecting || time.Since(begin) > 5*time.Second {`},
	{"internal/goexec/goplsclient/exec.go", `		<-time.After(ConnectTimeout)
		c.mu.Lock()`, `		<-time.After(100 * time.Millisecond)
		c.mu.Lock()`},
	{"internal/goexec/goplsclient/conn.go", `CommunicationTimeout = 8000 * time.Millisecond`, `CommunicationTimeout = 30 * time.Second`},
	// A kernel whose clone has a comma in its path dies at once.
	{"main.go", `strings.Split(*flagGoWork, ",")`, `strings.Split(*flagGoWork, "\x00")`},
	// A kernel that is killed leaves its folder for ever.
	{"internal/goexec/goexec.go", `	if err = s.GoModInit(); err != nil {
		return nil, err
	}

	if _, err = exec.LookPath("gopls")`, `	if err = s.GoModInit(); err != nil {
		return nil, err
	}
	s.claimFolder()

	if _, err = exec.LookPath("gopls")`},
	// A loop that prints by mistake writes megabytes into the notebook, which a browser
	// does not open again.
	{"internal/kernel/messages.go", `type jupyterStreamWriter struct {
	stream string
	msg    Message
}`, `type jupyterStreamWriter struct {
	stream string
	msg    Message
	wrote  int
}

const mostShown = 1 << 20 // bytes of a cell's stream`},
	{"internal/kernel/messages.go", `	return &jupyterStreamWriter{stream, msg}`, `	return &jupyterStreamWriter{stream: stream, msg: msg}`},
	{"internal/kernel/messages.go", `	data := string(p)
	if err := PublishWriteStream(w.msg, w.stream, data); err != nil {`, `	data, left := string(p), mostShown-w.wrote
	if w.wrote += len(p); left < 0 {
		return len(p), nil
	}
	if len(data) > left {
		for left > 0 && data[left]&0xc0 == 0x80 { // not within a letter
			left--
		}
		data = data[:left] + "\n… what follows is not shown: of what a cell writes, one megabyte is\n"
	}
	if err := PublishWriteStream(w.msg, w.stream, data); err != nil {`},
	// Hover links to a site where nqm is not, and shows an error where nothing stands.
	{"internal/goexec/goplsclient/conn.go", `		ProcessID: 0,
`, `		ProcessID: 0,
		InitializationOptions: map[string]any{"linksInHover": false},
`},
	{"internal/goexec/inspect.go", `	if err != nil {
		parts := []string{errors.Cause(err).Error()}
		if len(messages) > 0 {
			parts = append(parts, messages...)
		}
		return kernel.MIMEMap{string(protocol.MIMETextPlain): strings.Join(parts, "\n\n")}, nil
	}
`, `	if err != nil || desc == "" {
		klog.Infof("nothing to show here: %v, %q", err, messages)
		return make(kernel.MIMEMap), nil
	}
`},
	{"internal/goexec/inspect.go", `	"path"
	"strings"
`, `	"path"
`},
	// A cell that fails says "exit status 2" twice, below a trace with the paths of
	// temporary files; what a missing %% does, nobody says.
	{"internal/goexec/execcode.go", `	stderrWithAnnotator := newJupyterStackTraceMapperWriter(msg, "stderr", s, fileToCellIdAndLine)
	var stderr io.Writer = stderrWithAnnotator
`, `	held := s.holdTrace(msg, fileToCellIdAndLine)
	var stderr io.Writer = held
`},
	{"internal/goexec/execcode.go", `		if !s.rawError {
			if annotator, ok := stderrWithAnnotator.(*jupyterStackTraceMapperWriter); ok {
				if annotator.lineBuffer.Len() > 0 {
					lineStr := strings.TrimRight(annotator.lineBuffer.String(), "\n\r")
					annotator.processLine(lineStr)
					annotator.lineBuffer.Reset()
				}
				if len(annotator.errorLines) > 0 {
					annotator.state.DisplayErrorLines(msg, annotator.errorLines, exitErr)
				}
			}
		}
		return exitErr
`, `		return held.told(exitErr)
`},
	{"internal/jpyexec/jpyexec.go", `	if exec.exitError != nil {
		errMsg := exec.exitError.Error() + "\n"
		if exec.Msg.Kernel().Interrupted.Load() {
			errMsg = "^C\n" + errMsg
		}
		_ = kernel.PublishWriteStream(exec.Msg, kernel.StreamStderr, errMsg)
	}`, `	if exec.exitError != nil && exec.Msg.Kernel().Interrupted.Load() {
		_ = kernel.PublishWriteStream(exec.Msg, kernel.StreamStderr, "^C\n")
	}`},
	{"internal/goexec/errorpublish.go", `		nbErr.PublishWithHTML(msg)
		return err
`, `		return s.toldCompile(msg, fileToCellIdAndLine, errorMsg, err)
`},
	{"internal/goexec/errorpublish.go", `	nbErr := newGonbErrors(s, fileToCellIdAndLine, errorMsg, err)
	if s.rawError {
		return nbErr
`, `	if s.rawError {
		return newGonbErrors(s, fileToCellIdAndLine, errorMsg, err)
`},
	{"internal/goexec/errorpublish.go", `	var nbErr *GonbError
	if errors.As(err, &nbErr) {`, `	var one *told
	if errors.As(err, &one) {
		return "error", one.sentence, one.lines()
	}
	var nbErr *GonbError
	if errors.As(err, &nbErr) {`},
}

//go:embed gonb/nqm.go.txt
var gonbFile string

// patchGonb writes the kernel's source with our changes into dir, and beside it a
// go.mod of the clone that takes the kernel from there. It returns the path of that.
func (e *Environment) patchGonb(ctx context.Context, b *builder, dir string) (modfile string, err error) {
	cmd := b.command(ctx, "go", "mod", "download", "-json", gonbModule)
	cmd.Dir = e.Root
	cmd.Env = append(os.Environ(), "GOWORK=off")
	said, err := cmd.Output()
	if err != nil {
		return "", &toolError{cmd: cmd.String(), output: string(said), log: b.log, err: err}
	}
	var module struct{ Dir, Version string }
	if err := json.Unmarshal(said, &module); err != nil {
		return "", err
	}
	if err := copySource(dir, module.Dir); err != nil {
		return "", err
	}
	for _, p := range gonbPatches {
		if err := p.apply(dir); err != nil {
			return "", err
		}
	}
	if err := WriteFile(filepath.Join(dir, "internal", "goexec", "nqm.go"), []byte(gonbFile)); err != nil {
		return "", err
	}
	mod, err := os.ReadFile(filepath.Join(e.Root, "go.mod"))
	if err != nil {
		return "", err
	}
	sum, err := os.ReadFile(filepath.Join(e.Root, "go.sum"))
	if err != nil {
		return "", err
	}
	mod = fmt.Appendf(mod, "\nreplace %s %s => %q\n", gonbModule, module.Version, dir)
	modfile = filepath.Join(dir, "clone.mod")
	if err := WriteFile(modfile, mod); err != nil {
		return "", err
	}
	return modfile, WriteFile(filepath.Join(dir, "clone.sum"), sum)
}

// apply changes the one place that p is about.
func (p patch) apply(dir string) error {
	path := filepath.Join(dir, p.file)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := strings.Count(string(data), p.old); n != 1 {
		return fmt.Errorf("the kernel's source has %d places that begin with %q in %s, where the set-up changes one", n, strings.TrimSpace(p.old), p.file)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(data), p.old, p.new, 1)), 0o644)
}

// copySource copies what a program is built from, which is all but documents.
func copySource(to, from string) error {
	return fs.WalkDir(os.DirFS(from), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (path == "docs" || path == "examples" || path == "binder"):
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, path), 0o755)
		}
		data, err := os.ReadFile(filepath.Join(from, path))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), data, 0o644)
	})
}
