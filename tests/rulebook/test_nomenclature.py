"""The nomenclature against the law, read straight from the files: amounts, natures, days of existence.

The tables are transcribed by hand from the sourced table of acts, not from the files they check.
"""

import csv
import re
import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

import avenant9
from avenant9.acts.values import as_words
from avenant9.law.nomenclature import TariffValue
from avenant9.period import Period
from avenant9.rulebook.load import load_rulebook
from oracle.book import periods, take_dates

RULES = Path(avenant9.__file__).parent / "rules"


ACTS = load_rulebook().acts


def tariff_on(code: str, day: date, specialty: int) -> TariffValue | None:
    found = [
        value
        for value in ACTS[code].tariff
        if day in value.period and (not value.specialties or specialty in value.specialties)
    ]
    assert len(found) <= 1, f"{code} has several tariffs on {day} for {specialty}"
    return found[0] if found else None


# --- amounts ------------------------------------------------------------------------------------------------

# code, date of care, specialty, zone, amount in euros ("-": none is sourced), "review" where it is only that
AMOUNTS = """
# Téléexpertise
TE1   2019-02-09  01  metropole   -
TE1   2019-02-10  01  metropole   12
TE1   2022-03-31  01  metropole   12
TE1   2022-04-01  01  metropole   -
TE2   2022-03-31  05  metropole   20
TE2   2022-03-31  05  reunion     -
TE2   2022-04-01  05  metropole   20
TE2   2022-04-01  05  reunion     24
TE2   2025-12-31  05  metropole   20
TE2   2025-12-31  05  mayotte     24
TE2   2026-01-01  05  metropole   23
TE2   2026-01-01  05  guyane      27.60
RQD   2022-03-31  01  metropole   -
RQD   2022-04-01  01  metropole   10
RQD   2022-04-01  01  martinique  12
RQD   2026-01-01  01  metropole   10
RQD   2026-01-01  01  guadeloupe  12

# Téléconsultation
TCG   2018-09-14  01  metropole   -
TCG   2018-09-15  01  metropole   25
TCG   2023-10-31  01  metropole   25
TCG   2023-11-01  01  metropole   25
TCG   2024-12-22  01  metropole   25
TCG   2024-12-22  01  reunion     -
TC    2018-09-14  01  metropole   -
TC    2018-09-15  01  metropole   23
TC    2024-12-21  01  metropole   23
TC    2024-12-22  01  metropole   -
TC    2022-06-01  03  metropole   23     review
TC    2022-03-31  33  metropole   39     review
TC    2022-04-01  33  metropole   42.50  review
TC    2024-12-21  32  metropole   42.50  review
TC    2024-12-22  33  metropole   -
TCS   2024-12-31  33  metropole   -
TCS   2025-01-01  33  metropole   50.20  review
TCS   2025-01-01  70  metropole   32     review
TCS   2025-01-01  03  metropole   30     review
TCS   2025-01-01  32  metropole   50.20  review
TCS   2025-01-01  07  metropole   -

# Consultations et visites de référence
G     2017-04-30  01  metropole   -
G     2017-05-01  01  metropole   25
G     2023-10-31  01  metropole   25
G     2023-11-01  01  metropole   26.50
G     2024-12-21  01  metropole   26.50
G     2024-12-22  01  metropole   30
G     2024-12-22  01  mayotte     36
G     2024-12-21  01  reunion     31.40  review
G     2024-12-21  01  mayotte     -
G     2026-01-01  01  metropole   30
GS    2023-10-31  01  metropole   25
GS    2023-11-01  01  metropole   26.50
GS    2024-12-21  01  metropole   26.50
GS    2024-12-22  01  metropole   30     review
VG    2023-10-31  01  metropole   25
VG    2023-11-01  01  metropole   26.50  review
VG    2024-12-22  01  metropole   30
VG    2024-12-22  01  reunion     -
VGS   2023-10-31  01  metropole   25
VGS   2023-11-01  01  metropole   26.50  review
VGS   2024-12-22  01  metropole   30     review
MD    2022-04-01  34  metropole   10
MD    2026-01-01  01  metropole   10
C     2022-04-01  01  metropole   23
C     2024-12-22  01  metropole   23
CS    2022-04-01  03  metropole   23
CS    2024-12-21  70  metropole   23
CS    2024-12-22  01  metropole   23
CS    2024-12-22  34  metropole   32
CS    2024-12-22  70  metropole   32
CS    2025-12-31  79  metropole   32
CS    2026-01-01  70  metropole   35
CS    2025-12-31  34  metropole   32
CS    2026-01-01  34  metropole   37
CS    2024-12-22  31  metropole   31
CS    2025-12-31  31  metropole   31
CS    2026-01-01  31  metropole   35
CS    2024-12-22  03  metropole   26.50
CS    2026-01-01  07  metropole   26.50
CS    2026-01-01  77  metropole   26.50
CS    2026-01-01  03  guadeloupe  31.80
CS    2026-01-01  03  mayotte     33.80
CS    2025-12-31  70  reunion     38.40  review
CS    2026-01-01  70  reunion     -
CS    2024-12-22  33  metropole   -
V     2024-12-21  01  metropole   -
V     2024-12-22  01  metropole   23
V     2024-12-22  03  metropole   -
VS    2022-04-01  03  metropole   -

# Psychiatres, neuropsychiatres, neurologues
CNPSY 2021-12-31  33  metropole   -
CNPSY 2022-03-31  33  metropole   39
CNPSY 2022-04-01  33  metropole   42.50
CNPSY 2024-12-21  33  metropole   42.50
CNPSY 2024-12-22  33  metropole   50
CNPSY 2025-12-31  33  metropole   50
CNPSY 2026-01-01  33  metropole   52
CNPSY 2025-12-31  33  mayotte     62     review
CP    2024-12-21  33  metropole   -
CP    2024-12-22  33  metropole   42.50  review
MCY   2022-03-31  33  metropole   58.50
MCY   2022-04-01  33  metropole   85
MCY   2024-12-22  33  metropole   85
MCY   2026-07-01  33  metropole   85
MP    2022-03-31  75  metropole   -
MP    2022-04-01  75  metropole   3
MP    2024-12-21  75  metropole   3
MP    2024-12-22  75  metropole   12
MP    2025-12-31  75  metropole   12
MP    2026-01-01  75  metropole   18
VNPSY 2022-04-01  33  metropole   -

# Avis ponctuels
APC   2022-03-31  03  metropole   50
APC   2022-04-01  03  metropole   55
APC   2023-10-31  03  metropole   55
APC   2023-11-01  03  metropole   56.50
APC   2024-12-21  03  metropole   56.50
APC   2024-12-22  03  metropole   60
APC   2024-12-22  03  mayotte     72     review
APC   2024-12-21  03  guyane      67.80  review
APV   2024-12-21  03  metropole   -
APV   2024-12-22  03  metropole   60     review
APY   2018-05-31  33  metropole   -
APY   2018-06-01  33  metropole   62.50
APY   2022-04-01  33  metropole   62.50
APY   2023-10-31  33  metropole   62.50
APY   2023-11-01  33  metropole   64
APY   2024-12-21  33  metropole   64
APY   2024-12-22  33  metropole   67.50
APU   2018-12-31  03  metropole   69
APU   2022-04-01  03  metropole   69     review
APU   2023-11-01  03  metropole   -

# Consultations complexes et très complexes
ASE   2022-03-31  12  metropole   -
ASE   2022-04-01  12  metropole   46
ASE   2023-10-31  12  metropole   46
ASE   2023-11-01  12  metropole   47.50
CCP   2022-01-01  01  metropole   46
CCP   2023-10-31  01  metropole   46
CCP   2023-11-01  01  metropole   47.50
CSO   2023-10-31  01  metropole   46
CSO   2023-11-01  01  metropole   47.50
CSE   2023-10-31  12  metropole   46
CSE   2023-11-01  12  metropole   47.50
COE   2023-10-31  12  metropole   46
COE   2023-11-01  12  metropole   47.50
COE   2024-12-21  12  metropole   47.50
COE   2024-12-22  12  metropole   54
COE   2025-12-31  12  metropole   54
COE   2026-01-01  12  metropole   60
MPH   2022-03-31  01  metropole   -
MPH   2022-04-01  01  metropole   60
MPH   2022-04-01  01  guyane      72
MPH   2025-01-31  01  metropole   60
CTE   2019-02-09  12  metropole   -
CTE   2019-02-10  12  metropole   60
CTE   2019-02-10  12  reunion     72
CTE   2025-01-31  12  metropole   60
MIS   2022-04-01  32  metropole   30
IMT   2023-05-14  01  metropole   -
IMT   2023-05-15  01  metropole   60
IMT   2023-05-15  01  reunion     72     review
GL1   2025-12-31  01  metropole   -
GL1   2026-01-01  01  metropole   60
GL2   2026-01-01  01  metropole   60
GL3   2025-12-31  01  metropole   -
GL3   2026-01-01  01  metropole   60
CEH   2024-12-21  12  metropole   -
CEH   2024-12-22  12  metropole   39
CEH   2025-12-31  12  metropole   39
CEH   2026-01-01  12  metropole   40
CEH   2025-12-31  12  reunion     46.80  review
CEH   2026-01-01  12  reunion     -
CEK   2024-12-21  12  metropole   -
CEK   2024-12-22  12  metropole   35
CEG   2024-12-21  12  metropole   -
CEG   2024-12-22  12  metropole   31.50
CEP   2025-12-31  12  metropole   -
CEP   2026-01-01  12  metropole   60
COD   2024-12-21  01  metropole   -
COD   2024-12-22  01  metropole   35
COB   2024-12-21  01  metropole   -
COB   2024-12-22  01  metropole   30
COV   2024-12-22  01  metropole   28     review
COA   2024-12-22  01  metropole   23     review
COH   2024-12-22  12  metropole   45
COH   2025-12-31  12  metropole   45
COH   2026-01-01  12  metropole   50
COK   2024-12-22  12  metropole   35
COG   2024-12-22  12  metropole   31.50
RDV   2023-12-31  01  metropole   -
RDV   2024-01-01  01  metropole   30
RDV   2024-01-01  01  mayotte     31.50
CDE   2024-12-21  05  metropole   -
CDE   2024-12-22  05  metropole   54
CDE   2025-12-31  05  metropole   54
CDE   2026-01-01  05  metropole   60
CSC   2017-06-30  03  metropole   -
CSC   2017-07-01  03  metropole   47.73

# Visites longues
VL    2017-10-31  01  metropole   -
VL    2017-11-01  01  metropole   60
VL    2022-03-31  01  metropole   60
VL    2022-04-01  01  metropole   60
VL    2022-04-01  01  reunion     -
VL    2025-01-31  01  metropole   60
VSP   2023-10-31  01  metropole   -
VSP   2023-11-01  01  metropole   60

# Majorations et suppléments
MMG   2017-05-01  01  metropole   2
MMG   2023-10-31  01  metropole   2
MMG   2023-11-01  01  metropole   3.50   review
MMG   2024-12-22  01  metropole   -
MCS   2022-04-01  03  metropole   5
MCS   2024-12-22  03  metropole   5
MCG   2022-04-01  01  metropole   5
MCG   2024-12-22  01  metropole   5
MPC   2023-10-31  03  metropole   2
MPC   2023-11-01  03  metropole   3.50
MPC   2023-10-31  32  metropole   2.70
MPC   2023-10-31  33  metropole   2.70
MPC   2023-11-01  75  metropole   4.20
MPC   2024-12-21  17  metropole   4.20
MPC   2024-12-22  33  metropole   -
MPC   2022-04-01  01  metropole   2
MGM   2022-03-31  70  metropole   -
MGM   2022-04-01  70  metropole   2
MGM   2024-12-21  70  metropole   2
MGM   2024-12-22  70  metropole   -
MCE   2022-03-31  42  metropole   16
MCE   2022-04-01  42  metropole   22
MCE   2024-12-21  42  metropole   22
MCE   2024-12-22  42  metropole   26.50
MCE   2025-12-31  42  metropole   26.50
MCE   2026-01-01  42  metropole   30.50
MCC   2023-10-31  03  metropole   3.27   review
MCC   2023-11-01  03  metropole   4.77   review
NFP   2022-03-31  12  metropole   5
NFP   2022-04-01  12  metropole   10
NFP   2023-10-31  12  metropole   10
NFP   2023-11-01  12  metropole   11.50
NFP   2024-12-22  12  metropole   -
MUT   2017-12-31  01  metropole   -
MUT   2018-01-01  01  metropole   5
MRT   2017-12-31  01  metropole   -
MRT   2018-01-01  01  metropole   15
MCU   2018-01-01  03  metropole   15
MCU   2022-04-01  03  metropole   15
MCU   2025-12-31  03  reunion     -
MCU   2026-01-01  03  reunion     15     review
MU    2022-04-01  01  metropole   22.60  review
SHE   2024-12-21  01  metropole   -
SHE   2024-12-22  01  metropole   5
MHP   2024-12-21  01  metropole   -
MHP   2024-12-22  01  metropole   5
MVR   2025-12-31  01  metropole   -
MVR   2026-01-01  01  metropole   10     review
MDM   2025-12-31  01  metropole   -
MDM   2026-01-01  01  metropole   15
MOP   2023-12-31  01  metropole   -
MOP   2024-01-01  01  metropole   5
MSH   2022-04-01  01  metropole   23
MIC   2022-04-01  01  metropole   23
MPF   2017-11-01  33  metropole   20     review
MAF   2024-12-21  33  metropole   20     review
MAF   2024-12-22  33  metropole   -
CRN   2022-04-01  01  metropole   42.50
CRM   2026-06-01  01  metropole   51.50
CRD   2026-06-01  01  metropole   26.50
CRS   2026-06-01  01  metropole   26.50  review
VRN   2024-12-21  01  metropole   46     review
VRN   2025-12-31  01  metropole   46
VRN   2026-01-01  01  metropole   52.50  review
VRM   2025-12-31  01  metropole   59.50
VRM   2026-01-01  01  metropole   66     review
VRD   2025-12-31  01  metropole   30
VRD   2026-01-01  01  metropole   36.50  review
VRS   2026-01-01  01  metropole   36.50  review
IK    2026-01-01  01  metropole   0.61   review
IKM   2025-12-31  01  metropole   -
IKM   2026-01-01  01  metropole   1      review
MEG   2026-01-01  01  metropole   5
MIS   2017-10-31  03  metropole   -
MIS   2017-11-01  03  metropole   30
MCG   2017-06-30  01  metropole   -
MCG   2017-07-01  01  metropole   5
SNP   2022-06-30  01  metropole   -
SNP   2022-07-01  01  metropole   15     review
SNP   2022-07-12  01  metropole   15     review
SNP   2022-07-13  01  metropole   15
SNP   2022-09-30  01  metropole   15
SNP   2022-10-01  01  metropole   15     review
SNP   2022-12-09  01  metropole   15     review
SNP   2022-12-10  01  metropole   15
SNP   2023-04-30  01  metropole   15
SNP   2023-05-01  01  metropole   15     review
SNP   2023-05-14  01  metropole   15     review
SNP   2023-05-15  01  metropole   15
SNP   2026-01-01  01  metropole   15
"""


