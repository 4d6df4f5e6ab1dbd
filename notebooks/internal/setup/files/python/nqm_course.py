"""Makes and grades assignments with nbgrader, for "go run ./notebooks assignments".

    nqm_course.py generate COURSE SOURCE.md...
    nqm_course.py record COURSE REQUESTS.json
    nqm_course.py marks COURSE
    nqm_course.py mark COURSE REQUESTS.json
    nqm_course.py feedback COURSE REQUESTS.json

COURSE is a folder with an nbgrader_config.py. The answer is one line of JSON
on stdout; what nbgrader says goes to stderr.
"""

import html
import json
import math
import os
import re
import sys
import traceback
from pathlib import Path

# jsonschema would spend a second on the grammar of addresses, which notebooks have none of.
sys.modules["rfc3987_syntax"] = None

import nbformat
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat.v4 import new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    DeduplicateIds,
    GetGrades,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.utils import is_grade, is_solution
from nqm_worker import read_text
from traitlets.config import PyFileConfigLoader


def open_course(folder, **directories):
    """nbgrader on the course in folder, as its configuration says."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.update(directories)
    config.HTMLExporter.filters = {"markdown2html": "nqm_export.markdown2html"}
    course = NbGraderAPI(config=config)
    if course.coursedir.db_url.startswith("sqlite:") and "?" not in course.coursedir.db_url:
        course.coursedir.db_url += "?timeout=300"  # seconds to wait for others that write
    return course


def demand(result, what):
    """Raise what nbgrader says when it has failed."""
    if not result["success"]:
        raise RuntimeError(f"{what}: {result.get('error') or ''}\n{result.get('log') or ''}")


def generate(folder, *sources):
    """Write the instructor's notebooks and the students' versions of them."""
    course = open_course(folder)
    for source in map(Path, sources):
        notebook = Path(folder, "source", source.stem, source.stem + ".ipynb")
        notebook.parent.mkdir(parents=True, exist_ok=True)
        nb = read_text(source)
        nb.cells = [cell for cell in nb.cells if "wrong" not in cell.metadata]
        nbformat.write(nb, notebook)
        demand(course.generate_assignment(source.stem, force=True, create=True), source.stem)
    return {"assignments": [Path(s).stem for s in sources]}


class Judged(NbGraderPreprocessor):
    """Gives the cells of tests what the judge has said, and runs nothing."""

    verdicts = {}

    def preprocess_cell(self, cell, resources, index):
        if is_grade(cell) and cell.cell_type == "code" and not is_solution(cell):
            verdict = self.verdicts.get(cell.metadata.nbgrader.grade_id, {})
            said, text = verdict.get("said"), verdict.get("text") or ""
            cell.outputs = [new_output("stream", name="stdout", text=said + "\n")] if said else []
            if verdict.get("holds"):
                cell.outputs.append(new_output("stream", name="stdout", text=text + "\n"))
            else:
                cell.outputs.append(new_output("error", ename="No marks", evalue="", traceback=[text]))
        return cell, resources


def record(folder, requests):
    """Put hand-ins that have been judged into the gradebook.

    One that nbgrader does not take is named with its reason; it stops no other.
    Others may do so at the same time, for other students.
    """
    course, refused, was = open_course(folder, submitted_directory=".nqm/submitted"), [], []
    course.config.Autograde.sanitize_preprocessors = [DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
    course.config.Autograde.autograde_preprocessors = [Judged, LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]
    course.config.OverwriteCells.add_missing_cells = True
    for r in json.loads(Path(requests).read_text("utf-8")):
        student, name = r["student"], r["assignment"]
        try:
            before = Answers(course, student, name)
            Judged.verdicts = r["verdicts"]
            demand(course.autograde(name, student, force=True, create=True), f"{name} of {student}")
            was += before.carry_over(r["restored"])
        except Exception:
            traceback.print_exc()
            refused.append({"student": student, "assignment": name, "reason": "nbgrader cannot read it (nbgrader.log says why): ask for it again"})
    return {"refused": refused, "was": was}


class Answers:
    """What a student's answers and their marks by hand were before a new hand-in."""

    def __init__(self, course, student, name):
        self.course, self.student, self.name = course, student, name
        self.texts = self.read_texts()
        with Gradebook(course.coursedir.db_url) as book:
            found = grades(book, student, name)
            self.marks = {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in found}
            self.comments = {g.name: comment_on(g).auto_comment for g in found if comment_on(g)}

    def read_texts(self):
        path = Path(self.course.coursedir.root, "autograded", self.student, self.name, self.name + ".ipynb")
        if not path.exists():
            return {}
        cells = nbformat.read(path, 4).cells
        return {c.metadata.nbgrader.grade_id: c.source for c in cells if is_grade(c)}

    def carry_over(self, restored):
        """Keep each mark by hand whose answer is the same; return those of other answers.

        All answers are the same if the hand-in was restored.
        """
        texts, was = self.read_texts(), []
        with Gradebook(self.course.coursedir.db_url) as book:
            for g in grades(book, self.student, self.name):
                auto, manual, unread = self.marks.get(g.name, (None, None, True))
                comment = comment_on(g)
                if (restored or self.texts.get(g.name) == texts.get(g.name)) and auto == g.auto_score:
                    if manual is not None:
                        g.needs_manual_grade = unread
                    if comment and g.name in self.comments:
                        comment.auto_comment = self.comments[g.name]
                elif manual is not None:
                    said = (comment and comment.manual_comment) or ""
                    was.append({"student": self.student, "assignment": self.name, "exercise": g.name, "points": manual, "comment": said})
                    g.manual_score, g.needs_manual_grade = None, g.auto_score is None
                    if comment:
                        comment.manual_comment = None
                        comment.auto_comment = f"The answer before this one got {manual:g} of {g.max_score:g}. {said}"
            book.db.commit()
        return was


