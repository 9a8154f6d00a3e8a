"""The report of a command's result: a first screen, sections, glossary, provenance."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata

from hiprisk.reporting.appendix.glossary import glossary_section
from hiprisk.reporting.page.blocks import APPENDIX, FirstScreen, Picture, Section, Table, Tile
from hiprisk.reporting.page.render import render_page
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.wording.disclaimers import (
    CARD_DISCLAIMER,
    cohort_warnings,
    in_one_banner,
    model_warnings,
    provenance_in_words,
)

# What figures depend on, beside hiprisk itself.
PACKAGES = ("numpy", "pandas", "scipy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """When and with what a report was made.

    Attributes
    ----------
    date : str
    seed : int or None
        Of every random step; None where nothing is random or it is not known.
    versions : mapping of str to str
        By package.
    """

    date: str
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def today(cls, *, seed: int | None = None) -> Made:
        """Made now, with the packages that are installed."""
        return cls(
            date=time.strftime("%Y-%m-%d", time.gmtime()),
            seed=seed,
            versions={name: metadata.version(name) for name in ("hiprisk", *PACKAGES)},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReport:
    """What the report of a result shows.

    Attributes
    ----------
    title : str
    summary : tuple of str
        The sentences of the terminal, warnings first.
    warnings : tuple of str
        Those of `summary` that stand in the banner.
    verdict : tuple of str
        One or two sentences, of `summary` too where it has them.
    tiles : tuple of Tile
    main_figure : str
        Name of the picture that stands on the first screen, where a section has it.
    sections : tuple of Section
    sources : tuple of (str, str)
        Model and cohort, for the provenance.
    data : str
        ``simulated``, ``real`` or what else the provenance of the cohort is.
    """

    title: str
    summary: tuple[str, ...]
    warnings: tuple[str, ...]
    verdict: tuple[str, ...]
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    sources: tuple[tuple[str, str], ...]
    data: str
    main_figure: str = ""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture, in the order of the sections."""
        return tuple(picture for section in self.sections for picture in section.pictures)

    def html(self, made: Made | None = None) -> str:
        """The whole report as one HTML file that needs nothing beside itself.

        Parameters
        ----------
        made : Made, optional
            For the provenance; made today by default.
        """
        made = made or Made.today()
        anchors = {section.anchor for section in self.sections}
        picture = next((one for one in self.pictures if one.name == self.main_figure), None)
        version = made.versions.get("hiprisk", "")
        return render_page(
            title=self.title,
            banner=in_one_banner(self.warnings),
            lead=[one for one in self.summary if one not in (*self.warnings, *self.verdict)],
            sections=(*self.sections, glossary_section(self.sections), self._provenance(made)),
            first=FirstScreen(
                verdict=self.verdict,
                tiles=tuple(tile for tile in self.tiles if tile.anchor in anchors),
                picture=picture,
            ),
            footer=f"{CARD_DISCLAIMER} Data: {provenance_in_words(self.data)}. Made with hiprisk "
            f"{version} on {made.date}.",
        )

    def _provenance(self, made: Made) -> Section:
        rows = (
            *self.sources,
            ("data", provenance_in_words(self.data)),
            *([("seed", str(made.seed))] if made.seed is not None else []),
            ("date", made.date),
            *made.versions.items(),
        )
        return Section(
            anchor="provenance",
            title="Provenance",
            tables=(Table(head=("what", "value"), rows=rows),),
            part=APPENDIX,
        )


def banner_of(
    summary: Sequence[str], *, model: ModelIdentity | None = None, data: str
) -> tuple[str, ...]:
    """The sentences of a summary that must be read first: simulated people, cautions."""
    first = [*cohort_warnings(data)]
    if model is not None:
        first += [*model_warnings(model.provenance), *model.cautions]
    return tuple(one for one in summary if one in first or one.startswith("CAUTION"))


def model_sources(
    model: ModelIdentity, *, cohort: str, fingerprint: str
) -> tuple[tuple[str, str], ...]:
    """Model and cohort by name, hash and fingerprint."""
    version = f"@{model.version}" if model.version else ""
    return (
        ("model", f"`{model.name}{version}`"),
        ("hash of the model's bundle (SHA-256)", f"`{model.bundle_sha256 or 'none'}`"),
        ("cohort", f"`{cohort}`"),
        ("cohort fingerprint", f"`{fingerprint}`"),
    )
