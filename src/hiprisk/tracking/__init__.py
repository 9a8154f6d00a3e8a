"""hiprisk.tracking"""
