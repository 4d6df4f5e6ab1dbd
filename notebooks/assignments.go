package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nqm/notebooks/internal/assignment"
	"nqm/notebooks/internal/lab"
	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
	"nqm/theory/table"
)

// courseFlags are what the command can do with a course.
type courseFlags struct {
	out, collect, read, fill, check string
	grade, toRead, bare, template   bool
	pages, hidden                   bool
}

// runAssignments lists the assignments, makes a course of some, or does one of the
// works of a term with it.
func runAssignments(ctx context.Context, args []string) error {
	var f courseFlags
	flags := newFlags("assignments")
	flags.StringVar(&f.out, "o", "out/course", "folder of the course")
	flags.StringVar(&f.collect, "collect", "", "take the hand-ins out of this zip of Canvas or Moodle")
	flags.BoolVar(&f.grade, "grade", false, "grade what lies in the course's folder 'submitted'")
	flags.BoolVar(&f.bare, "without-isolation", false, "grade without keeping the students' programs apart from this machine")
	flags.BoolVar(&f.hidden, "hidden-tests", false, "with -grade: show the hidden tests on the pages of feedback")
	flags.BoolVar(&f.toRead, "to-read", false, "write the answers that a person has to mark into to-read.csv")
	flags.StringVar(&f.read, "read", "", "take in the points and comments of this table, which -to-read has written")
	flags.StringVar(&f.fill, "fill", "", "write the totals into a copy of this table, exported from Canvas or Moodle")
	flags.BoolVar(&f.pages, "pages", false, "open nbgrader's own pages, formgrader, on the course")
	flags.StringVar(&f.check, "check", "", "check the text of an assignment of your own")
	flags.BoolVar(&f.template, "template", false, "print the text of an assignment to begin with")
	names, err := parse(flags, args)
	if err != nil {
		return err
	}
	if err := f.fits(names); err != nil {
		return err
	}
	if f.template {
		return assignment.WriteTemplate(os.Stdout)
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := setup.FindRoot(dir)
	if err != nil {
		return err
	}
	all, err := assignment.All(root)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return listAssignments(all)
	}
	chosen, err := lesson.Select(all, names)
	if err != nil {
		return err
	}
	env, err := setup.Prepare(ctx, root, os.Stdout)
	if err != nil {
		return err
	}
	if err := env.AddAssignments(ctx, os.Stdout); err != nil {
		return err
	}
	course := assignment.Course{Env: env, Dir: f.out}
	switch {
	case f.check != "":
		return checkAssignment(ctx, env, f)
	case f.collect != "":
		return collectHandIns(course, f.collect)
	case f.pages:
		return openPages(ctx, course)
	case f.read != "":
		return takeMarks(ctx, course, f)
	case f.grade || f.toRead || f.fill != "":
		return gradeCourse(ctx, course, f, names)
	}
	return makeCourse(ctx, course, chosen)
}

// works counts what the command is asked to do with a course.
func (f courseFlags) works() (n int) {
	for _, asked := range []bool{f.grade, f.toRead, f.template, f.pages, f.collect != "", f.read != "", f.fill != "", f.check != ""} {
		if asked {
			n++
		}
	}
	return n
}

func (f courseFlags) fits(names []string) error {
	switch {
	case f.works() > 1:
		return usageErrorf("assignments does one thing at a time: -collect, -grade, -to-read, -read, -fill, -pages, -check or -template")
	case f.hidden && !f.grade:
		return usageErrorf("-hidden-tests goes with -grade: it is about the pages of feedback")
	case f.grade && len(names) > 0:
		return usageErrorf("assignments -grade grades all that was handed in, and takes no names")
	case f.works() == 1 && f.fill == "" && len(names) > 0:
		return usageErrorf("this takes no names, and %q stands behind it", names[0])
	case len(names) > 1 && f.fill != "":
		return usageErrorf("assignments -fill takes the name of one assignment")
	}
	return nil
}

