"""hiprisk.learning"""
