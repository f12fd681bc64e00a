"""Why a strategy stands where it does, in sentences. Pure."""

from tradestream.portfolio.confidence import evidence_progress
from tradestream.report import words
from tradestream.report.story import ClaimStory, ExamStory, Story

_QUESTIONS = {
    "validated": "Why it is validated",
    "refused": "Why it was refused",
    "retired": "Why it was retired",
    "stale": "Why it is asked again",
}


def question(story: Story) -> str:
    """Return the heading over the reasons."""
    return _QUESTIONS.get(story.status, "Why it is not proven yet")


def sentences(story: Story) -> list[str]:
    """Return why the strategy stands where it does, what decided first."""
    numbers = tuple(f"claim {claim.number}, born" for claim in story.claims)
    # What a life says of a claim is told below with the claim.
    told = [_sentence(r) for r in story.reasons if not r.startswith(numbers or " ")]
    told += [_claim(claim) for claim in story.claims[:3]]
    if not story.claims:
        told.append(_no_claim(story))
    passed = story.exam is not None and story.exam.own_t is not None
    if not (passed and any("passed exam" in reason for reason in story.reasons)):
        told.append(_exam(story.exam))
    return told


def _claim(claim: ClaimStory) -> str:
    born = claim.born_at.strftime("%Y-%m-%d %H:%M UTC")
    held = f"Claim {claim.number}, born {born}, "
    if claim.proven_at is not None:
        proven = claim.proven_at.strftime("%Y-%m-%d %H:%M UTC")
        held += f"crossed its line {words.evidence(claim.threshold)} at {proven}; "
    evidence = words.evidence(claim.evidence)
    line = words.evidence(claim.threshold)
    share = words.percent(evidence_progress(claim.evidence, claim.threshold), 0)
    held += (
        f"holds evidence e {evidence} where {line} is needed ({share} of the way on a "
        f"logarithmic scale), {words.plural(claim.trips, 'round trip')} where 10 are "
        f"needed, and a return of {words.percent(claim.raw_return, 2, sign=True)}"
    )
    if claim.state == "closed":
        return f"{held}. It is closed: {claim.closed_reason or 'no reason is stored'}."
    return f"{held}. It is {claim.state}."


def _no_claim(story: Story) -> str:
    if story.exam is not None and story.exam.own_t is not None:
        return "No claim was registered for it: the exam had proven it already."
    return (
        "No claim is registered for it, so no evidence from bars after its birth is "
        "counted: each day the best finds of a market that differ from earlier claims "
        "are registered, a few at a time."
    )


def _exam(exam: ExamStory | None) -> str:
    if exam is None:
        return "No exam of its market has been answered yet."
    line = exam.critical_value
    if exam.own_t is not None:
        needed = "" if line is None else f", where {words.number(line)} was needed"
        return (
            f"It passed exam {exam.number} with t {words.number(exam.own_t)}{needed}."
        )
    if line is None:
        needed = "; nothing there could have passed"
    else:
        needed = f", where t {words.number(line)} was needed"
    return (
        f"It did not pass an exam: they examine only a fixed set of designs. The "
        f"newest of its market is exam {exam.number}{needed}."
    )


def _sentence(reason: str) -> str:
    text = f"{reason[:1].upper()}{reason[1:]}"
    return text if text.endswith(".") else f"{text}."