def comment_on(grade):
    """What is said of an answer, as nbgrader holds it; None if nothing can be."""
    return next((c for c in grade.notebook.comments if c.name == grade.name), None)


def grades(book, student, name):
    """The marks of a hand-in, as nbgrader holds them."""
    try:
        submission = book.find_submission(name, student)
    except MissingEntry:
        return []
    return [g for n in submission.notebooks for g in n.grades]


def mark(folder, requests):
    """Put marks that a person gives into the gradebook, all of them or none."""
    course = open_course(folder)
    with Gradebook(course.coursedir.db_url) as book:
        for r in json.loads(Path(requests).read_text("utf-8")):
            found = [g for g in grades(book, r["student"], r["assignment"]) if g.name == r["exercise"]]
            for g in found:
                g.manual_score, g.needs_manual_grade = r["points"], False
                if comment := comment_on(g):
                    comment.manual_comment = r["comment"] or None
            if not found:
                raise RuntimeError(f"{r['student']} has no mark for {r['exercise']} of {r['assignment']}")
        book.db.commit()
    return {}


class HideTests(NbGraderPreprocessor):
    """Takes the hidden tests out of a page of feedback."""

    def preprocess_cell(self, cell, resources, index):
        if is_grade(cell) and not is_solution(cell):
            cell.source = re.sub(
                r"(?ms)^([ \t]*)// BEGIN HIDDEN TESTS$.*?// END HIDDEN TESTS$",
                r"\1// and hidden tests, with other numbers",
                cell.source,
            )
        return cell, resources


