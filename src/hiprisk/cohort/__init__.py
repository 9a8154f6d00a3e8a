"""hiprisk.cohort"""
