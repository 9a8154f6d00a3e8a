"""hiprisk.features"""
