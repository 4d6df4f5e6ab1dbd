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
from nbgrader.utils import parse_utc
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
    """Grade every submission, write its feedback and return all marks.

    A submission that cannot be graded is named with its reason; it stops no other.
    """
    course = open_course(folder)
    submitted, refused = [], []
    for place in sorted(Path(folder, "submitted").glob("*/*/")):
        student, name = place.parent.name, place.name
        reason = fault(folder, place)
        if not reason:
            try:
                demand(course.autograde(name, student, force=True, create=True), f"{name} of {student}")
                demand(course.generate_feedback(name, student, force=True), f"feedback on {name} for {student}")
                for page in Path(folder, "feedback", student, name).glob("*.html"):
                    offline(page)
            except Exception as error:
                print(f"{student}, {name}: {error}", file=sys.stderr)
                reason = "nbgrader cannot grade it: nbgrader.log says why"
        if reason:
            refused.append({"student": student, "assignment": name, "reason": reason})
        else:
            submitted.append((student, name))
    with Gradebook(course.coursedir.db_url) as book:
        found = [mark for student, name in submitted for mark in marks(book, student, name)]
    return {"marks": found, "refused": refused}


def fault(folder, place):
    """What keeps a submission from being graded and what to do, or nothing."""
    name = place.name
    try:
        str(place).encode()
    except UnicodeEncodeError:
        return "the folder's name is not UTF-8: rename it"
    if not Path(folder, "source", name).is_dir():
        return "the course has no such assignment: rename the folder"
    notebooks = sorted(n.name for n in place.glob("*.ipynb"))
    if notebooks != [name + ".ipynb"]:
        return f"it holds {', '.join(notebooks) or 'no notebook'}: leave one notebook there, named {name}.ipynb"
    try:
        notebook = nbformat.read(place / notebooks[0], 4)
        nbformat.validate(notebook)
    except Exception:
        return "the file is no notebook, or only part of one: ask for it again"
    seen = set()
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in seen:
            return f"the cell {grade_id} stands twice: delete the copy, or take its metadata 'nbgrader' out"
        if grade_id:
            seen.add(grade_id)
    stamp = place / "timestamp.txt"
    if stamp.exists():
        try:
            parse_utc(stamp.read_text("utf-8").strip())
        except Exception:
            return "timestamp.txt is no date: correct it, or delete it"
    return None


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
