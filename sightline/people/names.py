"""Names as they are compared: in plain words, by their sound, and by the shorter forms people go by.

A name is written down by whoever answers the telephone. So one family is Hussain, Husayn and Hussein in three
systems, and a rule made for English alone (what follows "c", which letters are silent) tells Wojciech from
Vojtech. `sound` therefore first writes a name the way English writes the sounds of other spellings, and then
takes jellyfish's Metaphone of it, which knows the English rules.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import jellyfish

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ə": "e"}
)
_JOINED = re.compile(r"\b(o|mc|mac) (?=[a-z]{3})")
_PARTICLES = frozenset("al el ul bin bint ibn ben van von der den de da do dos das del di la le du".split())
_PLACEHOLDERS = frozenset(
    "baby unborn infant unknown boy girl twin child newborn unnamed mr mrs ms miss".split()
)

_SPELLINGS = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"tsch|tch|cz|tj", "ch"),
        (r"sch|sz|ş", "sh"),
        (r"dzh|dj|dz", "j"),
        (r"kh|qu|q|ck", "k"),
        (r"gh", "g"),
        (r"(?<=.)(bh|mh)(?=[aeiou])", "v"),
        (r"ph", "f"),
        (r"dh", "d"),
        (r"th", "t"),
        (r"^ng", "n"),
        (r"^hs|^x(?=[iu])", "sh"),
        (r"^zh", "j"),
        (r"^mc", "mac"),
        (r"^y(?=[aeou])", "j"),
        (r"ow(?=[bcdfghklmnprst])", "o"),
        (r"w", "v"),
        (r"z", "s"),
        (r"(?<=.)ev?ich$|(?<=.)ov?ich$", "ich"),
        (r"(?<=.)sk[iy]j?$|(?<=.)ska(ya|ja)?$|(?<=.)skaia$", "ski"),
        (r"(?<=[a-z]{2})o?[vf]+a?$", "of"),
    )
)

_SHORT_FORMS = """
abdul abdullah abdallah | abigail abi abbie abby gail | adam ad | adrian ade | agnieszka aga | aidan aiden
aleksander aleksandr alexander alexandr alex al alec sandy xander sasha lex iskander
aleksandra alexandra alex alexa lexi lexie sasha sandra ola ala | alfred alfie fred freddie | ali aly
amelia amy millie mia | andrew andy drew andrzej andrei | angela angie ange | anna ann anne annie ania
anthony antony tony ant | archibald archie | arthur art artie | barbara babs barb basia
beatrice bea trixie | benjamin ben benji benny | bethany elizabeth beth bet | caitlin cait | cameron cam
charles charlie chas chuck karl | charlotte charlie lottie
christine christina krystyna chris chrissie tina | christopher chris kit krzysztof topher | daniel dan danny
danielle dani danni | david dave davey dai | deborah debbie deb | dominic dom | dorothy dot
edward ed eddie ned ted teddy | eleanor ellie elly nell nora lena
elizabeth elzbieta liz lizzie beth betty libby eliza ela lisa | emily em emmy | emma em emmy
emmanuel immanuel manny | ethan eth | fatima fatimah fatoumata fatou | florence flo florrie
frances fran frankie franny | francis frank frankie | frederick fred freddie freddy | gabriel gabe
gabriella gabrielle gabby gabi | gareth gaz garry gary | geoffrey jeffrey geoff jeff
georgina georgia georgie | grace gracie | gregory greg grzegorz | hannah hanna hana | harold harry hal
harriet hattie harry | henry harry hal hank | ibrahim ibraheem ebrahim abraham abe | isaac ike zak
isabella isabelle isabel izzy bella isla | isaiah zay | jacob jake jakub yakub kuba coby
james jim jimmy jamie | jasmine jas jazz yasmin | jennifer jen jenny | jeremy jez jem | jessica jess jessie
joanna jo joanne | john jan jack johnny ian | jonathan jon jonny john johnny
joseph joe joey jozef yusuf yousef youssef yosef jusuf | joshua josh | julia julie jules | justyna justine
kamil kam | katarina kati | katarzyna catherine katherine kathryn kate katie kathy cathy kat kasia cath
kenneth ken kenny | kimberley kim | lawrence laurence larry laurie loz | leonard len leo
lewis louis lou lewi ludwik | lucy lucia lulu | lukasz luke lucas luca | madeleine maddie maddy
malgorzata gosia margaret maggie meg peggy greta rita | marcus mark marek
maria mary marie marysia molly polly | martha marta | martin marty marcin | matthew matt matty mateusz
maximilian maxwell max | megan meg meghan | michael mike mick mickey mikey michal | mikhail misha micky
mohammed muhammad mohamed mohammad mo mohd md muhammed mehmet mamadou | natalie natalia nat tasha natasha
nathan nathaniel nat nate | nicholas nick nicky nico mikolaj nikolai kolya | nicola nicole nicky nikki
oliver ollie olly oli | olivia liv livvy | pamela pam | patricia pat patsy trish tricia
patrick pat paddy padraig | pawel paul | peter pete piotr pyotr | philip phil | rachel rach | raymond ray
rebecca becky becca bex | reginald reg reggie | richard rich rick ricky dick richie
robert rob bob bobby robbie bert | roderick rod | ronald ron ronnie | rosemary rose rosie
samantha sam sammy | samuel sam sammy | sarah sally sara | sebastian seb bas | shannon shan
siobhan shivaun shevaun | sophia sophie sofia zofia zosia | stanislaw stan stanley | stephanie steph stevie
stephen steven steve szczepan | susan sue susie suzanne zuzanna | temitope temi tope | terence terry
teresa theresa tess terri | thomas tom tommy tomasz tomek | timothy tim timmy | tobias toby | tyrone ty
valerie val | veronica ronnie vera | victor vic wiktor | victoria vicky tori wiktoria | vincent vince vinny
walter wally walt | wendy wend | william will bill billy willie liam | wojciech wojtek vojtech voytek
yevgeny eugene evgeny zhenya gene | zachary zak zac zach zachariah | zainab zaynab zeinab
"""

_FORMS: dict[str, frozenset[str]] = {}
"""Each name, and the heads of the groups of names that one person may go by."""

for _group in _SHORT_FORMS.replace("\n", " | ").split("|"):
    for _name in _group.split():
        _FORMS[_name] = _FORMS.get(_name, frozenset()) | {_group.split()[0]}


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[str, ...]:
    """The plain words of a name: small letters without accents, "al-", "van" and the like left out.

    What stands in for a name ("Baby", "Unknown") is no name, and gives no words.
    """
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter) and letter not in "'’`.")
    plain = " ".join("".join(letter if letter.isalpha() else " " for letter in plain).split())
    found = [word for word in _JOINED.sub(r"\1", plain).split() if word not in _PLACEHOLDERS]
    return tuple(word for word in found if word not in _PARTICLES) or tuple(found)


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """How a plain word sounds, however it is spelled. A word in another script is its own sound."""
    if not word.isascii():
        return word
    written = word
    for pattern, english in _SPELLINGS:
        written = pattern.sub(english, written)
    code = jellyfish.metaphone(written)
    return (code[:1] + code[1:].replace("H", "").replace("Y", "")) or word


def forms(word: str) -> frozenset[str]:
    """The groups of names that this one is a form of: "bill" is one of "william"'s."""
    return _FORMS.get(word, frozenset())
