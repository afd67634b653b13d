"""Answers of comparisons, made by hand: an honest copy, one cut, much of everything, another conversation."""

from tweespoor.sound.comparison import (
    Alignment,
    Comparison,
    Coverage,
    Difference,
    Followed,
    Kind,
    Unclear,
    Verdict,
    Why,
)

HONEST = Comparison(
    Verdict.FOLLOWS,
    original_s=2880.0,
    copy_s=2700.0,
    alignment=Alignment(120.3, 41.2, 0.0, 2700.0),
    map=(Followed((0.0, 2700.0), (120.3, 2820.4), 0.99),),
    unclear=(Unclear((1500.0, 1560.0), Why.QUIET),),
    coverage=Coverage(2640.0, 60.0, 0.0),
)
CUT = Comparison(
    Verdict.DIFFERS,
    original_s=600.0,
    copy_s=575.0,
    alignment=Alignment(12.0, 10.0, 0.0, 575.0),
    map=(Followed((0.0, 300.0), (12.0, 312.0), 0.99), Followed((300.0, 575.0), (325.0, 600.0), 0.99)),
    differences=(Difference(Kind.MISSING, "A", (300.0, 300.0), (299.0, 301.0), (312.0, 325.0), 13.0),),
    coverage=Coverage(575.0, 0.0, 13.0),
)
MUCH = Comparison(
    Verdict.DIFFERS,
    original_s=2880.0,
    copy_s=2760.0,
    alignment=Alignment(20.0, 0.0, 0.0, 2760.0),
    map=(
        Followed((0.0, 560.0), (20.0, 580.0), 0.9),
        Followed((560.0, 900.0), (760.0, 1100.0), 0.9),
        Followed((1020.0, 1140.0), (1100.0, 1220.0), 0.9),
        Followed((1140.0, 1380.0), (1440.0, 1680.0), 0.9),
        Followed((1380.0, 1620.0), (1220.0, 1440.0), 0.9),
        Followed((1620.0, 2760.0), (1680.0, 2820.0), 0.9),
    ),
    differences=(
        Difference(Kind.MISSING, "A", (560.0, 560.0), (560.0, 560.0), (580.0, 760.0), 180.0),
        Difference(Kind.ADDED, "A", (900.0, 1020.0), (900.0, 1020.0), (1100.0, 1100.0), 120.0),
        Difference(Kind.MOVED, "A", (1140.0, 1380.0), (1140.0, 1380.0), (1440.0, 1680.0), 240.0),
        Difference(Kind.MOVED, "A", (1380.0, 1620.0), (1380.0, 1620.0), (1220.0, 1440.0), 220.0),
        Difference(Kind.SILENCED, "B", (1900.0, 1900.5), (1900.0, 1900.5), (1960.0, 1960.5), 0.5),
        Difference(Kind.SPEED, "B", (2100.0, 2160.0), (2100.0, 2160.0), (2160.0, 2222.0), 60.0, 1.03),
        Difference(Kind.REPEATED, "A", (2300.0, 2330.0), (2300.0, 2330.0), (2200.0, 2230.0), 30.0),
        Difference(Kind.REPLACED, "B", (2345.0, 2346.0), (2345.0, 2346.0), (2405.0, 2406.0), 1.0),
        Difference(Kind.PITCH, "B", (2400.0, 2410.0), (2400.0, 2410.0), (2460.0, 2470.0), 10.0, 1.06),
    ),
    unclear=(Unclear((2500.0, 2600.0), Why.NOISE),),
    coverage=Coverage(2500.0, 100.0, 140.0),
)
OTHER = Comparison(Verdict.OTHER, 2880.0, 1200.0)
SHORT = Comparison(Verdict.INCONCLUSIVE, 2880.0, 0.8, why=Why.SHORT, which="copy")
EVERY = {"honest": HONEST, "cut": CUT, "much": MUCH, "other": OTHER, "short": SHORT}
