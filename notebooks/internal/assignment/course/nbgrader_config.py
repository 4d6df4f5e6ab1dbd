"""nbgrader's settings for a course of nqm. Written by "go run ./notebooks assignments"."""

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "nqm"

# nbgrader knows no Go. What stands for a solution that is left out must compile
# whatever the function returns, so that one open exercise stops no other.
c.ClearSolutions.code_stub = {"go": '// YOUR CODE HERE\npanic("this exercise is still open")'}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

# The checks give up after 10 s by themselves and say so; this is for loops in
# a student's own cells.
c.Execute.timeout = 30
