"""What validation and test share with training."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits, load_sample_images

from kargah.datasets.image_hash import dhash_of, near
from kargah.datasets.model import Warning
from kargah.datasets.persian import plain_sql
from kargah.datasets.profiling.overlap import shared_images

from .conftest import Read
from .formats.test_images import archive
from .test_split import split

COPIES, ALIKE_ROWS, ALIKE_IMAGES = "split_shares_rows", "split_near_rows", "split_near_images"


def counts_of(warnings: list[Warning]) -> dict[str, int]:
    """Return the number that each sentence begins with."""
    return {warning["code"]: int(warning["detail"].split()[0]) for warning in warnings}


def told(folder: Path, **spec: object) -> dict[str, int]:
    """Return what a split of what was read says of rows that it shares."""
    answer, _ = split(folder, **spec)
    return counts_of(answer["warnings"])


def test_a_text_written_in_another_way_is_nearly_the_same(read: Read, tmp_path: Path) -> None:
    lines = ["text,label"]
    lines += [f"جمله‌ای دیگر {chr(0x627 + i)} است و بس,{'بد' if i % 2 else 'خوب'}" for i in range(18)]
    lines += ["كتاب‌هاي  ١٢ گانه!,خوب", "کتاب های ۱۲ گانه,خوب"]
    read("\n".join(lines) + "\n")
    counts = [told(tmp_path, seed=seed) for seed in range(30)]
    # They are told whenever one of the two trains and the other does not, and only then.
    assert {ALIKE_ROWS: 1} in counts
    assert all(found in ({}, {ALIKE_ROWS: 1}) for found in counts)


@pytest.mark.parametrize("name", ["{}", "id-{:08x}"], ids=["a number", "a code of one length"])
def test_what_only_names_each_row_does_not_tell_copies_apart(read: Read, tmp_path: Path, name: str) -> None:
    read("id,text\n" + "".join(f"{name.format(i)},sentence number {i % 60}\n" for i in range(120)))
    answer, part = split(tmp_path)
    copies = sum(int(part[i] > 0 and part[(i + 60) % 120] == 0) for i in range(120))
    assert copies > 0
    assert counts_of(answer["warnings"]) == {ALIKE_ROWS: copies}


def test_rows_of_a_few_categories_are_no_copies_without_their_number(read: Read, tmp_path: Path) -> None:
    read("id,colour,size\n" + "".join(f"{i},{'red' if i % 2 else 'blue'},{i % 3}\n" for i in range(60)))
    assert told(tmp_path) == {}


def test_rows_that_are_the_same_are_not_counted_as_nearly_the_same_too(read: Read, tmp_path: Path) -> None:
    read("text\n" + "a sentence that stands here often\n" * 20)
    assert told(tmp_path) == {COPIES: 4}


def forms(*texts: str) -> list[str]:
    asked = duckdb.execute(f"SELECT {plain_sql('text')} FROM (SELECT unnest(?) AS text)", [list(texts)])  # noqa: S608
    return [form for (form,) in asked.fetchall()]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("علي", "علی"),
        ("آب", "اب"),
        ("كتاب‌ها", "کتاب ها"),
        ("۱۲٫۵", "12.5"),
        ("٣٤", "34"),
        ("سلام، دنیا!", "سلام دنیا"),
        ("Hello, World.", "hello world"),
        ("مُحَمَّد", "محمد"),
        ("«کتاب»", "کتاب"),
        ("a\u00a0b\ufeff", "ab"),
    ],
)
def test_two_ways_of_writing_one_text_have_one_form(one: str, other: str) -> None:
    row = forms(one, other)
    assert row[0] == row[1] != ""


@pytest.mark.parametrize(("one", "other"), [("شیر", "سیر"), ("3.5", "35"), ("a-b", "ab"), ("", "a"), ("+1", "-1")])
def test_two_texts_have_two(one: str, other: str) -> None:
    row = forms(one, other)
    assert row[0] != row[1]


def saved(image: Image.Image, kind: str = "PNG", **how: int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def digit(number: int, side: int = 64) -> Image.Image:
    pixels = (load_digits().images[number] * 15).astype(np.uint8)
    return Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)


def shared(read: Read, folder: Path, train: list[bytes], last: list[bytes]) -> dict[str, int]:
    """Count what the pictures of class b that do not train share with those that do."""
    entries = {f"a/{i:03}.png": content for i, content in enumerate(train)}
    entries |= {f"b/{i:03}.png": content for i, content in enumerate(last)}
    read(archive(entries), "images.zip")
    part = np.array([0] * len(train) + [2] * len(last), np.uint8)
    return counts_of(shared_images(folder, part))


def test_a_picture_that_also_trains_is_told_whatever_it_is_called(read: Read, tmp_path: Path) -> None:
    train = [saved(digit(n)) for n in range(10)]
    assert shared(read, tmp_path, train, [train[3], saved(digit(20))]) == {COPIES: 1}


def test_a_picture_saved_smaller_darker_or_as_jpeg_looks_like_the_one_that_trains(read: Read, tmp_path: Path) -> None:
    photos = [Image.fromarray(pixels) for pixels in load_sample_images().images]
    last = [
        saved(photos[0].resize((320, 213))),
        saved(photos[0].point(lambda value: int(value * 0.9))),
        saved(photos[1], "JPEG", quality=75),
        saved(photos[1].convert("L")),
    ]
    assert shared(read, tmp_path, [saved(photo) for photo in photos], last) == {ALIKE_IMAGES: 4}


def test_other_pictures_of_the_same_kind_do_not(read: Read, tmp_path: Path) -> None:
    # Eight pixels a side leave a hash little to go by: what is told of them stays rare.
    found = shared(read, tmp_path, [saved(digit(n)) for n in range(100)], [saved(digit(n)) for n in range(100, 200)])
    assert found.get(ALIKE_IMAGES, 0) <= 3


def test_pictures_without_anything_in_them_are_like_none(read: Read, tmp_path: Path) -> None:
    blank = [saved(Image.new("RGB", (8, 8), (value, 0, 0))) for value in range(4)]
    assert shared(read, tmp_path, blank[:2], blank[2:]) == {}


def test_a_split_says_it(read: Read, tmp_path: Path) -> None:
    pictures = {f"{'ab'[n % 2]}/{n:02}.png": saved(digit(n)) for n in range(20)}
    pictures |= {f"{'ab'[n % 2]}/{n:02}-again.jpg": saved(digit(n), "JPEG", quality=90) for n in range(20)}
    read(archive(pictures), "images.zip")
    answer, part = split(tmp_path)
    names = sorted(pictures)
    trains = {name.split("/")[1][:2] for name, of in zip(names, part, strict=True) if of == 0}
    copies = sum(of > 0 and name.split("/")[1][:2] in trains for name, of in zip(names, part, strict=True))
    assert copies > 0
    assert counts_of(answer["warnings"]) == {ALIKE_IMAGES: copies}


def test_every_picture_within_three_bits_is_found() -> None:
    draw = np.random.default_rng(5)
    others = draw.integers(0, 256, (300, 16), np.uint8)
    bits = np.unpackbits(others[:200], axis=1)
    flips = draw.integers(0, 6, 200)
    for row, count in enumerate(flips):
        bits[row, draw.choice(128, count, replace=False)] ^= 1
    assert near(np.packbits(bits, axis=1), others).tolist() == (flips <= 3).tolist()


def test_a_hash_does_not_depend_on_size() -> None:
    assert dhash_of(digit(7)) == dhash_of(digit(7, 256))