def feedback(folder, requests):
    """Write the pages of feedback."""
    course = open_course(folder)
    refused = []
    for r in json.loads(Path(requests).read_text("utf-8")):
        student, name = r["student"], r["assignment"]
        course.config.GenerateFeedback.preprocessors = [] if r["hidden_tests"] else [HideTests]
        course.config.GenerateFeedback.preprocessors += [GetGrades, CSSHTMLHeaderPreprocessor]
        try:
            demand(course.generate_feedback(name, student, force=True), f"feedback on {name} for {student}")
            page = Path(folder, "feedback", student, name, name + ".html")
            cells = nbformat.read(Path(folder, "autograded", student, name, name + ".ipynb"), 4).cells
            with Gradebook(course.coursedir.db_url) as book:
                found = {g.name: (g.score, g.max_score, g.needs_manual_grade) for g in grades(book, student, name)}
            page.write_text(readable(offline(page.read_text("utf-8")), name, cells, found), "utf-8")
        except Exception:
            traceback.print_exc()
            refused.append({"student": student, "assignment": name, "reason": "no page of feedback: nbgrader.log says why"})
    return {"refused": refused}


def offline(text):
    """Take out of a page what asks the network: its formulas are set already."""
    return re.sub(r'<script[^>]*\bsrc="https?:[^>]*>\s*</script>', "", text)


# What nbgrader's page leaves to a style sheet: no number before titles that have one,
# room between the columns of tables, and long lines that nothing cuts off.
STYLE = """<style>
#toc ol { list-style: none; padding-left: 0; }
.rendered_html th, .rendered_html td { padding: 2px 1.5em 2px 0; }
.highlight pre, .output_text pre { white-space: pre-wrap; }
.anchor-link { display: none; }
</style>
</head>"""


def readable(text, name, cells, found):
    """Say on a page of feedback which exercise got what, and what is not read yet."""
    title = heading = name
    for cell in cells:
        if cell.cell_type == "markdown" and not is_grade(cell):
            for line in cell.source.splitlines():
                if line.startswith("# ") and title == name:
                    title = line[2:].strip()
                if line.startswith("## "):
                    heading = line[3:].strip()
        grade_id, shown = cell.metadata.get("nbgrader", {}).get("grade_id", ""), html.escape(heading)
        text = text.replace(f'<a href="#comment-{grade_id}">Comment</a>', f'<a href="#comment-{grade_id}">Comment on {shown}</a>')
        if not is_grade(cell) or grade_id not in found:
            continue
        ident = re.escape(grade_id)
        score, of, unread = found[grade_id]
        points = "not read yet" if unread else f"{score:g} of {of:g}"
        text = re.sub(rf'(<a href="#{ident}">)[^<]*</a> \(Score: [^)]*\)', lambda m: f"{m[1]}{shown}</a>: {points}", text)
        text = re.sub(rf'(<a name="{ident}"></a>.*?)Score: [-\d.]+ / [-\d.]+', lambda m: m[1] + points, text, count=1, flags=re.S)
        text = re.sub(rf"Grade cell: <code>{ident}</code>", lambda m: shown, text)
    got = sum(score for score, _, unread in found.values() if not unread)
    read = sum(of for _, of, unread in found.values() if not unread)
    rest = sum(of for _, of, unread in found.values() if unread)
    total = f"{got:g} of {read:g}" + (f", and {rest:g} are not read yet" if rest else "")
    text = re.sub(r"<h4>[^<]*\(Score: [-\d.]+ / [-\d.]+\)", lambda m: f"<h4>{html.escape(title)} ({total})", text, count=1)
    return text.replace("</head>", STYLE, 1)


def marks(folder):
    """All marks of the course, exercise by exercise."""
    with Gradebook(open_course(folder).coursedir.db_url) as book:
        return [
            {
                "student": submission.student.id,
                "assignment": assignment.name,
                "exercise": g.name,
                "points": g.score,
                "of": g.max_score,
                "by_hand": g.auto_score is None,
                "to_read": bool(g.needs_manual_grade),
                "comment": next((c.comment for c in notebook.comments if c.name == g.name), None) or "",
                "late_days": math.ceil(submission.total_seconds_late / 86400),
            }
            for assignment in book.assignments
            for submission in assignment.submissions
            for notebook in submission.notebooks
            for g in notebook.grades
        ]


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    command = {f.__name__: f for f in (generate, record, marks, mark, feedback)}[sys.argv[1]]
    print(json.dumps(command(*sys.argv[2:])), file=answers)
