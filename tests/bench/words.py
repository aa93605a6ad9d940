"""What generated tenants are called and speak: places, languages with their time zones, and names that are hard to quote."""

from __future__ import annotations

from random import Random

PLACES = (
    *(
        "alder",
        "amber",
        "arbour",
        "aspen",
        "birch",
        "bramble",
        "brook",
        "cedar",
        "clover",
        "copper",
        "coral",
        "crescent",
    ),
    *("dale", "delta", "eastern", "elm", "ember", "fern", "forest", "garden", "glen", "granite", "grove", "harbour"),
    *("hazel", "heather", "highland", "hollow", "iris", "island", "ivory", "jasper", "juniper", "keystone", "lagoon"),
    *("lake", "larch", "laurel", "linden", "maple", "marble", "meadow", "mill", "moor", "northern", "oak", "opal"),
    *("orchard", "osprey", "pearl", "pine", "prairie", "quarry", "raven", "ridge", "river", "rowan", "saffron", "sage"),
    *("silver", "spring", "stone", "summit", "tamarack", "thistle", "timber", "valley", "vista", "willow"),
)
KINDS = ("academy", "arts", "business", "campus", "college", "institute", "law", "medical", "nursing", "school", "tech")

# Moodle's language, its time zones, and what schools are called in it.
TONGUES = (
    ("en", ("Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Sydney"), "{} University"),
    ("de", ("Europe/Berlin", "Europe/Zurich", "Europe/Vienna"), "Hochschule für angewandte Künste {}"),
    ("fr", ("Europe/Paris", "Africa/Dakar", "America/Montreal"), "École supérieure d'ingénierie de {}"),
    ("es", ("Europe/Madrid", "America/Mexico_City"), "Universidad Autónoma de {}, Facultad de Diseño"),
    ("pt_br", ("America/Sao_Paulo",), "Fundação {} de Educação"),
    ("no", ("Europe/Oslo",), "{} videregående skole"),
    ("pl", ("Europe/Warsaw",), "Wyższa Szkoła Łączności {}"),
    ("tr", ("Europe/Istanbul",), "{} Üniversitesi İşletme Fakültesi"),
    ("el", ("Europe/Athens",), "Πανεπιστήμιο {}"),
    ("uk", ("Europe/Kyiv",), "Університет «{}»"),
    ("ar", ("Africa/Cairo", "Asia/Riyadh"), "جامعة {}"),
    ("he", ("Asia/Jerusalem",), "מכללת {}"),
    ("hi", ("Asia/Kolkata",), "{} विश्वविद्यालय"),
    ("ja", ("Asia/Tokyo",), "{}大学"),
    ("zh_cn", ("Asia/Shanghai",), "{}职业技术学院"),
    ("ko", ("Asia/Seoul",), "{} 대학교"),
    ("th", ("Asia/Bangkok",), "วิทยาลัย{}"),
    ("vi", ("Asia/Ho_Chi_Minh",), "Trường Đại học {}"),
)

# Ordinary to their owners, and each of them another scalar where a writer of YAML quotes too little or folds too late.
AWKWARD = (
    *("No", "yes", "null", "~", "True", "007", "0x1F", "1e3", "1_000", "12:30:45", "2026-11-21", "0o17", ".inf", "-0"),
    *("# One Academy", "- Dash", "Yes: A School", "'Quoted' College", '"Double"', "{brace}", "[list]", "*star", "&and"),
    *("100 %", "%TAG", "@home", "`tick`", "a  b", "C:\\new\\table", "<b>Bold</b> & Co", "!tag", "|", ">", "? key"),
    *("School 🎓", "𝔄𝔨𝔞𝔡𝔢𝔪𝔦𝔢", "e\u0301cole", "$(HOST) ${HOST}", "{{ name }}", "end:", "a #b", "''"),
    "The Very Reverend Archibald Featherstonehaugh Memorial College of Applied Sciences, Letters and the Useful Arts",
    "Donaudampfschifffahrtsgesellschaftskapitänsausbildungsstättenverwaltungsgebäudeakademie",
)


def name(random: Random, at: int) -> str:
    """A tenant's name; no two numbers share one."""
    return f"{random.choice(PLACES)}-{random.choice(KINDS)}-{at}"


def tongue(random: Random) -> tuple[str, str, str]:
    """A language, a time zone of its speakers and a pattern for a school's name; a third are English."""
    language, zones, pattern = TONGUES[0] if random.random() < 1 / 3 else random.choice(TONGUES)
    return language, random.choice(zones), pattern


def title(random: Random, pattern: str, awkward: float = 0.08) -> str:
    """A school's full name by the pattern of its language, or now and then an awkward one."""
    if random.random() < awkward:
        return random.choice(AWKWARD)
    return pattern.format(" ".join(random.sample(PLACES, random.choice((1, 1, 2)))).title())
