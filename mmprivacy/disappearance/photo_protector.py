"""From a photo to a protected file, and back to what a detector finds in that file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmprivacy.disappearance.mmdet_view import MMDetView
from mmprivacy.disappearance.object_disappearance import ObjectDisappearance
from mmprivacy.disappearance.protected_folder import ProtectedFolder, digest_of
from mmprivacy.disappearance.result import ProtectionResult
from mmprivacy.disappearance.view import Detections
from mmprivacy.evaluation.functional import l_inf, psnr


@dataclass(frozen=True, eq=False)
class PhotoJob:
    """A photo to protect.

    Attributes:
        name: Name of the file to write, without suffix.
        source: Path, or array BGR uint8 (H, W, 3).
        mask: Where it may change, (H, W), 1 = yes, for ``region='mask'``.
        truth: True boxes (N, 4) and labels (N,), for ``predet='gt_matched'``.
    """

    name: str
    source: str | np.ndarray
    mask: np.ndarray | None = None
    truth: tuple[torch.Tensor, torch.Tensor] | None = None

    def digest(self) -> str:
        """Digest all that the job brings."""
        parts = [self.source, self.mask]
        parts += [t.numpy() for t in self.truth or ()]
        return digest_of(b''.join(map(_content, parts)))


class PhotoProtector:
    """Protects photos, writes them, reads the files again, and says what came out.

    A photo is not computed again when its file is there and nothing has changed: the
    input's content, the options, the detectors' weights, their pipelines.

    Args:
        attack: The algorithm.
        views: The detectors; the first one's pipeline reads the files.
        folder: Where to write.
    """

    def __init__(
        self,
        attack: ObjectDisappearance,
        views: Sequence[MMDetView],
        folder: ProtectedFolder,
    ) -> None:
        self.attack = attack
        self.views = views
        self.folder = folder
        prints = [view.fingerprint() for view in views]
        self._setup = '|'.join([attack.config_hash, folder.suffix, *prints])

    def __call__(self, jobs: Sequence[PhotoJob]) -> list[dict[str, Any]]:
        """Protect photos together.

        Args:
            jobs: The photos.

        Returns:
            A record for each: the figures of its result, ``image`` (the file, relative
            to the folder), ``shape``, and ``clean`` with boxes, scores and labels that
            the first detector found in the original.

        Raises:
            DataError: If a file is missing or broken, or would be overwritten.
        """
        keys = [digest_of(f'{self._setup}|{job.digest()}'.encode()) for job in jobs]
        records = [self.folder.find(j.name, key) for j, key in zip(jobs, keys)]
        todo = [n for n, record in enumerate(records) if record is None]
        if todo:
            chosen = [jobs[n] for n in todo]
            for job in chosen:
                self.folder.claim(job.name)
            results = self.attack(
                self.views,
                [self._photo(job) for job in chosen],
                [j.mask for j in chosen] if chosen[0].mask is not None else None,
                [j.truth for j in chosen] if chosen[0].truth is not None else None,
            )
            for n, result in zip(todo, results):
                records[n] = self._finish(jobs[n].name, keys[n], result)
        return records

    def _photo(self, job: PhotoJob) -> np.ndarray:
        if isinstance(job.source, str):
            return self.views[0].pipeline.load(job.source)
        return job.source

    def _finish(self, name: str, key: str, result: ProtectionResult) -> dict[str, Any]:
        """Write a photo, and judge it by the file alone."""
        path = self.folder.write_image(name, result.image)
        result = judge_file(self.attack, self.views, result, path)
        record = {
            **result.report(),
            'image': path.relative_to(self.folder.root).as_posix(),
            'shape': list(result.image.shape[:2]),
            'clean': as_lists(result.clean),
            'key': key,
        }
        return self.folder.write_record(name, record)


def judge_file(
    attack: ObjectDisappearance,
    views: Sequence[MMDetView],
    result: ProtectionResult,
    path: Path,
) -> ProtectionResult:
    """Say what is in a file that was written, whatever was meant to be in it.

    Args:
        attack: The algorithm.
        views: The detectors.
        result: What the algorithm made.
        path: The file.

    Returns:
        The result with the picture of the file, and with success, detections, PSNR and
        largest change measured on it.
    """
    photo = views[0].pipeline.load(path)
    found, left = attack.left_in(views, photo)
    return replace(
        result,
        image=photo,
        success=not any(left),
        n_after=left[0],
        found=found[0],
        linf=int(l_inf(photo, result.original)),
        psnr=psnr(photo, result.original),
    )


def as_lists(found: Detections) -> dict[str, list]:
    """Give detections as JSON can hold them."""
    return {
        'boxes': found.boxes.tolist(),
        'scores': found.scores.tolist(),
        'labels': found.labels.tolist(),
    }


def _content(part: Any) -> bytes:
    """Give the bytes of a file or an array."""
    if part is None:
        return b'-'
    if isinstance(part, str):
        try:
            return Path(part).read_bytes()
        except OSError:
            return b''  # reading the photo will say what is wrong with the file
    return repr((part.shape, part.dtype.str)).encode() + part.tobytes()
