"""Runs in a shared store, such as a bucket of S3, which several machines work on at once.

A run's files are written below `files/`, then what people added to it, and its description below
`index/` last: that marks it as whole, so a reader sees a whole run or none. It is deleted the other
way round. What a writer leaves that was killed is never listed, and cleared away after a day.
Jobs, checkpoints and drafts stay in the copy on this machine (`shared`).
"""

import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline import access, atomic
from pipeline.errors import InklingError
from pipeline.progress import OnProgress, silent
from pipeline.store import run_folder
from pipeline.store.index_packs import INDEX
from pipeline.store.objects import ObjectExists
from pipeline.store.run_folder import REFUSED, Damaged, Run, RunFiles
from pipeline.store.run_info import RunInfo
from pipeline.store.runs import ADDITIONS, RunMissing, Store, new_id
from pipeline.store.service_errors import StoreAway
from pipeline.store.shared import FILES, Shared

OUTGOING = ".outgoing"  # in the copy: runs that are whole, and not sent yet
DAY = 24 * 60 * 60  # seconds
LATER = 60.0  # seconds after which a run is offered again to a store that refused it


class _Waiting:
    """What this process knows of runs that are done and not sent."""

    def __init__(self) -> None:
        self.until = 0.0  # by the monotonic clock: not offered again before
        self.note = ""


