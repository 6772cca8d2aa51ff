import pytest

from data_schemas.yaml_file import parse_yaml, read_yaml


def test_repeated_key_is_an_error_with_its_line():
    with pytest.raises(ValueError, match=r"line 3: expected each key once\. Received a second: 'a'"):
        parse_yaml("a: 1\nb: 2\na: 3\n")


def test_repeated_key_is_found_at_any_depth():
    with pytest.raises(ValueError, match="Received a second: 'p'"):
        parse_yaml("outer:\n  - {p: 1, p: 2}\n")


def test_python_objects_are_never_built():
    with pytest.raises(ValueError, match="expected valid YAML"):
        parse_yaml("!!python/object/apply:os.getcwd []")


def test_missing_file_and_binary_file_are_named(tmp_path):
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    for file in (tmp_path / "absent.yaml", binary):
        with pytest.raises(ValueError, match="expected a readable UTF-8 YAML file") as caught:
            read_yaml(file)
        assert str(file) in str(caught.value)
