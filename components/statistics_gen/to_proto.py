"""The tally as tensorflow_metadata statistics, which TensorFlow Data Validation's tools display."""

from collections import Counter

import numpy as np
from tensorflow_metadata.proto.v0 import statistics_pb2 as pb

from components.statistics_gen.tally import Slice, Tally

TEXT = ("dataset", "view", "frame")  # with their place in the keys of Tally.records
PLACE = {"dataset": 2, "view": 3, "frame": 4}


def to_proto(tally: Tally, structures: tuple[str, ...]) -> pb.DatasetFeatureStatisticsList:
    """One entry a slice, named <split>/<domain>."""
    answer = pb.DatasetFeatureStatisticsList()
    for split, domain in tally.slices():
        entry = answer.datasets.add(name=f"{split}/{domain}", num_examples=tally.examples((split, domain)))
        _fill(entry, tally, (split, domain), structures)
    return answer


def _fill(entry: pb.DatasetFeatureStatistics, tally: Tally, where: Slice, structures: tuple[str, ...]) -> None:
    records = {key: number for key, number in tally.records.items() if key[:2] == where}
    for name in TEXT:
        values: Counter[str] = Counter()
        for key, number in records.items():
            values[str(key[PLACE[name]])] += number
        _add_text(entry, name, values)
    for index, structure in enumerate(structures):
        present = sum(number for key, number in records.items() if key[5][index])
        histogram = np.array([entry.num_examples - present, present])
        _add_numbers(entry, f"label_presence.{structure}", histogram, np.array([0.0, 1.0]), np.array([0.0, 0.5, 1.0]))
        if (where, structure) in tally.areas:
            _add_histogram(entry, f"area_fraction.{structure}", tally.areas[where, structure], 1.0)
    _add_histogram(entry, "intensity", tally.gray[where], 256.0)
    _add_text(entry, "image/spacing_mm", Counter({key[1]: n for key, n in tally.spacings.items() if key[0] == where}))
    for feature, place in (("image/height", 0), ("image/width", 1)):
        sizes: Counter[int] = Counter()
        for size, number in tally.sizes.items():
            if size[0] == where:
                sizes[(size[1], size[2])[place]] += number
        values_ = np.array(sorted(sizes), float)
        _add_numbers(
            entry, feature, np.array([sizes[int(v)] for v in values_]), values_, np.append(values_, values_[-1])
        )


def _add_text(entry: pb.DatasetFeatureStatistics, name: str, values: Counter[str]) -> None:
    feature = entry.features.add(type=pb.FeatureNameStatistics.STRING)
    feature.path.step.append(name)
    statistics = feature.string_stats
    _add_common(statistics.common_stats, sum(values.values()))
    statistics.unique = len(values)
    ranked = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    for rank, (label, number) in enumerate(ranked):
        statistics.rank_histogram.buckets.add(low_rank=rank, high_rank=rank, label=label, sample_count=number)


def _add_histogram(entry: pb.DatasetFeatureStatistics, name: str, counts: np.ndarray, top: float) -> None:
    edges = np.linspace(0, top, len(counts) + 1)
    _add_numbers(entry, name, counts, edges[:-1] if top > 1 else (edges[:-1] + edges[1:]) / 2, edges)


def _add_numbers(
    entry: pb.DatasetFeatureStatistics, name: str, counts: np.ndarray, values: np.ndarray, edges: np.ndarray
) -> None:
    """A numeric feature from how often each value occurs."""
    feature = entry.features.add(type=pb.FeatureNameStatistics.FLOAT)
    feature.path.step.append(name)
    statistics, total = feature.num_stats, int(counts.sum())
    _add_common(statistics.common_stats, total)
    if not total:
        return
    seen = np.flatnonzero(counts)
    statistics.mean = float((counts * values).sum() / total)
    statistics.std_dev = float(np.sqrt((counts * (values - statistics.mean) ** 2).sum() / total))
    statistics.min, statistics.max = float(values[seen[0]]), float(values[seen[-1]])
    statistics.median = float(values[np.searchsorted(np.cumsum(counts), total / 2)])
    statistics.num_zeros = int(counts[values == 0].sum())
    histogram = statistics.histograms.add(type=pb.Histogram.STANDARD)
    for low, high, number in zip(edges[:-1], edges[1:], counts, strict=True):
        histogram.buckets.add(low_value=low, high_value=high, sample_count=float(number))


def _add_common(common: pb.CommonStatistics, total: int) -> None:
    common.num_non_missing = common.tot_num_values = total
    common.min_num_values = common.max_num_values = 1
    common.avg_num_values = 1.0
