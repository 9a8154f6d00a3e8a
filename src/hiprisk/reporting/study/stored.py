"""The report that a bundle holds, as a file of its own."""

from __future__ import annotations

from hiprisk.bundle.manifest import REPORT
from hiprisk.bundle.reading import Bundle
from hiprisk.errors import InputError
from hiprisk.reporting.page.pdf import page_as_pdf

FORMATS = ("html", "pdf")
ADVICE = "hiprisk sheet show prints the model in full"
# Of bundles written before an update stored its report.
ADVICE_UPDATED = (
    "this model was updated before updates stored a report: update its parent again, with "
    "--report for a file; card.md in the bundle has its performance before and after"
)


def stored_report(bundle: Bundle, form: str = "html") -> bytes:
    """The report of a bundle.

    Parameters
    ----------
    bundle : Bundle
    form : str
        ``html``, as it stands in the bundle, or ``pdf``.

    Returns
    -------
    bytes

    Raises
    ------
    InputError
        ``NO_REPORT`` where the bundle has none: of published and foreign models.
    BundleError
        If the report was changed since it was written.
    MissingExtraError
        Of a PDF, without the extra `report`.
    """
    if not bundle.has_file(REPORT):
        raise InputError(
            "this bundle has no report: it holds a model that was not fitted by a study",
            code="NO_REPORT",
            file=f"{bundle.name}@{bundle.version}",
            advice=ADVICE if bundle.lineage is None else ADVICE_UPDATED,
        )
    html = bundle.file_bytes(REPORT)
    return html if form == "html" else page_as_pdf(html.decode("utf-8", errors="replace"))
