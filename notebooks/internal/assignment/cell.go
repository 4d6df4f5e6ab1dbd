package assignment

import (
	"strings"

	"nqm/notebooks/internal/lesson"
)

// nbgraderOf returns what nbgrader knows about a cell; nil if nothing.
func nbgraderOf(cell lesson.Cell) map[string]any {
	metadata, _ := cell["metadata"].(map[string]any)
	about, _ := metadata["nbgrader"].(map[string]any)
	return about
}

func gradeID(cell lesson.Cell) string {
	id, _ := nbgraderOf(cell)["grade_id"].(string)
	return id
}

func isSolution(cell lesson.Cell) bool { return nbgraderOf(cell)["solution"] == true }
func isGrade(cell lesson.Cell) bool    { return nbgraderOf(cell)["grade"] == true }

// isTest reports whether a cell's marks are given by a program.
func isTest(cell lesson.Cell) bool {
	return cell.Kind() == "code" && isGrade(cell) && !isSolution(cell)
}

// split takes a cell's source apart as the kernel does: what it declares, and the
// body of the main function that it runs. Lines for the kernel itself become empty.
func split(source string) (declares, runs string) {
	var kept strings.Builder
	rest := source
	for i := 0; rest != ""; i++ {
		line, after, _ := strings.Cut(rest, "\n")
		word, _, _ := strings.Cut(line, " ")
		switch {
		case i == 0 && strings.HasPrefix(word, "%%") && word != "%%":
			return "", "" // a file, or a script of another language
		case word == "%%" || word == "%main":
			return kept.String(), after
		case strings.HasPrefix(line, "%"), strings.HasPrefix(line, "!"), word == "package":
		default:
			kept.WriteString(line)
		}
		kept.WriteByte('\n')
		rest = after
	}
	return kept.String(), ""
}
