"""The report's figures, of one evaluation."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from components.figure import Plot, as_plot, new_figure

MOST_POINTS = 400  # drawn one by one; more are told by their box alone
GRAY = "#555555"


def dice_distribution(domain: str, dice: Mapping[str, Sequence[float]], colors: Sequence[str]) -> Plot:
    """Dice of each labelled image of a domain, by structure.

    Args:
        dice: By structure, only of labelled images.
        colors: Of each structure.
    """
    figure, axes = new_figure(5.4, 0.9 + 0.75 * len(dice))
    random = np.random.default_rng(0)
    for place, (values, color) in enumerate(zip(dice.values(), colors, strict=True)):
        if not values:
            continue
        axes.boxplot([values], positions=[place], vert=False, widths=0.5, showfliers=False, medianprops={"color": GRAY})
        if len(values) <= MOST_POINTS:
            axes.scatter(values, place + random.uniform(-0.18, 0.18, len(values)), s=9, color=color, alpha=0.6)
    axes.set(yticks=range(len(dice)), yticklabels=list(dice), ylim=(len(dice) - 0.5, -0.5), xlabel="Dice")
    medians = ", ".join(
        f"{name} median {np.median(v):.3f}" if v else f"{name} not labelled" for name, v in dice.items()
    )
    return as_plot(figure, f"Distribution of Dice over the images of domain {domain}: {medians}.")


def training_curves(epochs: Sequence[Mapping[str, Any]], best: int) -> Plot:
    """Loss and validation Dice of each epoch."""
    figure, loss = new_figure(5.4, 3.0)
    numbers = [epoch["epoch"] + 1 for epoch in epochs]
    for key, label, style in (("loss", "training loss", "-"), ("val_loss", "validation loss", "--")):
        if all(key in epoch for epoch in epochs):
            loss.plot(numbers, [epoch[key] for epoch in epochs], style, color="#b0532c", label=label)
    loss.set(xlabel="epoch", ylabel="loss")
    loss.xaxis.set_major_locator(MaxNLocator(integer=True))
    dice = loss.twinx()
    dice.plot(numbers, [epoch["val_dice"] for epoch in epochs], color="#2c6fb0", label="validation Dice")
    dice.axvline(best + 1, color=GRAY, linewidth=0.8, linestyle=":")
    dice.set(ylabel="Dice", ylim=(0, 1))
    figure.legend(loc="outside upper center", ncols=3, fontsize="small", frameon=False)
    last, kept = epochs[-1], epochs[best]
    text = f"Training curves over {len(epochs)} epochs: loss ends at {last['loss']:.3f}"
    return as_plot(figure, f"{text}, validation Dice is best in epoch {best + 1} with {kept['val_dice']:.3f}.")


def bland_altman(agreement: Mapping[str, Any], pairs: Sequence[tuple[float, float]]) -> Plot:
    """Ejection fraction by prediction minus that by label, over their mean (Bland and Altman 1986).

    Args:
        agreement: Its row in metrics.json.
        pairs: Label and prediction of each patient, in percent.
    """
    figure, axes = new_figure(5.4, 3.0)
    truth, prediction = np.asarray(pairs, float).T
    axes.scatter((truth + prediction) / 2, prediction - truth, s=12, color="#2c6fb0", alpha=0.7)
    for value, style in ((agreement["bias"], "-"), (agreement["lower"], "--"), (agreement["upper"], "--")):
        if value is not None:
            axes.axhline(value, color=GRAY, linewidth=0.9, linestyle=style)
    axes.set(xlabel="mean of both ejection fractions, %", ylabel="prediction - label, points")
    text = f"Bland-Altman plot of the ejection fraction, {agreement['method']}, domain {agreement['domain']}"
    return as_plot(figure, f"{text}: bias {agreement['bias']:+.1f} points over {agreement['patients']} patients.")
