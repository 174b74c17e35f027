"""Packs of what is below `index/` in a shared store, for machines that have not looked before.

A pack only saves requests: the listing tells what of it still holds, and nothing is wrong without
one. `index/.packs/<number>` is created, never replaced, so of several who write it one succeeds.
"""

import hashlib
from collections.abc import Iterable, Mapping

from pipeline.store import entries, packs
from pipeline.store.objects import Listed, ObjectGone, Objects

INDEX, FOLDER = "index", ".packs"
REPLACED = (".additions", ".audits")  # below `index/`: may be replaced, as what is right there


def read(objects: Objects, found: Mapping[str, Listed], names: Iterable[str]) -> dict[str, bytes]:
    """Read what of some objects is in the newest pack, as the listing has them.

    Args:
        objects: of the store.
        found: the listing of `index/`.
        names: of objects in it.

    Raises:
        InklingError: the store cannot be read.
    """
    newest = max((name for name in found if name.startswith(f"{FOLDER}/")), default=None)
    if newest is None:
        return {}
    try:
        packed = packs.unpack(objects.read(f"{INDEX}/{newest}"))
    except (ValueError, ObjectGone):  # damaged; or there is a newer one, which helps next time
        return {}
    texts = {name: packed.get(_key(name, found[name].stamp)) for name in names}
    known = {name: text.encode() for name, text in texts.items() if text is not None}
    return {name: text for name, text in known.items() if _fits(name, found[name].stamp, text)}


def write(objects: Objects, contents: Iterable[tuple[str, str, bytes]]) -> None:
    """Write a pack in place of those before it.

    Args:
        objects: of the store.
        contents: name, stamp and content of objects below `index/`.

    Raises:
        ObjectExists: somebody else has just done so.
        InklingError: the store cannot be read or written.
    """
    former = objects.list(f"{INDEX}/{FOLDER}")
    texts = {}
    for name, stamp, content in contents:
        if _fits(name, stamp, content):
            texts[_key(name, stamp)] = content.decode(errors="replace")
    number = max(map(entries.number, former), default=0) + 1
    objects.write(f"{INDEX}/{FOLDER}/{number:09d}", packs.pack(texts), new=True)
    objects.delete(f"{INDEX}/{FOLDER}/{name}" for name in former)


def count_outside(found: Mapping[str, Listed]) -> int:
    """Count what was written since the newest pack, by the service's own clock."""
    written = [one.changed for name, one in found.items() if name.startswith(f"{FOLDER}/")]
    since = max((at for at in written if at is not None), default=None)
    if since is None:
        return 0 if written else len(found)
    return sum(one.changed is not None and one.changed > since for one in found.values())


def _key(name: str, stamp: str) -> str:
    return f"{name} {stamp}"


def _fits(name: str, stamp: str, content: bytes) -> bool:
    """Whether a content is surely that of an object with this stamp.

    What is never replaced has one content only. The rest may have been read a moment after it was
    listed; most services give its MD5 as the first part of the stamp.
    """
    tag, _, size = stamp.rpartition(" ")
    if str(len(content)) != size:  # also where something is no UTF-8
        return False
    never_replaced = "/" in name and name.partition("/")[0] not in REPLACED
    return never_replaced or hashlib.md5(content, usedforsecurity=False).hexdigest() == tag
