import pytest

from components.base import Component, Parameters
from pipeline.dag import in_order


def component(node, reads=(), writes=()):
    class Toy(Component[Parameters]):
        name, inputs, outputs = node, tuple(reads), tuple(writes)

        def execute(self, inputs, outputs, context):
            pass

    return Toy(Parameters())


def names(components):
    return [item.name for item in in_order(components)]


def test_order_follows_from_the_channels_and_not_from_the_list():
    last, first = component("C", ["b"]), component("A", [], ["a"])
    assert names([last, component("B", ["a"], ["b"]), first]) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("components", "message"),
    [
        ([component("A"), component("A")], "unique component names"),
        ([component("A", ["x"])], r"A reads channels that nothing writes: \['x'\]"),
        ([component("A", [], ["x"]), component("B", [], ["x"])], "one writer of channel 'x'. Received: A and B"),
        ([component("A", ["b"], ["a"]), component("B", ["a"], ["b"])], "without a circle"),
    ],
)
def test_impossible_wiring_is_named(components, message):
    with pytest.raises(ValueError, match=message):
        in_order(components)
