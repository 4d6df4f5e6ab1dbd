package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"nqm/notebooks/internal/assignment"
	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
	"nqm/theory/table"
)

// runAssignments makes the students' version of assignments, or grades what
// was handed in.
func runAssignments(ctx context.Context, args []string) error {
	flags := newFlags("assignments")
	out := flags.String("o", "out/course", "folder of the course")
	grade := flags.Bool("grade", false, "grade what lies in the course's folder 'submitted'")
	bare := flags.Bool("without-isolation", false, "grade without keeping the students' programs apart from this machine: in a container of its own, say")
	names, err := parse(flags, args)
	if err != nil {
		return err
	}
	if *grade && len(names) > 0 {
		return usageErrorf("assignments -grade grades all that was handed in, and takes no names")
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
	course := assignment.Course{Env: env, Dir: *out}
	if *grade {
		return gradeCourse(ctx, course, *bare)
	}
	return makeCourse(ctx, course, chosen)
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

func gradeCourse(ctx context.Context, course assignment.Course, bare bool) error {
	if bare {
		fmt.Println("WITHOUT ISOLATION: what students hand in runs with your rights.")
	}
	report, err := course.Grade(ctx, assignment.Options{WithoutIsolation: bare, Progress: showProgress})
	if errors.Is(err, assignment.ErrNoIsolation) {
		return fmt.Errorf("%w. Or grade in a container (README.md of the course has a recipe), or with -without-isolation what students hand in whom you trust", err)
	}
	if err != nil {
		return err
	}
	path, err := course.WriteMarks(report.Marks)
	if err != nil {
		return err
	}
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
	fmt.Printf("\n%d hand-ins were run, all others have not changed\nmarks     %s\nfeedback  %s\n", report.Judged, path, filepath.Join(course.Dir, "feedback"))
	return nil
}

func showProgress(student, name, result string, done, of int) {
	fmt.Printf("%*d of %d  %-20s %-30s %s\n", len(fmt.Sprint(of)), done, of, visible(student), name, result)
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
