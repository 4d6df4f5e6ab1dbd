"""nbgrader's settings for a course of nqm. Written by "go run ./notebooks assignments"."""

from nbgrader.preprocessors import NbGraderPreprocessor


class OnlyByCommand(NbGraderPreprocessor):
    """Refuses what nbgrader itself would do: run hand-ins with the lecturer's rights."""

    def preprocess(self, nb, resources):
        raise RuntimeError(
            "hand-ins are programs, which nbgrader does not keep apart from this machine: "
            "grade them with 'go run ./notebooks assignments -o THIS_FOLDER -grade'"
        )


c = get_config()  # noqa: F821

c.Autograde.sanitize_preprocessors = [OnlyByCommand]

c.CourseDirectory.course_id = "nqm"

# nbgrader knows no Go. What stands for a solution that is left out must compile
# whatever the function returns, so that one open exercise stops no other.
c.ClearSolutions.code_stub = {"go": '// YOUR CODE HERE\npanic("this exercise is still open")'}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
