"""Makes and grades assignments with nbgrader, for "go run ./notebooks assignments".

    nqm_course.py generate COURSE SOURCE.md...
    nqm_course.py grade COURSE

COURSE is a folder with an nbgrader_config.py. The answer is one line of JSON
on stdout; what nbgrader says goes to stderr.
"""

import json
import os
import re
import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nqm_worker import read_text
from traitlets.config import PyFileConfigLoader


def open_course(folder):
    """nbgrader on the course in folder, as its configuration says."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    config.CourseDirectory.root = str(folder)
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
        nbformat.write(read_text(source), notebook)
        demand(course.generate_assignment(source.stem, force=True, create=True), source.stem)
    return {"assignments": [Path(s).stem for s in sources]}


def grade(folder):
    """Grade every submission, write its feedback and return all marks."""
    course = open_course(folder)
    submitted = []
    for place in sorted(Path(folder, "submitted").glob("*/*/")):
        student, name = place.parent.name, place.name
        if not any(place.glob("*.ipynb")):
            continue
        demand(course.autograde(name, student, force=True, create=True), f"{name} of {student}")
        demand(course.generate_feedback(name, student, force=True), f"feedback on {name} for {student}")
        for page in Path(folder, "feedback", student, name).glob("*.html"):
            offline(page)
        submitted.append((student, name))
    with Gradebook(course.coursedir.db_url) as book:
        return {"marks": [mark for student, name in submitted for mark in marks(book, student, name)]}


def offline(page):
    """Take out of a page what asks the network: its formulas are set already."""
    text = page.read_text("utf-8")
    page.write_text(re.sub(r'<script[^>]*\bsrc="https?:[^>]*>\s*</script>', "", text), "utf-8")


def marks(book, student, name):
    """The marks of one submission, exercise by exercise."""
    for notebook in book.find_submission(name, student).notebooks:
        for g in notebook.grades:
            yield {
                "student": student,
                "assignment": name,
                "exercise": g.name,
                "points": g.score,
                "of": g.max_score,
                "to_read": bool(g.needs_manual_grade),
            }


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    command = {"generate": generate, "grade": grade}[sys.argv[1]]
    print(json.dumps(command(*sys.argv[2:])), file=answers)
