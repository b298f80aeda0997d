"""National codes as Annex A writes them: a letter, a bracket and the code, or the code and its words."""

from __future__ import annotations

from string import ascii_lowercase

SEX = {"M": "a) Male", "F": "b) Female", "U": "c) Not stated/recorded"}
ETHNICITY = {
    code: f"{letter}) {code}"
    for letter, code in zip(
        ascii_lowercase,
        (
            "WBRI WIRI WIRT WOTH WROM MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE OOTH REFU"
        ).split(),
        strict=False,
    )
} | {"NOBT": "s) NOBT"}
_SOURCE = {
    "Individual": "1A 1B 1C 1D",
    "Schools": "2A",
    "Education services": "2B",
    "Health services": "3A 3B 3C 3D 3E 3F",
    "Housing": "4",
    "LA services": "5A 5B 5C",
    "Police": "6",
    "Other legal agency": "7",
    "Other": "8",
    "Anonymous": "9",
    "Unknown": "10",
}
SOURCE = {
    code: f"{letter}) {code}: {words}"
    for letter, (code, words) in zip(
        ascii_lowercase, ((c, words) for words, codes in _SOURCE.items() for c in codes.split()), strict=False
    )
}
CLAIM = {True: "a) Yes", False: "b) No", None: None}
NEED = {
    "N1": "N1 - Abuse or neglect",
    "N2": "N2 - Child's disability",
    "N3": "N3 - Parental disability or illness",
    "N4": "N4 - Family in acute stress",
    "N5": "N5 - Family dysfunction",
    "N6": "N6 - Socially unacceptable behaviour",
    "N7": "N7 - Low income",
    "N8": "N8 - Absent parenting",
    "N9": "N9 - Cases other than children in need",
}
CLOSURE = {
    "RC1": "RC1 - Adopted",
    "RC6": "RC6 - Transferred to adult social care services",
    "RC7": "RC7 - Services ceased for any other reason, including child no longer in need",
    "RC8": "RC8 - Case closed after assessment, no further action",
    "RC9": "RC9 - Case closed after assessment, referred to early help",
}
STATUS = {
    "looked-after": "a) Looked after child",
    "protection-plan": "b) Child Protection plan",
    "need-plan": "c) Child in need plan",
    "open-assessment": "d) Open assessment",
    "closed": "e) Closed episode",
}
ABUSE = {
    "NEG": "a) Neglect",
    "PHY": "b) Physical abuse",
    "SAB": "c) Sexual abuse",
    "EMO": "d) Emotional abuse",
    "MUL": "e) Multiple/not recommended",
}
LEGAL = {
    "C1": "C1: ICO",
    "C2": "C2: FCO",
    "E1": "E1: Placement order",
    "V2": "V2: Single period under S20",
    "L1": "L1: Police protection LA accommodation",
    "L2": "L2: EPO",
}
CEASED = {
    "E11": "a) E11: Adopted - application unopposed",
    "E12": "b) E12: Adopted - consent dispensed",
    "E3": "d) E3: Care taken by another LA",
    "E4A": "e) E4A: Returned home to live with parents or relatives - part of planning",
    "E4B": "f) E4B: Returned home to live with parents or relatives - not part of planning",
    "E13": "g) E13: Parents, relatives or other with no parental responsibility",
    "E41": "h) E41: Residence order granted",
    "E45": "i) E45: Special Guardianship Orders - former carer relative/friend",
    "E46": "j) E46: Special Guardianship Orders - former carer other",
    "E47": "k) E47: Special Guardianship Orders - relative/friend",
    "E48": "l) E48: Special Guardianship Orders - other",
    "E5": "m) E5: Moved into independent living - supported",
    "E6": "n) E6: Moved into independent living - no support",
    "E7": "o) E7: Transferred to residential care funded by adult social services",
    "E9": "p) E9: Sentenced to custody",
    "E15": "r) E15: Age assessment determined child was 18 or over",
    "E8": "t) E8: Care ceased for any other reason",
}
PLACEMENT = {
    "U1": "a) U1: Foster placement - relatives - long term",
    "U3": "c) U3: Foster placement - relative - not FFA",
    "U4": "d) U4: Foster placement - long term",
    "U6": "f) U6: Foster placement - not FFA",
    "A6": "j) A6: Placed for adoption - order - not foster",
    "P1": "k) P1: Placed with parents",
    "K2": "p) K2: Children's Homes",
    "R3": "s) R3: Family Centre or Mother and Baby Unit",
    "S1": "u) S1: Residential school",
    "Z1": "v) Z1: Other placements",
}
PROVIDER = {
    "PR0": "a) PR0: Parents/Parental responsibility",
    "PR1": "b) PR1: Own provision",
    "PR4": "e) PR4: Private provision",
    "PR5": "f) PR5: Voluntary/third sector",
}
PERMANENCE = (
    "a) Return to family",
    "c) SGO/CAO",
    "d) Supported living in the community",
    "f) Long-term fostering",
    "f) Long-term fostering",
    None,
)
ADOPTION = "b) Adoption"
IN_TOUCH = ("a) Yes",) * 12 + ("b) No", "d) Refu", "e) NREQ")
ACCOMMODATION = (
    "U: Independent living",
    "U: Independent living",
    "U: Independent living",
    "D: Semi-independent, transitional accommodation and self-contained accommodation",
    "D: Semi-independent, transitional accommodation and self-contained accommodation",
    "E: Supported lodgings",
    "Z: With former foster carers",
    "Z: With former foster carers",
    "B: Parents/relatives",
    "S: No fixed abode / homeless",
    "X: In custody",
)
UNSUITABLE = frozenset({"S: No fixed abode / homeless", "X: In custody"})
ACTIVITY = (
    "F1: Full time in higher education",
    "F2: Full time in education other than higher",
    "F2: Full time in education other than higher",
    "F4: Young person engaged full time in an apprenticeship",
    "F5: Young person engaged full time in training or employment (not apprenticeship)",
    "F5: Young person engaged full time in training or employment (not apprenticeship)",
    "P5: Young person engaged part time in training or employment (not apprenticeship)",
    "G4: Not in education, employment or training - illness or disability",
    "G5: Not in education, employment or training - other",
    "G5: Not in education, employment or training - other",
    "G6: Not in education, employment or training - pregnancy or parenting",
)
REVERSED = "RD3 - Prospective adopters could not be found"
LEFT = ("1 - Adopter withdrew from process", "2 - Process put on hold", "3 - Application refused")
