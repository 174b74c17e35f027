"""The store: listing, opening, publishing and deleting runs.

What is in a run folder, only `run_folder` knows. The run that comes with Inkling is listed beside
those of the store, and never changed: what is added to it is kept in the store.
"""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from pipeline import access, atomic
from pipeline.errors import InklingError
from pipeline.names import slug
from pipeline.progress import OnProgress, silent
from pipeline.store import promotions, run_folder
from pipeline.store.bundled import bundled_run
from pipeline.store.promotions import Default
from pipeline.store.run_folder import REFUSED, STAMPED, Damaged, Run, RunDamaged, RunFiles
from pipeline.store.run_info import RunInfo
from pipeline.store.shared import LOCAL, Shared, located

DEFAULT = "default"  # what the promoted run is called on the command line
ADDITIONS = ".additions"  # in the store: what is added to a run that is never changed itself


class RunMissing(InklingError):
    """No run matches, or several do."""


class Store:
    """A folder of run folders, and beside it the run that comes with Inkling.

    Attributes:
        shared: where it is the copy of a shared store: that store. See `remote`.
    """

    shared: Shared | None = None

    def __init__(self, folder: Path, bundled: Path | None = None) -> None:
        """Set the folder, which is created when the first run is published.

        Args:
            folder: where runs are published.
            bundled: the folder of a run that is listed, too, and never changed.
        """
        self.folder, self.bundled = folder, bundled

    @classmethod
    def default(cls, place: str | Path | None = None, on_progress: OnProgress = silent) -> "Store":
        """Return a store with the bundled run.

        Args:
            place: a folder, or the URL of a shared store such as s3://bucket/folder; None for what
                INKLING_MODELS names, or else `models/` in the working folder.
            on_progress: is told what is fetched of a shared store, if that is much.

        Raises:
            InklingError: a shared store cannot be used; the message says why.
        """
        place = place or os.environ.get("INKLING_MODELS") or "models"
        shared = located(place)
        if shared is not None:
            from pipeline.store.remote import RemoteStore

            return RemoteStore(shared, bundled_run(), on_progress)
        return cls(Path(str(place).removeprefix(LOCAL)), bundled_run())

    @property
    def where(self) -> str:
        """What people call it: its folder, or the URL of a shared store."""
        return str(self.folder)

    @property
    def note(self) -> str:
        """A sentence that says why what is shown may be old; "" if it is not."""
        return ""

    def entries(self) -> list[Run | Damaged]:
        """List the runs, newest first, then the bundled one; damaged ones with the reason.

        Raises:
            InklingError: the store is not a folder, or cannot be read.
        """
        found = [self._entry(folder, version) for folder, version in self.versions()]
        return sorted(found, key=_age, reverse=True)

    def versions(self) -> tuple[tuple[Path, str], ...]:
        """Find the run folders, each with a text that changes with any of its files.

        Raises:
            InklingError: as `entries` does.
        """
        try:
            folders = [
                Path(entry)
                for entry in os.scandir(self.folder)
                if not entry.name.startswith(".") and entry.is_dir()
            ]
        except FileNotFoundError:
            folders = []
        except OSError as error:
            raise InklingError(
                f"The store {self.folder} cannot be read: {error.strerror}."
            ) from error
        # Of two with the same id, the store's own counts.
        if self.bundled and self.bundled.name not in {folder.name for folder in folders}:
            folders.append(self.bundled)
        states = [(folder, run_folder.state(folder)) for folder in folders]
        return tuple(
            (folder, f"{files} {self._state_of_additions(folder)}")
            for folder, files in sorted(states)
            if run_folder.is_run(files)
        )

    def _additions(self, folder: Path) -> Path | None:
        """Return where additions to a run are kept if not in its folder: so for the bundled one."""
        # Names first: following links takes longer, and pages ask for every run.
        if self.bundled is None or folder.name != self.bundled.name:
            return None
        if folder != self.bundled and folder.resolve() != self.bundled.resolve():
            return None
        return self.folder / ADDITIONS / folder.name

    def _state_of_additions(self, folder: Path) -> run_folder.State | str:
        added = self._additions(folder)
        return run_folder.state(added) if added else ""

    def _entry(self, folder: Path, version: str) -> Run | Damaged:
        try:
            return run_folder.read(folder, self._additions(folder), version, self.shared)
        except RunDamaged as error:
            return Damaged(folder.name, str(error))

    def runs(self) -> list[Run]:
        """List the complete runs, newest first."""
        return [run for run in self.entries() if isinstance(run, Run)]

    def open(self, run_id: str) -> Run:
        """Open a run by its id or name, by an unambiguous part of its id, or as one of two words.

        "latest" is the newest run, "default" the one that was promoted; see `promotions`.

        Raises:
            RunMissing: no run matches, or several do.
            RunDamaged: the run is damaged.
        """
        found = self.find(run_id)
        if isinstance(found, Damaged):
            raise RunDamaged(found.reason)
        return found

    def find(self, run_id: str) -> Run | Damaged:
        """Find a run as `open` does, even if it is damaged.

        Raises:
            RunMissing: no run matches, or several do.
        """
        entries = self.entries()
        if run_id == "latest":
            newest = next((entry for entry in entries if isinstance(entry, Run)), None)
            if newest is None:
                raise RunMissing(
                    f"There are no runs in {self.where} yet. Train one with “inkling train”."
                )
            return newest
        if run_id == DEFAULT:
            return self._promoted()
        fitting = (
            [entry for entry in entries if entry.id == run_id]
            or [entry for entry in entries if isinstance(entry, Run) and entry.about.name == run_id]
            or [entry for entry in entries if run_id in entry.id]
        )
        if len(fitting) != 1 or not run_id:
            known = ", ".join(entry.id for entry in (fitting or entries)[:5]) or "none"
            raise RunMissing(
                f"{'Several runs match' if fitting else 'There is no run'} “{run_id}” in "
                f"{self.where}. {'Matches' if fitting else 'Newest runs'}: {known}."
            )
        return fitting[0]

    def default_run(self) -> Default:
        """Find the run to begin with: the promoted one, or else the newest."""
        return promotions.default_run(promotions.read(self.folder), self.entries())

    def _promoted(self) -> Run:
        """Return the promoted run, not another in its place: it may be about to be deleted."""
        found = self.default_run()
        if found.promotion is None or found.run is None:
            raise RunMissing(
                found.note
                or f"No run in {self.where} is promoted: “inkling promote RUN” makes one the "
                "default run, while “latest” is the newest."
            )
        return found.run

    def publish(self, info: RunInfo, files: RunFiles) -> Run:
        """Write a run folder, completely or not at all.

        Args:
            info: the content of run.json; its id, versions and file sizes are set here.
            files: the other files.

        Raises:
            InklingError: the disk is full or the store cannot be written.
        """
        access.refuse_unless_may(access.Change.MANAGE, REFUSED)
        run_id = new_id(info.created, info.dataset.name, info.network)
        return run_folder.write(self.folder / run_id, info, files)

    def delete(self, entry: Run | Damaged) -> None:
        """Delete a run, at once for everybody who looks at the store.

        Raises:
            InklingError: it is the bundled run, the dashboard is read-only, or the store cannot be
                written.
        """
        access.refuse_unless_may(access.Change.MANAGE, REFUSED)
        folder = self.folder / entry.id
        if (isinstance(entry, Run) and entry.bundled) or self._additions(folder):
            raise InklingError(f"Run {entry.id} comes with Inkling and cannot be deleted.")
        try:
            atomic.remove_folder(folder)
        except FileNotFoundError as error:
            raise RunMissing(
                f"Run {entry.id} is not in {self.where}: it was already deleted."
            ) from error
        except OSError as error:
            raise InklingError(f"Run {entry.id} could not be deleted: {error.strerror}.") from error

    def check_writable(self) -> None:
        """Check before a long training that its run can be written; clear away what is half a run.

        Raises:
            InklingError: it cannot.
        """
        access.refuse_unless_may(access.Change.TRAIN, REFUSED)
        try:
            atomic.make_folder(self.folder)
            probe = self.folder / f".probe-{secrets.token_hex(4)}"
            probe.touch()
            probe.unlink()
            atomic.clear(self.folder, STAMPED)
        except OSError as error:
            raise InklingError(
                f"The store {self.folder} cannot be written: {error.strerror}. Choose another one "
                "with --models or INKLING_MODELS."
            ) from error


def _age(entry: Run | Damaged) -> tuple[bool, str, str]:
    """Sort by when the training began; for a damaged run, only its name tells."""
    if isinstance(entry, Damaged):
        return True, entry.id, entry.id
    return not entry.bundled, entry.info.created.strftime("%Y%m%d-%H%M%S"), entry.id


def new_id(created: datetime, dataset: str, network: str) -> str:
    """Return an id that sorts by time and is safe as a path and in a URL."""
    stamp = created.astimezone(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{stamp}-{slug(dataset)}-{slug(network)}-{secrets.token_hex(2)}"
