"""What the evaluation came to, as text."""

import numpy as np
from rich.table import Table

from components.evaluator.ejection import Agreement
from components.evaluator.gate import Verdict
from components.evaluator.scores import Score
from components.text import render


def describe(scores: list[Score], agreed: list[Agreement], verdict: Verdict, split: str) -> str:
    """The Dice table, ejection fractions, and the verdict with its reasons, as text."""
    structures = list(dict.fromkeys(score.structure for score in scores))
    table = Table("domain", *structures, title=f"Dice on the {split} split, 95 % interval over patients (images)")
    for domain in dict.fromkeys(score.domain for score in scores):
        row = [score for score in scores if score.domain == domain]
        table.add_row(domain, *(_cell(score) for score in row))
    reasons = [f"  {'pass' if reason.passed else 'FAIL'}  {reason.text}" for reason in verdict.reasons]
    clinical = [
        f"Ejection fraction, {one.method}, {one.domain}: mean absolute error {one.error:.1f} points, bias "
        f"{one.bias:+.1f}, limits of agreement {one.lower:+.1f} to {one.upper:+.1f} ({one.patients} patients, "
        f"{one.missed} missed)"
        for one in agreed
    ]
    return "\n".join([render(table), *clinical, f"Verdict: {verdict.name}", *reasons])


def _cell(score: Score) -> str:
    if not score.images:
        return "not labelled"
    interval = "" if np.isnan(score.dice_low) else f" [{score.dice_low:.3f}, {score.dice_high:.3f}]"
    return f"{score.dice:.3f}{interval} ({score.images})"
