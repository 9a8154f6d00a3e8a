"""FHIR R4 and CDS Hooks."""