class RemoteStore(Store):
    """The runs of a shared store, read from its copy on this machine."""

    shared: Shared

    def __init__(
        self, shared: Shared, bundled: Path | None = None, on_progress: OnProgress = silent
    ) -> None:
        """Look at a shared store, and send it what could not be sent before.

        Args:
            shared: where it is.
            bundled: as for `Store`.
            on_progress: is told what is fetched, if that is much.

        Raises:
            StoreAway: it does not answer, and nothing of it is on this machine.
            InklingError: there is no such store, or it may not be read.
        """
        super().__init__(shared.folder, bundled)
        self.shared = shared
        self.shared.look(on_progress=on_progress)
        self._offer_waiting()

    @property
    def where(self) -> str:
        """Its URL."""
        return self.shared.url

    @property
    def note(self) -> str:
        """A sentence that says that it does not answer, or refuses a run; "" if neither."""
        return self.shared.note or _waiting(self.folder).note

    def versions(self) -> tuple[tuple[Path, str], ...]:
        """Find the runs as they are now, each with a text that changes with any of its files."""
        self._offer_waiting()
        self.shared.look()
        of_runs: dict[str, list[str]] = {}
        for name, stamp in sorted(self.shared.listing.items()):
            folder, _, rest = name.removeprefix(f"{ADDITIONS}/").partition("/")
            of_runs.setdefault(folder, []).append(f"{rest} {stamp}")
            if rest == run_folder.INFO and not name.startswith(ADDITIONS):
                of_runs[folder].insert(0, "")
        marked = {folder: files for folder, files in of_runs.items() if files[0] == ""}
        found = [(self.folder / folder, "; ".join(files)) for folder, files in marked.items()]
        if self.bundled and self.bundled.name not in marked:
            added = "; ".join(of_runs.get(self.bundled.name, ()))
            found.append((self.bundled, f"{run_folder.state(self.bundled)} {added}"))
        return tuple(found)

    def publish(self, info: RunInfo, files: RunFiles) -> Run:
        """Write a run on this machine, then to the shared store: completely or not at all.

        Raises:
            InklingError: the disk is full, or the store does not answer or may not be written. A
                run that could not be sent is kept, and sent later.
        """
        access.refuse_unless_may(access.Change.MANAGE, REFUSED)
        draft = self.folder / OUTGOING / new_id(info.created, info.dataset.name, info.network)
        atomic.make_folder(draft.parent)
        with FileLock(draft.with_suffix(".lock")):
            run_folder.write(draft, info, files)
            try:
                self._send(draft)
            except InklingError as error:
                raise type(error)(
                    f"{error} Run {draft.name} is done, and kept on this machine: the next command "
                    f"or page that reaches {self.where} sends it."
                ) from error
            self.shared.catch_up()
        here = self.folder / draft.name
        version = dict(self.versions()).get(here, "")
        return run_folder.read(here, self._additions(here), version, self.shared)

    def delete(self, entry: Run | Damaged) -> None:
        """Delete a run, at once for everybody who looks at the store.

        Raises:
            InklingError: it is the bundled run, the dashboard is read-only, or the store does not
                answer or may not be written.
        """
        access.refuse_unless_may(access.Change.MANAGE, REFUSED)
        if isinstance(entry, Run) and entry.bundled:
            raise InklingError(f"Run {entry.id} comes with Inkling and cannot be deleted.")
        self.shared.look(now=True)
        marker = f"{entry.id}/{run_folder.INFO}"
        if marker not in self.shared.listing:
            raise RunMissing(f"Run {entry.id} is not in {self.where}: it was already deleted.")
        self.shared.delete([marker])
        with suppress(StoreAway):  # nobody lists them any more, and they are cleared away later
            self._clear(entry.id)

    def check_writable(self) -> None:
        """Check before a long training that its run can be published; clear away what is half one.

        Raises:
            InklingError: it cannot.
        """
        super().check_writable()
        atomic.clear(self.folder / OUTGOING, run_folder.STAMPED)
        self.shared.look(now=True)
        probe = f"{FILES}/.probe"
        self.shared.objects.write(probe, b"")
        self.shared.objects.delete([probe])
        self._send_waiting()
        self._clear_halves()

    def _additions(self, folder: Path) -> Path:
        return self.folder / ADDITIONS / folder.name

    def _offer_waiting(self) -> None:
        """Send the runs that wait if that is possible; a store that refuses them can be read."""
        waiting = _waiting(self.folder)
        if not access.may(access.Change.TRAIN) or time.monotonic() < waiting.until:
            return
        waiting.note = ""
        try:
            self._send_waiting()
        except StoreAway:  # which looking notes, or raises
            return
        except InklingError as error:
            waiting.note = f"{error} A run that is done waits on this machine until it can be sent."
            waiting.until = time.monotonic() + LATER

    def _send_waiting(self) -> None:
        """Send the runs that are done but could not be sent, unless another process does."""
        for draft in sorted((self.folder / OUTGOING).glob("[!.]*/")):
            with suppress(Timeout), FileLock(draft.with_suffix(".lock"), timeout=0):
                if draft.is_dir():
                    self._send(draft)
                    self.shared.catch_up()

    def _send(self, draft: Path) -> None:
        """Write a run that is whole on this machine to the shared store; may be done again."""
        run, objects = run_folder.read(draft, None, ""), self.shared.objects
        for path in sorted(draft.iterdir()):
            place = FILES if path.name in run.info.hashes else f"{INDEX}/{ADDITIONS}"
            if path.name != run_folder.INFO:
                objects.write(f"{place}/{draft.name}/{path.name}", path.read_bytes())
        marker = f"{INDEX}/{draft.name}/{run_folder.INFO}"
        with suppress(ObjectExists):  # it was sent, and nobody could say so
            objects.write(marker, (draft / run_folder.INFO).read_bytes(), new=True)
        # While the draft is there, whoever goes on after a kill does all of this again.
        self.shared.announce()
        here = self.folder / draft.name
        atomic.make_folder(here)
        names = (*run.info.hashes, run_folder.INFO)
        atomic.remove_folder(draft, kept={name: here / name for name in names})

    def _clear_halves(self) -> None:
        """Delete the files of runs that were never whole, or are no longer."""
        for run_id in self.shared.objects.folders(FILES):
            if f"{run_id}/{run_folder.INFO}" not in self.shared.listing:
                found = self.shared.objects.list(f"{FILES}/{run_id}").values()
                newest = max((one.changed or 0.0 for one in found), default=time.time())
                if time.time() - newest > DAY:
                    self._clear(run_id)

    def _clear(self, run_id: str) -> None:
        """Delete the files of a run that is not listed, and what was added to it."""
        objects = self.shared.objects
        for folder in (f"{FILES}/{run_id}", f"{INDEX}/{ADDITIONS}/{run_id}"):
            objects.delete(f"{folder}/{name}" for name in objects.list(folder))


@lru_cache(64)
def _waiting(folder: Path) -> _Waiting:
    return _Waiting()
