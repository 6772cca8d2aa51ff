import stat

from components.example_gen.salt import load_salt


def test_configured_salt_is_used_and_nothing_is_written(tmp_path):
    assert load_salt("public", tmp_path) == b"public"
    assert not list(tmp_path.iterdir())


def test_salt_of_a_run_root_is_made_once_secret_and_differs_between_roots(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first = load_salt(None, tmp_path / "one")
    assert len(first) >= 16
    assert load_salt(None, tmp_path / "one") == first
    assert load_salt(None, tmp_path / "two") != first
    assert stat.S_IMODE((tmp_path / "one" / "salt").stat().st_mode) == 0o600
