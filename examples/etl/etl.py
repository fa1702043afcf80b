"""Orders in, a report for each customer and month out: pandas, with three switches.

--vectorize     computes discounts on whole columns instead of row by row
--categories    groups by categories instead of texts
VALIDATE=once   checks each order once instead of in every month's report (an environment variable)
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import pandas as pd

OUT = Path("out")


def orders(rows: int) -> pd.DataFrame:
    """Orders of a made-up shop, the same ones every time."""
    chance = np.random.default_rng(7)
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(chance.integers(0, 365, rows), unit="D")
    customers = [f"customer {number:04d}" for number in chance.integers(0, 500, rows)]
    return pd.DataFrame(
        {
            "customer": customers,
            "day": days,
            "pieces": chance.integers(1, 40, rows),
            "price": chance.uniform(1, 200, rows).round(2),
        }
    )


def discount(pieces: int, price: float) -> float:
    """10% from 10 pieces on, 20% from 25 on, and 5 off above 1,000."""
    total = pieces * price * (0.8 if pieces >= 25 else 0.9 if pieces >= 10 else 1.0)
    return total - 5.0 if total > 1000 else total


def discounted(frame: pd.DataFrame, vectorize: bool) -> pd.Series:
    """What each order costs."""
    if not vectorize:
        return frame.apply(lambda row: discount(row["pieces"], row["price"]), axis=1)
    share = np.select([frame["pieces"] >= 25, frame["pieces"] >= 10], [0.8, 0.9], 1.0)
    total = frame["pieces"] * frame["price"] * share
    return total.where(total <= 1000, total - 5.0)


def is_sound(frame: pd.DataFrame) -> bool:
    """Whether every order can be true."""
    return bool((frame["price"] > 0).all() and (frame["pieces"] > 0).all() and frame["day"].notna().all())


def main() -> None:
    """Reads, reckons, writes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--vectorize", action="store_true")
    parser.add_argument("--categories", action="store_true")
    arguments = parser.parse_args()
    frame = orders(arguments.rows)
    if arguments.categories:
        frame["customer"] = frame["customer"].astype("category")
    frame["cost"] = discounted(frame, arguments.vectorize)
    OUT.mkdir(exist_ok=True)
    once = os.environ.get("VALIDATE") == "once"
    assert is_sound(frame)
    for month, part in frame.groupby(frame["day"].dt.month):
        assert once or is_sound(frame)
        report = part.groupby("customer", observed=True)["cost"].agg(["count", "sum", "mean"])
        report.to_csv(OUT / f"{month:02d}.csv", float_format="%.6f")


if __name__ == "__main__":
    main()
