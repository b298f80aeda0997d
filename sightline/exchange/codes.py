"""Matching the spellings of local extracts to national codes, without ever guessing.

Every case system writes a coded value in its own way: "a) WBRI", "WBRI - White British", "A1 White British",
"1A: Individual", "Education - Primary School". A code set holds, for each code, the phrases that mean it; a
spelling is matched by the code written in it and by its words, and the two must agree. What is not
understood, or could be understood in two ways, stays unknown with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Words: TypeAlias = frozenset[str]


class Outcome(StrEnum):
    """What a spelling was found to say."""

    MATCHED = "matched"
    NOT_SAID = "not said"
    """The spelling says in words that nothing is known ("not recorded")."""
    JUDGED = "judged"
    """Somebody read this spelling and decided that no code may be read into it; the reason says why."""
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Match:
    """What a spelling means: a code, or none with the reason in words."""

    code: str | None
    outcome: Outcome
    reason: str = ""


LONGEST = 600
"""Characters beyond which a value is no code's spelling: the longest official label has under 500."""

_STOP = frozenset("the of an or and to for by eg ie inc incl include including etc such as".split())
_NEGATION = frozenset("not no non none never cannot without except declined".split())
_EMERGENCY = re.compile(r"\ba\s*(?:&|\+|/|and|or)\s*e\b")
_ACCIDENT = re.compile(r"\baccident\s*(?:&|\+|/|and|or)\s*emergency\b")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}")
_EXCLUDING = re.compile(r"\b(?:excluding|excludes|exclude|excl|apart from)\b[^)\]]*")
_BUT_NOT = re.compile(r"\(\s*not\b.*$", re.IGNORECASE)
_PERHAPS_PLURAL = re.compile(r"\(s\)")
_OTHER_THAN = re.compile(r"\bother than\s+(?=\w)")
_MOJIBAKE = re.compile(r"[âãÂÃ¢€™˜¬„‚�]+|(?<=\w)\?(?=s\b)")
_APOSTROPHE = re.compile(r"['’‘`´]")
_WORD = re.compile(r"[a-z0-9]+")
_MARK = re.compile(r"\s*(?:\(?(?:[A-Za-z]{1,2}|\d{1,2})\)\s*|[a-z]\.\s+)(?=\S)")
_LOCAL = re.compile(
    r"\W*(?:[A-Z]{1,2}\.[A-Z0-9.]+\)?\s*[-:]?|[A-Z0-9_]{1,9}\s*[-:=)\]]|[A-Z]{0,3}\d+[A-Za-z]?\b)\s*(?=[^\s\d])"
)
_SUBCODE = re.compile(r"(?<=\d)(?:[A-Za-z]{1,2}\d?|\.[A-Za-z0-9]+)$")
_HEADING = re.compile(r"\s[-–]\s|[:>]")
_PLAIN = re.compile(r"[\W_]+")
_LEAD = re.compile(r"\W*([A-Za-z0-9]+)(?![A-Za-z0-9.])")
_PART = re.compile(r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*")
_TRAIL = re.compile(r"[\[(]\s*([A-Za-z0-9]+)\s*[\])]\W*$")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text that carry meaning: lower case, singular, without punctuation or small words."""
    text = _APOSTROPHE.sub("", _MOJIBAKE.sub("", unicodedata.normalize("NFKC", text).lower()))
    text = _ACCIDENT.sub(" emergencydept ", _EMERGENCY.sub(" emergencydept ", text))
    text = _PERHAPS_PLURAL.sub("", text)
    text = _EXCLUDING.sub(" ", _INITIALS.sub(lambda found: found.group().replace(".", ""), text))
    text = _OTHER_THAN.sub("otherthan", text)
    return tuple(_singular(word) for word in _WORD.findall(text) if word not in _STOP)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class CodeSet:
    """One set of codes, and how to recognise each.

    `phrases` gives the words that mean a code; a phrase matches when it is all that a spelling says (small
    words and `fillers` aside). In a `loose` set, one of free text, it is enough that all its words occur: a
    longer phrase overrules one that it holds ("school nurse" overrules "school"), and phrases of two codes
    leave the spelling ambiguous. `aliases` are older or local codes, or whole spellings. `parents` names, for
    a code, the coarser code that is read when a spelling does not say which of several, so that nothing finer
    is read than was said. A `divided` set has local sub-codes ("N1b") and sub-headings ("Low income: asylum
    seeking families") under its codes. A spelling with more than `strange_words` words that the set does not
    know is somebody's sentence, and names no code. `judged` lists whole spellings that somebody has read and
    found to mean no code, with the reason.
    """

    def __init__(
        self,
        title: str,
        phrases: Mapping[str, Iterable[str]],
        *,
        aliases: Mapping[str, str] | None = None,
        parents: Mapping[str, str] | None = None,
        not_said: Iterable[str] = (),
        judged: Mapping[str, str] | None = None,
        fillers: Iterable[str] = (),
        loose: bool = False,
        written: bool = True,
        divided: bool = False,
        strange_words: int = LONGEST,
    ) -> None:
        self.title, self.codes = title, tuple(phrases)
        self._loose, self._divided, self._strange_words = loose, divided, strange_words
        self._parents = dict(parents or {})
        self._fillers = frozenset(word for filler in fillers for word in words_of(filler))
        meanings = ({code: code for code in phrases} if written else {}) | dict(aliases or {})
        self._whole = {_whole(spelling): code for spelling, code in meanings.items()}
        self._written = {text.lower(): code for text, code in meanings.items() if _looks_like_a_code(text)}
        self._phrases = _phrase_table(phrases)
        self._bare = _bare_table(self._phrases, self._fillers)
        self._not_said = frozenset(frozenset(words_of(spelling)) for spelling in not_said)
        self._judged = {_whole(spelling): reason for spelling, reason in (judged or {}).items()}
        self._vocabulary = frozenset().union(*self._phrases, self._fillers, *self._not_said)
        self._by_letter = _by_letter(self._vocabulary)
        self._slips, self._known = dict[str, str](), dict[str, Match]()

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word that the set knows, as `words_of` writes it."""
        return self._vocabulary

    def match(self, spelling: str) -> Match:
        """What `spelling` means in this set."""
        found = self._known.get(spelling)
        if found is None:
            found = self._known[spelling] = self._match(spelling)
        return found

    def _match(self, spelling: str) -> Match:
        if len(spelling) > LONGEST:
            return Match(None, Outcome.UNKNOWN, "it is too long for the name of a code")
        plain = _PERHAPS_PLURAL.sub("", unicodedata.normalize("NFKC", spelling))
        if mark := _MARK.match(plain):
            plain = plain[mark.end() :]
        text = plain.lower()
        words = frozenset(words_of(text))
        whole = _whole(text)
        if "not mapped" in whole:
            return Match(None, Outcome.JUDGED, "the case system says that it could not translate its value")
        if whole in self._judged:
            return Match(None, Outcome.JUDGED, self._judged[whole])
        if whole in self._whole:
            return Match(self._whole[whole], Outcome.MATCHED)
        code, is_sure = self._code_in(plain)
        rest = self._without_codes(words)
        if rest in self._not_said and code is None:
            return Match(None, Outcome.NOT_SAID, "the spelling says that it is not known")
        said = self._read(rest)
        if said.outcome is Outcome.UNKNOWN:
            said = self._after_local_code(plain) or self._heading(plain) or said
        if said.code is None and (narrowed := _BUT_NOT.sub("", plain)) != plain:
            said = self._read(self._without_codes(frozenset(words_of(narrowed))))
        if code is None and len(rest - self._vocabulary) > self._strange_words:
            return Match(None, Outcome.UNKNOWN, "it says more than the name of a code")
        if code is None:
            return said
        return self._agree(code, is_sure, said, rest)

    def _after_local_code(self, text: str) -> Match | None:
        """What the words mean without the code of a local list before them ("W - White British")."""
        found = _LOCAL.match(text)
        if found is None or any(
            len(word) > 1 and word in self._vocabulary for word in words_of(found.group())
        ):
            return None
        after = text[found.end() :]
        if _whole(after) in self._whole:
            return Match(self._whole[_whole(after)], Outcome.MATCHED)
        said = self._read(self._without_codes(frozenset(words_of(after))))
        return said if said.outcome is not Outcome.UNKNOWN else self._heading(after)

    def _heading(self, text: str) -> Match | None:
        """What the words before the first dash or colon mean, in a divided set."""
        heading = _HEADING.split(text, maxsplit=1)[0]
        code = self._whole.get(_whole(heading)) or self._phrases.get(frozenset(words_of(heading)))
        return Match(code, Outcome.MATCHED) if self._divided and code is not None else None

    def _agree(self, code: str, is_sure: bool, said: Match, rest: Words) -> Match:
        """The code written in a spelling, set against its words."""
        if said.code is not None and said.code in (code, self._parents.get(code)):
            return Match(code, Outcome.MATCHED)
        if said.code is not None:
            if self._parents.get(said.code) == code:
                return said
            shared = self._common({code, said.code})
            if shared is not None:
                return Match(shared, Outcome.MATCHED)
            return Match(None, Outcome.AMBIGUOUS, f"its code means {code} and its words mean {said.code}")
        if said.outcome is Outcome.AMBIGUOUS and not is_sure:
            return said
        if is_sure or (rest and rest <= self._fillers):
            return Match(code, Outcome.MATCHED)
        return Match(None, Outcome.UNKNOWN, f"{code} is written, but the words are not understood")

    def _code_in(self, text: str) -> tuple[str | None, bool]:
        """The code written first, last in brackets, or among the first three words, and whether it is sure.

        A lone letter or number is never sure: local lists are numbered too.
        """
        candidates = [found.group(1) for found in (_TRAIL.search(text), _LEAD.match(text)) if found]
        for part in (*candidates, *_PART.findall(text)[:3]):
            for stem in (part, _SUBCODE.sub("", part)) if self._divided else (part,):
                if _is_distinctive(stem) and stem.lower() in self._written:
                    return self._written[stem.lower()], True
        for part in candidates:
            if part.lower() in self._written:
                return self._written[part.lower()], False
        return None, False

    def _without_codes(self, words: Words) -> Words:
        """The words less codes and the numbers of local lists, unless nothing else is there."""
        left = frozenset(
            word
            for word in words
            if word in self._vocabulary or not (word in self._written or any(char.isdigit() for char in word))
        )
        return frozenset(word for word in left if not (word in self._written and len(word) <= 2 < len(left)))

    def _read(self, words: Words) -> Match:
        for attempt in (words, self._mended(words)):
            if attempt in self._not_said:
                return Match(None, Outcome.NOT_SAID, "the spelling says that it is not known")
            code = self._phrases.get(attempt) or self._bare.get(attempt - self._fillers)
            if code is not None:
                return Match(code, Outcome.MATCHED)
            if self._loose:
                match = self._within(attempt)
                if match.outcome is not Outcome.UNKNOWN:
                    return match
        return Match(None, Outcome.UNKNOWN, f"no {self.title} is spelt so")

    def _within(self, words: Words) -> Match:
        """The code of the phrases that occur among the words, the more specific first."""
        occurring = [phrase for phrase in self._phrases if phrase <= words]
        best = [phrase for phrase in occurring if not any(phrase < other for other in occurring)]
        if any(word in _NEGATION and not any(word in phrase for phrase in best) for word in words):
            return Match(None, Outcome.UNKNOWN, "the spelling denies something")
        codes = {self._phrases[phrase] for phrase in best}
        codes -= {self._parents.get(code) for code in codes}
        if not codes:
            return Match(None, Outcome.UNKNOWN, f"no {self.title} is spelt so")
        if len(codes) == 1:
            return Match(codes.pop(), Outcome.MATCHED)
        shared = self._common(codes)
        if shared is not None:
            return Match(shared, Outcome.MATCHED)
        return Match(None, Outcome.AMBIGUOUS, f"the words mean {' and '.join(sorted(codes))}")

    def _common(self, codes: set[str]) -> str | None:
        parents = {self._parents.get(code, code) for code in codes}
        return parents.pop() if len(parents) == 1 else None

    def _mended(self, words: Words) -> Words:
        """The words with each unknown one read as the only known one that is a slip of the pen away."""
        return frozenset(self._mend(word) for word in words)

    def _mend(self, word: str) -> str:
        if len(word) < 6 or word in self._vocabulary or any(char.isdigit() for char in word):
            return word
        if word not in self._slips:
            close = [known for known in self._by_letter.get(word[0], ()) if _is_slip(word, known)]
            self._slips[word] = close[0] if len(close) == 1 else word
        return self._slips[word]


def _whole(spelling: str) -> str:
    """A whole spelling, in lower case and without punctuation."""
    return _PLAIN.sub(" ", spelling.lower()).strip()


def _phrase_table(phrases: Mapping[str, Iterable[str]]) -> dict[Words, str]:
    table: dict[Words, str] = {}
    for code, spellings in phrases.items():
        for spelling in spellings:
            words = frozenset(words_of(spelling))
            if not words:
                raise ValueError(f"the phrase {spelling!r} of code {code} holds no words")
            if table.setdefault(words, code) != code:
                raise ValueError(f"the phrase {spelling!r} means both {table[words]} and {code}")
    return table


def _bare_table(phrases: Mapping[Words, str], fillers: Words) -> dict[Words, str]:
    """The phrases less the fillers, where what is left still means one code."""
    meanings: dict[Words, set[str]] = {}
    for words, code in phrases.items():
        if words - fillers:
            meanings.setdefault(words - fillers, set()).add(code)
    return {words: codes.pop() for words, codes in meanings.items() if len(codes) == 1}


def _by_letter(words: Iterable[str]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for word in words:
        grouped.setdefault(word[0], []).append(word)
    return grouped


def _looks_like_a_code(spelling: str) -> bool:
    """Whether a spelling with a meaning of its own is a code, and no word: "WBRI", "1A", "y", not "other"."""
    return spelling.isalnum() and (len(spelling) == 1 or not spelling.islower())


def _is_distinctive(part: str) -> bool:
    """Whether a part is a code that nobody writes by chance: letters with digits, or four capitals."""
    if any(char.isdigit() for char in part):
        return any(char.isalpha() for char in part)
    return len(part) == 4 and part.isupper()


def _is_slip(word: str, known: str) -> bool:
    """Whether `word` is `known` cut short, or one letter missing, added, swapped with the next, or wrong.

    The first letter is taken to be right, and a wrong letter is forgiven in long words only: "stronger" is
    not "stranger".
    """
    if known.startswith(word):
        return True
    if len(known) < 6 or abs(len(word) - len(known)) > 1:
        return False
    start = 0
    while start < min(len(word), len(known)) and word[start] == known[start]:
        start += 1
    tails = (word[start:], known[start:])
    one_wrong = len(known) >= 9 and tails[0][1:] == tails[1][1:]
    added_or_lost = tails[0][1:] == tails[1] or tails[0] == tails[1][1:]
    swapped = tails[0][1::-1] == tails[1][:2] and tails[0][2:] == tails[1][2:] and len(tails[0]) > 1
    return one_wrong or added_or_lost or swapped
