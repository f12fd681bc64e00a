"""One history exam: everybody's t, the line, and who is meant. Pure."""

from collections.abc import Sequence

from tradestream.report import tables, words
from tradestream.report.drawings import histogram
from tradestream.report.html import Markup, element, fragment
from tradestream.report.story import ExamStory


def exam_section(exam: ExamStory | None) -> Markup:
    """Return the exam that a strategy passed, or else the newest of its market."""
    if exam is None:
        return tables.empty("No exam of its market has been answered yet.")
    marks = [] if exam.own_t is None else [(exam.own_t, "this strategy")]
    note = None
    if exam.own_t is None:
        note = element("p", "This strategy is not one that passed it.", class_="more")
    return fragment(exam_figure(exam, marks), note)


def exam_figure(exam: ExamStory, marks: Sequence[tuple[float, str]]) -> Markup:
    """Return the t of everybody in the running, where they are known.

    Args:
        exam: The exam.
        marks: Each t to mark, with its label.
    """
    told = element("p", *_told(exam), class_="more")
    if not exam.ts:
        shown = tables.empty(exam.note or "No picture is held of it.")
        return fragment(told, shown)
    caption = element(
        "figcaption",
        element("span", "t of everybody in the running"),
        element(
            "span",
            "how many, on a square-root scale; those far below nil are left out",
            class_="detail",
        ),
    )
    drawn = histogram(exam.ts, exam.critical_value, marks)
    return fragment(element("figure", caption, drawn), told)


def _told(exam: ExamStory) -> tuple[Markup | str, ...]:
    best = ""
    if exam.best_t is not None:
        best = f"; the best reached t {words.number(exam.best_t)}"
    if exam.critical_value is not None:
        best += f", and {words.number(exam.critical_value)} was needed"
    elif exam.best_t is not None:
        best += ", and chance alone does as well too often"
    designs = f"{words.count(exam.eligible)} of {words.count(exam.genomes)} designs"
    return (
        f"Exam {exam.number} on ",
        words.moment(exam.window_start_at),
        " – ",
        words.moment(exam.window_end_at),
        f": {designs} traded often enough{best}.",
    )