def lines(table: str) -> list[str]:
    return [line for line in table.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("line", lines(AMOUNTS))
def test_amount_of_a_code_on_a_day(line: str) -> None:
    code, day, specialty, zone, amount, *verdict = line.split()
    value = tariff_on(code, date.fromisoformat(day), int(specialty))
    found = None
    if value is not None:
        found = (
            value.amount
            if zone == "metropole"
            else {str(at): euros for at, euros in value.overseas.items()}.get(zone)
        )
    assert found == (None if amount == "-" else Decimal(amount))
    if found is not None:
        assert value is not None
        here = value.verdict if zone == "metropole" else value.overseas_verdict or value.verdict
        assert here == (verdict[0] if verdict else "violation")


# The totals that the sources print, which no amount above was taken from.
@pytest.mark.parametrize(
    ("day", "specialty", "codes", "total"),
    [
        ("2022-03-31", 33, "CNPSY MPC MCS", "46.70"),
        ("2022-04-01", 33, "CNPSY MPC MCS", "50.20"),
        ("2022-04-01", 75, "CNPSY MPC MCS MP", "53.20"),
        ("2023-11-01", 33, "CNPSY MPC MCS", "51.70"),
        ("2024-12-22", 33, "CNPSY MCS", "55"),
        ("2026-01-01", 33, "CNPSY MCS", "57"),
        ("2023-10-31", 3, "CS MPC MCS", "30"),
        ("2023-11-01", 3, "CS MPC MCS", "31.50"),
        ("2022-04-01", 70, "CS MPC MCS MGM", "32"),
        ("2023-11-01", 70, "CS MPC MCS MGM", "33.50"),
        ("2024-12-22", 70, "CS MCS", "37"),
        ("2026-01-01", 70, "CS MCS", "40"),
        ("2024-12-22", 34, "CS MCS", "37"),
        ("2026-01-01", 34, "CS MCS", "42"),
        ("2024-12-22", 31, "CS MCS", "36"),
        ("2026-01-01", 31, "CS MCS", "40"),
        ("2024-12-22", 3, "CS MCS", "31.50"),
        ("2026-01-01", 7, "CS MCS", "31.50"),
        ("2024-12-22", 42, "CS MCS MCE", "58"),
        ("2026-01-01", 42, "CS MCS MCE", "62"),
        ("2026-01-01", 3, "CS MCS MCU", "46.50"),
        ("2026-01-01", 3, "APC MCU", "75"),
        ("2024-12-22", 33, "CNPSY MCS MP", "67"),
        ("2026-01-01", 33, "CNPSY MCS MP", "75"),
        ("2023-11-01", 3, "CSC MCC", "52.50"),
        ("2024-12-22", 1, "G MEG", "35"),
        ("2024-12-22", 1, "VG MEG MD", "45"),
        ("2022-04-01", 1, "C MMG", "25"),
        ("2023-11-01", 1, "C MMG", "26.50"),
        ("2022-04-01", 1, "VL MD", "70"),
        ("2022-04-01", 1, "VG MD", "35"),
    ],
)
def test_total_printed_by_the_sources(day: str, specialty: int, codes: str, total: str) -> None:
    values = [tariff_on(code, date.fromisoformat(day), specialty) for code in codes.split()]
    assert sum(value.amount for value in values if value is not None) == Decimal(total)
    assert None not in values


def test_two_consultations_of_a_psychiatrist_are_one_act_of_its_own_price() -> None:
    day = date(2022, 4, 1)
    consultation, quick = tariff_on("CNPSY", day, 33), tariff_on("MCY", day, 33)
    assert consultation is not None
    assert quick is not None
    assert quick.amount == 2 * consultation.amount
    assert [(alias.code, alias.coefficient) for alias in ACTS["MCY"].aliases] == [("CNPSY", Decimal(2))]


def test_the_basis_without_options_is_not_reproached_to_sector_2() -> None:
    for specialty in (3, 7, 31, 34, 70, 79):
        value = tariff_on("CS", date(2025, 1, 1), specialty)
        assert value is not None
        assert value.accepted == (Decimal(23),)


# --- natures ------------------------------------------------------------------------------------------------

NATURES = {
    "consultation": "G GS C CS CNPSY MCY CSC CDE IMT U03 U45 CEH CEP COB COD GL1",
    "visite": "V VS VG VGS VNPSY VL VSP VU",
    "teleconsultation": "TC TCG TCS TLC TTE",
    "teleexpertise": "TE1 TE2 TLE TDT",
    "demande-teleexpertise": "RQD",
    "consultation-complexe": "CCX ASE CCP CSO CSE COE",
    "consultation-tres-complexe": "CCE MPH CTE EPH CGP",
    "avis-ponctuel": "APC APY APU APV AVY C2",
    "technique": "K KE KMO Z ATM ADC ADI ADE ADA ACO",
    "majoration": (
        "MTX MCX MMG MCS MCG MCC MPC MCE MGM MP MUT MRT MCU MU SNP SHE MHP MIS MIA PIV IGR MTA MPF MAF MTS MEG MEP MSH MIC "  # noqa: E501
        "MVR N MM F CRN CRM CRS CRD VRN VRM VRS VRD"
    ),
    "supplement": "NFP NFE FPE DA DE",
    "deplacement": "MD MDM MDN MDI MDD IK IKP IKM IKS ID IF IFD",
    "forfait": "RQT CRT MTF P4P P6P REG",
}


@pytest.mark.parametrize(("nature", "code"), [(n, c) for n, codes in NATURES.items() for c in codes.split()])
def test_nature(nature: str, code: str) -> None:
    assert ACTS[code].nature == nature


def test_codes_of_the_flux_are_the_same_acts() -> None:
    aliases = {alias.code: code for code, act in ACTS.items() for alias in act.aliases if alias.coefficient is None}
    assert {"CNP": "CNPSY", "VNP": "VNPSY"}.items() <= aliases.items()
    assert not aliases.keys() & ACTS.keys()


def test_grouping_codes_stand_for_the_acts_that_the_sources_name() -> None:
    found = {code: set(act.stands_for) for code, act in ACTS.items() if act.by_original_code}
    assert found == {
        "CCX": {"ASE", "CCP", "CSE", "CSO"},
        "CCE": {"CTE", "MPH"},
        "MTX": {"MIA", "MIS", "PIV"},
        "MCX": set(),
    }
    assert set().union(*found.values()) <= ACTS.keys()


def test_letters_that_take_a_coefficient() -> None:
    priced = {code for code, act in ACTS.items() if act.priced_by_coefficient}
    assert {"CNPSY", "VNPSY", "K", "KE", "KMO", "Z", "C", "CS", "V"} <= priced
    assert not priced & {"G", "GS", "TE2", "RQD", "MCY", "SNP", "IK", "APC"}


# --- existence ----------------------------------------------------------------------------------------------

# code, first day, last day ("open": no end is known; "-": only the end is known)
EXISTENCE = """
TC    2018-09-15  open
TCG   2018-09-15  open
TE1   2019-02-10  2022-03-31
TE2   2019-02-10  open
CTE   2019-02-10  open
CSE   2019-02-10  open
MIA   2019-02-10  open
RQD   2022-04-01  open
MGM   2022-04-01  2024-12-21
MP    2022-04-01  open
ASE   2022-04-01  open
MPH   2022-04-01  open
SNP   2022-07-01  open
IMT   2023-05-15  open
VSP   2023-11-01  open
SHE   2024-12-22  open
CEH   2024-12-22  open
MMG   2017-05-01  2024-12-21
MHP   2024-12-22  open
CEK   2024-12-22  open
CEG   2024-12-22  open
GL1   2026-01-01  open
GL2   2026-01-01  open
GL3   2026-01-01  open
CEP   2026-01-01  open
MDM   2026-01-01  open
MVR   2026-01-01  open
TCS   2023-08-17  open
MPC   -           2024-12-21
GS    -           2024-12-21
VGS   -           2024-12-21
NFP   -           2024-12-21
NFE   -           2024-12-21
MEP   -           2024-12-21
TLC   -           2018-09-14
TTE   -           2018-09-14
TLE   -           2019-02-09
TDT   -           2019-02-09
FPE   -           2017-12-31
CA    -           2017-07-01
"""


@pytest.mark.parametrize("line", lines(EXISTENCE))
def test_days_of_existence(line: str) -> None:
    code, first, last = line.split()

    def exists(day: date, days: int = 0) -> bool:
        return any(date.fromordinal(day.toordinal() + days) in span.period for span in ACTS[code].existence)

    if first != "-":
        assert not exists(date.fromisoformat(first), -1)
        assert exists(date.fromisoformat(first))
    else:
        assert exists(date(1950, 1, 1))
    if last != "open":
        assert exists(date.fromisoformat(last))
        assert not exists(date.fromisoformat(last), 1)
    else:
        assert exists(date(2030, 1, 1))


def test_no_code_is_said_not_to_exist_without_a_source() -> None:
    """A year, a press article, or a date still disputed, is no existence."""
    for code in (
        "G",
        "VG",
        "VL",
        "APC",
        "CNPSY",
        "MCY",
        "MOP",
        "COD",
        "COB",
        "COA",
        "COV",
        "CP",
        "U03",
        "CCP",
        "CSO",
    ):
        assert ACTS[code].existence == (), code


# --- the files together -------------------------------------------------------------------------------------


def test_one_file_per_code() -> None:
    assert {code: act.code for code, act in ACTS.items()} == {code: code for code in ACTS}


def test_one_tariff_per_specialty_and_day() -> None:
    for act in ACTS.values():
        for one, other in combinations(act.tariff, 2):
            apart = one.specialties and other.specialties and not {*one.specialties} & {*other.specialties}
            assert apart or not one.period.overlaps(other.period), act.code


def test_a_tariff_stays_within_the_days_of_its_code() -> None:
    for act in ACTS.values():
        for value in act.tariff:
            last = date(2030, 1, 1) if value.until == "open" else value.until
            spans = [span.period for span in act.existence]
            tolerated = value.verdict == "review" and all(span.doubt_after for span in act.existence)
            assert tolerated or not spans or any(value.from_ in span and last in span for span in spans), act.code


def test_derived_and_disputed_amounts_are_for_review_only() -> None:
    words = re.compile(r"[Dd]érivé|à examiner")
    for act in ACTS.values():
        for value in act.tariff:
            assert value.verdict == "review" or not words.search(value.note), act.code
            assert value.verdict == "review" or value.source.confidence != "low", act.code


def test_every_source_can_be_found_again() -> None:
    for act in ACTS.values():
        for dated in (*act.tariff, *act.existence):
            assert dated.source.url.startswith(("http", "indsante/", "djibe/")), act.code
            assert date(2026, 11, 22) <= dated.checked_on <= date(2026, 11, 29), act.code
        sourced = act.tariff or act.existence or "http" in act.note or ".csv" in act.note or ".md" in act.note
        assert sourced, f"{act.code} names no source"


#: By decisions later than the table of the CNAM.
CLOSED_SINCE = {"TE1", "MPC", "MMG", "MGM", "GS", "VGS", "NFP", "NFE", "MEP"}


def cnam_natures() -> dict[int, dict[str, str]]:
    with (RULES / "tables" / "IR_NAT_V.csv").open(encoding="utf-8", newline="") as stream:
        return {int(row["PRS_NAT"]): row for row in csv.DictReader(stream, delimiter=";")}


def test_numbers_are_those_of_the_cnam_table() -> None:
    table = cnam_natures()
    numbers = Counter(number for act in ACTS.values() for number in act.natures_of_act)
    assert max(numbers.values()) == 1
    for act in ACTS.values():
        names = {act.code, *(alias.code for alias in act.aliases)}
        for number in act.natures_of_act:
            letters = re.findall(r"[A-Z][A-Z0-9]*", table.get(number, {}).get("PRS_NAT_CB2") or "")
            assert not letters or names & {*letters}, f"{act.code} is not {number}"


def test_closed_codes_end_on_the_day_of_the_cnam_table() -> None:
    table = cnam_natures()
    for act in ACTS.values():
        for number in act.natures_of_act:
            remark = table.get(number, {}).get("PRS_NAT_OBS") or ""
            closed = re.fullmatch(r"\s*ferm[eé] le ?(\d\d)/(\d\d)/(\d{4})", remark)
            ends = {span.until for span in act.existence}
            if closed:
                assert ends == {date(int(closed[3]), int(closed[2]), int(closed[1]))}, act.code
            else:
                assert act.code in CLOSED_SINCE or ends <= {"open"}, act.code


def test_a_word_names_one_specialty() -> None:
    specialties = tomllib.loads((RULES / "tables" / "specialites.toml").read_text(encoding="utf-8"))
    words = Counter(as_words(word) for named in specialties["words"].values() for word in named)
    assert [word for word, number in words.items() if number > 1] == []
    codes = {row.partition(";")[0] for row in (RULES / "tables" / "IR_SPE_V.csv").read_text().splitlines()}
    assert set(specialties["words"]) <= codes


@pytest.mark.parametrize("path", ["condition/tc-canal", "condition/tc-alternance", "seuil/activite-distance"])
def test_every_code_of_nature_teleconsultation_is_remote(path: str) -> None:
    """But for those that had ended before a version starts."""
    rule = tomllib.loads((RULES / f"{path}.toml").read_text(encoding="utf-8"))
    take_dates(rule, periods(RULES / "mesure"))
    for version in rule["version"]:
        of_nature = {
            code
            for code, act in ACTS.items()
            if act.nature == "teleconsultation"
            if not act.existence or any(span.period.overlaps(Period(version["from"], None)) for span in act.existence)
        }
        listed = set(version["remote_codes"] if "remote_codes" in version else version["codes"])
        assert {code for code in listed if ACTS[code].nature == "teleconsultation"} == of_nature
