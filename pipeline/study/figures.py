"""The study's figures."""

from collections.abc import Mapping, Sequence

import numpy as np

from components.figure import Plot, as_plot, new_figure
from pipeline.study.results import CellResult
from pipeline.study.statistics import Difference, Mean

COLORS = ("#4c78a8", "#f58518", "#54a24b", "#e45756", "#72b7b2", "#b279a2", "#ff9da6", "#9d755d", "#bab0ac", "#79706e")


def dice_by_arm(found: Sequence[Mean], titles: Mapping[str, str], domain: str, structure: str) -> Plot:
    """Mean Dice of each arm with its interval."""
    rows = [one for one in found if (one.domain, one.structure) == (domain, structure)]
    figure, axes = new_figure(6.4, 0.9 + 0.32 * len(rows))
    for place, one in enumerate(rows):
        error = [[one.value - one.low], [one.high - one.value]]
        axes.errorbar(one.value, place, xerr=error, fmt="o", color=COLORS[place % len(COLORS)], capsize=3)
    axes.set(yticks=range(len(rows)), yticklabels=[titles.get(one.name, one.name) for one in rows], xlim=(0, 1))
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlabel=f"Dice of {structure} in {domain}, 95 % interval")
    text = "; ".join(f"{titles.get(one.name, one.name)} {one.value:.3f}" for one in rows)
    return as_plot(figure, f"Dice of {structure} in domain {domain} by arm: {text}.")


def curves(results: Sequence[CellResult], titles: Mapping[str, str], key: str) -> Plot:
    """A watched metric over the epochs, mean over seeds; the band spans them.

    Args:
        key: Of an epoch's metrics, for example "test/beta/LA".
    """
    figure, axes = new_figure(6.4, 3.4)
    names = list(dict.fromkeys(one.name for one in results))
    for place, name in enumerate(names):
        rows = [[epoch[key] for epoch in one.curves if key in epoch] for one in results if one.name == name]
        table = np.array([row for row in rows if len(row) == max(map(len, rows))], float)
        if not table.size:
            continue
        epochs, color = np.arange(1, table.shape[1] + 1), COLORS[place % len(COLORS)]
        axes.plot(epochs, table.mean(0), color=color, label=titles.get(name, name), linewidth=1.3)
        axes.fill_between(epochs, table.min(0), table.max(0), color=color, alpha=0.12, linewidth=0)
    _, domain, structure = key.split("/")
    axes.set(xlabel="epoch", ylabel=f"Dice of {structure} in {domain}", ylim=(0, 1))
    axes.legend(fontsize="x-small", ncols=2)
    return as_plot(figure, f"Dice of {structure} in domain {domain} over the epochs of training, one line an arm.")


def dropout_by_loss(gaps: Sequence[Difference], titles: Mapping[str, str]) -> Plot:
    """What label dropout changes, one row for each loss and structure that nobody labelled."""
    figure, axes = new_figure(6.4, 0.9 + 0.32 * len(gaps))
    names = [f"{titles.get(gap.than, gap.than)}: {gap.structure} in {gap.domain}" for gap in gaps]
    for place, gap in enumerate(gaps):
        error = [[gap.absolute - gap.absolute_low], [gap.absolute_high - gap.absolute]]
        axes.errorbar(gap.absolute, place, xerr=error, fmt="o", color=COLORS[place % len(COLORS)], capsize=3)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set(yticks=range(len(gaps)), yticklabels=names, ylim=(len(gaps) - 0.5, -0.5))
    axes.set(xlabel="change of Dice by label dropout, 95 % interval")
    text = "; ".join(f"{name} {gap.absolute:+.3f}" for name, gap in zip(names, gaps, strict=True))
    return as_plot(figure, f"What label dropout changes, by loss: {text}.")


def sweep(found: Sequence[tuple[str, float | str, Mean]], title: str, domain: str, structure: str) -> Plot:
    """Dice over the values of a sweep; values that are no numbers stand side by side.

    Args:
        found: Arm, value and mean.
    """
    figure, axes = new_figure(5.4, 3.0)
    order = list(dict.fromkeys(value for _, value, _ in found))
    numbers = all(isinstance(value, int | float) for value in order)
    for place, arm in enumerate(dict.fromkeys(arm for arm, _, _ in found)):
        rows = [(value, one) for name, value, one in found if name == arm]
        if numbers:
            rows.sort(key=lambda row: float(row[0]))
        ones = [one for _, one in rows]
        errors = [[one.value - one.low for one in ones], [one.high - one.value for one in ones]]
        places = [value if numbers else order.index(value) + 0.12 * place for value, _ in rows]
        axes.errorbar(places, [one.value for one in ones], yerr=errors, marker="o", capsize=3, label=arm,
                      linestyle="-" if numbers else "", color=COLORS[place % len(COLORS)])  # fmt: skip
    if not numbers:
        axes.set(xticks=range(len(order)), xticklabels=order)
    axes.set(xlabel=title, ylabel=f"Dice of {structure} in {domain}", ylim=(0, 1))
    axes.legend(fontsize="small")
    text = "; ".join(f"{arm} at {value}: {one.value:.3f}" for arm, value, one in found)
    return as_plot(figure, f"{title}, {structure} in {domain}: {text}.")


def predicted_against_found(points: Sequence[tuple[str, float, float]], domain: str, structure: str) -> Plot:
    """What the shortcut audit says of each arm's training data against what happened.

    Args:
        points: Arm, Cramér's V of presence and domain as training sees it, Dice where nobody labelled.
    """
    figure, axes = new_figure(5.4, 3.2)
    for place, (name, v, dice) in enumerate(points):
        axes.scatter(v, dice, color=COLORS[place % len(COLORS)], s=26)
        axes.annotate(name, (v, dice), fontsize="x-small", xytext=(4, 3), textcoords="offset points")
    axes.set(xlabel=f"Cramér's V of {structure}'s presence and the domain", xlim=(-0.05, 1.15), ylim=(0, 1))
    axes.set(ylabel=f"Dice of {structure} in {domain}")
    text = "; ".join(f"{name} V {v:.2f}, Dice {dice:.3f}" for name, v, dice in points)
    return as_plot(figure, f"How well presence predicts the domain against Dice of {structure} in {domain}: {text}.")
