"""The text of a file that a person saved from a spreadsheet: its encoding is told from its bytes."""

from __future__ import annotations

import codecs

from sightline.exchange.reading import Unreadable

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SAVE_AGAIN = "open it in the spreadsheet program and save it again as 'CSV UTF-8'"


def text_of(name: str, data: bytes, whole: bool = True) -> tuple[str, str]:
    """The text and the encoding of a file's bytes: UTF-8, or else what Excel on Windows calls plain CSV.

    With `whole` false, `data` is the file's beginning and may end within a character. Raises Unreadable for
    UTF-16 and for bytes that are no text.
    """
    if data.startswith(_UTF_16):
        raise Unreadable(f"{name} is saved as 'Unicode text' (UTF-16), which is not read: {SAVE_AGAIN}")
    if b"\0" in data:
        raise Unreadable(f"{name} holds NUL bytes, so it is not a text file, or is damaged: send it again")
    try:
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        return decoder.decode(data, final=whole), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        raise Unreadable(
            f"{name} is written in no encoding that is read (UTF-8 or Windows-1252): {SAVE_AGAIN}"
        ) from None
