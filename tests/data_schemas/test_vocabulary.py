import pytest

from data_schemas.vocabulary import load_vocabulary


def test_shipped_vocabulary_keeps_its_order():
    vocabulary = load_vocabulary()
    assert vocabulary.names == ("LV", "MYO", "LA")
    assert [vocabulary.mask_id(name) for name in vocabulary.names] == [1, 2, 3]
    assert vocabulary.structures[2].rgb == (0x3D, 0x7F, 0xE0)


def test_presence_follows_the_order_of_the_vocabulary():
    assert load_vocabulary().presence(["LA", "LV"]) == (1, 0, 1)


def test_unknown_structure_is_named():
    with pytest.raises(ValueError, match=r"Expected one of \['LV', 'MYO', 'LA'\]. Received: 'RV'"):
        load_vocabulary().mask_id("RV")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("structures: []", "expected a list `structures`"),
        ("structures: [{name: LV}]", "expected a structure with the keys"),
        ("structures: [{name: A, title: a, color: red, definition: d}]", "expected a color"),
        (
            "structures: [{name: A, title: a, color: '#000000', definition: d},"
            " {name: A, title: a, color: '#000000', definition: d}]",
            "expected unique structure names",
        ),
        ("structures: [1]\nstructures: [2]", "each key once"),
    ],
)
def test_bad_vocabulary_is_refused_with_the_file_name(tmp_path, text, message):
    file = tmp_path / "structures.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=message) as caught:
        load_vocabulary(file)
    assert str(file) in str(caught.value)
