"""The distribution: what `pip install .` and Beam's `--setup_file` install on a worker."""

from setuptools import find_packages, setup

PACKAGES = ["data_schemas", "models", "components", "pipeline"]

setup(
    name="labeldrop",
    version="0.1.0",
    description="One heart-segmentation model from many partially labelled echocardiography datasets",
    python_requires=">=3.9,<3.12",
    packages=find_packages(include=[pattern for name in PACKAGES for pattern in (name, f"{name}.*")]),
    package_data={
        "data_schemas": ["*.yaml", "*.pbtxt", "datasets/*.yaml", "vocabularies/*.yaml"],
        "components": ["*.css", "*/*.j2"],
        "pipeline": ["configs/*.yaml", "configs/studies/*.yaml", "study/*.j2", "study/evidence/*.jsonl"],
    },
    install_requires=[
        "tensorflow==2.15.1",
        "keras==2.15.0",
        "tensorflow-addons==0.23.0",
        "tensorflow-io==0.36.0",
        "tensorflow-metadata>=1.15,<1.17",
        "tensorflow-serving-api==2.15.1",
        "ml-metadata==1.17.1",
        "apache-beam==2.77.0",
        "google-crc32c",
        "numpy>=1.26,<2",
        "protobuf>=4.25,<5",
        "pyyaml",
        "pydantic>=2",
        "click",
        "rich",
        "nibabel",
        "opencv-python-headless<4.12",
        "scikit-image",
        "pillow",
        "pydicom>=3,<4",
        "simpleitk>=2.4,<3",
        "scipy",
        "openpyxl",
        "universal-pathlib>=0.3,<0.4",
        "jinja2",
        "matplotlib",
        "grpcio",
        "requests",
    ],
    extras_require={
        "gpu": ["tensorflow[and-cuda]==2.15.1"],
        "gcp": ["apache-beam[gcp]==2.77.0", "gcsfs"],
        "aws": ["apache-beam[aws]==2.77.0", "s3fs"],
        "dev": [
            "pytest",
            "hypothesis",
            "ruff",
            "mypy",
            "import-linter",
            "types-PyYAML",
            "types-openpyxl",
            "s3fs",
            "moto[s3,server]",
            "medpy",
            "playwright",
            "types-requests",
        ],
    },
    entry_points={
        "console_scripts": [
            "labeldrop = pipeline.cli:main",
            "labeldrop-beam-worker = components.engine.worker:main",
        ],
    },
)
