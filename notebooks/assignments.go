package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"nqm/notebooks/internal/assignment"
	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
)

// runAssignments makes the students' version of assignments, or grades what
// was handed in.
func runAssignments(ctx context.Context, args []string) error {
	flags := newFlags("assignments")
	out := flags.String("o", "out/course", "folder of the course")
	grade := flags.Bool("grade", false, "grade what lies in the course's folder 'submitted'")
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
		return gradeCourse(ctx, course)
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

func gradeCourse(ctx context.Context, course assignment.Course) error {
	marks, refused, err := course.Grade(ctx)
	if err != nil {
		return err
	}
	path, err := course.WriteMarks(marks)
	if err != nil {
		return err
	}
	for i := 0; i < len(marks); {
		var got, of, unread float64
		first := marks[i]
		for ; i < len(marks) && marks[i].Student == first.Student && marks[i].Assignment == first.Assignment; i++ {
			got, of = got+marks[i].Points, of+marks[i].Of
			if marks[i].ToRead {
				unread += marks[i].Of
			}
		}
		fmt.Printf("%-20s %-30s %4g of %g", first.Student, first.Assignment, got, of)
		if unread > 0 {
			fmt.Printf("   %g more to read", unread)
		}
		fmt.Println()
	}
	for _, r := range refused {
		fmt.Printf("%-20s %-30s NOT GRADED: %s\n", r.Student, r.Assignment, r.Reason)
	}
	fmt.Printf("\nmarks     %s\nfeedback  %s\n", path, filepath.Join(course.Dir, "feedback"))
	return nil
}
