"""Downloading a public dataset's files, each verified by its hash."""

from pathlib import Path
from typing import Any

from pipeline.errors import InklingError
from pipeline.progress import OnProgress, Progress

TIMEOUT = 30  # seconds without a response

# MD5 of the gzipped files, as listed by torchvision and the datasets' own pages.
FILES: dict[str, dict[str, str]] = {
    "mnist": {
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    },
    "fashion_mnist": {
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    },
}
MIRRORS: dict[str, tuple[str, ...]] = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    "fashion_mnist": (
        "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ),
}


def fetch(name: str, folder: Path, on_progress: OnProgress) -> Path:
    """Download the files of a named dataset that are not in `folder` yet.

    Args:
        name: a key of FILES.
        folder: where they go; created if necessary. Files appear there only when complete and
            verified.

    Returns:
        The folder.

    Raises:
        InklingError: no mirror provided the right file.
    """
    for number, (file, md5) in enumerate(FILES[name].items(), start=1):
        note = f"{file} ({number} of {len(FILES[name])})"
        _fetch_one(file, md5, MIRRORS[name], folder, _Reporter(on_progress, note))
    return folder


def _fetch_one(
    file: str, md5: str, mirrors: tuple[str, ...], folder: Path, reporter: "_Reporter"
) -> None:
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")  # the progress bar shows it already
    reasons = []
    for mirror in mirrors:
        try:
            pooch.retrieve(
                mirror + file,
                known_hash=f"md5:{md5}",
                fname=file,
                path=folder,
                downloader=pooch.HTTPDownloader(progressbar=reporter, timeout=TIMEOUT),
            )
            return
        except requests.RequestException as error:
            reasons.append(f"{mirror} failed ({type(error).__name__})")
        except ValueError as error:  # how pooch reports a wrong hash
            if "hash" not in str(error):
                raise
            reasons.append(f"{mirror} sent a file with the wrong hash")
        except OSError as error:
            raise InklingError(f"{folder} could not be written: {error.strerror}.") from error
    raise InklingError(
        f"{file} could not be downloaded: {'; '.join(reasons)}. Try again later, or get the files "
        "elsewhere and import them with “inkling data NAME --from FOLDER”."
    )


class _Reporter:
    """Passes pooch's download progress on as Progress (the part of tqdm that pooch calls)."""

    def __init__(self, on_progress: OnProgress, note: str) -> None:
        self._on_progress, self._note = on_progress, note
        self.total: Any = 0
        self._done = 0

    def update(self, count: int) -> None:
        self._done += count
        total = int(self.total or 0)
        self._on_progress(Progress("Downloading", min(self._done, total), total, self._note))

    def reset(self) -> None:
        self._done = 0

    def close(self) -> None:
        """Do nothing: there is nothing to close."""
