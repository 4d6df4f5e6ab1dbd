"""Makes and grades assignments with nbgrader, for "go run ./notebooks assignments".

    nqm_course.py generate COURSE SOURCE.md...
    nqm_course.py record COURSE REQUESTS.json
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

import nbformat
from nbformat.v4 import new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    DeduplicateIds,
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
    return NbGraderAPI(config=config)


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
            cell.outputs = [new_output("stream", name="stdout", text=text + "\n") for text in (verdict.get("said"), verdict.get("text")) if text]
            if not verdict.get("holds"):
                cell.outputs.append(new_output("error", ename="No marks", evalue="", traceback=[]))
        return cell, resources


def record(folder, requests):
    """Put hand-ins that have been judged into the gradebook, and return all marks.

    One that nbgrader does not take is named with its reason; it stops no other.
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
            was += before.carry_over()
        except Exception:
            traceback.print_exc()
            refused.append({"student": student, "assignment": name, "reason": "nbgrader cannot read it (nbgrader.log says why): ask for it again"})
    with Gradebook(course.coursedir.db_url) as book:
        return {"refused": refused, "was": was, "marks": marks(book)}


class Answers:
    """What a student's answers and their marks by hand were before a new hand-in."""

    def __init__(self, course, student, name):
        self.course, self.student, self.name = course, student, name
        self.texts = self.read_texts()
        with Gradebook(course.coursedir.db_url) as book:
            self.marks = {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in grades(book, student, name)}

    def read_texts(self):
        path = Path(self.course.coursedir.root, "autograded", self.student, self.name, self.name + ".ipynb")
        if not path.exists():
            return {}
        cells = nbformat.read(path, 4).cells
        return {c.metadata.nbgrader.grade_id: c.source for c in cells if is_grade(c)}

    def carry_over(self):
        """Keep each mark by hand whose answer is the same; return those of other answers."""
        texts, was = self.read_texts(), []
        with Gradebook(self.course.coursedir.db_url) as book:
            for g in grades(book, self.student, self.name):
                auto, manual, unread = self.marks.get(g.name, (None, None, True))
                if manual is None:
                    continue
                if self.texts.get(g.name) == texts.get(g.name) and auto == g.auto_score:
                    g.needs_manual_grade = unread
                    continue
                comment = g.notebook and next((c for c in g.notebook.comments if c.name == g.name), None)
                said = (comment and comment.manual_comment) or ""
                was.append({"student": self.student, "assignment": self.name, "exercise": g.name, "points": manual, "comment": said})
                g.manual_score, g.needs_manual_grade = None, g.auto_score is None
                if comment:
                    comment.manual_comment = None
                    comment.auto_comment = f"The answer before this one got {manual:g} of {g.max_score:g}. {said}"
            book.db.commit()
        return was


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
                for c in g.notebook.comments:
                    if c.name == g.name:
                        c.manual_comment = r["comment"] or None
            if not found:
                raise RuntimeError(f"{r['student']} has no mark for {r['exercise']} of {r['assignment']}")
        book.db.commit()
    return {}


def feedback(folder, requests):
    """Write the pages of feedback."""
    course = open_course(folder)
    refused = []
    for student, name in json.loads(Path(requests).read_text("utf-8")):
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


def readable(text, name, cells, found):
    """Say on a page of feedback which exercise got what, and what is not read yet."""
    heading = name
    for cell in cells:
        if cell.cell_type == "markdown" and not is_grade(cell):
            heading = next((line[3:].strip() for line in cell.source.splitlines()[::-1] if line.startswith("## ")), heading)
        if not is_grade(cell) or cell.metadata.nbgrader.grade_id not in found:
            continue
        ident, title = re.escape(cell.metadata.nbgrader.grade_id), html.escape(heading)
        score, of, unread = found[cell.metadata.nbgrader.grade_id]
        points = "not read yet" if unread else f"{score:g} of {of:g}"
        text = re.sub(rf'(<a href="#{ident}">)[^<]*</a> \(Score: [^)]*\)', lambda m: f"{m[1]}{title}</a>: {points}", text)
        text = re.sub(rf'(<a name="{ident}"></a>.*?)Score: [-\d.]+ / [-\d.]+', lambda m: m[1] + points, text, count=1, flags=re.S)
        text = re.sub(rf"Grade cell: <code>{ident}</code>", lambda m: title, text)
    got = sum(score for score, _, unread in found.values() if not unread)
    read = sum(of for _, of, unread in found.values() if not unread)
    rest = sum(of for _, of, unread in found.values() if unread)
    total = f"{got:g} of {read:g}" + (f", and {rest:g} are not read yet" if rest else "")
    return re.sub(r"\(Score: [-\d.]+ / [-\d.]+\)", f"({total})", text, count=1)


def marks(book):
    """All marks of the course, exercise by exercise."""
    found = []
    for assignment in book.assignments:
        for submission in assignment.submissions:
            late = math.ceil(submission.total_seconds_late / 86400)
            for notebook in submission.notebooks:
                comments = {c.name: c.comment for c in notebook.comments}
                for g in notebook.grades:
                    found.append(
                        {
                            "student": submission.student.id,
                            "assignment": assignment.name,
                            "exercise": g.name,
                            "points": g.score,
                            "of": g.max_score,
                            "by_hand": g.auto_score is None,
                            "to_read": bool(g.needs_manual_grade),
                            "comment": comments.get(g.name) or "",
                            "late_days": late,
                        }
                    )
    return found


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    command = {f.__name__: f for f in (generate, record, mark, feedback)}[sys.argv[1]]
    print(json.dumps(command(*sys.argv[2:])), file=answers)
