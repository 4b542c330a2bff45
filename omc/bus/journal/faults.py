"""What can go wrong with the journal's file: it is damaged, or the disk is not willing.

The difference decides what is done. A damaged file is set aside and a new one begun; a full disk
or one that may not be written to is waited for. https://www.sqlite.org/rescode.html
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from omc.core.errors import OmcError

#: SQLite's primary codes when the machine is not willing: the file itself may be in order.
_UNWILLING = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_AUTH,
}
_PRIMARY = 0xFF


class JournalUnavailable(OmcError):
    """The file cannot be read or written now: disk full, not allowed, an error of the disk."""


class JournalDamaged(OmcError):
    """The file is no journal, or one that lost its order, or one of another version."""


@contextmanager
def sqlite_faults() -> Iterator[None]:
    """Turn what SQLite and the file system raise into the two errors above.

    Raises:
        JournalUnavailable: as said.
        JournalDamaged: as said.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            raise  # a mistake of our own, found before SQLite was asked
        if code & _PRIMARY in _UNWILLING:
            raise JournalUnavailable(str(error)) from error
        raise JournalDamaged(str(error)) from error
    except UnicodeDecodeError as error:
        # SQLite quotes damaged text in its complaint.
        raise JournalDamaged("its text is no text any more") from error
    except OSError as error:
        raise JournalUnavailable(error.strerror or str(error)) from error
