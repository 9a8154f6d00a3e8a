"""Bodies of requests and responses that do not depend on the model, as pydantic models.

They describe; bodies are read by `hiprisk.serving.http.requests`, which is stricter than any schema
(repeated keys, numbers too large) and has a message of its own for each fault.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from hiprisk.serving.fhir.bundles import FHIR_ID
from hiprisk.serving.fhir.cds_hooks import MAX_SUMMARY
from hiprisk.serving.fhir.risk_assessment import SERVER

Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)] | None
Count = Annotated[int, Field(ge=0)]
Object = dict[str, Any]


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    code: str = Field(pattern="^[A-Z_]+$")
    reason: str
    row: Annotated[int, Field(ge=1)] | None = None
    column: str | None = None
    advice: str | None = None


class Health(BaseModel):
    """The model that is served."""

    status: Literal["ok"]
    model: str
    version: str
    provenance: str
    bundle_sha256: str


class Metadata(BaseModel):
    """Card, evidence, intended use, provenance and variables of the model."""

    name: str
    version: str
    title: str
    family: str
    provenance: str
    intended_use: str
    bundle_sha256: str
    cohort_fingerprint: str
    created_with: Object
    outcome: Object
    variables: list[Object]
    sites: Object = Field(default_factory=dict)
    evidence: Object
    card: str = Field(description="Markdown.")
    disclaimer: str
    warning: str = Field(default_factory=str)


class Services(BaseModel):
    """Discovery of CDS Hooks 2.0."""

    services: list[Object]


class CardSource(BaseModel):
    """Which model a card comes from."""

    label: Text


class Card(BaseModel):
    """An information card; never advice."""

    summary: str = Field(max_length=MAX_SUMMARY)
    indicator: Literal["info"]
    detail: str = Field(min_length=1, default_factory=str)
    source: CardSource


class Cards(BaseModel):
    """Response of CDS Hooks 2.0."""

    cards: list[Card]


class HookContext(BaseModel):
    """Whose record is open, and who opened it."""

    userId: Text
    patientId: str = Field(pattern=f"^{FHIR_ID.pattern}$")


class HookRequest(BaseModel):
    """Request of CDS Hooks 2.0, with the record as prefetch."""

    hook: Literal["patient-view"]
    hookInstance: UUID
    fhirServer: Annotated[str, Field(pattern=f"^{SERVER}$")] | None = None
    context: HookContext
    prefetch: dict[str, Object | None] = Field(min_length=1)


class Resource(BaseModel):
    """A FHIR R4 resource."""

    resourceType: str


class BundleEntry(BaseModel):
    """An entry of a FHIR R4 Bundle."""

    resource: Resource


class FhirBundle(BaseModel):
    """A FHIR R4 Bundle: one Patient, and that patient's Observations and responses."""

    resourceType: Literal["Bundle"]
    entry: list[BundleEntry]


class RiskAssessment(BaseModel):
    """A FHIR R4 RiskAssessment."""

    resourceType: Literal["RiskAssessment"]
    status: Literal["final"]
    subject: Object


class ModelNote(BaseModel):
    """What every response about patients says of its model."""

    estimand: str
    provenance: str
    intended_use: str
    bundle_sha256: str
    disclaimer: str
    warning: str = Field(default_factory=str)


class Explained(ModelNote):
    """A prediction with its explanation."""

    explanation: Object = Field(default_factory=dict)


class Counted(ModelNote):
    """Counts of rows."""

    scored: Count
    refused: Count
    reasons: dict[str, Count]


PROTOCOLS: tuple[type[BaseModel], ...] = (
    Problem,
    Health,
    Metadata,
    Services,
    Cards,
    HookRequest,
    FhirBundle,
    RiskAssessment,
)