// listAssignments says what there is, and how a term goes.
func listAssignments(all []lesson.Lesson) error {
	for _, a := range all {
		about, err := assignment.About(a.Text())
		if err != nil {
			return err
		}
		fmt.Printf("%-36s %2g marks   %s\n    %s\n", a.Name, about.Marks, about.Title, about.Needs)
	}
	fmt.Print(`
go run ./notebooks assignments -o DIR [NAME...]       make a course of all of them, or of some
go run ./notebooks assignments -o DIR -collect ZIP    take in hand-ins, from Canvas or Moodle
go run ./notebooks assignments -o DIR -grade          grade them, write marks and feedback
go run ./notebooks assignments -o DIR -to-read        write a table of the answers that you read
go run ./notebooks assignments -o DIR -read TABLE     take it back, with points and comments
go run ./notebooks assignments -o DIR -fill EXPORT    fill a table that Canvas or Moodle exported
go run ./notebooks assignments -o DIR -pages          open nbgrader's own pages on the course
go run ./notebooks assignments -template              print the text of an assignment of your own
go run ./notebooks assignments -check FILE.md         check it
`)
	return nil
}

func checkAssignment(ctx context.Context, env *setup.Environment, f courseFlags) error {
	faults, err := assignment.Check(ctx, env, f.check, assignment.Options{WithoutIsolation: f.bare})
	if err != nil {
		return withAdvice(err)
	}
	for _, fault := range faults {
		fmt.Println(fault)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%s has %d faults", f.check, len(faults))
	}
	fmt.Printf("%s is sound: its answers get all marks, open exercises none, and every wrong answer in it passes what is visible and fails what is hidden. Put it into notebooks/assignments, and make a course of it.\n", f.check)
	return nil
}

func collectHandIns(course assignment.Course, file string) error {
	n, notes, err := course.Collect(file)
	if err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Println(visible(note))
	}
	fmt.Printf("taken in: %d, into %s; the students are in %s\n", n, filepath.Join(course.Dir, "submitted"), filepath.Join(course.Dir, "students.csv"))
	return nil
}

// openPages opens formgrader until it is interrupted.
func openPages(ctx context.Context, course assignment.Course) error {
	dir, err := filepath.Abs(course.Dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "nbgrader_config.py")); err != nil {
		return fmt.Errorf("%s is not a course: make one there first, with 'go run ./notebooks assignments -o %[1]s'", course.Dir)
	}
	server := lab.Server{Env: course.Env, Dir: dir, Page: "formgrader", Browser: lab.HasDisplay()}
	return server.Run(ctx, func(address string, warnings []string) {
		fmt.Printf("nbgrader's pages of the course are at\n\n    %s\n\nCtrl-C stops them.\n", address)
		for _, w := range warnings {
			fmt.Println(w)
		}
	})
}

func takeMarks(ctx context.Context, course assignment.Course, f courseFlags) error {
	n, err := course.TakeMarks(ctx, f.read)
	if err != nil {
		return err
	}
	fmt.Printf("%d answers have their points. Now -grade writes marks and feedback with them; nothing is run again.\n", n)
	return nil
}

func makeCourse(ctx context.Context, course assignment.Course, chosen []lesson.Lesson) error {
	if err := course.Generate(ctx, chosen); err != nil {
		return err
	}
	for _, a := range chosen {
		fmt.Println(course.Release(a.Name))
	}
	fmt.Printf("\nHand these out. %s says how to collect and grade.\n", filepath.Join(course.Dir, "README.md"))
	return nil
}

// withAdvice says what to do where students' programs cannot be kept apart.
func withAdvice(err error) error {
	if errors.Is(err, assignment.ErrNoIsolation) {
		return fmt.Errorf("%w. Or grade in a container (README.md of the course has a recipe), or with -without-isolation what students hand in whom you trust", err)
	}
	return err
}

