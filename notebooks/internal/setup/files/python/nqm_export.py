"""HTML pages of notebooks that ask nothing of the network.

Loaded by jupyter_config.py, so that JupyterLab's own "Save and Export Notebook
As > HTML" writes the same page as "go run ./notebooks run".
"""

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
    c.HTMLExporter.preprocessors = ["nqm_export.Title", "nqm_export.Answers"]
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


@pass_context
def markdown2html(context, source):
    """Turn a markdown cell into HTML, its formulas into MathML."""
    renderer = MathMLRenderer(
        escape=False,
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
