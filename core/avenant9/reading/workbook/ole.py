"""A compound file ("OLE"), the container of an xls: its streams, by name."""

from __future__ import annotations

import struct
from array import array

_END_OF_CHAIN = 0xFFFFFFFA


class Ole:
    """The streams of a compound file.

    Raises:
        ValueError, IndexError, struct.error: the bytes do not hold together.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.shift, self.mini_shift = struct.unpack_from("<HH", data, 30)
        if self.shift not in (9, 12) or self.mini_shift != 6:
            raise ValueError("sectors of an unknown size")
        directory, self.cutoff, mini_fat = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))
        self.fat = self._table()
        entries = self._chain(directory)
        self.streams: dict[str, tuple[int, int]] = {}
        root = (0, 0)
        for at in range(0, len(entries) - 127, 128):
            length, kind = struct.unpack_from("<HB", entries, at + 64)
            name = entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", entries, at + 116)
            if kind == 5:
                root = (start, size)
            elif kind == 2:
                self.streams.setdefault(name, (start, size))
        self.mini = self._chain(root[0])[: root[1]] if root[1] else b""
        self.mini_fat = array("I", self._chain(mini_fat)) if mini_fat < _END_OF_CHAIN else array("I")

    def read(self, name: str) -> bytes:
        """The content of a stream."""
        place, size = self.streams[name]
        if size >= self.cutoff:
            return self._chain(place)[:size]
        parts: list[bytes] = []
        while place < _END_OF_CHAIN and len(parts) <= len(self.mini) >> self.mini_shift:
            parts.append(self.mini[place << self.mini_shift : (place + 1) << self.mini_shift])
            place = self.mini_fat[place]
        return b"".join(parts)[:size]

    def _table(self) -> array[int]:
        """Sector -> the one that follows it."""
        places = list(struct.unpack_from("<109I", self.data, 76))
        following, size = struct.unpack_from("<I", self.data, 68)[0], 1 << self.shift
        while following < _END_OF_CHAIN and len(places) * size < len(self.data) + 256 * size:
            more = struct.unpack(f"<{size // 4}I", self._sector(following))
            places += more[:-1]
            following = more[-1]
        table = array("I")
        for place in places:
            if place < _END_OF_CHAIN:
                table.frombytes(self._sector(place))
        return table

    def _sector(self, place: int) -> bytes:
        found = self.data[(place + 1) << self.shift : (place + 2) << self.shift]
        return found.ljust(1 << self.shift, b"\0") if found else found

    def _chain(self, place: int) -> bytes:
        """Sectors one after the other; one that comes back to itself ends at the size of the file."""
        parts: list[bytes] = []
        while place < _END_OF_CHAIN and len(parts) <= len(self.data) >> self.shift:
            parts.append(self._sector(place))
            place = self.fat[place]
        return b"".join(parts)