// gradeCourse brings the marks up to date and writes what is asked for of them.
func gradeCourse(ctx context.Context, course assignment.Course, f courseFlags, names []string) error {
	if f.bare {
		fmt.Println("WITHOUT ISOLATION: what students hand in runs with your rights.")
	}
	report, err := course.Grade(ctx, assignment.Options{WithoutIsolation: f.bare, HiddenTests: f.hidden, Start: showPlan, Progress: showProgress, Step: showStep})
	if err != nil {
		return withAdvice(err)
	}
	switch {
	case f.toRead:
		path, n, err := course.WriteToRead(report.Marks, false)
		if err != nil {
			return err
		}
		fmt.Printf("\n%d answers are to be read: fill in the columns points and comment of\n%s\nand take it back with -read\n", n, path)
		return nil
	case f.fill != "":
		path, err := course.Fill(f.fill, strings.Join(names, ""), report.Marks)
		if err != nil {
			return err
		}
		fmt.Printf("\n%s has the totals of all that is read\n", path)
		return nil
	}
	marks, err := course.WriteMarks(report.Marks)
	if err != nil {
		return err
	}
	books, err := course.WriteGradebook(report.Marks)
	if err != nil {
		return err
	}
	showReport(course, report, append([]string{marks}, books...))
	return nil
}

func showReport(course assignment.Course, report assignment.Report, tables []string) {
	fmt.Println()
	for _, line := range sums(report.Marks) {
		fmt.Println(line)
	}
	for _, n := range report.Notes {
		fmt.Printf("%-20s %-30s note: %s\n", visible(n.Student), visible(n.Assignment), visible(n.Reason))
	}
	for _, r := range report.Refused {
		fmt.Printf("%-20s %-30s NOT GRADED: %s\n", visible(r.Student), visible(r.Assignment), visible(r.Reason))
	}
	fmt.Printf("\n%d hand-ins were run, all others have not changed: %s on %d cores\nfeedback  %s\n",
		report.Judged, lasting(report.Took), report.Plan.Cores, filepath.Join(course.Dir, "feedback"))
	for _, t := range tables {
		fmt.Println("table    ", t)
	}
}

// showPlan says what will be graded, and how long that takes.
func showPlan(p assignment.Plan) {
	fmt.Printf("%d hand-ins, %d of them new or changed: these are graded on %d cores", p.All, p.Fresh, p.Cores)
	switch takes := p.Takes(); {
	case p.Fresh == 0:
	case takes > 0:
		fmt.Printf(", in about %s if each takes as long as the last time", lasting(takes))
	default:
		fmt.Print("; how long it takes shows when the first are done")
	}
	fmt.Println()
}

func showProgress(student, name, result string, done, of int, left time.Duration) {
	line := fmt.Sprintf("%*d of %d  %-20s %-30s %s", len(fmt.Sprint(of)), done, of, visible(student), name, result)
	if left > 0 {
		line += fmt.Sprintf(", %s left", lasting(left))
	}
	fmt.Println(line)
}

func showStep(what string, left time.Duration) {
	if left > 0 {
		what += fmt.Sprintf(", %s left", lasting(left))
	}
	fmt.Println(what)
}

// lasting is a time as one says it.
func lasting(d time.Duration) string {
	if s := d.Round(time.Second); s < 2*time.Minute {
		return fmt.Sprintf("%d s", max(1, int(s.Seconds())))
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
}

func visible(s string) string { return table.Visible(s) }

// sums has a line for each hand-in.
func sums(marks []assignment.Mark) (lines []string) {
	for i := 0; i < len(marks); {
		var got, of, unread float64
		first := marks[i]
		for ; i < len(marks) && marks[i].Student == first.Student && marks[i].Assignment == first.Assignment; i++ {
			got, of = got+marks[i].Points, of+marks[i].Of
			if marks[i].ToRead {
				unread += marks[i].Of
			}
		}
		line := fmt.Sprintf("%-20s %-30s %4g of %g", visible(first.Student), first.Assignment, got, of)
		if unread > 0 {
			line += fmt.Sprintf("   %g more to read", unread)
		}
		lines = append(lines, line)
	}
	return lines
}
