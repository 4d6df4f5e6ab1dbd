"""HTML pages of notebooks that ask nothing of the network.

Loaded by jupyter_config.py, so that JupyterLab's own "Save and Export Notebook
As > HTML" writes the same page as "go run ./notebooks run".
"""

import copy
import html
import re

from jinja2 import pass_context
from math_core import LatexError, LatexToMathML
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor


def configure(c):
    """Make the HTML exporter write our pages."""
    c.HTMLExporter.template_name = "nqm"
    c.HTMLExporter.filters = {"markdown2html": "nqm_export.markdown2html"}
    c.HTMLExporter.preprocessors = ["nqm_export.Title", "nqm_export.Answers", "nqm_export.Predictions"]
    # The class of slides inherits the lines above; it has a template of its own.
    c.SlidesExporter.template_name = "reveal"
    HTMLExporter.from_notebook_node = reachable


written = HTMLExporter.from_notebook_node


def reachable(self, nb, resources=None, **kw):
    """Take the cells out of the keys' way: nbconvert makes a tab stop of each."""
    page, resources = written(self, nb, resources, **kw)
    return re.sub(r'(<div class="jp-[^">]*")([^>]*) tabindex="0"', r"\1\2", page), resources


class Title(Preprocessor):
    """Name the page after the notebook's first heading."""

    def preprocess(self, nb, resources):
        for cell in nb.cells:
            heading = re.search(r"^#+\s+(.+)$", cell.source, re.MULTILINE)
            if cell.cell_type == "markdown" and heading:
                nb.metadata.setdefault("title", heading.group(1))
                break
        return nb, resources


class Answers(Preprocessor):
    """Take the words of each answer, the comment that begins its cell, out of the code."""

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code" and "answer" in cell.metadata.get("tags", []):
            comment, source = re.fullmatch(r"((?://[^\n]*\n)*)(.*)", cell.source, re.DOTALL).groups()
            words = re.sub(r"^// ?", "", comment, flags=re.MULTILINE)
            cell.metadata["nqm_answer"] = words.removeprefix("Answer\n")
            cell.source = source
        return cell, resources


class Predictions(Preprocessor):
    """Fold what follows a prediction, outputs and reading, up to the next question."""

    def preprocess(self, nb, resources):
        cells, folded = [], None  # what is folded since the last prediction, if one is open
        for part in (part for cell in nb.cells for part in parts(cell)):
            question = QUESTION.match(part.source) if part.cell_type == "markdown" else None
            if question:
                close(folded)
                folded = [] if question.group(1) == "**Predict.**" else None
            elif folded:
                part.source = READING.sub(r"\1", part.source)
                folded.append(part)
            elif folded == [] and part.get("outputs"):
                asked, part = copy.deepcopy(part), copy.deepcopy(part)
                asked.outputs, part.id = [], f"{part.id}-outputs"
                part.metadata["transient"] = {"remove_source": True}
                cells.append(asked)
                folded.append(part)
            cells.append(part)
        close(folded)
        nb.cells = cells
        return nb, resources


# What begins a question, or ends one, and a reading that is folded in the text itself.
QUESTION = re.compile(r"(\*\*(?:Predict|Exercise|Left open)\.\*\*|#+ )", re.MULTILINE)
READING = re.compile(r"<details>\n<summary>[^\n]*</summary>\n\n(.*?)\n\n</details>\n*", re.DOTALL)


def parts(cell):
    """The cell, or, of text, a cell for each question in it."""
    ends = [m.start() for m in re.finditer(r"^" + QUESTION.pattern, cell.source, re.MULTILINE)]
    if cell.cell_type != "markdown" or not any(ends):
        return [cell]
    ends = [0] + [end for end in ends if end] + [len(cell.source)]
    texts = [copy.deepcopy(cell) for _ in ends[1:]]
    for n, (text, begin, end) in enumerate(zip(texts, ends, ends[1:])):
        text.source, text.id = cell.source[begin:end], f"{cell.id}-{n}"
    return texts


def close(folded):
    """Mark where the fold begins and ends."""
    if folded:
        folded[0].metadata["nqm_open"] = True
        folded[-1].metadata["nqm_close"] = True


@pass_context
def markdown2html(context, source):
    """Turn a markdown cell into HTML, its formulas into MathML."""
    renderer = MathMLRenderer(
        escape=False,
        allow_harmful_protocols=None,  # a link that runs a script is a trap of who wrote the cell
        attachments=context.get("cell", {}).get("attachments", {}),
        embed_images=True,
        path=context.get("resources", {}).get("metadata", {}).get("path", ""),
        anchor_link_text="¶",
    )
    return MarkdownWithMath(renderer=renderer).render(source)


class MathMLRenderer(IPythonRenderer):
    """Sets formulas when the page is written, not when it is read."""

    def block_math(self, body):
        return mathml(body, display=True)

    def inline_math(self, body):
        return mathml(body, display=False)

    def latex_environment(self, name, body):
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


converter = LatexToMathML()


def mathml(tex, display):
    """Set one formula; what cannot be set stays readable as TeX."""
    try:
        return converter.convert_with_local_state(tex, displaystyle=display)
    except LatexError:
        return f'<code class="nqm-tex">{html.escape(tex)}</code>'
